"""Who may deploy, in the templates: one repository's environment each, and what it may touch."""

import json
import re
from fnmatch import fnmatch
from pathlib import Path

import pytest
from policy_sentry.querying.all import get_all_actions

from audit.yaml_template import load
from config.errors import ConfigError
from config.load import environment_names, load_environment
from config.singletons import twice_declared
from operate.delivery.identity import ROLES, identity
from tests.stacks.assembly import (
    Template,
    dev_with,
    plain,
    resources,
    stacks_of,
    synthesize,
    template,
)

TABLE = """
[delivery]
repository = "acme/platform"
oidc_provider = "create"
ledger_lock = "compliance"
ledger_lock_days = 2_557
"""
HOST = "token.actions.githubusercontent.com"
BOOTSTRAP = Path("operate/delivery/bootstrap.yaml")
# CloudFormation's word for a service, where it is not IAM's.
PREFIXES = {"ApiGateway": "apigateway", "CloudFormation": ""}


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("delivery")
    synthesize(folder, dev_with(tables=TABLE))
    return folder


@pytest.fixture(scope="module")
def delivery(folder) -> Template:
    return template(folder, "dev", "Delivery")


def roles(found: Template) -> dict[str, dict]:
    return {
        each["Properties"]["RoleName"]: each["Properties"]
        for each in resources(found, "AWS::IAM::Role").values()
    }


def test_the_stack_is_there_only_where_it_is_declared(assembly):
    declared = [name for name in environment_names() if load_environment(name).delivery]
    found = [name for name in environment_names() if "Delivery" in stacks_of(assembly, name)]
    assert found == declared and "local" not in found


@pytest.mark.parametrize(("role", "github"), [("deploy", "dev"), ("drift", "dev-drift")])
def test_a_role_is_taken_by_one_environment_of_one_repository(delivery, role, github):
    (statement,) = roles(delivery)[f"strata-dev-{role}"]["AssumeRolePolicyDocument"]["Statement"]
    assert statement["Action"] == "sts:AssumeRoleWithWebIdentity"
    assert statement["Condition"] == {
        "StringEquals": {
            f"{HOST}:aud": "sts.amazonaws.com",
            f"{HOST}:sub": f"repo:acme/platform:environment:{github}",
        }
    }
    assert plain(statement["Principal"]["Federated"]).endswith(f":oidc-provider/{HOST}")


def test_workflows_take_the_roles_and_write_to_the_ledger_that_are_there(delivery, tmp_path):
    dev = load_environment("dev")
    for role in ROLES:
        named = identity(dev, role, tmp_path)
        assert named["AWS_ROLE_ARN"].rpartition("/")[2] in roles(delivery)
    (bucket,) = resources(delivery, "AWS::S3::Bucket").values()
    assert identity(dev, "deploy", tmp_path)["AUDIT_LEDGER"].endswith(
        bucket["Properties"]["BucketName"]
    )


def test_the_deploy_role_changes_nothing_but_through_the_bootstraps_roles(delivery):
    """It may add to the ledger, and make keys to ask with; of the rest it may only look."""
    writes = {
        "sts:AssumeRole", "s3:PutObject", "kms:Encrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*",
        "kms:GenerateMac", "kms:Decrypt", "dynamodb:PutItem", "dynamodb:UpdateItem",
        "dynamodb:Scan",
    }  # fmt: skip
    looks = re.compile(r"\w+:(Describe|Get|List)\w*")
    for action in actions(delivery, "Deploy"):
        assert action in writes or looks.fullmatch(action), action


def test_it_assumes_the_roles_of_its_own_account_and_region_alone(delivery):
    found = [
        plain(resource)
        for statement in statements(delivery, "Deploy")
        if statement["Action"] == "sts:AssumeRole"
        for resource in statement["Resource"]
    ]
    assert len(found) == 3
    for each in found:
        assert each.endswith("-role-111111111111-us-east-1") and "*" not in each
    assert not any("cfn-exec" in each for each in found)


def test_nobody_is_given_the_right_to_delete_from_the_ledger(delivery):
    text = json.dumps(delivery["Resources"])
    assert "s3:DeleteObject" not in text and "s3:Bypass" not in text


def test_the_ledger_is_locked_kept_and_never_expires(delivery):
    (bucket,) = resources(delivery, "AWS::S3::Bucket").values()
    rule = bucket["Properties"]["ObjectLockConfiguration"]["Rule"]["DefaultRetention"]
    assert rule == {"Mode": "COMPLIANCE", "Days": 2_557}
    assert bucket["DeletionPolicy"] == bucket["UpdateReplacePolicy"] == "Retain"
    assert "Expiration" not in json.dumps(bucket["Properties"]["LifecycleConfiguration"])


