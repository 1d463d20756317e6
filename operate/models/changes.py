"""What a refresh changes, in a reviewer's words: the body of the weekly pull request."""

from collections.abc import Iterator, Mapping
from typing import Any

from operate.models.facts import Facts

Catalogue = Mapping[str, Facts]
# Kind of change, and the model with what changed.
Change = tuple[str, str]
PROVENANCE = ("source", "retrieved")
PRICES = ("regional", "global", "elsewhere", "long")


def changes(old: Catalogue, new: Catalogue) -> Iterator[Change]:
    """Every model that came, went or changed; a new source or date alone is no change."""
    for id in sorted(new.keys() - old.keys()):
        yield "added", f"{id} ({new[id]['kind']}, {new[id]['lifecycle']})"
    for id in sorted(old.keys() - new.keys()):
        yield "removed", id
    for id in sorted(new.keys() & old.keys()):
        yield from _changed(id, old[id], new[id])


def _changed(id: str, old: Facts, new: Facts) -> Iterator[Change]:
    if old["lifecycle"] != new["lifecycle"]:
        yield f"became {new['lifecycle']}", id
    was, now = old.get("price", {}), new.get("price", {})
    for scope in PRICES:
        if was.get(scope) != now.get(scope):
            yield "repriced", f"{id} {scope}: {_told(was.get(scope))} -> {_told(now.get(scope))}"
    for field in sorted(old.keys() | new.keys()):
        if field not in ("lifecycle", "price", *PROVENANCE):
            before, after = _facts(old.get(field)), _facts(new.get(field))
            if before != after:
                yield "changed", f"{id} {field}"


def _facts(value: Any) -> Any:
    if not isinstance(value, Mapping):
        return value
    return {key: fact for key, fact in value.items() if key not in PROVENANCE}


def _told(price: Mapping[str, Any] | None) -> str:
    parts = price.items() if price else ()
    told = (f"{name} {_told(p) if isinstance(p, Mapping) else p}" for name, p in parts)
    return ", ".join(told) or "none"
