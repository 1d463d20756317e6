"""What a run costs, before it runs: text units of each policy that the guardrail declares."""

import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import ceil
from typing import Any

from config.cost import MILLION, PAID, PRICES, TEXT_UNIT_CHARACTERS
from config.schema import Environment
from config.suites import Case


@dataclass(frozen=True)
class Price:
    """`units` are text units of one policy; `usd` is None where a price is unknown."""

    prompts: int
    units: int
    usd: float | None

    def __str__(self) -> str:
        usd = "a price that is unknown here" if self.usd is None else f"about {self.usd:.2f} USD"
        units = f"{self.units} text units of each policy that is paid for"
        return f"{self.prompts} prompts, {units}: {usd}"


def price(environment: Environment, name: str, cases: Iterable[Case]) -> Price:
    """At list prices, which `config/prices.toml` dates."""
    sizes = [_units(case) for case in cases]
    prices = tomllib.loads(PRICES.read_text(encoding="utf-8"))
    usd = _usd_a_unit(environment, name, prices)
    return Price(len(sizes), sum(sizes), None if usd is None else usd * sum(sizes))


def _units(case: Case) -> int:
    texts = (case.prompt, case.passage, case.query)
    return ceil(sum(len(text) for text in texts if text) / TEXT_UNIT_CHARACTERS)


def _usd_a_unit(environment: Environment, name: str, prices: Mapping[str, Any]) -> float | None:
    if environment.region not in prices["regions"]:
        return None
    declared = [policy for policy in PAID if getattr(environment.guardrails[name], policy)]
    known = [prices["text-unit"].get(policy, {}).get("usd_per_million") for policy in declared]
    return None if None in known else float(sum(known) / MILLION)
