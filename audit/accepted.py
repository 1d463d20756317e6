"""Findings that are lived with: which, where, why, whose decision, and until when."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from audit.errors import Unreadable
from audit.finding import Finding
from audit.template import Json, Template

NEEDED = {"rules", "resources", "reason", "owner", "until"}
SHAPE = "it has rules, resources, reason, owner and until, and environments if not all"


@dataclass(frozen=True)
class Waiver:
    """A resource is its `Stack/LogicalId`, or the path of its construct within the environment;
    a path that ends in a slash is of all that the construct holds.

    It holds up to and including `until`, and everywhere unless environments are named.
    """

    name: str
    rules: tuple[str, ...]
    resources: tuple[str, ...]
    reason: str
    owner: str
    until: date
    environments: tuple[str, ...] = ()

    def covers(self, finding: Finding, path: str, today: date) -> bool:
        """`path` is the construct's, empty where no assembly tells it."""
        return (
            finding.rule in self.rules
            and any(_is(each, finding.resource, path) for each in self.resources)
            and (not self.environments or finding.environment in self.environments)
            and today <= self.until
        )


def _is(named: str, resource: str, path: str) -> bool:
    return path.startswith(named) if named.endswith("/") else named in (resource, path)


def read_waivers(path: Path) -> list[Waiver]:
    """The waivers of a TOML file, a named table each. Raises Unreadable."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Unreadable(f"{path} cannot be read: {error}") from error
    return [_waiver(name, table, str(path)) for name, table in document.items()]


def carried_waivers(environment: str, templates: Sequence[Template]) -> list[Waiver]:
    """Those in templates: a resource's `Metadata: {audit: {accepted: {NAME: {rules: ...}}}}`."""
    return [each for template in templates for each in _carried(environment, template)]


def _carried(environment: str, template: Template) -> Iterator[Waiver]:
    for id, resource in template.section("Resources").items():
        where = f"{template.name}/{id}"
        own = {"resources": [where], "environments": [environment]}
        for name, table in _accepted(resource, where).items():
            given = table if isinstance(table, dict) else {}
            yield _waiver(name, {**given, **own}, f"the metadata of {where}")


def _accepted(resource: Mapping[str, Json], where: str) -> Mapping[str, Json]:
    metadata = resource.get("Metadata")
    # Other people's tools may call something `audit` too.
    own: Any = metadata.get("audit") if isinstance(metadata, dict) else None
    found = own.get("accepted", {}) if isinstance(own, dict) else {}
    if not isinstance(found, dict):
        raise Unreadable(f"the metadata of {where}: audit.accepted is a mapping of names")
    return found


def _waiver(name: str, table: Json, where: str) -> Waiver:
    keys = set(table) if isinstance(table, dict) else set()
    if not NEEDED <= keys <= NEEDED | {"environments"} or not all(table[each] for each in NEEDED):
        raise Unreadable(f"{where}: {name!r} is no accepted finding: {SHAPE}")
    texts = {key: _texts(table.get(key, []), f"{where}: {name}.{key}") for key in LISTS}
    until = _day(table["until"], f"{where}: {name}.until")
    return Waiver(
        name, reason=str(table["reason"]), owner=str(table["owner"]), until=until, **texts
    )


LISTS = ("rules", "resources", "environments")


def _texts(value: Json, where: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise Unreadable(f"{where} = {value!r} is not a list of texts")
    return tuple(value)


def _day(value: Json, where: str) -> date:
    try:
        return value if isinstance(value, date) else date.fromisoformat(value)
    except (TypeError, ValueError):
        raise Unreadable(f"{where} = {value!r} is not a date such as 2027-06-30") from None
