"""`python -m audit BASE HEAD`: what it writes, and how it ends."""

import json
from datetime import date
from pathlib import Path

import jsonschema_rs
import pytest

from audit.__main__ import main
from tests.audit.changes.edits import edited
from tests.audit.changes.shop import templates

SCHEMA = json.loads(Path("audit/report.schema.json").read_text())
DAY = ["--today", "2026-11-24"]


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return written(tmp_path / "base", {name: each.raw for name, each in templates().items()})


def written(folder: Path, content: dict[str, object]) -> Path:
    folder.mkdir()
    for name, raw in content.items():
        (folder / f"{name}.json").write_text(json.dumps(raw, default=date.isoformat))
    return folder


def with_edit(folder: Path, stack: str, **edit: object) -> Path:
    raws = {name: each.raw for name, each in templates().items()}
    return written(folder, raws | {stack: edited(raws[stack], edit)})


def test_a_change_that_passes_ends_with_0(base, tmp_path, capsys):
    head = with_edit(tmp_path / "head", "data", set={"Carts/Properties/Tags": []})
    assert main([str(base), str(head), *DAY]) == 0
    assert capsys.readouterr().out.startswith("## PASS")


def test_a_change_to_approve_ends_with_3_and_names_the_owners(base, tmp_path, capsys):
    head = with_edit(tmp_path / "head", "service", drop=["Errors"])
    assert main([str(base), str(head), *DAY]) == 3
    assert "approved by <code>security</code>" in capsys.readouterr().out


def test_a_blocked_change_ends_with_1_and_its_report_keeps_the_schema(base, tmp_path):
    head = with_edit(tmp_path / "head", "data", drop=["Sessions"])
    report, sarif = tmp_path / "report.json", tmp_path / "report.sarif"
    assert main([str(base), str(head), "--json", str(report), "--sarif", str(sarif), *DAY]) == 1
    found = json.loads(report.read_text())
    jsonschema_rs.validator_for(SCHEMA).validate(found)
    assert found["verdict"] == "BLOCK"
    assert found["findings"][0]["environment"] == "unknown"
    assert json.loads(sarif.read_text())["runs"][0]["results"]


def test_what_cannot_be_read_ends_with_2(base, tmp_path, capsys):
    assert main([str(base), str(tmp_path / "nothing"), *DAY]) == 2
    assert "does not exist" in capsys.readouterr().err


def test_an_approval_holds_for_its_digest_alone(base, tmp_path):
    head = with_edit(tmp_path / "head", "service", drop=["Errors"])
    report, approval = tmp_path / "report.json", tmp_path / "approval.json"
    main([str(base), str(head), "--json", str(report), *DAY])
    reviewed = json.loads(report.read_text())["head"]
    approval.write_text(json.dumps({"digest": reviewed, "groups": ["security"]}))
    assert main([str(base), str(head), "--approval", str(approval), *DAY]) == 0
    (head / "data.json").write_text((head / "data.json").read_text() + " ")
    assert main([str(base), str(head), "--approval", str(approval), *DAY]) == 3


def test_no_approval_lifts_a_block(base, tmp_path):
    head = with_edit(tmp_path / "head", "data", drop=["Sessions"])
    report, approval = tmp_path / "report.json", tmp_path / "approval.json"
    main([str(base), str(head), "--json", str(report), *DAY])
    reviewed = json.loads(report.read_text())["head"]
    groups = ["security", "data", "cost", "model-governance"]
    approval.write_text(json.dumps({"digest": reviewed, "groups": groups}))
    assert main([str(base), str(head), "--approval", str(approval), *DAY]) == 1


def test_a_report_to_standard_output_is_all_that_stands_there(base, tmp_path, capsys):
    head = with_edit(tmp_path / "head", "data", drop=["Sessions"])
    assert main([str(base), str(head), "--json", "-", *DAY]) == 1
    assert json.loads(capsys.readouterr().out)["verdict"] == "BLOCK"


@pytest.mark.parametrize("option", ["--json", "--sarif"])
def test_a_report_that_cannot_be_written_ends_with_2(base, tmp_path, capsys, option):
    assert main([str(base), str(base), option, str(tmp_path / "no" / "file"), *DAY]) == 2
    assert "cannot be written" in capsys.readouterr().err


@pytest.mark.parametrize("sides", [[], ["one"], ["one", "two", "three"], ["one", "--against=x"]])
def test_two_sides_or_a_ref_must_be_given(sides, capsys):
    assert main(sides) == 2
    assert "give BASE and HEAD, or --against REF" in capsys.readouterr().err


def test_help_names_every_command_and_every_exit_status(capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--help"])
    told = " ".join(capsys.readouterr().out.split())
    assert ended.value.code == 0
    for each in ("audit rules", "audit ledger", "audit why", "0 PASS", "1 BLOCK", "2 no verdict"):
        assert each in told
