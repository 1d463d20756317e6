"""`python -m audit rules` answers by its exit status, for people and for machines."""

import json
from pathlib import Path

import pytest
import yaml

from audit.__main__ import main
from tests.audit.rules.templates import good

HERE = Path(__file__).parent
GOOD = str(HERE / "good.yaml")


@pytest.fixture
def weak(tmp_path) -> Path:
    """The good template in JSON, but for a key (medium) and a topic (low)."""
    raw = good()
    del raw["Resources"]["Log"]["Properties"]["KmsKeyId"]
    del raw["Resources"]["Guardrail"]["Properties"]["TopicPolicyConfig"]
    path = tmp_path / "helpdesk.json"
    path.write_text(json.dumps(raw))
    return path


WAIVER = """
[logs]
rules = ["BR-LOGS-ENCRYPTED"]
resources = ["helpdesk/Log"]
reason = "The log holds nothing but numbers."
owner = "somebody"
until = 2027-01-31
"""


def run(capsys, *arguments: object) -> tuple[int, str]:
    status = main(["rules", *map(str, arguments)])
    return status, capsys.readouterr().out


def test_a_template_where_all_is_well_exits_0(capsys):
    assert run(capsys, GOOD, "--fail-on", "low") == (0, "0 open, 0 accepted\n")


def test_findings_exit_1_and_say_what_where_and_how_to_mend_it(capsys, weak):
    status, told = run(capsys, weak)
    assert status == 1
    assert "BR-LOGS-ENCRYPTED (medium, data): A log is encrypted with a customer's key." in told
    assert "  unknown helpdesk/Log: it has no KmsKeyId\n" in told
    assert "  To mend it: set KmsKeyId to a key of your own.\n" in told
    assert told.endswith("2 open, 0 accepted\n")


@pytest.mark.parametrize(("bar", "status"), [("high", 0), ("medium", 1), ("low", 1)])
def test_only_findings_as_grave_as_asked_for_fail(capsys, weak, bar, status):
    assert run(capsys, weak, "--fail-on", bar)[0] == status


def test_one_rule_alone_can_be_asked_for(capsys, weak):
    assert run(capsys, weak, "--rule", "BR-GUARDRAIL-TOPICS", "--fail-on", "low")[0] == 1
    assert run(capsys, weak, "--rule", "BR-GUARDRAIL-KMS", "--fail-on", "low")[0] == 0


def test_machines_get_every_finding_with_its_fields(capsys, weak):
    _, told = run(capsys, weak, "--json", "--environment", "prod")
    topic, log = json.loads(told)["findings"]
    assert (topic["rule"], topic["severity"]) == ("BR-GUARDRAIL-TOPICS", "low")
    assert log == {
        "rule": "BR-LOGS-ENCRYPTED",
        "category": "data",
        "severity": "medium",
        "environment": "prod",
        "resource": "helpdesk/Log",
        "before": "",
        "after": "it has no KmsKeyId",
        "why": "A log is encrypted with a customer's key.",
        "fix": "set KmsKeyId to a key of your own",
    }


@pytest.mark.parametrize(("today", "status"), [("2027-01-31", 0), ("2027-02-01", 1)])
def test_what_is_accepted_is_listed_and_holds_until_its_last_day(
    capsys, tmp_path, weak, today, status
):
    accepted = tmp_path / "accepted.toml"
    accepted.write_text(WAIVER)
    rule = ("--rule", "BR-LOGS-ENCRYPTED")
    got, told = run(capsys, weak, "--accepted", accepted, "--today", today, *rule)
    assert got == status
    assert ("by somebody until 2027-01-31: The log holds nothing but numbers." in told) is not got


@pytest.mark.parametrize(
    ("changed", "to"),
    [
        ("helpdesk/Log", "helpdesk/*"),
        ("helpdesk/Log", "Log"),
        ("BR-LOGS-ENCRYPTED", "BR-LOGS"),
        ("[logs]", '[logs]\nenvironments = ["dev"]'),
    ],
)
def test_what_is_accepted_is_exactly_that(capsys, tmp_path, weak, changed, to):
    accepted = tmp_path / "accepted.toml"
    accepted.write_text(WAIVER.replace(changed, to))
    assert run(capsys, weak, "--accepted", accepted)[0] == 1


@pytest.mark.parametrize("line", WAIVER.strip().splitlines()[1:])
def test_an_accepted_finding_lacks_nothing(capsys, tmp_path, weak, line):
    accepted = tmp_path / "accepted.toml"
    for text in ("", line.partition("=")[0] + '= ""', line.partition("=")[0] + "= []"):
        accepted.write_text(WAIVER.replace(line, text))
        assert run(capsys, weak, "--accepted", accepted)[0] == 2


def test_a_template_can_carry_what_is_accepted(capsys, tmp_path, weak):
    raw = json.loads(weak.read_text())
    accepted = {
        "rules": ["BR-LOGS-ENCRYPTED"],
        "reason": "r",
        "owner": "o",
        "until": "2999-01-01",
    }
    raw["Resources"]["Log"]["Metadata"] = {"audit": {"accepted": {"logs": accepted}}}
    weak.write_text(yaml.safe_dump(raw))
    assert run(capsys, weak)[0] == 0
    raw["Resources"]["Log"]["Metadata"] = {"audit": {"accepted": {"logs": {}}}}
    weak.write_text(yaml.safe_dump(raw))
    assert run(capsys, weak)[0] == 2


@pytest.mark.parametrize(
    "arguments",
    [[], ["nowhere"], [__file__], [GOOD, "--rule", "BR-NONE"], [GOOD, "--accepted", "nowhere"]],
)
def test_what_cannot_be_read_exits_2_in_one_line(capsys, arguments):
    assert main(["rules", *arguments]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("error: ") and told.err.count("\n") <= 6


def test_the_documentation_lists_the_rules_as_they_are(capsys):
    _, told = run(capsys, "--list")
    documented = Path("docs/audit-rules.md").read_text(encoding="utf-8")
    assert documented[documented.index("| rule |") :] == told
