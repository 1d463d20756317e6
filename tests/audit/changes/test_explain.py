"""`python -m audit explain`: every rule that a finding can name is known, and says what it asks."""

from pathlib import Path

import pytest

from audit.__main__ import main
from audit.known import known_rules
from tests.audit.changes.shop import cases, findings


def test_what_hazards_are_found_by_is_known():
    found = {each.rule for case in cases("hazards.toml", "hazard") for each in findings(case)}
    assert len(found) > 60
    assert found <= known_rules().keys()


def test_a_rule_of_code_names_its_file_and_what_its_findings_mean(capsys):
    assert main(["explain", "data-lost"]) == 0
    told = capsys.readouterr().out
    assert "audit/changes/data_lost.py" in told
    assert "critical  BLOCK, in " in told and "owner: data" in told


def test_a_rule_of_data_names_every_setting_that_it_looks_at(capsys):
    assert main(["explain", "backup-retention"]) == 0
    told = capsys.readouterr().out
    assert "BackupPolicy.Status of AWS::EFS::FileSystem" in told


@pytest.mark.parametrize("rule", sorted(known_rules()))
def test_every_rule_names_a_file_that_is_there_and_a_sentence(rule):
    known = known_rules()[rule]
    assert Path(known.source).is_file()
    assert known.sentence.endswith(".") and known.fix and not known.fix.endswith(".")


def test_a_rule_that_is_unknown_is_an_error_with_what_was_meant(capsys):
    assert main(["explain", "datalost"]) == 2
    assert "do you mean data-lost" in capsys.readouterr().err


def test_the_documentation_lists_the_rules_as_they_are(capsys):
    main(["explain"])
    documented = Path("docs/audit-changes.md").read_text(encoding="utf-8")
    assert documented[documented.index("| rule |") :] == capsys.readouterr().out
