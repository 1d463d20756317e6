"""A13: a waiver with a reason, an owner and a day is kept; any other is a finding or an error."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from audit.accepted import Waiver, read_waivers
from audit.errors import Unreadable
from audit.finding import Finding
from audit.verdict import NEEDS_APPROVAL, PASS
from audit.waived import is_sound
from tests.audit.changes.assemblies import raws, write_assembly
from tests.audit.changes.audited import audited
from tests.audit.changes.edits import edited

TODAY = date(2026, 11, 24)
GOOD = {
    "rules": '["data-lost"]',
    "resources": '["prod-data/Sessions"]',
    "reason": '"Sessions are empty since the login moved to Cognito."',
    "owner": '"data"',
    "until": "2027-03-31",
    "environments": '["prod"]',
}


def judged(tmp_path: Path, drops: bool = True, without: str = "", **fields: str) -> object:
    table = {name: each for name, each in (GOOD | fields).items() if name != without}
    file = tmp_path / "accepted.toml"
    file.write_text("[sessions]\n" + "\n".join(f"{name} = {each}" for name, each in table.items()))
    base = write_assembly(tmp_path / "base", {"prod": raws()})
    after = raws() | {"data": edited(raws()["data"], {"drop": ["Sessions"]})} if drops else raws()
    head = write_assembly(tmp_path / "head", {"prod": after})
    return audited(base, head, read_waivers(file)).result


def test_a_sound_waiver_is_kept(tmp_path):
    result = judged(tmp_path)
    assert result.verdict == PASS
    assert [(each.rule, waiver.owner) for each, waiver in result.accepted] == [
        ("data-lost", "data")
    ]


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"until": "2026-11-23"}, "ended"),
        ({"until": "2028-01-01"}, "more than a year"),
        ({"reason": '"wip"'}, "no reason"),
        ({"resources": '["*"]'}, "not one rule"),
        ({"resources": '["prod-data/*"]'}, "not one rule"),
        ({"rules": '["*"]'}, "not one rule"),
    ],
)
def test_an_unsound_one_fails_and_covers_nothing(tmp_path, fields, why):
    result = judged(tmp_path, **fields)
    assert result.accepted == []
    assert [each for each in result.findings if each.rule == "waiver" and why in each.why]
    assert "data-lost" in {each.rule for each in result.findings}
    assert result.verdict != PASS


def test_a_star_in_what_cdk_nag_found_is_the_templates_own():
    waiver = Waiver(
        name="actions-without-resources",
        rules=("AwsSolutions-IAM5[Resource::*]",),
        resources=("Gateway/Chat/Role",),
        reason="These actions have no resources to name.",
        owner="platform-team",
        until=date(2027, 6, 1),
    )
    assert is_sound(waiver, date(2026, 11, 24))
    assert not is_sound(replace(waiver, rules=("AwsSolutions-*[Resource::*]",)), waiver.until)


@pytest.mark.parametrize("without", ["rules", "resources", "reason", "owner", "until"])
def test_an_incomplete_one_ends_the_audit(tmp_path, without):
    with pytest.raises(Unreadable):
        judged(tmp_path, without=without)


def test_one_that_nothing_needs_fails(tmp_path):
    result = judged(tmp_path, drops=False)
    assert result.verdict == NEEDS_APPROVAL
    assert ["nothing needs it" in each.why for each in result.findings] == [True]


def test_one_of_a_rule_that_is_data_is_judged_too(tmp_path):
    result = judged(tmp_path, drops=False, rules='["data-guard-removed"]')
    assert [each.why for each in result.findings if "nothing needs it" in each.why]


def test_one_of_a_rule_of_the_pack_may_be_needed_where_nothing_changes(tmp_path):
    """What was broken before is not told again, and stays accepted all the same."""
    result = judged(tmp_path, drops=False, rules='["BR-GUARDRAIL-TOPICS"]')
    assert (result.findings, result.verdict) == ([], PASS)


def test_a_day_is_the_last_one(tmp_path):
    assert judged(tmp_path, until=TODAY.isoformat()).verdict == PASS


@pytest.mark.parametrize(
    ("path", "covered"),
    [("Gateway/Bases/faq/Index", True), ("Gateway/Bases/faq2/Index", False), ("", False)],
)
def test_a_path_with_a_last_slash_is_all_that_one_construct_holds(path, covered):
    waiver = Waiver("a", ("BR-A",), ("Gateway/Bases/faq/",), "A reason.", "data", TODAY)
    finding = Finding("BR-A", "data", "low", "prod", "prod-data/Index", "", "", "", "")
    assert waiver.covers(finding, path, TODAY) is covered
