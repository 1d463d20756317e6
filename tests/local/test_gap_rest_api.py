"""Gap 9 and beyond: what a REST API does around its functions, on the path form of its URL."""

import json

import pytest
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session

from tests.local.rest_apis import TRUST, api, arn, function, of_api, permission, ref, uri

AUTHORIZER = """
def handler(event, context):
    headers = {name.lower(): value for name, value in event["headers"].items()}
    key = headers.get("authorization")
    if key == "broken":
        raise Exception("something else")
    if key != "good":
        raise Exception("Unauthorized")
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow", "Resource": event["methodArn"]}
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": "p", "policyDocument": policy, "context": {"tenant": "blue"}}
"""
HELLO = """
import json, os, urllib.request
def handler(event, context):
    print("greeting", event["requestContext"]["authorizer"]["tenant"])
    names = ("AWS_ENDPOINT_URL", "AWS_CA_BUNDLE", "AWS_REGION", "AWS_SESSION_TOKEN", "AWS_PROFILE")
    return {"statusCode": 200, "body": json.dumps({name: os.environ.get(name) for name in names})}
"""
TEMPLATE = '{"oops": $context.error.messageString, "kind": "$context.error.responseType"}'
NAMES = ("httpMethod", "status", "authorizer.tenant", "error.responseType")
FORMAT = " ".join(f"$context.{name}" for name in NAMES)


RESOURCES = {
    "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}},
    "Gate": function(AUTHORIZER),
    "Hello": function(HELLO),
    "MayGate": permission("Gate"),
    "MayHello": permission("Hello"),
    "Log": {"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/edge"}},
    "Api": api("RestApi", Name="edge"),
    "Authorizer": of_api(
        "Authorizer",
        Name="gate",
        Type="REQUEST",
        AuthorizerUri=uri("Gate"),
        IdentitySource="method.request.header.Authorization",
        AuthorizerResultTtlInSeconds=0,
    ),
    "Method": of_api(
        "Method",
        HttpMethod="ANY",
        ResourceId={"Fn::GetAtt": ["Api", "RootResourceId"]},
        AuthorizationType="CUSTOM",
        AuthorizerId=ref("Authorizer"),
        Integration={
            "Type": "AWS_PROXY",
            "IntegrationHttpMethod": "POST",
            "Uri": uri("Hello"),
        },
    ),
    "Answer": of_api(
        "GatewayResponse",
        ResponseType="DEFAULT_4XX",
        ResponseTemplates={"application/json": TEMPLATE},
    ),
    "Free": of_api("Resource", ParentId={"Fn::GetAtt": ["Api", "RootResourceId"]}, PathPart="free"),
    "Preflight": of_api(
        "Method",
        HttpMethod="OPTIONS",
        ResourceId=ref("Free"),
        AuthorizationType="NONE",
        MethodResponses=[{"StatusCode": "204"}],
        Integration={
            "Type": "MOCK",
            "RequestTemplates": {"application/json": '{"statusCode": 204}'},
            "IntegrationResponses": [{"StatusCode": "204"}],
        },
    ),
    "Deployment": {**of_api("Deployment"), "DependsOn": ["Method", "Answer", "Preflight"]},
    "Stage": of_api(
        "Stage",
        StageName="live",
        DeploymentId=ref("Deployment"),
        AccessLogSetting={"DestinationArn": arn("Log"), "Format": FORMAT},
    ),
    "Slow": of_api(
        "Stage",
        StageName="slow",
        DeploymentId=ref("Deployment"),
        MethodSettings=[
            {
                "HttpMethod": "*",
                "ResourcePath": "/*",
                "ThrottlingRateLimit": 0.01,
                "ThrottlingBurstLimit": 1,
            }
        ],
    ),
}


@pytest.fixture(scope="module")
def send(cloud):
    made = cloud.deploy("edge", RESOURCES, Id=ref("Api"))
    session = URLLib3Session(verify=str(cloud.home.ca_file), proxies={})

    def call(method, path, headers, body=b""):
        url = f"{cloud.environment['AWS_ENDPOINT_URL']}/_aws/execute-api/{made['Id']}/{path}"
        request = AWSRequest(method=method, url=url, data=body, headers=headers)
        return session.send(request.prepare())

    yield call
    session.close()


@pytest.fixture(scope="module")
def ask(send):
    def call(key=None, body=b"", stage="live"):
        reply = send("POST", f"{stage}/", {"Authorization": key} if key else {}, body)
        return reply.status_code, json.loads(reply.content)

    return call


def lines(cloud, group):
    logs = cloud.client("logs")
    streams = logs.describe_log_streams(logGroupName=group)["logStreams"]
    names = [stream["logStreamName"] for stream in streams]
    pages = (logs.get_log_events(logGroupName=group, logStreamName=name) for name in names)
    return [event["message"] for page in pages for event in page["events"]]


def test_a_function_runs_with_its_roles_keys_and_finds_this_cloud(cloud, ask):
    status, seen = ask("good")
    assert status == 200
    assert seen["AWS_ENDPOINT_URL"] == cloud.environment["AWS_ENDPOINT_URL"]
    assert seen["AWS_CA_BUNDLE"] == str(cloud.home.ca_file)
    assert seen["AWS_REGION"] == "us-east-1"
    assert seen["AWS_SESSION_TOKEN"] and not seen["AWS_PROFILE"]


def test_what_a_function_prints_is_in_its_log_group(cloud, ask):
    ask("good")
    groups = cloud.client("logs").describe_log_groups(logGroupNamePrefix="/aws/lambda/edge-Hello")
    (group,) = (one["logGroupName"] for one in groups["logGroups"])
    assert "greeting blue" in lines(cloud, group)


def test_a_missing_key_gets_the_apis_own_answer(ask):
    assert ask() == (401, {"oops": "Unauthorized", "kind": "UNAUTHORIZED"})


def test_a_wrong_key_is_401_and_a_broken_authorizer_is_500(ask):
    assert [ask("wrong")[0], ask("broken")[0]] == [401, 500]


def test_a_body_over_ten_megabytes_is_413_before_anyone_is_asked(ask):
    status, answer = ask(body=b"x" * (10 * 1024 * 1024 + 1))
    assert (status, answer["oops"]) == (413, "Request Too Long")


def test_a_stages_throttle_holds(ask):
    assert [ask("good", stage="slow")[0] for _ in range(2)] == [200, 429]


def test_an_answer_without_content_has_none(send):
    reply = send("OPTIONS", "live/free", {})
    assert (reply.status_code, reply.headers.get("content-length", "0")) == (204, "0")


def test_every_request_is_a_line_of_the_access_log(cloud, ask):
    ask("good")
    ask()
    assert lines(cloud, "/edge")[-2:] == ["POST 200 blue -", "POST 401 - UNAUTHORIZED"]
