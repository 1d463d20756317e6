"""A run as a pull request shows it: no ARN, no account, no endpoint, and no prompt's text."""

from collections.abc import Sequence

from operate.guardrails.report import Report
from operate.guardrails.told import HEADINGS, cells, heading, kind, unjudged, verdict


def markdown(report: Report) -> str:
    """A table, folded lists of what was wrong and of what is not judged here, and the verdict."""
    table = [HEADINGS, tuple("---" for _ in HEADINGS), *map(cells, report.rows)]
    lines = [f"### Guardrail {heading(report)}", "", *verdict(report), ""]
    lines += [f"| {' | '.join(row)} |" for row in table]
    lines += _folded("Wrong, by id", [f"{kind(o)}: `{o.case.id}`" for o in report.wrong])
    lines += _folded("Not evaluated here: neither passed nor failed", unjudged(report.rows))
    return "\n".join(lines) + "\n"


def _folded(title: str, items: Sequence[str]) -> list[str]:
    if not items:
        return []
    listed = [f"- {item}" for item in items]
    return ["", f"<details><summary>{title} ({len(items)})</summary>", "", *listed, "</details>"]
