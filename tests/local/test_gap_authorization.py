"""Gap 2: IAM asks AWS's questions about Bedrock, and refuses what it cannot map."""

import json

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError
from botocore.httpsession import URLLib3Session

LITE = "us.amazon.nova-lite-v1:0"
PROFILE = f"arn:aws:bedrock:us-east-1:000000000000:inference-profile/{LITE}"
ASK = {
    "modelId": LITE,
    "messages": [{"role": "user", "content": [{"text": "Say yes."}]}],
    "inferenceConfig": {"maxTokens": 3},
}
INVOKE = "bedrock:InvokeModel"


def served_in(*regions):
    return [f"arn:aws:bedrock:{one}::foundation-model/amazon.nova-lite-v1:0" for one in regions]


EVERYWHERE = served_in("us-east-1", "us-east-2", "us-west-2")


def runtime(cloud, name, *statements):
    return cloud.client_as(cloud.role(name, *statements), "bedrock-runtime")


def denied(call, **request):
    with pytest.raises(ClientError, match="AccessDeniedException") as refused:
        call(**request)
    return str(refused.value)


def test_converse_is_allowed_as_invoke_model(cloud):
    client = runtime(cloud, "invoker", {"Action": INVOKE, "Resource": [PROFILE, *EVERYWHERE]})
    assert client.converse(**ASK)["usage"]["outputTokens"] > 0


def test_converse_is_no_action(cloud):
    client = runtime(cloud, "converser", {"Action": "bedrock:Converse*", "Resource": "*"})
    assert f"not authorized to perform: {INVOKE} on resource: {PROFILE}" in denied(
        client.converse, **ASK
    )


def test_streaming_is_an_action_of_its_own(cloud):
    client = runtime(cloud, "buffered", {"Action": INVOKE, "Resource": "*"})
    assert "InvokeModelWithResponseStream" in denied(client.converse_stream, **ASK)


def test_a_stream_is_allowed_under_its_own_name(cloud):
    streaming = "bedrock:InvokeModelWithResponseStream"
    statement = {"Action": streaming, "Resource": [PROFILE, *EVERYWHERE]}
    client = runtime(cloud, "streamer", statement)
    (stop,) = (
        e["messageStop"] for e in client.converse_stream(**ASK)["stream"] if "messageStop" in e
    )
    assert stop["stopReason"] in ("end_turn", "max_tokens")
    assert INVOKE in denied(client.converse, **ASK)


def test_an_embedding_model_is_invoked_under_its_own_arn(cloud):
    titan = "amazon.titan-embed-text-v2:0"
    arn = f"arn:aws:bedrock:us-east-1::foundation-model/{titan}"
    client = runtime(cloud, "embedder", {"Action": INVOKE, "Resource": arn})
    body = json.dumps({"inputText": "Refunds.", "dimensions": 256, "normalize": True})
    answer = json.load(client.invoke_model(modelId=titan, body=body)["body"])
    assert len(answer["embedding"]) == 256 and answer["inputTextTokenCount"] > 0
    assert "foundation-model/amazon.nova-lite" in denied(
        client.invoke_model, modelId="amazon.nova-lite-v1:0", body="{}"
    )


def test_a_profile_needs_the_model_in_every_region_that_may_serve_it(cloud):
    but_one = served_in("us-east-1", "us-east-2")
    client = runtime(cloud, "nearly", {"Action": INVOKE, "Resource": [PROFILE, *but_one]})
    assert served_in("us-west-2")[0] in denied(client.converse, **ASK)


def test_a_global_profile_needs_the_model_without_a_region_too(cloud):
    model = "amazon.nova-2-lite-v1:0"
    profile = f"arn:aws:bedrock:us-east-1:000000000000:inference-profile/global.{model}"
    somewhere = f"arn:aws:bedrock:*-*-*::foundation-model/{model}"
    client = runtime(cloud, "globe", {"Action": INVOKE, "Resource": [profile, somewhere]})
    said = denied(client.converse, **{**ASK, "modelId": f"global.{model}"})
    assert f"arn:aws:bedrock:::foundation-model/{model}" in said


def test_the_model_is_checked_with_the_profile_that_leads_to_it(cloud):
    condition = {"StringLike": {"bedrock:InferenceProfileArn": PROFILE}}
    client = runtime(
        cloud,
        "through",
        {"Action": INVOKE, "Resource": PROFILE},
        {"Action": INVOKE, "Resource": EVERYWHERE, "Condition": condition},
    )
    assert client.converse(**ASK)["usage"]["outputTokens"] > 0
    bare = {**ASK, "modelId": "mistral.mistral-large-3-675b-instruct"}
    assert "foundation-model/mistral" in denied(client.converse, **bare)


