"""A run as a pull request shows it: no ARN, no account, no endpoint, and no prompt's text."""

from operate.columns import folded, markdown_table
from operate.guardrails.report import Report
from operate.guardrails.told import HEADINGS, cells, heading, kind, unjudged, verdict


def markdown(report: Report) -> str:
    """A table, folded lists of what was wrong and of what is not judged here, and the verdict."""
    lines = [f"### Guardrail {heading(report)}", "", *verdict(report), ""]
    lines += markdown_table([HEADINGS, *map(cells, report.rows)])
    lines += folded("Wrong, by id", [f"{kind(o)}: `{o.case.id}`" for o in report.wrong])
    lines += folded("Not evaluated here: neither passed nor failed", unjudged(report.rows))
    return "\n".join(lines) + "\n"
