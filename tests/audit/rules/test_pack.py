"""Every rule finds what it is for, and nothing in a template where all is well."""

from collections import defaultdict
from copy import deepcopy

import pytest

from audit.rules.registry import rules
from tests.audit.rules.templates import CASES, broken, cases, edited, found, good

IDS = [each.id for each in rules()]


def labelled(kind: str) -> list:
    return [
        pytest.param(id, case, id=f"{id}-{number}")
        for id in IDS
        for number, case in enumerate(cases(id, kind), 1)
    ]


def test_every_rule_has_cases_and_every_case_a_rule():
    assert sorted(each.stem for each in CASES.glob("*.toml")) == IDS
    assert len(IDS) >= 25
    assert [id for id in IDS if not cases(id, "breaks")] == []


def test_nothing_is_found_where_all_is_well():
    assert found(good()) == []


@pytest.mark.parametrize(("rule", "case"), labelled("breaks"))
def test_a_rule_finds_what_breaks_it(rule, case):
    assert rule in broken(edited(case))


@pytest.mark.parametrize(("rule", "case"), labelled("holds"))
def test_a_rule_accepts_every_way_to_keep_it(rule, case):
    assert rule not in broken(edited(case))


@pytest.mark.parametrize("rule", IDS)
def test_no_rule_is_implied_by_the_others(rule):
    """It finds a mutant that no other rule finds."""
    assert {rule} in [broken(edited(case)) for case in cases(rule, "breaks")]


def test_removing_any_part_crashes_nothing_and_what_is_protective_is_missed():
    """Each part of the good template is removed in turn; at least these rules notice one."""
    noticed = defaultdict(list)
    for path in parts(good()):
        for rule in broken(without(path)):
            noticed[rule].append(path)
    by_presence = set(IDS) - {
        "BR-AGENT-CLASSIC",
        "BR-API-DATA-TRACE",
        "BR-GUARDRAIL-ACTS",
        "BR-GUARDRAIL-DRAFT",
        "BR-INVOCATION-LOGGING-TEXT",
        "BR-INVOKE-SCOPED",
        "BR-MODEL-ALIVE",
        "BR-REGIONS-RESIDENT",
        "BR-TEMPLATE-MACROS",
    }
    assert by_presence <= noticed.keys()


def test_no_value_of_the_wrong_shape_crashes_a_rule():
    """Every part is replaced by every kind of value, a function that cannot be read among them."""
    strange = [None, 7, "x", [], {}, [[]], [{}], {"Fn::Transform": {"Name": "x"}}, {"Ref": []}]
    for number, path in enumerate(parts(good())):
        raw = good()
        place = raw["Resources"]
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = deepcopy(strange[number % len(strange)])
        if all(isinstance(each, dict) and "Type" in each for each in raw["Resources"].values()):
            found(raw)


def parts(raw: dict) -> list[tuple]:
    def walk(value, path):
        inner = value.items() if isinstance(value, dict) else ()
        listed = enumerate(value) if isinstance(value, list) else ()
        for key, each in [*inner, *listed]:
            yield (*path, key)
            yield from walk(each, (*path, key))

    return [path for path in walk(raw["Resources"], ()) if path[1:] != ("Type",)]


def without(path: tuple) -> dict:
    raw = good()
    place = raw["Resources"]
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return raw