def test_an_application_profile_is_checked_under_its_own_arn(cloud):
    made = cloud.client("bedrock").create_inference_profile(
        inferenceProfileName="checked", modelSource={"copyFrom": PROFILE}
    )["inferenceProfileArn"]
    condition = {"StringEquals": {"bedrock:InferenceProfileArn": made}}
    client = runtime(
        cloud,
        "application",
        {"Action": INVOKE, "Resource": made},
        {"Action": INVOKE, "Resource": EVERYWHERE, "Condition": condition},
    )
    assert client.converse(**{**ASK, "modelId": made})["usage"]["outputTokens"] > 0
    assert PROFILE in denied(client.converse, **ASK)


def guardrail(cloud, name):
    client = cloud.client("bedrock")
    made = client.create_guardrail(
        name=name,
        blockedInputMessaging="in",
        blockedOutputsMessaging="out",
        wordPolicyConfig={"wordsConfig": [{"text": "durian"}]},
    )
    client.create_guardrail_version(guardrailIdentifier=made["guardrailId"])
    return made["guardrailArn"]


def test_a_named_guardrail_must_be_allowed_to_be_applied(cloud):
    arn = guardrail(cloud, "applied")
    client = runtime(cloud, "unapplied", {"Action": INVOKE, "Resource": "*"})
    config = {"guardrailIdentifier": arn, "guardrailVersion": "1"}
    said = denied(client.converse, **ASK, guardrailConfig=config)
    assert f"bedrock:ApplyGuardrail on resource: {arn}" in said


def test_a_policy_can_demand_one_version_of_a_guardrail(cloud):
    arn = guardrail(cloud, "demanded")
    demanded = {"StringEquals": {"bedrock:GuardrailIdentifier": f"{arn}:1"}}
    client = runtime(
        cloud,
        "demanding",
        {"Action": INVOKE, "Resource": "*", "Condition": demanded},
        {"Action": "bedrock:ApplyGuardrail", "Resource": arn},
    )
    config = {"guardrailIdentifier": arn, "guardrailVersion": "1"}
    assert client.converse(**ASK, guardrailConfig=config)["stopReason"]
    denied(client.converse, **ASK)


def test_a_guardrail_is_edited_with_the_permission_of_that_name(cloud):
    arn = guardrail(cloud, "read")
    role = cloud.role("reader", {"Action": "bedrock:GetGuardrail", "Resource": arn})
    client = cloud.client_as(role, "bedrock")
    assert client.get_guardrail(guardrailIdentifier=arn)["name"] == "read"
    said = denied(client.delete_guardrail, guardrailIdentifier=arn)
    assert f"bedrock:DeleteGuardrail on resource: {arn}" in said


def test_a_vector_index_is_checked_by_its_arn(cloud):
    root = cloud.client("s3vectors")
    root.create_vector_bucket(vectorBucketName="checked")
    shape = {"dataType": "float32", "dimension": 2, "distanceMetric": "cosine"}
    root.create_index(vectorBucketName="checked", indexName="one", **shape)
    arn = "arn:aws:s3vectors:us-east-1:000000000000:bucket/checked/index/one"
    role = cloud.role("indexer", {"Action": "s3vectors:GetIndex", "Resource": arn})
    client = cloud.client_as(role, "s3vectors")
    assert client.get_index(vectorBucketName="checked", indexName="one")["index"]["indexArn"] == arn
    assert "s3vectors:DeleteIndex" in denied(client.delete_index, indexArn=arn)


def signed(cloud, service, path, keys):
    url = cloud.environment["AWS_ENDPOINT_URL"] + path
    request = AWSRequest(method="POST", url=url, data=b"{}")
    SigV4Auth(keys, service, "us-east-1").add_auth(request)
    session = URLLib3Session(verify=str(cloud.home.ca_file), proxies={})
    reply = session.send(request.prepare())
    session.close()
    return reply


def test_a_request_that_is_no_operation_is_refused_even_to_root(cloud):
    reply = signed(cloud, "bedrock", "/model/x/dream", Credentials("test", "test"))
    assert (reply.status_code, json.loads(reply.content)["__type"]) == (
        404,
        "UnknownOperationException",
    )


def test_an_unmapped_request_of_another_service_needs_more_than_that_services_actions(cloud):
    role = cloud.role("lambda-admin", {"Action": "lambda:*", "Resource": "*"})
    assumed = cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="test")["Credentials"]
    keys = Credentials(assumed["AccessKeyId"], assumed["SecretAccessKey"], assumed["SessionToken"])
    assert signed(cloud, "lambda", "/2099-01-01/nothing", keys).status_code == 403


def test_an_unsigned_chat_completion_gets_no_answer(cloud):
    url = cloud.environment["AWS_ENDPOINT_URL"] + "/v1/chat/completions"
    session = URLLib3Session(verify=str(cloud.home.ca_file), proxies={})
    body = json.dumps({"model": LITE, "messages": [{"role": "user", "content": "hi"}]})
    reply = session.send(AWSRequest(method="POST", url=url, data=body).prepare())
    session.close()
    assert reply.status_code == 404
