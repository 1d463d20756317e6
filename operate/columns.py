"""Tables as commands print them, and as a pull request shows them."""

from collections.abc import Sequence

Table = Sequence[Sequence[str]]


def columns(table: Table) -> list[str]:
    """Cells that line up."""
    widths = [max(map(len, column)) for column in zip(*table, strict=True)]
    return [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]


def markdown_table(table: Table) -> list[str]:
    """The first row is the heading."""
    heading, *rows = table
    return [f"| {' | '.join(row)} |" for row in (heading, ["---"] * len(heading), *rows)]


def folded(title: str, items: Sequence[str]) -> list[str]:
    """A list that a page shows when it is asked to; nothing for an empty one."""
    if not items:
        return []
    listed = [f"- {item}" for item in items]
    return ["", f"<details><summary>{title} ({len(items)})</summary>", "", *listed, "</details>"]
