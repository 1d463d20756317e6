"""Access to models is the account's affair: nothing without consent, and then exactly this."""

import json

import pytest

from config.load import ENVIRONMENTS, environment_names, load_catalogue, parse_environment
from config.schema import Environment
from tests.stacks.assembly import Template, plain, resources, synthesize, template

CONSENT = """
[access]
accept_agreements = true

[access.anthropic]
company_name = "Example AG"
company_website = "https://example.com"
intended_users = "both"
industry = "Retail"
use_cases = "Answers from our handbook."
"""
CUSTOM = "AWS::CloudFormation::CustomResource"


def with_access(text: str = CONSENT) -> Environment:
    dev = (ENVIRONMENTS / "dev.toml").read_text(encoding="utf-8")
    return parse_environment("dev", dev + text, load_catalogue())


@pytest.fixture(scope="module")
def outdir(tmp_path_factory):
    folder = tmp_path_factory.mktemp("access")
    synthesize(folder, with_access())
    return folder


@pytest.fixture(scope="module")
def access(outdir) -> Template:
    return template(outdir, "dev", "Access")


@pytest.mark.parametrize("environment", environment_names())
def test_without_consent_there_is_neither_stack_nor_function(assembly, environment):
    found = list((assembly / f"assembly-{environment}").glob("*.template.json"))
    assert found and not [path for path in found if "Access" in path.name]
    assert not [path for path in found if "tasks.model_access" in path.read_text()]


def only(found: dict) -> dict:
    (one,) = found.values()
    return one


def test_the_resource_names_the_models_without_prefixes_and_the_form_as_the_service_reads_it(
    access,
):
    properties = only(resources(access, CUSTOM))["Properties"]
    assert properties["Models"] == [model.id for model in with_access().models]
    assert "anthropic.claude-sonnet-5-5" in properties["Models"]
    assert properties["AnthropicForm"] == {
        "companyName": "Example AG",
        "companyWebsite": "https://example.com",
        "intendedUsers": "2",
        "industryOption": "Retail",
        "otherIndustryOption": "",
        "useCases": "Answers from our handbook.",
    }


def test_one_function_of_ours_answers_and_may_take_its_whole_life(access):
    functions = resources(access, "AWS::Lambda::Function")
    properties = only(functions)["Properties"]
    assert properties["Handler"] == "tasks.model_access.handler"
    assert properties["Runtime"].startswith("python")
    assert properties["Timeout"] == 900
    custom = only(resources(access, CUSTOM))["Properties"]
    assert custom["ServiceToken"] == {"Fn::GetAtt": [next(iter(functions)), "Arn"]}
    assert custom["ServiceTimeout"] == 900


def statements(access: Template) -> list[dict]:
    policy = only(resources(access, "AWS::IAM::Policy"))
    return [plain(one) for one in policy["Properties"]["PolicyDocument"]["Statement"]]


def test_the_function_may_do_what_the_flow_needs_and_nothing_else(access):
    logs, bedrock, marketplace = statements(access)
    assert logs["Resource"] != "*"
    assert bedrock["Action"] == [
        "bedrock:CreateFoundationModelAgreement",
        "bedrock:GetFoundationModelAvailability",
        "bedrock:GetUseCaseForModelAccess",
        "bedrock:ListFoundationModelAgreementOffers",
        "bedrock:PutUseCaseForModelAccess",
    ]
    assert marketplace["Action"] == [
        "aws-marketplace:Subscribe",
        "aws-marketplace:ViewSubscriptions",
    ]


def test_the_marketplace_is_reached_through_bedrock_only(access):
    condition = statements(access)[2]["Condition"]
    assert condition == {"StringEquals": {"aws:CalledViaLast": "bedrock.amazonaws.com"}}


def test_the_function_is_made_after_its_permissions(access):
    function = only(resources(access, "AWS::Lambda::Function"))
    assert set(resources(access, "AWS::IAM::Policy")) <= set(function["DependsOn"])


def test_a_form_that_no_model_needs_is_not_filed(tmp_path):
    environment = with_access()
    aliases = {name: alias for name, alias in environment.aliases.items() if name != "reasoning"}
    tenants = {
        name: tenant.model_copy(update={"aliases": tuple(aliases)})
        for name, tenant in environment.tenants.items()
    }
    synthesize(tmp_path, environment.model_copy(update={"aliases": aliases, "tenants": tenants}))
    properties = only(resources(template(tmp_path, "dev", "Access"), CUSTOM))["Properties"]
    assert "AnthropicForm" not in properties
    assert not [model for model in properties["Models"] if model.startswith("anthropic.")]


def test_the_gateway_waits_for_the_access(outdir):
    manifest = json.loads((outdir / "assembly-dev" / "manifest.json").read_text())
    stacks = {
        name: artifact
        for name, artifact in manifest["artifacts"].items()
        if artifact["type"] == "aws:cloudformation:stack"
    }
    gateway = next(stacks[name] for name in stacks if name.startswith("devGateway"))
    access = next(name for name in stacks if name.startswith("devAccess"))
    assert access in gateway["dependencies"]
