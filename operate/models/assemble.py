"""From packages and overrides to the facts of every model: what the catalogue will say."""

from collections.abc import Iterator, Mapping
from datetime import date

from operate.models.availability import availability, kind_of
from operate.models.capabilities import capabilities, limits
from operate.models.corrections import correct
from operate.models.facts import Facts
from operate.models.overrides import Overrides
from operate.models.packages import Packages, Record
from operate.models.prices import prices


def assemble(packages: Packages, overrides: Overrides) -> tuple[dict[str, Facts], list[str]]:
    """The facts by id, and what a reviewer should look at."""
    offered = {
        id: model
        for id, model in packages.available.items()
        if model.get("runtime_supported") and not overrides.leaves_out(model)
    }
    models = {id: _facts(id, model, packages) for id, model in sorted(offered.items())}
    for id, facts in models.items():
        facts["provider"] = overrides.provider(id)
    mantle = {id: model.get("mantle_supported_regions", ()) for id, model in offered.items()}
    idle = correct(models, overrides, mantle)
    return models, [*idle, *_drop_unknown(models)]


def _drop_unknown(models: dict[str, Facts]) -> Iterator[str]:
    """The catalogue's types need a length; whoever knows it adds an override."""
    for id in [id for id, facts in models.items() if "context_tokens" not in facts["limits"]]:
        del models[id]
        yield f"{id} is left out: no source knows its context_tokens; add an override"


def _facts(id: str, model: Record, packages: Packages) -> Facts:
    where = availability(model)
    price = _first_record(id, where["profiles"], packages.priced)
    kind = kind_of(model, price)
    facts = {"kind": kind, **where, **_ending(id, price, packages)}
    read = {"source": str(packages.prices), "retrieved": packages.prices.retrieved} if price else {}
    facts["limits"] = {**limits(price), **read}
    flags = read or {name: facts[name] for name in ("source", "retrieved")}
    facts["capabilities"] = {**capabilities(kind, model, price), **flags}
    listed = prices(id, kind, [*where["profiles"], *where["on_demand"]], packages.priced)
    if listed:
        facts["price"] = {**listed, **read, "source": _cited(packages, price)}
    return facts


def _first_record(id: str, prefixes: Mapping[str, object], priced: Mapping[str, Record]) -> Record:
    """A model that answers only through profiles may be known only by their ids."""
    names = [id, *(f"{prefix}.{id}" for prefix in ("global", "us", *sorted(prefixes)))]
    return next((priced[name] for name in names if name in priced), {})


def _ending(id: str, price: Record, packages: Packages) -> Facts:
    """When the model ends, if it is known, and where and when that and its regions were read."""
    seen = date.fromisoformat(packages.changed[id]["last_changed"])
    if "deprecation_date" not in price:
        return {"source": str(packages.availability), "retrieved": seen}
    return {
        "end_of_life": date.fromisoformat(price["deprecation_date"]),
        "source": f"{packages.availability}; {packages.prices}",
        "retrieved": seen,
    }


def _cited(packages: Packages, price: Record) -> str:
    """The price map says where it read each entry."""
    return f"{packages.prices}: {price['source']}" if "source" in price else str(packages.prices)
