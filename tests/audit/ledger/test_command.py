"""`python -m audit ledger` and `why`, from two assemblies to an answer."""

import json
from pathlib import Path

import pytest

from audit.__main__ import main

GUARDRAIL = {
    "Type": "AWS::Bedrock::Guardrail",
    "Properties": {"Name": "shop-prod-standard", "BlockedInputMessaging": "no"},
}


def assembly(folder: Path, model: str, blocked: str = "no") -> Path:
    """A stage `prod` of one stack with a guardrail, and an asset with aliases."""
    stage = folder / "assembly-prod"
    stage.mkdir(parents=True)
    asset = folder / "asset.1"
    asset.mkdir()
    aliases = {"chat": {"guardrail": "standard", "targets": [{"id": model}]}}
    (asset / "settings.json").write_text(json.dumps({"aliases": aliases}))
    guardrail = {**GUARDRAIL, "Properties": {**GUARDRAIL["Properties"]}}
    guardrail["Properties"]["BlockedInputMessaging"] = blocked
    source = {"path": "../asset.1", "packaging": "zip"}
    files = {"version": "55.0.0", "files": {"1": {"source": source}}}
    write(stage / "Shop.assets.json", files)
    write(stage / "Shop.template.json", {"Resources": {"Standard": guardrail}})
    stack = {
        "type": "aws:cloudformation:stack",
        "environment": "aws://333333333333/us-east-1",
        "properties": {"templateFile": "Shop.template.json"},
    }
    assets = {"type": "cdk:asset-manifest", "properties": {"file": "Shop.assets.json"}}
    write(stage / "manifest.json", {"artifacts": {"Shop": stack, "Shop.assets": assets}})
    inner = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-prod"}}
    write(folder / "manifest.json", {"artifacts": {"assembly-prod": inner}})
    return folder


def write(path: Path, document: object) -> None:
    path.write_text(json.dumps(document))


@pytest.fixture
def ledger(tmp_path: Path, monkeypatch) -> Path:
    folder = tmp_path / "ledger"
    folder.mkdir()
    monkeypatch.setenv("AUDIT_LEDGER", str(folder))
    first, second = assembly(tmp_path / "1", "nova"), assembly(tmp_path / "2", "nova", "never")
    assert append(tmp_path, first, first, 41) == 0
    assert append(tmp_path, first, second, 42) == 0
    return folder


def append(folder: Path, base: Path, head: Path, number: int) -> int:
    report = folder / f"{number}.json"
    main([str(base), str(head), "--json", str(report), "--today", "2026-11-24"])
    given = f"--environment prod --assembly {head} --report {report} --outcome deployed"
    who = f"--commit {'c' * 40} --pull-request {number} --approver ada"
    return main(["ledger", "append", *given.split(), *who.split()])


def test_why_names_the_pull_request(ledger, capsys):
    capsys.readouterr()
    assert main(["why", "prod", "guardrail", "standard"]) == 0
    assert "pull request 42" in capsys.readouterr().out
    assert main(["why", "prod", "model", "nova", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["entry"]["pull_request"] == 41


def test_verify_tells_the_head_and_asks_for_one(ledger, capsys):
    capsys.readouterr()
    assert main(["ledger", "verify", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["entries"] == 2
    assert main(["ledger", "verify", "--expect-head", told["head"]]) == 0
    (ledger / "00000002.json").unlink()
    assert main(["ledger", "verify", "--expect-head", told["head"]]) == 1
    assert "TAMPERED" in capsys.readouterr().out


def test_show_says_what_changed(ledger, capsys):
    capsys.readouterr()
    assert main(["ledger", "show"]) == 0
    assert "guardrails shop-prod-standard:" in capsys.readouterr().out
    assert main(["ledger", "show", "--json"]) == 0
    assert [each["pull_request"] for each in json.loads(capsys.readouterr().out)] == [41, 42]


def test_the_report_of_another_assembly_is_no_evidence(tmp_path, ledger, capsys):
    other = assembly(tmp_path / "3", "other")
    given = f"--environment prod --assembly {other} --report {tmp_path / '42.json'}"
    who = f"--commit {'c' * 40} --outcome deployed"
    assert main(["ledger", "append", *given.split(), *who.split()]) == 2
    assert "and not of" in capsys.readouterr().err


def test_without_an_address_there_is_no_ledger(monkeypatch, capsys):
    monkeypatch.delenv("AUDIT_LEDGER", raising=False)
    assert main(["ledger", "verify"]) == 2
    assert "set AUDIT_LEDGER" in capsys.readouterr().err
