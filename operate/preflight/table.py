"""The rows for people: columns that line up, then what is to be done, then what was assumed."""

from collections.abc import Mapping, Sequence

from operate.preflight.check import UNKNOWN, Row

HEADINGS = (
    "model",
    "region",
    "authorised",
    "agreement",
    "entitlement",
    "in region",
    "form",
    "marketplace",
    "quota/min",
    "need/min",
)


def assumption(input_tokens: int) -> str:
    """How the need was reckoned."""
    return (
        f"Need: each tenant at its full rate, {input_tokens:,} input tokens a request "
        "(--input-tokens) and the alias's max_tokens; a model whose output counts fivefold (newer "
        "Claude models) can need more."
    )


def table(to_do: Mapping[Row, Sequence[str]]) -> str:
    """Plain text; `to_do` says for each row what is missing."""
    cells = [HEADINGS, *map(_cells, to_do)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    ]
    remedies = [f"{row.model} in {row.region}: {remedy}" for row in to_do for remedy in to_do[row]]
    return "\n".join([*lines, "", *(remedies or ["Nothing is missing."])])


def _cells(row: Row) -> tuple[str, ...]:
    quota = f"{row.quota.value:,.0f}" if row.quota else UNKNOWN
    return (
        row.model,
        row.region,
        row.authorization,
        row.agreement,
        row.entitlement,
        row.availability,
        row.form,
        row.marketplace,
        quota,
        f"{row.need:,}",
    )
