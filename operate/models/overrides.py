"""Our reviewed corrections as they are written: rules over ids, each with source and reason."""

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import get_args

from config.models import Capability
from operate.errors import OperateError
from operate.models.facts import Facts
from operate.models.packages import Record

CAPABILITIES: tuple[str, ...] = get_args(Capability)


@dataclass(frozen=True)
class Omission:
    """Models that are not for this catalogue: those that give one of these modalities."""

    outputs: Sequence[str]
    source: str
    reason: str


@dataclass(frozen=True)
class Rule:
    """What is so for every model that one of the patterns (fnmatch) matches."""

    match: Sequence[str]
    source: str
    reason: str
    kind: str = ""
    accepts: Sequence[str] = ()
    refuses: Sequence[str] = ()
    mantle_only: bool = False
    facts: Facts = field(default_factory=dict)

    def __str__(self) -> str:
        return f"the rule for {', '.join(self.match)} ({self.reason})"


@dataclass(frozen=True)
class Overrides:
    """The reviewed file; `reviewed` is the day on which all of it was last checked."""

    reviewed: date
    providers: Mapping[str, str]
    leave_out: Sequence[Omission]
    rules: Sequence[Rule]

    def leaves_out(self, model: Record) -> bool:
        """Whether the model gives something that this catalogue has no kind for."""
        omitted = {output for omission in self.leave_out for output in omission.outputs}
        return not omitted.isdisjoint(model["outputModalities"])

    def provider(self, id: str) -> str:
        """The display name; raises OperateError for one that nobody has named yet."""
        name = self.providers.get(id.partition(".")[0])
        if name is None:
            raise OperateError(f"{id}: [providers] has no name for it; add one, as AWS writes it")
        return name


def read_overrides(path: Path) -> Overrides:
    """Raises OperateError for a field or a capability that does not exist."""
    text = tomllib.loads(path.read_text(encoding="utf-8"))
    try:
        rules = [Rule(**rule) for rule in text["rule"]]
        omissions = [Omission(**omission) for omission in text["leave_out"]]
        overrides = Overrides(text["reviewed"], text["providers"], omissions, rules)
    except (KeyError, TypeError) as error:
        raise OperateError(f"{path}: {error}; see the comment at its top") from None
    named = {name for rule in rules for name in (*rule.accepts, *rule.refuses)}
    if unknown := sorted(named.difference(CAPABILITIES)):
        raise OperateError(f"{path}: no capability {unknown}; there are {list(CAPABILITIES)}")
    return overrides
