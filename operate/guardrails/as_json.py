"""A run for machines: `report.schema.json` beside this file describes it."""

from dataclasses import asdict
from pathlib import Path
from typing import Any

from operate.guardrails.deployed import Deployed
from operate.guardrails.judge import Outcome
from operate.guardrails.price import Price
from operate.guardrails.report import Report, Row
from operate.guardrails.told import kind

SCHEMA = Path(__file__).parent / "report.schema.json"


def as_json(report: Report, paid: Price) -> dict[str, Any]:
    """The report; `met` judges only what was evaluated."""
    of = report.deployed
    return {
        "guardrail": of.name,
        "environment": report.environment,
        "version": of.version,
        "content": of.content,
        "place": "embedded" if report.place.embedded else "aws",
        "cost": asdict(paid),
        "rows": [_row(row) for row in report.rows],
        "wrong": [_wrong(each) for each in report.wrong],
        "shortfalls": list(report.shortfalls),
        "met": not report.shortfalls,
    }


def listed(deployed: Deployed) -> dict[str, Any]:
    """One guardrail of `list`."""
    return {**asdict(deployed), "in_sync": deployed.in_sync}


def _row(row: Row) -> dict[str, Any]:
    between = row.counts.false_positive_interval
    return {
        "prompts": row.suite,
        "language": row.language,
        **asdict(row.counts),
        "detection": row.counts.detection,
        "false_positive_rate": row.counts.false_positive_rate,
        "false_positive_interval": None if between is None else list(between),
        "elsewhere": row.elsewhere,
        "not_evaluated": row.unjudged,
        "why_not": list(row.why),
        "threshold": None if row.threshold is None else row.threshold.model_dump(),
        "shortfalls": list(row.shortfalls),
    }


def _wrong(outcome: Outcome) -> dict[str, Any]:
    return {"id": outcome.case.id, "kind": kind(outcome), "elsewhere": outcome.elsewhere}
