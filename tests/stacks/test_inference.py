"""The inference profiles of an alias where its models, or its tenants, are not like the others."""

import json

import pytest

from config.load import ENVIRONMENTS, load_catalogue, parse_environment
from tests.stacks.assembly import deployed_variable, plain, resources, synthesize, template

DEV = (ENVIRONMENTS / "dev.toml").read_text(encoding="utf-8")
MISTRAL = "mistral.mistral-large-3-675b-instruct"
NOVA = "amazon.nova-lite-v1:0"


def gateway(outdir, text: str, *without_profiles: str):
    """The Gateway's template of a changed dev, where these models can have no profile."""
    catalogue = dict(load_catalogue())
    for id in without_profiles:
        model = catalogue[id]
        changed = model.capabilities.model_copy(update={"application_profiles": False})
        catalogue[id] = model.model_copy(update={"capabilities": changed})
    synthesize(outdir, parse_environment("dev", text, catalogue))
    return template(outdir, "dev", "Gateway")


def invocations(found) -> list[dict]:
    policies = resources(found, "AWS::IAM::ManagedPolicy").values()
    return [
        plain(statement)
        for policy in policies
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def test_a_model_that_can_have_no_profile_is_called_as_it_is(tmp_path):
    found = gateway(tmp_path, DEV, MISTRAL)
    told = json.loads(deployed_variable(found, "Chat"))
    assert told["profiles"]["chat-default"][1] == ""
    arn = f"arn:aws:bedrock:us-east-1::foundation-model/{MISTRAL}"
    (statement,) = (s for s in invocations(found) if arn in s["Resource"])
    assert set(statement["Condition"]) == {"StringEquals"}


def test_a_system_profile_is_still_the_only_way_to_its_model(tmp_path):
    found = gateway(tmp_path, DEV, NOVA)
    statements = [s for s in invocations(found) if any(NOVA in r for r in s["Resource"])]
    models = [s for s in statements if any("foundation-model" in r for r in s["Resource"])]
    (model,) = models
    through = model["Condition"]["StringLike"]["bedrock:InferenceProfileArn"]
    (own,) = (arn for arn in through if NOVA in arn)
    assert own.endswith(f":inference-profile/us.{NOVA}")


@pytest.fixture(scope="module")
def own(tmp_path_factory):
    return gateway(tmp_path_factory.mktemp("own"), DEV + "own_profiles = true\n")


def test_a_tenants_own_profiles_are_tagged_with_it(own):
    profiles = resources(own, "AWS::Bedrock::ApplicationInferenceProfile").values()
    tenants = [
        tag["Value"]
        for profile in profiles
        for tag in profile["Properties"]["Tags"]
        if tag["Key"] == "strata:tenant"
    ]
    assert tenants == ["demo"] * (len(profiles) // 2)


def test_a_tenants_own_profiles_are_what_its_requests_may_use(own):
    told = json.loads(deployed_variable(own, "Chat"))["profiles"]
    assert {"chat-default@demo", "docs-assistant@demo", "reasoning@demo"} <= set(told)
    allowed = str(invocations(own))
    for ids in told.values():
        for id in ids:
            assert id.removesuffix(".InferenceProfileId") in allowed
