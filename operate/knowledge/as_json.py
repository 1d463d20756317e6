"""A run for machines, and for the run after it: what `--baseline` reads again.

`report.schema.json` beside this file describes it.
"""

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from operate.errors import OperateError
from operate.knowledge.answer_report import AnswerReport
from operate.knowledge.judge import METRICS, Outcome
from operate.knowledge.report import Report, Row

Run = dict[str, Any]
SCHEMA = Path(__file__).parent / "report.schema.json"


def as_json(report: Report) -> Run:
    """The report, without any text of a question, an answer or a document."""
    of = report.deployed
    return {
        "knowledge_base": of.name,
        "environment": report.environment,
        "place": "embedded" if report.embedded else "aws",
        "content": of.content,
        "embedding_model": of.declared.embedding_model.id,
        "dimensions": of.declared.dimensions,
        "chunking": of.declared.chunking and of.declared.chunking.model_dump(),
        "passages": report.passages,
        "rows": [_row(row) for row in report.rows],
        "latency_s": {"p50": report.latency(50), "p95": report.latency(95)},
        "cost": asdict(report.cost),
        "questions": {each.question.id: _outcome(each) for each in report.outcomes},
        "answers": report.answers and _answers(report.answers),
        "shortfalls": list(report.shortfalls),
        "met": not report.shortfalls,
    }


def read_run(path: Path, base: str) -> Run:
    """An earlier run of the same knowledge base; raises OperateError."""
    try:
        run: Run = json.loads(path.read_text(encoding="utf-8"))
        of, rows = run["knowledge_base"], {row["language"]: row["metrics"] for row in run["rows"]}
        known = all(name in metrics for metrics in rows.values() for name in METRICS)
        ranked = all("rank" in one and "facts" in one for one in run["questions"].values())
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        kind = type(error).__name__
        raise OperateError(f"{path} holds no run of `evaluate --json`: {kind}") from None
    if of != base or not (known and ranked):
        raise OperateError(f"{path} is a run of {of!r}; a baseline of {base!r} is needed")
    return run


def _row(row: Row) -> Run:
    return {
        "language": row.language,
        "questions": row.questions,
        "metrics": {name: asdict(each) for name, each in row.metrics.items()},
        "threshold": row.threshold and row.threshold.model_dump(),
    }


def _outcome(outcome: Outcome) -> Run:
    return {"rank": outcome.rank, "ndcg": outcome.ndcg, "facts": bool(outcome.facts)}


def _answers(report: AnswerReport) -> Run:
    names = (
        "alias", "judge", "facts", "supported", "judged", "undecided", "refused",
        "wrongly_refused", "usd",
    )  # fmt: skip
    each = {
        answer.question.id: {"refused": answer.refused, "facts": answer.facts,
            "supported": answer.supported, "judged": answer.judged}
        for answer in report.answers
    }  # fmt: skip
    return {**{name: getattr(report, name) for name in names}, "questions": each}
