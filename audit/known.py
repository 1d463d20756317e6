"""Every rule that a finding can name, whether it is code or data, and what it asks for."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import groupby
from typing import TypeVar

from audit import parity, waived
from audit.change import ANY, change_rules
from audit.changes import grant_added, guard_removed
from audit.rules.registry import rules
from audit.settings import Setting, settings

Entry = TypeVar("Entry")
# These speak for data, under the names that the data gives.
_SPEAK = {guard_removed.RULE, grant_added.RULE}


@dataclass(frozen=True)
class Case:
    """One thing that a rule of data looks at, and how grave its loss is."""

    severity: str
    place: str
    why: str


@dataclass(frozen=True)
class Known:
    """`source` is the file to read; `cases` are empty for a rule that is code."""

    id: str
    category: str
    sentence: str
    fix: str
    source: str
    cases: tuple[Case, ...] = ()


@cache
def known_rules() -> Mapping[str, Known]:
    """By id, in their order."""
    found = {each.id: each for each in (*_of_code(), *_of_pack(), *_of_the_whole())}
    for each in (*_of_settings(), *_of_resources()):
        # A name that code and data share is one rule, and the code says what must hold.
        code = found.get(each.id)
        found[each.id] = replace(code, cases=each.cases) if code else each
    return dict(sorted(found.items()))


def _of_code() -> Iterator[Known]:
    for rule in change_rules():
        judge = rule.judge or rule.judge_environment
        if judge and rule.id not in _SPEAK:
            yield Known(rule.id, rule.category, rule.sentence, rule.fix, _file(judge))


def _of_pack() -> Iterator[Known]:
    for rule in rules():
        yield Known(rule.id, rule.category, rule.sentence, rule.fix, _file(rule.judge))


def _of_the_whole() -> Iterator[Known]:
    yield Known(parity.RULE, "parity", parity.SENTENCE, parity.FIX, "audit/parity.py")
    yield Known(waived.RULE, "suppressions", waived.SENTENCE, waived.FIX, "audit/waived.py")


def _of_settings() -> Iterator[Known]:
    for id, entries in _grouped(settings(), lambda each: each.rule):
        cases = [
            Case(each.severity, _place(each, type), each.why)
            for each in entries
            for type in each.types
        ]
        category = entries[0].category
        fix = "; or ".join(dict.fromkeys(each.fix for each in entries))
        yield _of_data(id, category, fix, f"audit/data/settings/{category}.toml", cases)


def _place(setting: Setting, type: str) -> str:
    return f"{setting.path} of {'every type' if type == ANY else type}"


def _of_resources() -> Iterator[Known]:
    """What is lost, or given, with a whole resource: by category, each of which is a rule."""
    lost = [(type, *said) for type, said in guard_removed.guards().items()]
    given = [
        (type, category, severity, said["why"])
        for type, (category, severity, said) in grant_added.grants().items()
    ]
    code = {each.id: each for each in change_rules()}
    for rule, file, entries in (
        (code[guard_removed.RULE], "guards", lost),
        (code[grant_added.RULE], "grants", given),
    ):
        for category, held in _grouped(entries, lambda each: each[1]):
            cases = [Case(severity, type, why) for type, _, severity, why in held]
            id, source = f"{category}-{rule.id}", f"audit/data/{file}.toml"
            yield _of_data(id, category, rule.fix, source, cases)


def _of_data(id: str, category: str, fix: str, source: str, cases: Sequence[Case]) -> Known:
    first, *others = dict.fromkeys(each.why for each in cases)
    more = f" ({len(others)} more like it)" if others else ""
    return Known(id, category, f"Otherwise {first}{more}.", fix, source, tuple(cases))


def _grouped(
    entries: Iterable[Entry], key: Callable[[Entry], str]
) -> Iterator[tuple[str, list[Entry]]]:
    for name, group in groupby(sorted(entries, key=key), key=key):
        yield name, list(group)


def _file(judge: Callable[..., object]) -> str:
    return f"{judge.__module__.replace('.', '/')}.py"
