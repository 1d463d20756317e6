"""A4: a guardrail that stops less is found, whatever it was and whatever it becomes."""

from itertools import permutations, product

import pytest

from audit.lattice import ACTIONS, STRENGTHS, TIERS, weaker

FILTER = {"Type": "HATE", "InputStrength": "HIGH", "OutputStrength": "HIGH"}
PII = {"Type": "EMAIL", "Action": "BLOCK"}


def content(**change: object) -> dict[str, object]:
    return {"ContentPolicyConfig": {"FiltersConfig": [FILTER | change]}}


def pii(**change: object) -> dict[str, object]:
    return {"SensitiveInformationPolicyConfig": {"PiiEntitiesConfig": [PII | change]}}


def grounding(**change: object) -> dict[str, object]:
    item = {"Type": "GROUNDING", "Threshold": 0.5, **change}
    return {"ContextualGroundingPolicyConfig": {"FiltersConfig": [item]}}


def is_weaker(before: dict[str, object], after: dict[str, object]) -> bool:
    return any(weaker(before, after))


@pytest.mark.parametrize("direction", ["Input", "Output"])
@pytest.mark.parametrize(("was", "now"), [*product(STRENGTHS, repeat=2)])
def test_every_pair_of_strengths(direction, was, now):
    before, after = (content(**{f"{direction}Strength": each}) for each in (was, now))
    assert is_weaker(before, after) == (STRENGTHS.index(now) < STRENGTHS.index(was))


@pytest.mark.parametrize("direction", ["Input", "Output"])
@pytest.mark.parametrize(("was", "now"), [*product(("NONE", "BLOCK"), repeat=2)])
def test_every_pair_of_a_filters_actions(direction, was, now):
    before, after = (content(**{f"{direction}Action": each}) for each in (was, now))
    assert is_weaker(before, after) == ((was, now) == ("BLOCK", "NONE"))


@pytest.mark.parametrize("field", ["Action", "InputAction", "OutputAction"])
@pytest.mark.parametrize("kind", ["PiiEntitiesConfig", "RegexesConfig"])
@pytest.mark.parametrize(("was", "now"), [*product(ACTIONS, repeat=2)])
def test_every_pair_of_actions_on_personal_data(field, kind, was, now):
    item = {"Type": "EMAIL", "Name": "n", "Pattern": "p", "Action": "NONE"}
    before, after = (
        {"SensitiveInformationPolicyConfig": {kind: [item | {field: each}]}} for each in (was, now)
    )
    assert is_weaker(before, after) == (ACTIONS.index(now) < ACTIONS.index(was))


@pytest.mark.parametrize("make", [content, pii], ids=["content", "pii"])
@pytest.mark.parametrize("direction", ["Input", "Output"])
@pytest.mark.parametrize(("was", "now"), [*product((None, True, False), repeat=2)])
def test_every_pair_of_switches(make, direction, was, now):
    name = f"{direction}Enabled"
    before, after = (make(**({} if each is None else {name: each})) for each in (was, now))
    assert is_weaker(before, after) == (was is not False and now is False)


@pytest.mark.parametrize(("was", "now"), [*permutations((0.0, 0.2, 0.5, 0.9, 0.99), 2)])
def test_every_pair_of_thresholds(was, now):
    assert is_weaker(grounding(Threshold=was), grounding(Threshold=now)) == (now < was)


@pytest.mark.parametrize(("was", "now"), [*product((None, *TIERS), repeat=2)])
@pytest.mark.parametrize(
    ("policy", "tier", "items"),
    [
        ("ContentPolicyConfig", "ContentFiltersTierConfig", {"FiltersConfig": [FILTER]}),
        ("TopicPolicyConfig", "TopicsTierConfig", {"TopicsConfig": [{"Name": "t"}]}),
    ],
)
def test_every_pair_of_tiers(policy, tier, items, was, now):
    before, after = (
        {policy: items | ({tier: {"TierName": each}} if each else {})} for each in (was, now)
    )
    assert is_weaker(before, after) == ((was, now) in {("STANDARD", "CLASSIC"), ("STANDARD", None)})


@pytest.mark.parametrize(
    "properties",
    [
        content(),
        pii(),
        grounding(),
        {"TopicPolicyConfig": {"TopicsConfig": [{"Name": "t", "Definition": "d"}]}},
        {"WordPolicyConfig": {"WordsConfig": [{"Text": "w"}]}},
        {"WordPolicyConfig": {"ManagedWordListsConfig": [{"Type": "PROFANITY"}]}},
        {"AutomatedReasoningPolicyConfig": {"Policies": ["arn:p:1"], "ConfidenceThreshold": 0.8}},
    ],
    ids=["content", "pii", "grounding", "topic", "word", "list", "reasoning"],
)
def test_a_policy_that_is_gone_is_weaker_and_one_that_comes_is_not(properties):
    assert is_weaker(properties, {})
    assert not is_weaker({}, properties)
    assert not is_weaker(properties, properties)


def test_the_order_of_strengths_is_monotone():
    chain = [content(InputStrength=each, OutputStrength=each) for each in STRENGTHS]
    for i, before in enumerate(chain):
        for k, after in enumerate(chain):
            assert is_weaker(before, after) == (k < i)


def test_an_image_that_is_not_looked_at_any_more_is_weaker():
    before, after = content(InputModalities=["TEXT", "IMAGE"]), content(InputModalities=["TEXT"])
    assert is_weaker(before, after)
    assert not is_weaker(after, before)
