"""Findings that are lived with: each names rule, resource, reason, owner and its last day."""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from datetime import date
from pathlib import Path
from typing import Any

from audit.errors import Unreadable
from audit.finding import Finding
from audit.template import Template


@dataclass(frozen=True)
class Waiver:
    """`resource` is `Stack/LogicalId`; it holds up to and including `until`."""

    rule: str
    resource: str
    reason: str
    owner: str
    until: date
    environments: tuple[str, ...]

    def covers(self, finding: Finding, today: date) -> bool:
        same = (self.rule, self.resource) == (finding.rule, finding.resource)
        return same and finding.environment in self.environments and today <= self.until


def read_waivers(path: Path) -> list[Waiver]:
    """The waivers of a file of `[[accepted]]` tables. Raises Unreadable."""
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Unreadable(f"{path} cannot be read: {error}") from error
    entries = document.get("accepted", [])
    return [_waiver(each, f"{path}, entry {i}") for i, each in enumerate(entries, 1)]


def template_waivers(environment: str, templates: Sequence[Template]) -> list[Waiver]:
    """Those that resources carry: `Metadata: {audit: {accepted: [...]}}`, with the same keys."""
    return [each for template in templates for each in _carried(environment, template)]


def _carried(environment: str, template: Template) -> Iterator[Waiver]:
    for id, resource in template.section("Resources").items():
        name = f"{template.name}/{id}"
        try:
            entries = resource["Metadata"]["audit"]["accepted"]
        except (KeyError, TypeError):
            continue
        own: dict[str, Any] = {"resource": name, "environments": [environment]}
        yield from (_waiver({**each, **own}, f"{name}'s metadata") for each in entries)


def _waiver(entry: Any, where: str) -> Waiver:
    names = [each.name for each in fields(Waiver)]
    if not isinstance(entry, dict) or set(entry) != set(names):
        raise Unreadable(f"{where}: an accepted finding has exactly {', '.join(names)}")
    until = entry["until"]
    try:
        last = until if isinstance(until, date) else date.fromisoformat(until)
    except (TypeError, ValueError):
        raise Unreadable(f"{where}: until = {until!r} is not a date such as 2027-06-30") from None
    blank = [name for name in names if not entry[name]]
    if blank:
        raise Unreadable(f"{where}: {blank[0]} is empty")
    return Waiver(**{**entry, "until": last, "environments": tuple(entry["environments"])})
