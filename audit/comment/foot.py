"""What was not understood, what nothing bounds, and what the audit was made from and by."""

from collections.abc import Iterator, Sequence

from audit.comment.fold import folded
from audit.inert import code, plain
from audit.packages import Package
from audit.provenance import TOOL, VERSION, rules_version
from audit.result import Result

TYPES, PACKAGES = 20, 20
MARKER = "<!-- strata-audit -->"


def foot(result: Result) -> Iterator[str]:
    unknown = sorted({type for each in result.environments for type in each.not_understood})
    if unknown:
        shown = ", ".join(map(code, unknown[:TYPES]))
        more = f" and {len(unknown) - TYPES} more" if len(unknown) > TYPES else ""
        yield f"Not understood: {shown}{more}."
    unbounded: dict[str, list[str]] = {}
    for each in result.environments:
        if (case := each.models[1]) and case.usd is None:
            unbounded.setdefault(case.by, []).append(code(each.name))
    for why, names in unbounded.items():
        yield f"Models of {', '.join(names)} may cost any amount: {plain(why)}."
    yield from _provenance(result)
    sides = f"base {code(result.base)}, head {code(result.head)}"
    yield f"<sub>{sides}: an approval holds for this head alone.</sub>"
    yield MARKER


def _provenance(result: Result) -> Iterator[str]:
    """What it was judged from and by, in one line that is folded away."""
    known = result.provenance
    told = [f"rules {code(rules_version())}, each told by {code('python -m audit explain RULE')}"]
    if known.base:
        more = " and what is not committed" if known.dirty else ""
        told.insert(0, f"base commit {code(known.base)}, head commit {code(known.head)}{more}")
        told.append(_packages(known.packages))
    yield from folded(f"judged by {TOOL} {VERSION}", ["; ".join(told)])


def _packages(changed: Sequence[Package]) -> str:
    shown = [
        f"{code(each.name)} {plain(each.before or 'none')} → {plain(each.after or 'none')}"
        for each in changed[:PACKAGES]
    ]
    more = f" and {len(changed) - PACKAGES} more" if len(changed) > PACKAGES else ""
    return f"packages locked otherwise: {', '.join(shown) or 'none'}{more}"
