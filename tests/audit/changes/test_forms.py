"""Hazards and harmless changes in the forms and the types that other apps use."""

import pytest

from audit.change import change_rules
from audit.compare import judge_change
from audit.template import Template
from audit.verdict import PASS, overall, read_policy
from tests.audit.changes.shop import ACCOUNT, REGION, TODAY, cases

FILES = ("forms.toml", "asking.toml", "generative.toml")
HAZARDS, BENIGN = (
    [each for file in FILES for each in cases(file, kind)] for kind in ("hazard", "benign")
)


def findings(case):
    sides = [[Template("s", case[each], ACCOUNT, REGION)] for each in ("before", "after")]
    return judge_change("unknown", *sides, change_rules(), TODAY).findings


@pytest.mark.parametrize("case", HAZARDS, ids=[each["is"] for each in HAZARDS])
def test_a_hazard_is_found_for_what_it_is(case):
    found = [(each.category, each.severity) for each in findings(case)]
    assert {(case["category"], each) for each in case["severities"]} & {*found}, found


@pytest.mark.parametrize("case", BENIGN, ids=[each["is"] for each in BENIGN])
def test_a_benign_change_passes(case):
    found = findings(case)
    assert overall(read_policy(), found) == PASS, found


def test_a_retention_with_a_rule_of_its_own_is_told_once():
    """Its setting names the entry by the rule, and the place that holds it by number."""
    found = findings({"before": _backup(90), "after": _backup(7)})
    assert [each.rule for each in found] == ["backup-retention"]


def _backup(days):
    rule = {"RuleName": "daily", "TargetBackupVault": "v", "Lifecycle": {"DeleteAfterDays": days}}
    plan = {"BackupPlan": {"BackupPlanName": "p", "BackupPlanRule": [rule]}}
    return {"Resources": {"Plan": {"Type": "AWS::Backup::BackupPlan", "Properties": plan}}}
