"""`python -m config promote`: what one environment has proven, written into another's file.

Nothing is committed or deployed: the change is for a pull request. Nothing is written either that
the loader or the gate would refuse.
"""

import sys
from collections.abc import Iterator, Sequence
from datetime import date
from difflib import get_close_matches, unified_diff
from pathlib import Path

from config.check import between
from config.compare import Difference, differences, fields, fits
from config.errors import ConfigError, Problem
from config.gate import Finding, judge
from config.history import deployed_models
from config.layout import Layout
from config.load import (
    ENVIRONMENTS,
    environment_names,
    load_catalogue,
    load_environment,
    parse_environment,
)
from config.schema import Environment
from config.travels import is_natural, travels
from config.words import sentence


def promote(source: str, target: str, what: Sequence[str], *, today: date, dry_run: bool) -> int:
    """Write what travels, or show it; 0 also when there is nothing to do, 1 when it is refused."""
    ours, theirs = load_environment(source), load_environment(target)
    found = differences(ours, theirs)
    chosen = [each for each in found if _is_chosen(each, what)]
    if problems := [*_misnamed(ours, theirs, found, what), *_bound(theirs, chosen)]:
        raise ConfigError(problems)
    before = _file(target).read_text(encoding="utf-8")
    after = _taken_over(source, before, chosen)
    findings = list(_judged(ours, target, after, [d for d in found if d not in chosen], today))
    for finding in findings:
        print(finding, file=sys.stderr)
    if any(finding.level == "fail" for finding in findings):
        return 1
    if dry_run:
        print("".join(_unified(target, before, after)), end="")
    elif after != before:
        _file(target).write_text(after, encoding="utf-8")
    print("\n".join(_told(ours, theirs, found, chosen)), file=sys.stderr if dry_run else None)
    return 0


def _is_chosen(found: Difference, what: Sequence[str]) -> bool:
    allowed = travels(found.path)
    if not what:
        return allowed == "by default"
    return allowed != "never" and any(fits(found.path, path) for path in what)


def _misnamed(
    one: Environment, other: Environment, found: Sequence[Difference], what: Sequence[str]
) -> Iterator[Problem]:
    """What cannot be promoted under the name that was given."""
    known = {".".join(path) for each in (one, other) for path, _ in fields(each)}
    for given in what:
        whole = [each.field for each in found if given.startswith(f"{each.field}.")]
        near = get_close_matches(given, known, n=3, cutoff=0.5)
        if travels(tuple(given.split("."))) == "never":
            yield _problem(given, f"never travels: it says which place {other.name} is")
        elif whole:
            yield _problem(given, f"a part of {whole[0]}, which is promoted whole")
        elif given not in known:
            yield _problem(given, f"neither has such a field; close: {near or 'nothing'}")


def _bound(target: Environment, chosen: Sequence[Difference]) -> Iterator[Problem]:
    """New tables that name what exists in the place that they come from, and only there."""
    for each in chosen:
        for path, value in fields(each.one, each.path):
            if each.other is None and value is not None and travels(path) == "never":
                expected = f"never travels: write {each.field} into {target.name}.toml by hand"
                yield _problem(".".join(path), expected)


def _problem(given: str, expected: str) -> Problem:
    return Problem("(command line)", "WHAT", given, expected)


def _taken_over(source: str, text: str, chosen: Sequence[Difference]) -> str:
    if not chosen:
        return text
    layout, theirs = Layout(text), Layout(_file(source).read_text(encoding="utf-8"))
    for each in chosen:
        layout.take(each.path, theirs)
    return layout.text


def _judged(
    source: Environment, target: str, text: str, left: Sequence[Difference], today: date
) -> Iterator[Finding]:
    """The gate's word on the environment that the new text declares; raises what the loader does.

    That it differs from the source in what is left, and in nothing else, proves the editing.
    """
    promoted = parse_environment(target, text, load_catalogue())
    if list(differences(source, promoted)) != list(left):
        expected = "laid out as nobody here can edit it: make this change by hand"
        raise ConfigError(
            [Problem(f"config/environments/{target}.toml", "(the file)", "…", expected)]
        )
    others = [load_environment(name) for name in environment_names() if name != target]
    yield from judge(promoted, today=today, before=deployed_models(target, None))
    yield from between([*others, promoted])


def _unified(target: str, before: str, after: str) -> Iterator[str]:
    file = f"config/environments/{target}.toml"
    old, new = before.splitlines(keepends=True), after.splitlines(keepends=True)
    yield from unified_diff(old, new, f"a/{file}", f"b/{file}")


def _told(
    one: Environment, other: Environment, found: Sequence[Difference], chosen: Sequence[Difference]
) -> Iterator[str]:
    yield f"{other.name} takes over from {one.name}: {'' if chosen else 'nothing'}".rstrip()
    yield from (f"  {sentence(each, one, other)}" for each in chosen)
    left = [each for each in found if each not in chosen and not is_natural(each.path)]
    if own := [each.field for each in left if travels(each.path) != "never"]:
        yield f"left to {other.name}, unless named: {', '.join(own)}"
    if bound := [each.field for each in left if travels(each.path) == "never"]:
        yield f"never promoted: {', '.join(bound)}"


def _file(name: str) -> Path:
    return ENVIRONMENTS / f"{name}.toml"
