"""Invocation logging on the embedded AWS: what is deployed, what is logged, what is given back."""

import gzip
import io
import json
import ssl
import zipfile
from contextlib import contextmanager
from pathlib import Path

import httpx2
import pytest
from botocore.exceptions import ClientError

from tasks.invocation_log import InvocationLog, configuration

LAMBDA = Path(__file__).parents[2] / "lambda"
REGION = "us-west-1"  # the configuration is a region's: the platform's own is left alone
GROUP, BUCKET = "own-invocations", "own-invocations"
NOVA = "us.amazon.nova-lite-v1:0"
CANARY = "the canary of Blackwater Quay"


def destinations(cloud, region: str, group: str, bucket: str) -> str:
    """A log group, a bucket, and a role through which Bedrock may write; the role's ARN."""
    cloud.client("logs", region=region).create_log_group(logGroupName=group)
    cloud.client("s3").create_bucket(Bucket=bucket)
    stream = f"arn:aws:logs:{region}:000000000000:log-group:{group}:log-stream:*"
    right = {"Action": ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": stream}
    return cloud.role(f"writer-{bucket}", right, service="bedrock.amazonaws.com")


def wanted(role: str, group: str, bucket: str, *deliver: str) -> dict:
    return dict(
        configuration(
            log_group=group, role=role, bucket=bucket, prefix="p", deliver=frozenset(deliver)
        )
    )


def configured(cloud, region: str) -> dict | None:
    answer = cloud.client("bedrock", region=region).get_model_invocation_logging_configuration()
    return answer.get("loggingConfig")


def everything_logged(cloud) -> dict[str, str]:
    """The text of every log group and every object of the embedded AWS, by where it is."""
    found: dict[str, str] = {}
    for region in ("us-east-1", REGION):
        logs = cloud.client("logs", region=region)
        for group in logs.describe_log_groups()["logGroups"]:
            name = group["logGroupName"]
            pages = logs.get_paginator("filter_log_events").paginate(logGroupName=name)
            events = [event for page in pages for event in page["events"]]
            found[f"log group {name}"] = "\n".join(event["message"] for event in events)
    s3 = cloud.client("s3")
    for bucket in (each["Name"] for each in s3.list_buckets()["Buckets"]):
        for page in s3.get_paginator("list_objects_v2").paginate(Bucket=bucket):
            for each in page.get("Contents", []):
                body = s3.get_object(Bucket=bucket, Key=each["Key"])["Body"].read()
                plain = gzip.decompress(body) if each["Key"].endswith(".gz") else body
                found[f"{bucket}/{each['Key']}"] = plain.decode(errors="replace")
    return found


@contextmanager
def rest(platform, api_key: str):
    """POST of a JSON body to a route; the answer's status."""
    trusted = ssl.create_default_context(cafile=platform.ca_file)
    with httpx2.Client(verify=trusted, trust_env=False, timeout=60) as client:

        def post(path: str, body: dict) -> int:
            headers = {"authorization": f"Bearer {api_key}", "x-api-key": api_key}
            return client.post(platform.base_url + path, json=body, headers=headers).status_code

        yield post


# What the deployed platform records


def test_the_platform_logs_who_called_which_model_and_nothing_of_what_was_said(
    cloud, platform, key_of
):
    said = {"messages": [{"role": "user", "content": CANARY}], "max_tokens": 8}
    bodies = {
        "/chat/completions": {"model": "chat-default", **said},
        "/messages": {"model": "chat-default", **said},
        "/responses": {"model": "chat-default", "input": CANARY, "max_output_tokens": 16},
        "/embeddings": {"model": "embed-default", "input": CANARY},
    }
    bodies["/chat/completions?"] = {"model": "docs-assistant", **said}
    bodies["/chat/completions?stream"] = {"model": "chat-default", **said, "stream": True}
    with rest(platform, key_of("demo")) as post:
        for path, body in bodies.items():
            assert post(path.partition("?")[0], body) == 200, path
        # What is refused is logged no more than what is answered.
        assert post("/chat/completions", {"model": "no-such", **said}) == 404
        assert post("/chat/completions", {**bodies["/messages"], CANARY: 1}) == 400

    found = everything_logged(cloud)
    group = found["log group strata-local-invocations"]
    records = [json.loads(line) for line in group.splitlines()]
    # What a guardrail blocked, for whichever test, has taken none.
    answered = [each for each in records if each["input"]["inputTokenCount"] > 0]
    assert len(answered) >= len(bodies)
    assert {"Converse", "InvokeModel"} <= {each["operation"] for each in answered}
    assert sum(where.startswith("strata-local-invocations-") for where in found) >= len(bodies)
    assert [where for where, text in found.items() if CANARY in text] == []


def test_the_deployed_configuration_delivers_nothing(cloud, platform):
    found = configured(cloud, "us-east-1")
    flags = {name: value for name, value in found.items() if name.endswith("Enabled")}
    assert len(flags) == 5 and not any(flags.values())
    assert found["s3Config"]["bucketName"] == "strata-local-invocations-000000000000-us-east-1"


def test_the_servers_own_logs_hold_no_prompt_either(cloud, platform):
    # After the requests above, in the same cloud.
    written = "".join(path.read_text() for path in cloud.home.directory.glob("*.log"))
    assert written and CANARY not in written


# The gap


@pytest.fixture(scope="module")
def role(cloud) -> str:
    return destinations(cloud, REGION, GROUP, BUCKET)


def test_with_text_delivered_the_same_search_finds_the_prompt(cloud, role):
    InvocationLog(cloud.client("bedrock", region=REGION)).write(wanted(role, GROUP, BUCKET, "text"))
    cloud.client("bedrock-runtime", region=REGION).converse(
        modelId=NOVA,
        messages=[{"role": "user", "content": [{"text": CANARY}]}],
        inferenceConfig={"maxTokens": 8},
    )
    places = [where for where, text in everything_logged(cloud).items() if CANARY in text]
    try:
        assert f"log group {GROUP}" in places
        assert any(where.startswith(f"{BUCKET}/p/AWSLogs/000000000000/") for where in places)
    finally:
        cloud.client("logs", region=REGION).delete_log_stream(
            logGroupName=GROUP, logStreamName="aws/bedrock/modelinvocations"
        )
        for where in places:
            bucket, _, name = where.partition("/")
            if bucket == BUCKET:
                cloud.client("s3").delete_object(Bucket=bucket, Key=name)
        InvocationLog(cloud.client("bedrock", region=REGION)).clear()


@pytest.mark.parametrize("wrong", ["group", "bucket", "role", "trust"])
def test_a_configuration_that_leads_nowhere_is_refused(cloud, role, wrong):
    given = wanted(role, GROUP, BUCKET)
    if wrong == "group":
        given["cloudWatchConfig"] = {**given["cloudWatchConfig"], "logGroupName": "none"}
    elif wrong == "bucket":
        given["s3Config"] = {"bucketName": "no-such-bucket"}
    else:
        service = "bedrock.amazonaws.com" if wrong == "role" else "lambda.amazonaws.com"
        other = cloud.role(f"cannot-{wrong}", {"Action": "s3:*", "Resource": "*"}, service=service)
        given["cloudWatchConfig"] = {**given["cloudWatchConfig"], "roleArn": other}
    with pytest.raises(ClientError, match="ValidationException"):
        cloud.client("bedrock", region=REGION).put_model_invocation_logging_configuration(
            loggingConfig=given
        )


def test_a_role_may_not_pass_what_it_was_not_given_to_pass(cloud, role):
    action = "bedrock:PutModelInvocationLoggingConfiguration"
    caller = cloud.role("puts-and-passes-not", {"Action": action, "Resource": "*"})
    with pytest.raises(ClientError, match="iam:PassRole"):
        cloud.client_as(caller, "bedrock").put_model_invocation_logging_configuration(
            loggingConfig=wanted(role, GROUP, BUCKET)
        )


# The task, called by CloudFormation in a region of its own

ELSEWHERE = "eu-west-1"


@pytest.fixture(scope="module")
def stack(cloud):
    """A template with the custom resource and nothing else, and another's configuration."""
    mine = destinations(cloud, ELSEWHERE, "mine", "mine-bucket")
    theirs = destinations(cloud, ELSEWHERE, "theirs", "theirs-bucket")
    rights = [
        {"Action": "bedrock:*ModelInvocationLoggingConfiguration", "Resource": "*"},
        {"Action": "iam:PassRole", "Resource": "*"},
        {"Action": ["s3:GetObject", "s3:PutObject"], "Resource": "arn:aws:s3:::mine-bucket/saved"},
    ]
    runs_as = cloud.role("logs-invocations", *rights, service="lambda.amazonaws.com")
    functions = cloud.client("lambda", region=ELSEWHERE)
    made = functions.create_function(
        FunctionName="invocation-logging",
        Runtime="python3.14",
        Role=runs_as,
        Handler="tasks.invocation_logging.handler",
        Code={"ZipFile": zipped()},
        Timeout=300,
    )
    functions.get_waiter("function_active_v2").wait(FunctionName="invocation-logging")
    properties = {
        "ServiceToken": made["FunctionArn"],
        "ServiceTimeout": 120,
        "LogGroup": "mine",
        "Role": mine,
        "Bucket": "mine-bucket",
        "Prefix": "p",
        "Saved": "saved",
        "Deliver": [],
    }
    yield Stack(cloud, properties), wanted(theirs, "theirs", "theirs-bucket", "text")
    functions.delete_function(FunctionName="invocation-logging")


class Stack:
    def __init__(self, cloud, properties: dict) -> None:
        self._cloudformation = cloud.client("cloudformation", region=ELSEWHERE)
        self._properties = properties

    def put(self, verb: str, deliver: list[str]) -> None:
        told = {**self._properties, "Deliver": deliver}
        resource = {"Type": "AWS::CloudFormation::CustomResource", "Properties": told}
        template = json.dumps({"Resources": {"Configuration": resource}})
        getattr(self._cloudformation, f"{verb}_stack")(StackName="logging", TemplateBody=template)
        self._wait(verb)

    def delete(self) -> None:
        self._cloudformation.delete_stack(StackName="logging")
        self._wait("delete")

    def _wait(self, verb: str) -> None:
        waiter = self._cloudformation.get_waiter(f"stack_{verb}_complete")
        waiter.wait(StackName="logging", WaiterConfig={"Delay": 0.2, "MaxAttempts": 200})


def zipped() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for path in sorted((LAMBDA / "tasks").glob("*.py")):
            archive.write(path, path.relative_to(LAMBDA))
    return buffer.getvalue()


def test_what_was_there_before_comes_back_after_an_update_and_a_deletion(cloud, stack):
    deployed, theirs = stack
    InvocationLog(cloud.client("bedrock", region=ELSEWHERE)).write(theirs)
    deployed.put("create", [])
    assert configured(cloud, ELSEWHERE)["cloudWatchConfig"]["logGroupName"] == "mine"
    deployed.put("update", ["embedding"])
    assert configured(cloud, ELSEWHERE)["embeddingDataDeliveryEnabled"] is True
    deployed.delete()
    assert configured(cloud, ELSEWHERE) == theirs


def test_where_nothing_was_before_nothing_is_afterwards(cloud, stack):
    deployed, _ = stack
    InvocationLog(cloud.client("bedrock", region=ELSEWHERE)).clear()
    deployed.put("create", [])
    assert configured(cloud, ELSEWHERE) is not None
    deployed.delete()
    assert configured(cloud, ELSEWHERE) is None


def test_what_another_configured_since_is_left_alone(cloud, stack):
    deployed, theirs = stack
    InvocationLog(cloud.client("bedrock", region=ELSEWHERE)).clear()
    deployed.put("create", [])
    InvocationLog(cloud.client("bedrock", region=ELSEWHERE)).write(theirs)
    deployed.delete()
    assert configured(cloud, ELSEWHERE) == theirs
