"""A run for people: a confusion table, what is not judged here, and what was wrong, by id."""

from collections.abc import Iterable, Sequence

from operate.columns import columns
from operate.guardrails.deployed import Deployed
from operate.guardrails.judge import Outcome
from operate.guardrails.report import Report, Row

HEADINGS = (
    "prompts", "lang", "TP", "FN", "FP", "TN", "detection", "false positives (95 %)", "asked", "met"
)  # fmt: skip
FIRST_WORDS = 60


def text(report: Report, *, verbose: bool) -> str:
    """Everything; with `verbose` the first words of what was wrong as well."""
    parts = [heading(report), "", *columns([HEADINGS, *map(cells, report.rows)]), ""]
    parts += [f"not evaluated here: {each}" for each in unjudged(report.rows)]
    parts += [_wrong(each, verbose=verbose) for each in report.wrong]
    parts += ["", *verdict(report)]
    return "\n".join(parts)


def heading(report: Report) -> str:
    """What was measured, and where."""
    of = report.deployed
    return (
        f"{of.name} of {report.environment}: version {of.version}, content {of.content}, "
        f"measured on {report.place}"
    )


def verdict(report: Report) -> list[str]:
    """What was promised and not kept, or that all that was judged was."""
    if report.shortfalls:
        return [f"not kept: {each}" for each in report.shortfalls]
    return [f"Every threshold is met by the {report.judged} prompts that were judged."]


def cells(row: Row) -> tuple[str, ...]:
    """One row of the table, in the order of HEADINGS."""
    counts, asked = row.counts, row.threshold
    numbers = (str(number) for number in vars(counts).values())
    wanted = "-" if asked is None else f"{asked.min_detection:.0%}, {asked.max_false_positives} FP"
    met = "-" if asked is None or not any(vars(counts).values()) else _met(row)
    rates = percent(counts.detection), interval(row)
    return (row.suite, row.language, *numbers, *rates, wanted, met)


def interval(row: Row) -> str:
    """The rate of false positives, and between what it lies."""
    between = row.counts.false_positive_interval
    if between is None:
        return "-"
    low, high = between
    return f"{percent(row.counts.false_positive_rate)} ({low:.0%}-{high:.0%})"


def percent(share: float | None) -> str:
    """A share; a dash where there is nothing to have a share of."""
    return "-" if share is None else f"{share:.0%}"


def unjudged(rows: Iterable[Row]) -> list[str]:
    """What says nothing here, and why."""
    return [
        f"{row.suite} ({row.language}), {row.unjudged} prompts: {'; '.join(row.why)}"
        for row in rows
        if row.unjudged
    ]


def listing(found: Sequence[Deployed]) -> str:
    """What is deployed, and whether it is what the files say."""
    rows = [(each.name, each.id, each.version, each.content, _sync(each)) for each in found]
    return "\n".join(columns([("name", "id", "version", "content", "in sync"), *rows]))


def _sync(each: Deployed) -> str:
    return "yes" if each.in_sync else f"no: the file says {each.declared}, deploy it"


def _met(row: Row) -> str:
    return "no" if row.shortfalls else "yes"


def kind(outcome: Outcome) -> str:
    """Which way it was wrong."""
    return "missed" if outcome.case.expect != "pass" else "false positive"


def _wrong(outcome: Outcome, *, verbose: bool) -> str:
    words = f"  {outcome.case.prompt[:FIRST_WORDS]!r}" if verbose else ""
    other = f" (stopped by {outcome.elsewhere})" if outcome.elsewhere else ""
    return f"{kind(outcome)}: {outcome.case.id}{other}{words}"
