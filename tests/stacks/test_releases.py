"""New code reaches the requests through an alias: at once, or a tenth of them first."""

import pytest

from config.load import environment_names, load_environment
from tests.stacks.assembly import dev_with, handlers, plain, resources, synthesize, template

HANDLERS = {"Authorizer", "Chat", "Embeddings", "Search", "Models", "Usage"}
ENVIRONMENTS = pytest.mark.parametrize("environment", environment_names())


def versions(found) -> set[str]:
    return set(resources(found, "AWS::Lambda::Version"))


@ENVIRONMENTS
def test_every_function_is_called_by_an_alias_of_a_published_version(assembly, environment):
    gateway = template(assembly, environment, "Gateway")
    aliases = resources(gateway, "AWS::Lambda::Alias")
    assert {id.partition("Live")[0] for id in aliases} == HANDLERS
    for each in aliases.values():
        version = plain(each["Properties"]["FunctionVersion"])
        assert version.removesuffix(".Version") in versions(gateway)
    permissions = resources(gateway, "AWS::Lambda::Permission").values()
    assert permissions
    assert all(plain(p["Properties"]["FunctionName"]) in aliases for p in permissions)
    authorizers = resources(gateway, "AWS::ApiGateway::Authorizer").values()
    assert all("AuthorizerLive" in plain(a["Properties"]["AuthorizerUri"]) for a in authorizers)


@ENVIRONMENTS
def test_what_a_release_replaced_stays(assembly, environment):
    found = resources(template(assembly, environment, "Gateway"), "AWS::Lambda::Version").values()
    assert {each["DeletionPolicy"] for each in found} == {"Retain"}


@ENVIRONMENTS
def test_a_canary_where_the_environment_says_so(assembly, environment):
    gateway = template(assembly, environment, "Gateway")
    groups = resources(gateway, "AWS::CodeDeploy::DeploymentGroup")
    policies = [
        alias.get("UpdatePolicy") for alias in resources(gateway, "AWS::Lambda::Alias").values()
    ]
    if load_environment(environment).operations.deployment == "all_at_once":
        assert (len(groups), set(policies)) == (0, {None})
        return
    for policy in policies:
        move = policy["CodeDeployLambdaAliasUpdate"]
        assert plain(move["DeploymentGroupName"]) in groups
    assert len(groups) == len(HANDLERS)


def test_prod_is_a_canary_that_alarms_roll_back(assembly):
    gateway = template(assembly, "prod", "Gateway")
    alarms = resources(gateway, "AWS::CloudWatch::Alarm")
    for id, each in resources(gateway, "AWS::CodeDeploy::DeploymentGroup").items():
        group = each["Properties"]
        assert "Canary10Percent" in group["DeploymentConfigName"]
        watched = [plain(alarm["Name"]) for alarm in group["AlarmConfiguration"]["Alarms"]]
        assert set(watched) <= set(alarms)
        names = {alarms[alarm]["Properties"]["AlarmName"] for alarm in watched}
        handler = next(name for name in HANDLERS if name in id)
        assert names == {
            "strata-prod-release-errors",
            f"strata-prod-release-crashes-{handler.lower()}",
        }
        assert group["AlarmConfiguration"]["Enabled"] is True
        assert "DEPLOYMENT_STOP_ON_ALARM" in group["AutoRollbackConfiguration"]["Events"]


def test_codedeploy_may_move_these_aliases_and_nothing_else(assembly):
    gateway = template(assembly, "prod", "Gateway")
    (role,) = (id for id in resources(gateway, "AWS::IAM::Role") if id.startswith("CanaryRole"))
    assert "ManagedPolicyArns" not in gateway["Resources"][role]["Properties"]
    (policy,) = (
        each["Properties"]["PolicyDocument"]["Statement"]
        for id, each in resources(gateway, "AWS::IAM::Policy").items()
        if id.startswith("CanaryPolicy")
    )
    moves = next(s for s in policy if "lambda:UpdateAlias" in s["Action"])
    functions = handlers(gateway)
    assert {arn.partition(".Arn")[0] for arn in map(plain, moves["Resource"])} == set(functions)


def test_a_change_of_settings_publishes_versions_and_an_alarms_does_not(tmp_path):
    before, told = dev_with(), dev_with()
    told = told.model_copy(update={"api": told.api.model_copy(update={"max_body_bytes": 2_000})})
    alarm = dev_with(tables="[operations.upkeep]\n")
    base = told.knowledge_bases["handbook"].model_copy(update={"dimensions": 512})
    other_base = before.model_copy(update={"knowledge_bases": {"handbook": base}})
    found = []
    for name, environment in (
        ("a", before),
        ("b", told),
        ("c", alarm),
        ("d", other_base),
    ):
        synthesize(tmp_path / name, environment)
        found.append(versions(template(tmp_path / name, "dev", "Gateway")))
    first, settings, alarms, bases = found
    assert first.isdisjoint(settings)
    assert first == alarms
    assert first.isdisjoint(bases)
