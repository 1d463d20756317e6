"""Writes the measured tables into docs/knowledge.md, between the marks that stand there."""

from collections.abc import Sequence

from local.processes import REPOSITORY
from operate.columns import markdown_table

PAGE = REPOSITORY / "docs" / "knowledge.md"
Rows = Sequence[Sequence[str]]


def write(compared: Rows, searched: Rows) -> None:
    text = PAGE.read_text(encoding="utf-8")
    for name, rows in (("strategies", compared), ("search", searched)):
        text = _between(text, name, "\n".join(markdown_table(rows)))
    PAGE.write_text(text, encoding="utf-8")


def _between(text: str, name: str, table: str) -> str:
    begin, end = f"<!-- {name}: make knowledge-bench -->\n", f"<!-- end of {name} -->"
    before, found, rest = text.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{PAGE.name} has no marks for {name}: {begin.strip()} … {end}")
    return f"{before}{begin}{table}\n{end}{after}"