def test_every_role_of_a_delivered_environment_has_the_boundary(folder):
    for stack in stacks_of(folder, "dev"):
        for id, role in resources(template(folder, "dev", stack), "AWS::IAM::Role").items():
            assert "policy/strata-boundary" in plain(role["Properties"]["PermissionsBoundary"]), id


def test_the_bootstrap_allows_the_services_of_the_templates_and_no_more(folder, assembly):
    used = {"s3", "ssm", "iam"}
    for place, names in ((folder, ["dev"]), (assembly, environment_names())):
        for name in names:
            for stack in stacks_of(place, name):
                used |= services(template(place, name, stack))
    allowed = {action.partition(":")[0] for action in allowed_by("Execution")}
    assert used - allowed == set()
    # A private API, and what may be declared of knowledge bases.
    assert allowed - used <= {"ec2", "events", "scheduler", "sqs", "states"}


def test_the_boundary_allows_what_the_roles_do(folder, assembly):
    allowed = {action.partition(":")[0] for action in allowed_by("Boundary")}
    for place, names in ((folder, ["dev"]), (assembly, environment_names())):
        for name in names:
            for stack in stacks_of(place, name):
                for action in actions(template(place, name, stack), ""):
                    assert action.partition(":")[0] in allowed, action


def test_every_action_of_the_bootstrap_exists():
    known = {action.lower() for action in get_all_actions()}
    for policy in ("Execution", "Boundary"):
        for action in allowed_by(policy):
            assert any(fnmatch(each, action.lower()) for each in known), action


def test_cloudformation_makes_no_role_without_the_boundary():
    document = load(BOOTSTRAP.read_text())["Resources"]["Execution"]["Properties"]["PolicyDocument"]
    gives = {"iam:CreateRole", "iam:PutRolePolicy", "iam:AttachRolePolicy"}
    for statement in document["Statement"]:
        if statement["Effect"] == "Allow" and gives.intersection(statement["Action"]):
            assert statement["Condition"] == {
                "StringEquals": {"iam:PermissionsBoundary": {"Ref": "Boundary"}}
            }
    assert gives <= {*allowed_by("Execution")} and "iam:*" not in allowed_by("Execution")


def test_the_bootstraps_policies_fit():
    """https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: 6,144."""
    for policy in load(BOOTSTRAP.read_text())["Resources"].values():
        document = json.dumps(policy["Properties"]["PolicyDocument"], separators=(",", ":"))
        assert len(document) < 6_144


def test_an_account_trusts_github_once():
    one = dev_with(tables=TABLE)
    twin = one.model_copy(update={"name": "twin", "region": "us-west-2"})
    (problem,) = twice_declared([one, twin])
    assert problem.field == "delivery.oidc_provider" and '"existing"' in str(problem)
    assert one.delivery is not None
    existing = one.delivery.model_copy(update={"oidc_provider": "existing"})
    assert list(twice_declared([one, twin.model_copy(update={"delivery": existing})])) == []


@pytest.mark.parametrize(
    ("mistake", "field"),
    [
        (('"acme/platform"', '"acme/*"'), "delivery.repository"),
        (('"acme/platform"', '"platform"'), "delivery.repository"),
        (('"acme/platform"', '"acme/platform:ref"'), "delivery.repository"),
        (('"create"', '"maybe"'), "delivery.oidc_provider"),
        (('"compliance"', '"none"'), "delivery.ledger_lock"),
        (("2_557", "0"), "delivery.ledger_lock_days"),
        (("2_557", "36_500"), "delivery.ledger_lock_days"),
    ],
)
def test_a_mistake_is_refused_by_name(mistake, field):
    with pytest.raises(ConfigError) as refused:
        dev_with(tables=TABLE.replace(*mistake))
    assert [problem.field for problem in refused.value.problems] == [field]


def statements(found: Template, role: str) -> list[dict]:
    return [
        statement
        for id, policy in found["Resources"].items()
        if policy["Type"] in ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy") and id.startswith(role)
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]
    ]


def actions(found: Template, role: str) -> set[str]:
    given = [each["Action"] for each in statements(found, role) if each["Effect"] == "Allow"]
    return {each for one in given for each in ([one] if isinstance(one, str) else one)}


def services(found: Template) -> set[str]:
    words = {each["Type"].split("::")[1] for each in found["Resources"].values()}
    prefixes = {PREFIXES.get(word, word.lower()) for word in words if word not in ("CDK",)}
    return prefixes - {""}


def allowed_by(policy: str) -> list[str]:
    document = load(BOOTSTRAP.read_text())["Resources"][policy]["Properties"]["PolicyDocument"]
    given = [each["Action"] for each in document["Statement"] if each["Effect"] == "Allow"]
    return [each for one in given for each in ([one] if isinstance(one, str) else one)]
