"""Gap 7 and beyond: streaming routes answer whole, two headers hold keys, bodies are validated."""

import json

import pytest
from botocore.awsrequest import AWSRequest
from botocore.httpsession import URLLib3Session

from tests.local.rest_apis import INVOKE, TRUST, api, function, of_api, permission, ref, uri

STREAMING = INVOKE.replace("2015-03-31", "2021-11-15").replace("/inv", "/response-streaming-inv")
GATE = """
def handler(event, context):
    headers = {name.lower(): value for name, value in event["headers"].items()}
    key = headers.get("x-api-key") or headers.get("authorization", "").removeprefix("Bearer ")
    if key != "good":
        raise Exception("Unauthorized")
    stage = event["methodArn"].split("/", 2)
    statement = {"Action": "execute-api:Invoke", "Effect": "Allow"}
    statement["Resource"] = f"{stage[0]}/{stage[1]}/*"
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"principalId": "p", "policyDocument": policy, "context": {"key_id": "k1"}}
"""
HELLO = """
import json
def handler(event, context):
    events = ["data: one\\n\\n", "data: two\\n\\n"]
    told = {"key": event["requestContext"]["authorizer"]["key_id"], "asked": event["body"]}
    headers = {"content-type": "text/event-stream", "x-told": json.dumps(told)}
    return {"statusCode": 200, "headers": headers, "body": "".join(events)}
"""
SCHEMA = {
    "$schema": "http://json-schema.org/draft-04/schema#",
    "type": "object",
    "required": ["model", "messages"],
}
ANSWER = '{"error": {"code": "invalid_body"}}'


def hello():
    """A function that would be started by a wrapper on AWS."""
    made = function(HELLO)
    wrapper = {"AWS_LAMBDA_EXEC_WRAPPER": "/var/task/stream_wrapper"}
    made["Properties"]["Environment"] = {"Variables": wrapper}
    return made


def authorizer(header):
    return of_api(
        "Authorizer",
        Name=header,
        Type="REQUEST",
        AuthorizerUri=uri("Gate"),
        IdentitySource=f"method.request.header.{header}",
        AuthorizerResultTtlInSeconds=60,
    )


def method(resource, authorizer):
    return of_api(
        "Method",
        HttpMethod="POST",
        ResourceId=resource,
        AuthorizationType="CUSTOM",
        AuthorizerId=ref(authorizer),
        RequestValidatorId=ref("Validator"),
        RequestModels={"application/json": ref("Model")},
        Integration={
            "Type": "AWS_PROXY",
            "IntegrationHttpMethod": "POST",
            "Uri": uri("Hello", STREAMING),
            "ResponseTransferMode": "STREAM",
            "TimeoutInMillis": 300_000,
        },
    )


ROOT = {"Fn::GetAtt": ["Api", "RootResourceId"]}
RESOURCES = {
    "Role": {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": TRUST}},
    "Gate": function(GATE),
    "Hello": hello(),
    "MayGate": permission("Gate"),
    "MayHello": permission("Hello"),
    "Api": api("RestApi", Name="streamed"),
    "Validator": of_api("RequestValidator", ValidateRequestBody=True),
    "Model": of_api("Model", ContentType="application/json", Schema=SCHEMA),
    "Bearer": authorizer("Authorization"),
    "ApiKey": authorizer("x-api-key"),
    "Messages": of_api("Resource", ParentId=ROOT, PathPart="messages"),
    "Chat": method(ROOT, "Bearer"),
    "Message": method(ref("Messages"), "ApiKey"),
    "Answer": of_api(
        "GatewayResponse",
        ResponseType="BAD_REQUEST_BODY",
        StatusCode="400",
        ResponseTemplates={"application/json": ANSWER},
    ),
    "Deployment": {**of_api("Deployment"), "DependsOn": ["Chat", "Message", "Answer"]},
    "Stage": of_api("Stage", StageName="live", DeploymentId=ref("Deployment")),
}
BEARER, API_KEY = {"Authorization": "Bearer good"}, {"x-api-key": "good"}
ASKED = '{"model": "m", "messages": []}'


@pytest.fixture(scope="module")
def ask(cloud):
    made = cloud.deploy("streamed", RESOURCES, Id=ref("Api"))
    session = URLLib3Session(verify=str(cloud.home.ca_file), proxies={})

    def call(headers, path="", body=ASKED):
        url = f"{cloud.environment['AWS_ENDPOINT_URL']}/_aws/execute-api/{made['Id']}/live/{path}"
        sent = {"Content-Type": "application/json", **headers}
        request = AWSRequest(method="POST", url=url, data=body.encode(), headers=sent)
        return session.send(request.prepare())

    yield call
    session.close()


def test_a_streaming_route_is_answered_whole_by_the_functions_handler(ask):
    reply = ask(BEARER)
    assert (reply.status_code, reply.content) == (200, b"data: one\n\ndata: two\n\n")
    assert reply.headers["content-type"] == "text/event-stream"


def test_one_function_authorizes_both_headers_each_on_its_own_route(ask):
    both = (BEARER, API_KEY)
    assert [ask(key).status_code for key in both] == [200, 401]
    assert [ask(key, "messages").status_code for key in both] == [401, 200]


def test_what_the_authorizer_tells_reaches_the_function_from_its_cache_too(ask):
    told = [json.loads(ask(API_KEY, "messages").headers["x-told"]) for _ in range(2)]
    assert told == [{"key": "k1", "asked": ASKED}] * 2


@pytest.mark.parametrize("body", ["", "{", "[]", "{}", '{"model": "m"}', '"model messages"'])
def test_a_body_without_the_required_fields_is_refused_in_the_apis_own_words(ask, body):
    reply = ask(BEARER, body=body)
    assert (reply.status_code, reply.text) == (400, ANSWER)


def test_a_body_is_not_looked_at_before_the_key(ask):
    assert ask({"Authorization": "Bearer bad"}, body="{").status_code == 401
