"""The good template, and what the cases make of it."""

import tomllib
from copy import deepcopy
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from audit.finding import Finding
from audit.limits import Limits
from audit.rules.judge import judge
from audit.rules.registry import Rule, rules
from audit.template import Template, read_document

HERE = Path(__file__).parent
CASES = HERE / "cases"
TODAY = date(2026, 11, 24)

Edit = dict[str, Any]


@cache
def _good() -> dict[str, Any]:
    return read_document(HERE / "good.yaml")


def good() -> dict[str, Any]:
    return deepcopy(_good())


def cases(rule: str, kind: str) -> list[list[Edit]]:
    """A case is some edits of the good template: `breaks` a rule, or `holds`."""
    return tomllib.loads((CASES / f"{rule}.toml").read_text()).get(kind, [])


def edited(edits: list[Edit]) -> dict[str, Any]:
    """The good template with something set, or removed where nothing is to be set."""
    raw = good()
    for edit in edits:
        *path, last = edit["at"].split("/")
        place = raw["Resources"] if path != [""] else raw
        for step in path if path != [""] else ():
            place = place[_key(place, step)]
        if "set" in edit:
            place[_key(place, last)] = deepcopy(edit["set"])
        else:
            del place[_key(place, last)]
    return raw


def _key(place: Any, step: str) -> Any:
    return int(step) if isinstance(place, list) else step


def found(
    raw: dict[str, Any], pack: list[Rule] | None = None, residency: frozenset[str] = frozenset()
) -> list[Finding]:
    limits = Limits(TODAY, residency)
    return judge("prod", [Template("helpdesk", raw)], pack or rules(), limits)


def broken(raw: dict[str, Any]) -> set[str]:
    """The rules that find something."""
    return {each.rule for each in found(raw)}
