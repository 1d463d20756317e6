"""A run for people, and for a pull request: no ARN, no account, and no text of a document."""

from collections.abc import Sequence

from operate.columns import columns, folded, markdown_table
from operate.knowledge.answer_report import AnswerReport
from operate.knowledge.difference import Difference
from operate.knowledge.judge import METRICS, Outcome
from operate.knowledge.report import Report, Row

Table = list[Sequence[str]]


def text(report: Report, difference: Difference | None) -> str:
    """Everything, in columns."""
    lines = [_heading(report), "", *columns(_table(report)), "", *_taken(report)]
    lines += [f"missed: {each}" for each in _missed(report.outcomes)]
    if report.answers:
        lines += ["", *_answers(report.answers)]
    if difference:
        lines += ["", *columns(_changes(difference)), "", *_counted(difference)]
        lines += [f"better: {each}" for each in difference.better]
        lines += [f"worse: {each}" for each in difference.worse]
    return "\n".join([*lines, "", *_verdict(report)])


def markdown(report: Report, difference: Difference | None) -> str:
    """The same as a pull request shows it; lists of questions are folded."""
    lines = [f"### {_heading(report)}", "", *_verdict(report), "", *markdown_table(_table(report))]
    lines += ["", *_taken(report), *folded("Missed", _missed(report.outcomes))]
    if report.answers:
        lines += ["", *(f"- {each}" for each in _answers(report.answers))]
    if difference:
        lines += ["", *markdown_table(_changes(difference)), "", *_counted(difference)]
        lines += folded("Better than before", difference.better)
        lines += folded("Worse than before", difference.worse)
    return "\n".join(lines) + "\n"


def _heading(report: Report) -> str:
    of = report.deployed
    return (
        f"Knowledge base {of.name} of {report.environment}: content {of.content}, "
        f"measured on {report.place}"
    )


def _table(report: Report) -> Table:
    k = report.passages
    headings = ("language", "questions", f"recall@{k}", "MRR", f"nDCG@{k}", f"facts@{k}")
    return [headings, *map(_cells, report.rows)]


def _cells(row: Row) -> tuple[str, ...]:
    cells = (row.metrics[name] for name in METRICS)
    shown = (f"{each.value:.3f} ({each.low:.2f}-{each.high:.2f})" for each in cells)
    return (row.language, str(row.questions), *shown)


def _taken(report: Report) -> list[str]:
    p50, p95 = (f"{report.latency(percent) * 1000:.0f} ms" for percent in (50, 95))
    return [f"Retrieve took {p50} (p50), {p95} (p95), one question after another. {report.cost}."]


def _missed(outcomes: Sequence[Outcome]) -> list[str]:
    return [
        f"{each.question.id} ({'its facts' if each.rank else 'its document'})"
        for each in outcomes
        if each.rank is None or not each.facts
    ]


def _answers(report: AnswerReport) -> list[str]:
    judged = f"answers that {report.judge} found supported: {_percent(report.judged)}"
    usd = "unknown" if report.usd is None else f"{report.usd:.4f} USD"
    return [
        f"answers of {report.alias}: {len(report.answers)}, for {usd}",
        f"facts held: {_percent(report.facts)}; sentences that the cited passages say: "
        f"{_percent(report.supported)}",
        f"refused, of what nothing answers: {_percent(report.refused)}; of the rest: "
        f"{_percent(report.wrongly_refused)}",
        *([f"{judged}; undecided: {report.undecided}"] if report.judge else []),
    ]


def _changes(difference: Difference) -> Table:
    rows: Table = [("language", "metric", "before", "now", "change")]
    for language, metrics in difference.metrics.items():
        for name, (old, new) in metrics.items():
            rows.append((language, name, f"{old:.3f}", f"{new:.3f}", f"{new - old:+.3f}"))
    return rows


def _counted(difference: Difference) -> list[str]:
    others = f"; {difference.only_now} are new, {difference.only_before} were only asked before"
    return [
        f"Of {difference.asked} questions that both runs asked, {len(difference.better)} are "
        f"better and {len(difference.worse)} worse{others}."
    ]


def _verdict(report: Report) -> list[str]:
    if report.shortfalls:
        return [f"not reached: {each}" for each in report.shortfalls]
    return ["Every threshold is reached."]


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{share:.0%}"
