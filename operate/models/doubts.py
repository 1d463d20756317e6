"""Where the sources contradict themselves or each other: for a reviewer to look at."""

from collections.abc import Iterator, Mapping

from operate.models.facts import Facts
from operate.models.packages import Packages


def doubts(packages: Packages, models: Mapping[str, Facts]) -> Iterator[str]:
    """One line for each; nothing here changes the catalogue."""
    unpriced = [id for id, facts in models.items() if "price" not in facts]
    if unpriced:
        yield f"without a price, so not routable: {', '.join(unpriced)}"
    for id, facts in models.items():
        yield from _two_endings(id, facts, packages)
        yield from _perhaps_mantle(id, facts, packages)


def _two_endings(id: str, facts: Facts, packages: Packages) -> Iterator[str]:
    """The price map dates one model's entries differently."""
    names = [id, *(f"{prefix}.{id}" for prefix in facts["profiles"])]
    entries = {name: packages.priced[name] for name in names if name in packages.priced}
    dates = {name: entry.get("deprecation_date") for name, entry in entries.items()}
    taken = facts.get("end_of_life")
    others = sorted(f"{name} {day}" for name, day in dates.items() if day and day != str(taken))
    if others:
        yield f"{id} ends {taken or 'on no known day'}, but {packages.prices} says {others}"


def _perhaps_mantle(id: str, facts: Facts, packages: Packages) -> Iterator[str]:
    """Bedrock's other endpoint serves bare ids of models that bedrock-runtime has in profiles."""
    mantle = set(packages.available[id].get("mantle_supported_regions", ()))
    if facts["profiles"] and (shared := sorted(mantle.intersection(facts["on_demand"]))):
        yield f"{id} may answer on Mantle only in {shared}; if so, add it to mantle_only"
