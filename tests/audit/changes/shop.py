"""The foreign app's templates, as its `cdk synth` would leave them."""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from audit.change import change_rules
from audit.compare import judge_change
from audit.finding import Finding
from audit.template import Template, read_template
from tests.audit.changes.edits import edited

FOLDER = Path(__file__).parent
TODAY = date(2026, 11, 24)
ACCOUNT, REGION = "111122223333", "us-east-1"


@cache
def templates() -> dict[str, Template]:
    files = sorted((FOLDER / "foreign").glob("*.yaml"))
    return {each.stem: read_template(each, each.stem, ACCOUNT, REGION) for each in files}


def cases(file: str, kind: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads((FOLDER / file).read_text(encoding="utf-8"))[kind]
    return found


def findings(case: dict[str, Any], environment: str = "unknown") -> list[Finding]:
    """What an audit of one edited stack finds, beside all the others."""
    before = templates()
    after = before | {case["stack"]: changed(before[case["stack"]], case)}
    rules = change_rules()
    return list(
        judge_change(environment, [*before.values()], [*after.values()], rules, TODAY).findings
    )


def changed(template: Template, case: dict[str, Any]) -> Template:
    raw = edited(template.raw, case)
    return Template(template.name, raw, template.account, template.region, template.paths)
