"""List prices in US dollars per million tokens, from the price map, by scope."""

import re
from collections.abc import Iterable, Mapping
from decimal import Decimal

from operate.errors import OperateError
from operate.models.facts import Facts
from operate.models.packages import Record

MILLION = 1_000_000
PER_TOKEN = {
    "input": "input_cost_per_token",
    "output": "output_cost_per_token",
    "cache_read": "cache_read_input_token_cost",
    "cache_write": "cache_creation_input_token_cost",
}
# Less than this is no price: metering would count what is missing as free.
NEEDED = {"chat": {"input", "output"}, "embedding": {"input"}, "rerank": {"query"}}
LONG = re.compile(r"^input_cost_per_token(_above_(\d+)k_tokens)$")

TokenPrice = dict[str, Decimal]


def prices(id: str, kind: str, places: Iterable[str], price_map: Mapping[str, Record]) -> Facts:
    """The tables `regional`, `global`, `elsewhere` and `long`; empty for an unpriced model.

    `places` are the prefixes of the model's profiles and the regions of its bare id.
    """
    records = {place: _record(id, place, price_map) for place in places}
    records["bare"] = price_map.get(id, {})
    scopes = _scopes(kind, records)
    suffixes = {found.groups() for record in records.values() for found in map(LONG.match, record)
                if found}  # fmt: skip
    if len(suffixes) > 1:
        raise OperateError(f"{id} has {sorted(suffixes)}: the catalogue knows one long price")
    for suffix, thousands in suffixes:
        scopes["long"] = {"above": int(thousands) * 1000, **_scopes(kind, records, suffix)}
    return scopes


def _record(id: str, place: str, price_map: Mapping[str, Record]) -> Record:
    return price_map.get(f"{place}.{id}") or price_map.get(f"bedrock/{place}/{id}") or {}


def _scopes(kind: str, records: Mapping[str, Record], suffix: str = "") -> Facts:
    """One price for the bare id and for profiles, and those of the places that differ from it."""
    priced = {place: _price(kind, record, suffix) for place, record in records.items()}
    everywhere = priced.pop("global", {})
    regional = _regional(priced, everywhere)
    elsewhere = {
        place: price
        for place, price in priced.items()
        if place != "bare" and price and price != regional
    }
    scopes = {"regional": regional, "global": everywhere, "elsewhere": elsewhere}
    return {name: price for name, price in scopes.items() if price}


def _regional(priced: Mapping[str, TokenPrice], everywhere: TokenPrice) -> TokenPrice:
    """The map prices a model without a bare id under it at the global price: not here."""
    bare = priced["bare"]
    if bare and bare != everywhere:
        return bare
    by_place = [priced.get("us", {}), *(priced[place] for place in sorted(priced))]
    return next((price for price in by_place if price and price != everywhere), bare)


def _price(kind: str, record: Record, suffix: str) -> TokenPrice:
    if kind == "rerank":
        price = {"query": record.get("input_cost_per_query", 0)}
    else:
        price = {name: record.get(field + suffix, 0) * MILLION for name, field in PER_TOKEN.items()}
    known = {name: Decimal(amount) for name, amount in price.items() if amount}
    return known if known.keys() >= NEEDED[kind] else {}
