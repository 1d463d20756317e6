"""`python -m config cost`: what an environment costs idle, and what a thousand requests cost.

Only dated list prices count: a price that nobody knows is listed, and never taken for nothing.
"""

import json
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from math import ceil
from typing import Any

from config.alarms import OBJECTIVES, billed_metrics, watched_by
from config.endpoints import endpoints_of
from config.load import HERE, load_environment
from config.schema import Alias, Environment

PRICES = HERE / "prices.toml"
# English text; Japanese is nearer to one.
CHARACTERS_A_TOKEN = 4
TEXT_UNIT_CHARACTERS = 1_000
MILLION, THOUSAND = 1_000_000, 1_000
# Policies of a guardrail that cost by text unit; words and patterns are free. Grounding is judged
# only where there are passages.
PAID = ("content_filters", "topics", "pii", "grounding", "automated_reasoning")


@dataclass(frozen=True)
class Request:
    """A typical request: tokens of the caller's text and of the answer, and how long it takes."""

    input_tokens: int = 500
    output_tokens: int = 200
    milliseconds: int = 1_500


@dataclass(frozen=True)
class Line:
    """One thing that is paid for; `usd` is None when its price is unknown."""

    what: str
    usd: float | None


def cost(name: str, typical: Request, *, as_json: bool) -> int:
    """Print the idle month, and a thousand requests of each alias."""
    environment = load_environment(name)
    prices = tomllib.loads(PRICES.read_text(encoding="utf-8"))
    report = {
        "environment": name,
        "prices_of": str(prices["retrieved"]),
        "assumed": asdict(typical),
        "idle_usd_per_month": _total(idle(environment, prices)),
        "usd_per_1000_requests": {
            alias: _total(thousand_requests(environment, alias, typical, prices))
            for alias in environment.aliases
        },
        "unknown": sorted({*_unpriced(environment, typical, prices), *prices["unknown"].values()}),
    }
    print(json.dumps(report, indent=2) if as_json else _text(report))
    return 0


def idle(environment: Environment, prices: Mapping[str, Any]) -> Iterator[Line]:
    """What a month costs in which nobody asks anything."""
    known = environment.region in prices["regions"]
    for name, price in prices["idle"].items():
        if times := _times(environment, name):
            usd = price["usd_per_month"] * times
            yield Line(price["description"], usd if known else None)


def thousand_requests(
    environment: Environment, name: str, typical: Request, prices: Mapping[str, Any]
) -> Iterator[Line]:
    """What a thousand typical requests to one alias cost when its first model answers."""
    alias = environment.aliases[name]
    read = typical.input_tokens + _passage_tokens(environment, alias)
    written = typical.output_tokens if alias.model.model.kind == "chat" else 0
    yield _tokens("input tokens", alias, read, read)
    if written:
        yield _tokens("output tokens", alias, written, read)
    counts = {"request": 1.0, "second": typical.milliseconds / 1_000}
    for table, count in counts.items():
        for thing, price in prices[table].items():
            if times := _times(environment, thing):
                yield _use(environment, prices, price, count * times)
    yield from _guardrail(environment, alias, read, written, prices)
    yield from _data_events(environment, alias, prices)


def _times(environment: Environment, thing: str) -> int:
    """How often an environment has a thing; what is not told of here every one has once."""
    private, operations = environment.api.private, environment.operations
    told = {
        "alarm-metric": billed_metrics(environment),
        "objective": sum(bool(watched_by(each, environment)) for each in OBJECTIVES),
        "dashboard": int(operations.dashboard),
        "web-acl": int(environment.api.waf),
        "invocation-record": int(environment.invocation_logging is not None),
        "vpc-endpoint": (len(private.subnet_ids) if private else 0) + _endpoints(environment),
    }
    return told.get(thing, 1)


def _endpoints(environment: Environment) -> int:
    """Of an isolated network: each paid endpoint once in each zone."""
    if environment.network is None:
        return 0
    return len(endpoints_of(environment, gateway=False)) * environment.network.zone_count


def _tokens(what: str, alias: Alias, count: int, read: int) -> Line:
    """The dearer price of a long request holds for its input and its output."""
    price, long = alias.model.price, alias.model.long_price
    if long and read > long[0]:
        price = long[1]
    each = (price.output if what.startswith("output") else price.input) if price else None
    return Line(f"{alias.model.id}: {what}", each and each * count * THOUSAND / MILLION)


def _passage_tokens(environment: Environment, alias: Alias) -> int:
    if alias.knowledge_base is None:
        return 0
    return alias.passages * environment.knowledge_bases[alias.knowledge_base].passage_tokens


def _guardrail(
    environment: Environment, alias: Alias, read: int, written: int, prices: Mapping[str, Any]
) -> Iterator[Line]:
    if alias.guardrail is None:
        return
    # Citations go through the guardrail once more, as what is shown.
    judged = (read, written, _passage_tokens(environment, alias))
    units = sum(ceil(n * CHARACTERS_A_TOKEN / TEXT_UNIT_CHARACTERS) for n in judged)
    guardrail = environment.guardrails[alias.guardrail]
    for policy in PAID:
        if not getattr(guardrail, policy) or (policy == "grounding" and not alias.knowledge_base):
            continue
        if price := prices["text-unit"].get(policy):
            yield _use(environment, prices, price, units)
        else:
            yield Line(f"guardrail, {policy.replace('_', ' ')}, a text unit", None)


def _data_events(
    environment: Environment, alias: Alias, prices: Mapping[str, Any]
) -> Iterator[Line]:
    # A question to documents is one search, and its passages go through the guardrail once.
    if environment.trail and alias.knowledge_base:
        events = 2 if alias.guardrail else 1
        yield from (_use(environment, prices, price, events) for price in prices["event"].values())


def _use(
    environment: Environment, prices: Mapping[str, Any], price: Mapping[str, Any], count: float
) -> Line:
    known = environment.region in prices["regions"]
    usd = price["usd_per_million"] * count * THOUSAND / MILLION
    return Line(price["description"], usd if known else None)


def _total(lines: Iterator[Line]) -> float | None:
    """The sum of what is known; None when a part of it is not, for a part is no total."""
    amounts = [line.usd for line in lines]
    known = [usd for usd in amounts if usd is not None]
    return round(sum(known), 4) if len(known) == len(amounts) else None


def _usd(amount: float | None) -> str:
    return "   unknown" if amount is None else f"{amount:>10.2f} USD"


def _unpriced(
    environment: Environment, typical: Request, prices: Mapping[str, Any]
) -> Iterator[str]:
    lines = list(idle(environment, prices))
    for name in environment.aliases:
        lines += thousand_requests(environment, name, typical, prices)
    yield from (line.what for line in lines if line.usd is None)


def _text(report: Mapping[str, Any]) -> str:
    assumed = ", ".join(
        f"{value} {name.replace('_', ' ')}" for name, value in report["assumed"].items()
    )
    lines = [
        f"{report['environment']}, at list prices of {report['prices_of']}",
        f"  idle, a month                  {_usd(report['idle_usd_per_month'])}",
        f"  1,000 requests ({assumed}):",
    ]
    for alias, usd in report["usd_per_1000_requests"].items():
        lines.append(f"    {alias:28} {_usd(usd)}")
    lines.append("  not counted, for their price is unknown:")
    lines += [f"    {what}" for what in report["unknown"]]
    return "\n".join(lines)
