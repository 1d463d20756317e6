"""`python -m config diff`: how one environment differs from another, in words."""

import json
from collections.abc import Sequence
from typing import Any

from config.compare import Difference, differences
from config.load import load_environment
from config.models import Target
from config.schema import Environment
from config.travels import is_natural, travels
from config.words import sentence, subject


def diff(one: str, other: str, *, as_json: bool) -> int:
    """Print how they differ; like diff(1): 0 if in nothing but their nature, 1 if they do."""
    ours, theirs = load_environment(one), load_environment(other)
    found = differences(ours, theirs)
    print(_json(found, ours, theirs) if as_json else in_words(found, ours, theirs))
    return 1 if any(not is_natural(each.path) for each in found) else 0


def in_words(found: Sequence[Difference], one: Environment, other: Environment) -> str:
    """The differences under their subjects; at the end those that nobody needs to look at."""
    told = [each for each in found if not is_natural(each.path)]
    natural = [sentence(each, one, other) for each in found if is_natural(each.path)]
    lines = [f"{one.name} and {other.name}: {_count(len(told))}"]
    for heading in dict.fromkeys(subject(each.path) for each in told):
        lines += _section(heading, told, one, other)
    lines += ["", f"By nature, {'; '.join(natural)}."] if natural else []
    return "\n".join(lines)


def _section(
    heading: str, told: Sequence[Difference], one: Environment, other: Environment
) -> list[str]:
    lines = [f"  {sentence(each, one, other)}" for each in told if subject(each.path) == heading]
    return ["", heading, *lines] if lines else []


def _count(number: int) -> str:
    if number == 0:
        return "nothing differs"
    return "one difference" if number == 1 else f"{number} differences"


def _json(found: Sequence[Difference], one: Environment, other: Environment) -> str:
    plain = [_plain(each, one, other) for each in found]
    report = {"one": one.name, "other": other.name, "differences": plain}
    return json.dumps(report, indent=2, ensure_ascii=False)


def _plain(found: Difference, one: Environment, other: Environment) -> dict[str, Any]:
    told = {
        "field": found.field,
        "subject": subject(found.path),
        "says": sentence(found, one, other),
        "natural": is_natural(found.path),
        "promoted": travels(found.path),
    }
    if found.path == ("account",):
        return told
    return {**told, "one": _jsonable(found.one), "other": _jsonable(found.other)}


def _jsonable(value: Any) -> Any:
    match value:
        case None | bool() | int() | float() | str():
            return value
        case tuple():
            return [_jsonable(each) for each in value]
        case Target():
            return value.id
    return {field: _jsonable(each) for field, each in dict(value).items()}
