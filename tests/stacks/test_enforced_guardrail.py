"""The account's enforced guardrail: only where it is declared, whole, and open to our roles."""

import pytest

from config.errors import ConfigError
from config.guardrail_policies import AutomatedReasoning
from config.load import (
    ENVIRONMENTS,
    environment_names,
    load_catalogue,
    load_environment,
    parse_environment,
)
from config.references import broken_references
from config.singletons import twice_declared
from tests.stacks.assembly import plain, resources, synthesize, template
from tests.stacks.iam import decide, roles

TYPE = "AWS::Bedrock::EnforcedGuardrailConfiguration"
DEV = (ENVIRONMENTS / "dev.toml").read_text(encoding="utf-8")


def dev(name: str):
    return parse_environment("dev", f'enforced_guardrail = "{name}"\n{DEV}', load_catalogue())


@pytest.fixture(scope="module")
def enforced(tmp_path_factory):
    outdir = tmp_path_factory.mktemp("enforced")
    synthesize(outdir, dev("strict"))
    return outdir


@pytest.mark.parametrize("environment", environment_names())
def test_no_environment_takes_the_account_unasked(assembly, environment):
    assert load_environment(environment).enforced_guardrail is None
    assert not resources(template(assembly, environment, "Gateway"), TYPE)


def test_it_is_a_numbered_version_on_every_model_and_all_that_is_said(enforced):
    (found,) = resources(template(enforced, "dev", "Gateway"), TYPE).values()
    said = plain(found["Properties"])
    assert said.pop("GuardrailIdentifier").endswith(".GuardrailId")
    assert said.pop("GuardrailVersion").endswith(".Version")
    assert said == {
        "ModelEnforcement": {"IncludedModels": ["ALL"], "ExcludedModels": []},
        "SelectiveContentGuarding": {"Messages": "COMPREHENSIVE", "System": "COMPREHENSIVE"},
    }


def test_whoever_calls_a_model_may_apply_it_before_it_is_enforced(enforced):
    gateway = template(enforced, "dev", "Gateway")
    (found,) = resources(gateway, TYPE).values()
    (applying,) = (id for id in resources(gateway, "AWS::IAM::ManagedPolicy") if "Apply" in id)
    assert applying in found["DependsOn"]
    (strict,) = (id for id in resources(gateway, "AWS::Bedrock::Guardrail") if "strict" in id)
    owner = "us-east-1:111111111111"
    arn = f"arn:aws:bedrock:{owner}:guardrail/{strict.lower()}"
    of = roles(enforced, "dev", owner)
    callers = [role for role, held in of.items() if "bedrock:InvokeModel" in str(held)]
    assert len(callers) == 3
    for role in callers:
        assert decide(of[role], "bedrock:ApplyGuardrail", arn, {}), role


def test_a_guardrail_that_is_not_there_is_refused():
    with pytest.raises(ConfigError, match=r"enforced_guardrail = 'nosuch': not named"):
        dev("nosuch")


def test_one_with_automated_reasoning_is_refused():
    reasoning = (
        load_environment("dev")
        .guardrails["strict"]
        .model_copy(update={"automated_reasoning": AutomatedReasoning.model_construct(policies=())})
    )
    environment = dev("strict")
    changed = {"guardrails": {**environment.guardrails, "strict": reasoning}}
    broken = list(broken_references(environment.model_copy(update=changed)))
    assert [(field, given) for field, given, _ in broken] == [("enforced_guardrail", "strict")]


def test_two_environments_of_one_account_and_region_cannot_both_enforce_one():
    one = dev("strict")
    problems = twice_declared([one, one.model_copy(update={"name": "twin"})])
    assert "enforced_guardrail" in {problem.field for problem in problems}
    elsewhere = one.model_copy(update={"name": "twin", "region": "us-west-2"})
    assert list(twice_declared([one, elsewhere])) == []
