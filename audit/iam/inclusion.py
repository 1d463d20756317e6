"""What do the statements after allow that those before did not? Every sort of action, resource,
principal and context is tried, one of each, so that the answer "nothing" is proof."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product
from math import prod

from audit.iam.classes import TooMany, classes, matches, overlap, within
from audit.iam.conditions import UnknownOperator, Values, representatives
from audit.iam.statement import Patterns, Statement

CONTEXTS = 50_000
REQUESTS = 500_000
NEW, CONDITION, DENY, UNDECIDED = "new", "condition", "deny", "undecided"


@dataclass(frozen=True)
class Broadening:
    """What is allowed now and was not. `cause`: a statement is new, a condition fell or was
    weakened, a denial fell; or it could not be decided, which counts as broadening."""

    cause: str
    statement: Statement
    before: tuple[Statement, ...] = ()
    actions: tuple[str, ...] = ()
    resources: tuple[str, ...] = ()
    principals: tuple[str, ...] = ()


def broadenings(before: Sequence[Statement], after: Sequence[Statement]) -> list[Broadening]:
    """One entry a statement and cause; empty if all that is allowed now was allowed before."""
    if {each.key() for each in before} == {each.key() for each in after}:
        return []
    found: list[Broadening] = []
    for statement in dict.fromkeys(each for each in after if each.allows):
        found += _of_statement(statement, before, [each for each in after if not each.allows])
    return found


def lifted(before: Sequence[Statement], after: Sequence[Statement]) -> list[Broadening]:
    """What was denied and is not denied any more, whoever else may allow it."""
    old = [replace(each, allows=True) for each in before if not each.allows]
    new = [replace(each, allows=True) for each in after if not each.allows]
    return [replace(each, cause=DENY) for each in broadenings(new, old)]


def _of_statement(
    statement: Statement, before: Sequence[Statement], denials: Sequence[Statement]
) -> list[Broadening]:
    old = [each for each in before if _meet(each, statement)]
    denied = [each for each in denials if _meet(each, statement)]
    kept = {each.key() for each in denied}
    if all(each.key() in kept for each in old if not each.allows) and any(
        _covers(each, statement) for each in old if each.allows
    ):
        return []
    try:
        return list(_merged(_found(old, [statement, *denied])))
    except (TooMany, UnknownOperator, ValueError):
        return [Broadening(UNDECIDED, statement)]


def _meet(one: Statement, other: Statement) -> bool:
    """May both speak of one request?"""
    pairs = (
        (one.actions, other.actions),
        (one.resources, other.resources),
        (one.principals, other.principals),
    )
    return all(_overlap(left, right) for left, right in pairs)


def _overlap(one: Patterns, other: Patterns) -> bool:
    if one.inverted or other.inverted:
        return True  # not decided here
    return any(overlap(left, right) for left in one.all for right in other.all)


def _covers(one: Statement, other: Statement) -> bool:
    """Does one alone allow all that the other does? A quick yes; no says nothing."""
    return (
        one.tests <= other.tests
        and _within(other.actions, one.actions)
        and _within(other.resources, one.resources)
        and _within(other.principals, one.principals)
    )


def _within(inner: Patterns, outer: Patterns) -> bool:
    if inner.inverted or outer.inverted:
        return inner == outer or (not outer.inverted and "*" in outer.all)
    return all(any(within(each, other) for other in outer.all) for each in inner.all)


def _found(before: Sequence[Statement], after: Sequence[Statement]) -> Iterator[Broadening]:
    """`after` begins with the only statement in it that allows."""
    statement, both = after[0], [*after, *before]
    judged: dict[int, str | None] = {}
    for action, resource, principal in _requests(both):
        met = action.met & resource.met & principal.met
        old = [each for i, each in enumerate(before, len(after)) if met >> i & 1]
        new = [each for i, each in enumerate(after) if met >> i & 1]
        if met not in judged:
            judged[met] = _verdict(old, new)
        if cause := judged[met]:
            yield Broadening(
                cause,
                statement,
                tuple(each for each in old if each.allows == (cause != DENY)),
                _said(statement.actions, action),
                _said(statement.resources, resource),
                _said(statement.principals, principal),
            )


@dataclass(frozen=True)
class Sort:
    """Texts that the same statements speak of; `met` has one bit for each statement."""

    met: int
    texts: tuple[str, ...]


def _requests(both: Sequence[Statement]) -> Iterator[tuple[Sort, Sort, Sort]]:
    """One request of each sort that the first statement speaks of."""
    count = 0
    for action in _sorts([each.actions for each in both], (1 << len(both)) - 1):
        resources = _sorts([each.resources for each in both], action.met)
        principals = _sorts([each.principals for each in both], action.met)
        count += len(resources) * len(principals)
        if count > REQUESTS:
            raise TooMany("requests")
        for resource, principal in product(resources, principals):
            yield action, resource, principal


def _sorts(given: Sequence[Patterns], speaking: int) -> list[Sort]:
    """The sorts of text that the first and those of the statements `speaking` tell apart."""
    first = given[0]
    asked = {i: each for i, each in enumerate(given) if speaking >> i & 1}
    others = {pattern for each in asked.values() for pattern in each.all} - set(first.all)
    patterns = (*first.all, *sorted(others))
    at = {pattern: i for i, pattern in enumerate(patterns)}
    found: dict[int, list[str]] = {}
    for matched, text in classes(patterns, 0 if first.inverted else len(first.all)).items():
        met = 0
        for i, each in asked.items():
            hit = any(at[pattern] in matched for pattern in each.all)
            met |= (hit != each.inverted) << i
        if met & 1:
            found.setdefault(met, []).append(text)
    return [Sort(met, tuple(texts)) for met, texts in found.items()]


def _verdict(before: Sequence[Statement], after: Sequence[Statement]) -> str | None:
    """Why such a request is allowed now and was not; None if it was, or is not."""
    statement, *denying = after
    if any(not each.tests for each in denying):
        return None
    allowed = [each for each in before if each.allows]
    denied = [each for each in before if not each.allows]
    if any(not each.tests for each in allowed) and not denied:
        return None
    for context in _contexts([*before, *after]):
        if not _applies(statement, context) or any(_applies(each, context) for each in denying):
            continue
        if not any(_applies(each, context) for each in allowed):
            return CONDITION if allowed else NEW
        if any(_applies(each, context) for each in denied):
            return DENY
    return None


def _contexts(met: Iterable[Statement]) -> Iterator[Mapping[str, Values]]:
    tests = {test for each in met for test in each.tests}
    keys = sorted({test.key for test in tests})
    values = [representatives(test for test in tests if test.key == key) for key in keys]
    if prod(map(len, values)) > CONTEXTS:
        raise TooMany("conditions")
    for chosen in product(*values):
        yield dict(zip(keys, chosen, strict=True))


def _applies(statement: Statement, context: Mapping[str, Values]) -> bool:
    return all(test.holds(context[test.key]) for test in statement.tests)


def _said(patterns: Patterns, sort: Sort) -> tuple[str, ...]:
    """The statement's own words for a sort of texts."""
    if patterns.inverted:
        return tuple(f"not {each}" for each in patterns.all)
    return tuple(each for each in patterns.all if any(matches(each, text) for text in sort.texts))


def _merged(found: Iterable[Broadening]) -> Iterator[Broadening]:
    groups: dict[tuple[object, ...], list[Broadening]] = {}
    for each in found:
        groups.setdefault((each.cause, each.statement.key()), []).append(each)
    for (cause, _), group in groups.items():
        assert isinstance(cause, str)
        yield Broadening(
            cause,
            group[0].statement,
            _union(group, lambda each: each.before),
            _union(group, lambda each: each.actions),
            _union(group, lambda each: each.resources),
            _union(group, lambda each: each.principals),
        )


def _union(group: Sequence[Broadening], part: Callable[[Broadening], tuple[object, ...]]) -> tuple:  # type: ignore[type-arg]
    return tuple(dict.fromkeys(each for one in group for each in part(one)))
