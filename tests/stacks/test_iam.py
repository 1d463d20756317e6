"""Who may do what, read out of the templates: exact ARNs, for exactly the declared models."""

import pytest

from config.load import environment_names, load_environment
from tests.stacks.assembly import STACKS, plain, resources, template


def statements(assembly, environment: str, stack: str, role: str = "") -> list[dict]:
    """The statements of the identity policies whose logical id starts with `role`."""
    policies = resources(template(assembly, environment, stack), "AWS::IAM::Policy")
    return [
        {key: plain(value) for key, value in statement.items()}
        for id, policy in policies.items()
        if id.startswith(role)
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def as_list(value: object) -> list:
    return value if isinstance(value, list) else [value]


def chat_targets(environment: str) -> list:
    aliases = load_environment(environment).aliases.values()
    return [t for alias in aliases if alias.model.model.kind == "chat" for t in alias.targets]


@pytest.mark.parametrize("environment", environment_names())
def test_no_identity_policy_names_every_resource_or_every_action(assembly, environment):
    for stack in STACKS:
        for statement in statements(assembly, environment, stack):
            if statement["Effect"] == "Deny":
                continue
            assert "*" not in as_list(statement["Resource"])
            assert not {"*", "bedrock:*"} & set(as_list(statement["Action"]))
            assert "NotAction" not in statement and "NotResource" not in statement


@pytest.mark.parametrize("environment", environment_names())
def test_the_chat_role_invokes_every_model_of_its_aliases_in_every_destination(
    assembly, environment
):
    granted = {
        arn
        for statement in statements(assembly, environment, "Gateway", "ChatRole")
        if statement["Action"] == "bedrock:InvokeModel"
        for arn in as_list(statement["Resource"])
        if "::foundation-model/" in arn
    }
    assert granted == {
        f"arn:aws:bedrock:{region}::foundation-model/{target.model.id}"
        for target in chat_targets(environment)
        for region in target.destinations
    }


@pytest.mark.parametrize("environment", environment_names())
def test_a_model_is_invoked_only_through_a_profile(assembly, environment):
    for statement in statements(assembly, environment, "Gateway", "ChatRole"):
        if any("::foundation-model/" in arn for arn in as_list(statement["Resource"])):
            profiles = statement["Condition"]["StringLike"]["bedrock:InferenceProfileArn"]
            assert as_list(profiles)
            assert not any("*" in profile for profile in as_list(profiles))


@pytest.mark.parametrize("environment", environment_names())
def test_the_system_profiles_are_those_of_the_aliases(assembly, environment):
    declared = load_environment(environment)
    owner = f"arn:aws:bedrock:{declared.region}:{declared.account}:inference-profile/"
    granted = {
        arn.removeprefix(owner)
        for statement in statements(assembly, environment, "Gateway", "ChatRole")
        for arn in as_list(statement["Resource"])
        if arn.startswith(owner)
    }
    assert granted == {target.id for target in chat_targets(environment) if target.prefix}


def actions(assembly, environment: str, stack: str, role: str) -> set[str]:
    return {
        action
        for statement in statements(assembly, environment, stack, role)
        for action in as_list(statement["Action"])
    }


LOGS = {"logs:CreateLogStream", "logs:PutLogEvents"}


def test_each_handler_does_its_own_work_and_no_other(assembly):
    kms = {"kms:Decrypt", "kms:Encrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"}
    bedrock = {"bedrock:InvokeModel", "bedrock:ApplyGuardrail", "bedrock:Retrieve"}
    assert actions(assembly, "prod", "Gateway", "ModelsRole") == LOGS
    assert actions(assembly, "prod", "Gateway", "AuthorizerRole") == LOGS | {
        "dynamodb:GetItem",
        "kms:Decrypt",
    }
    denied = {"bedrock-mantle:*", "bedrock:CallWithBearerToken"}
    assert actions(assembly, "prod", "Gateway", "ChatRole") == LOGS | kms | bedrock | denied | {
        "dynamodb:UpdateItem"
    }


def test_the_chat_role_is_denied_the_ways_around_guardrails(assembly):
    (denial,) = (
        statement
        for statement in statements(assembly, "prod", "Gateway", "ChatRole")
        if statement["Effect"] == "Deny"
    )
    assert denial == {
        "Effect": "Deny",
        "Action": ["bedrock-mantle:*", "bedrock:CallWithBearerToken"],
        "Resource": "*",
    }


def test_a_knowledge_base_reads_its_prefix_embeds_with_its_model_and_writes_its_index(assembly):
    found = statements(assembly, "prod", "Knowledge", "handbookKnowledgeBaseRole")
    by_action = {tuple(as_list(s["Action"])): s for s in found}
    documents = by_action["s3:GetObject",]
    assert documents["Resource"].endswith("/handbook/*")
    assert documents["Condition"] == {"StringEquals": {"aws:ResourceAccount": "333333333333"}}
    assert by_action["s3:ListBucket",]["Condition"]["StringLike"] == {
        "s3:prefix": ["handbook/", "handbook/*"]
    }
    model = "arn:aws:bedrock:us-east-1::foundation-model/amazon.titan-embed-text-v2:0"
    assert by_action["bedrock:InvokeModel",]["Resource"] == model
    index = next(s for s in found if "s3vectors:PutVectors" in s["Action"])
    assert index["Resource"].startswith("handbookIndex")
