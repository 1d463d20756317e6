"""The platform's own roles, used by hand without their guardrail: the embedded AWS refuses them."""

import json
import re

import pytest
from botocore.exceptions import ClientError

from tests.local.conftest import ACCOUNT, REGION

MESSAGES = [{"role": "user", "content": [{"text": "Hi."}]}]
TITAN = "amazon.titan-embed-text-v2:0"
NOVA = "amazon.nova-lite-v1:0"
DENIED = "AccessDeniedException"


@pytest.fixture(scope="module")
def as_role(cloud, platform):
    """A runtime client of one of the platform's roles, which for now trusts the account as well."""
    iam = cloud.client("iam")
    trusted = {}

    def client(part: str):
        (role,) = (r for r in iam.list_roles()["Roles"] if re.search(part, r["RoleName"]))
        trusted[role["RoleName"]] = role["AssumeRolePolicyDocument"]
        hand = {"AWS": f"arn:aws:iam::{ACCOUNT}:root"}
        statement = {"Effect": "Allow", "Principal": hand, "Action": "sts:AssumeRole"}
        iam.update_assume_role_policy(
            RoleName=role["RoleName"],
            PolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
        )
        return cloud.client_as(role["Arn"], "bedrock-runtime")

    yield client
    for name, policy in trusted.items():
        iam.update_assume_role_policy(RoleName=name, PolicyDocument=json.dumps(policy))


@pytest.fixture(scope="module")
def chat(as_role):
    return as_role(r"ChatRole")


@pytest.fixture(scope="module")
def deployed(cloud, platform):
    functions = cloud.client("lambda").list_functions()["Functions"]
    (function,) = (each for each in functions if each["Handler"] == "gateway.chat.handler")
    return json.loads(function["Environment"]["Variables"]["STRATA_DEPLOYED"])


@pytest.fixture(scope="module")
def profile(deployed):
    prefix = f"arn:aws:bedrock:{REGION}:{ACCOUNT}:application-inference-profile/"
    return prefix + deployed["profiles"]["chat-default"][0]


@pytest.fixture(scope="module")
def own(deployed):
    """The guardrail of the aliases, and its version."""
    return tuple(deployed["guardrails"]["standard"])


@pytest.fixture(scope="module")
def foreign(cloud, platform):
    """A guardrail that the platform has not declared, with a version of its own."""
    bedrock = cloud.client("bedrock")
    made = bedrock.create_guardrail(
        name="foreign",
        blockedInputMessaging="no",
        blockedOutputsMessaging="no",
        wordPolicyConfig={"wordsConfig": [{"text": "never"}]},
    )
    version = bedrock.create_guardrail_version(guardrailIdentifier=made["guardrailId"])
    yield made["guardrailId"], version["version"]
    bedrock.delete_guardrail(guardrailIdentifier=made["guardrailId"])


@pytest.fixture(scope="module")
def next_version(cloud, own):
    """A version of the right guardrail that nothing has been deployed with."""
    bedrock = cloud.client("bedrock")
    made = bedrock.create_guardrail_version(guardrailIdentifier=own[0])
    yield made["version"]
    bedrock.delete_guardrail(guardrailIdentifier=own[0], guardrailVersion=made["version"])


def converse(client, model: str, guardrail: tuple[str, str] | None):
    config = guardrail and dict(
        zip(("guardrailIdentifier", "guardrailVersion"), guardrail, strict=True)
    )
    return client.converse(
        modelId=model,
        messages=MESSAGES,
        inferenceConfig={"maxTokens": 1},
        **({"guardrailConfig": config} if config else {}),
    )


def refusal(call, *arguments, **named) -> str:
    """The code of the error that it ends in; empty if it does not."""
    try:
        call(*arguments, **named)
    except ClientError as error:
        assert "bedrock:InvokeModel" in error.response["Error"]["Message"]
        return str(error.response["Error"]["Code"])
    return ""


def test_with_the_guardrail_of_its_alias_a_model_answers(chat, profile, own):
    assert converse(chat, profile, own)["output"]["message"]["content"]


def test_without_a_guardrail_the_role_is_explicitly_denied(chat, profile):
    with pytest.raises(ClientError, match="explicit deny"):
        converse(chat, profile, None)


def test_with_the_working_draft_it_is_denied(chat, profile, own):
    assert refusal(converse, chat, profile, (own[0], "DRAFT")) == DENIED


def test_with_another_guardrail_it_is_denied(chat, profile, foreign):
    assert refusal(converse, chat, profile, foreign) == DENIED


def test_with_the_guardrail_of_another_alias_it_is_denied(chat, deployed, profile, own):
    grounded = tuple(deployed["guardrails"]["grounded"])
    prefix = profile.rpartition("/")[0]
    documents = f"{prefix}/{deployed['profiles']['docs-assistant'][0]}"
    assert refusal(converse, chat, profile, grounded) == DENIED
    assert refusal(converse, chat, documents, own) == DENIED
    assert converse(chat, documents, grounded)["output"]["message"]["content"]


def test_with_another_version_it_is_denied(chat, profile, own, next_version):
    assert refusal(converse, chat, profile, (own[0], next_version)) == DENIED


@pytest.mark.parametrize("model", ["the system profile", "the bare model"])
def test_around_the_profile_it_is_denied_as_well(chat, model):
    id = f"us.{NOVA}" if model == "the system profile" else NOVA
    assert refusal(converse, chat, id, None) == DENIED


def test_a_stream_is_denied_as_well(chat, profile, own, next_version):
    for version in ("DRAFT", next_version):
        config = {"guardrailIdentifier": own[0], "guardrailVersion": version}
        given = {"modelId": profile, "messages": MESSAGES, "guardrailConfig": config}
        assert refusal(chat.converse_stream, **given) == DENIED
    assert refusal(chat.converse_stream, modelId=profile, messages=MESSAGES) == DENIED


@pytest.mark.parametrize("operation", ["invoke_model", "invoke_model_with_response_stream"])
def test_the_headers_of_invoke_model_are_judged_alike(chat, profile, own, foreign, operation):
    def invoke(**guardrail: str) -> str:
        body = json.dumps({"messages": MESSAGES, "inferenceConfig": {"maxTokens": 1}})
        given = {"modelId": profile, "body": body, "contentType": "application/json"}
        try:
            getattr(chat, operation)(**given, **guardrail)
        except ClientError as error:
            return str(error.response["Error"]["Code"])
        return ""

    def named(id: str, version: str) -> dict[str, str]:
        return {"guardrailIdentifier": id, "guardrailVersion": version}

    assert invoke() == DENIED
    assert invoke(**named(own[0], "DRAFT")) == DENIED
    assert invoke(**named(*foreign)) == DENIED
    # Allowed; the embedded AWS cannot guard it, and says so instead of answering.
    assert invoke(**named(*own)) not in ("", DENIED)


@pytest.mark.parametrize("role", [r"KnowledgeBaseshandbook", r"EmbeddingsRole"])
def test_who_embeds_needs_no_guardrail_and_may_do_nothing_else(as_role, profile, own, role):
    client = as_role(role)
    vector = client.invoke_model(modelId=TITAN, body=json.dumps({"inputText": "Hi."}))
    assert json.loads(vector["body"].read())["embedding"]
    for model in (profile, f"us.{NOVA}", NOVA):
        assert refusal(converse, client, model, None) == DENIED
        assert refusal(converse, client, model, own) == DENIED
