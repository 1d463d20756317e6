"""The overrides applied, after everything that the packages say; each fact keeps its sources."""

from collections.abc import Iterable, Mapping, Sequence
from copy import deepcopy
from datetime import date
from fnmatch import fnmatchcase
from typing import Any

from operate.errors import OperateError
from operate.models.facts import Facts
from operate.models.overrides import CAPABILITIES, Overrides, Rule

# The tables of a model that name their own source; everything else is dated with the model.
TABLES = ("limits", "capabilities", "price")

# By id, the regions where Bedrock's other endpoint serves the model.
Mantle = Mapping[str, Sequence[str]]


def correct(models: dict[str, Facts], overrides: Overrides, mantle: Mantle) -> list[str]:
    """Correct the models in place; returns the rules with which the packages agree by now."""
    idle = []
    for rule in overrides.rules:
        before = deepcopy(models)
        for id in _matched(rule, models):
            _apply(rule, models[id], mantle.get(id, ()))
            _cite(rule.source, overrides.reviewed, before[id], models[id])
        if models == before:
            idle.append(f"the packages agree with {rule}: it can go")
    return idle


def _matched(rule: Rule, models: Mapping[str, Facts]) -> list[str]:
    """Raises OperateError for a pattern without a model: the override is stale, or misspelt."""
    of_kind = [id for id, facts in models.items() if rule.kind in ("", facts["kind"])]
    for pattern in rule.match:
        if not any(fnmatchcase(id, pattern) for id in of_kind):
            raise OperateError(f"{pattern!r} in {rule} matches no model; delete or correct it")
    return [id for id in of_kind if any(fnmatchcase(id, pattern) for pattern in rule.match)]


def _apply(rule: Rule, facts: Facts, mantle: Iterable[str]) -> None:
    _merge(facts, rule.facts)
    accepted = {*facts["capabilities"]["accepts"], *rule.accepts}.difference(rule.refuses)
    facts["capabilities"]["accepts"] = [name for name in CAPABILITIES if name in accepted]
    if rule.mantle_only:
        facts["on_demand"] = [region for region in facts["on_demand"] if region not in set(mantle)]


def _merge(facts: Facts, more: Mapping[str, Any]) -> None:
    for name, value in more.items():
        if isinstance(value, Mapping):
            _merge(facts.setdefault(name, {}), value)
        else:
            facts[name] = value


def _cite(source: str, reviewed: date, before: Facts, facts: Facts) -> None:
    """Each table that changed names the override's source beside its own."""
    changed = [facts[name] for name in TABLES if facts.get(name) != before.get(name)]
    if _own(facts) != _own(before):
        changed.append(facts)
    for table in changed:
        cited = [table["source"]] if "source" in table else []
        table["source"] = "; ".join([*cited, *([] if source in cited else [source])])
        table.setdefault("retrieved", reviewed)


def _own(facts: Facts) -> Facts:
    return {name: value for name, value in facts.items() if name not in TABLES}
