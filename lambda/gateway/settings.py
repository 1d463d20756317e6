"""What a function is told: `settings.json` beside the code, and `STRATA_DEPLOYED`.

Written by `stacks/settings.py`; parsed once for each execution environment, trusted afterwards.
"""

from __future__ import annotations

import functools
import json
import os
from typing import NamedTuple

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

FILE = os.path.join(os.path.dirname(__file__), os.pardir, "settings.json")


class Target(NamedTuple):
    """A model behind an alias. Prices are in pico-dollars (1e-12 USD) a token."""

    id: str
    owned_by: str
    accepts: frozenset[str]
    reasoning_effort: str | None  # how its request spells it, if it takes one
    input_pico_usd: int
    output_pico_usd: int
    long: tuple[int, int, int] | None  # above these input tokens, these two prices for all
    arn: str  # of its application inference profile, or its id where it can have none


class Guardrail(NamedTuple):
    id: str
    version: str


class Alias(NamedTuple):
    """A purpose. `guardrail` and `knowledge_base` are resolved to what the deployment made."""

    description: str
    kind: str
    targets: tuple[Target, ...]
    guardrail: Guardrail | None
    knowledge_base: str | None
    passages: int
    system_prompt: str
    max_tokens: int
    unsupported_parameters: str  # "drop" or "reject"


class Settings(NamedTuple):
    """Everything that the handlers know; `tenants` maps a tenant to the aliases it may use.

    `own_targets` has, by `alias@tenant`, the models of a tenant with inference profiles of its own.
    """

    environment: str

    max_body_bytes: int
    aliases: Mapping[str, Alias]
    own_targets: Mapping[str, tuple[Target, ...]]
    tenants: Mapping[str, tuple[str, ...]]
    keys_table: str
    usage_table: str


@functools.cache
def settings() -> Settings:
    """This function's settings, read at the first request and not at import."""
    with open(FILE, "rb") as file:
        declared = json.load(file)
    return parse(declared, json.loads(os.environ["STRATA_DEPLOYED"]))


def parse(declared: Mapping[str, Any], deployed: Mapping[str, Any]) -> Settings:
    """Join the two halves; a name in one that the other lacks is a KeyError."""
    return Settings(
        environment=declared["environment"],
        max_body_bytes=declared["max_body_bytes"],
        aliases={
            name: _alias(name, alias, declared, deployed)
            for name, alias in declared["aliases"].items()
        },
        own_targets={
            key: _targets(key, declared["aliases"][key.partition("@")[0]], declared, deployed)
            for key in deployed["profiles"]
            if "@" in key
        },
        tenants={name: tuple(tenant["aliases"]) for name, tenant in declared["tenants"].items()},
        keys_table=declared["keys_table"],
        usage_table=declared["usage_table"],
    )


def _alias(
    name: str, alias: Mapping[str, Any], declared: Mapping[str, Any], deployed: Mapping[str, Any]
) -> Alias:
    guardrail, base = alias["guardrail"], alias["knowledge_base"]
    return Alias(
        description=alias["description"],
        kind=alias["kind"],
        targets=_targets(name, alias, declared, deployed),
        guardrail=Guardrail(*deployed["guardrails"][guardrail]) if guardrail else None,
        knowledge_base=deployed["knowledge_bases"][base] if base else None,
        passages=alias["passages"],
        system_prompt=alias["system_prompt"],
        max_tokens=alias["max_tokens"] or 0,
        unsupported_parameters=alias["unsupported_parameters"],
    )


def _targets(
    name: str, alias: Mapping[str, Any], declared: Mapping[str, Any], deployed: Mapping[str, Any]
) -> tuple[Target, ...]:
    targets = alias["targets"]
    profiles = deployed["profiles"][name] if alias["kind"] == "chat" else [None] * len(targets)
    prefix = declared["profile_arn_prefix"]
    return tuple(
        Target(
            id=target["id"],
            owned_by=target["owned_by"],
            accepts=_accepts(target),
            reasoning_effort=target["reasoning_effort"],
            input_pico_usd=target["input_pico_usd"],
            output_pico_usd=target["output_pico_usd"],
            long=tuple(target["long"]) if target["long"] else None,
            arn=prefix + profile if profile else target["id"],
        )
        for target, profile in zip(targets, profiles, strict=True)
    )


def _accepts(target: Mapping[str, Any]) -> frozenset[str]:
    own = ("reasoning_effort",) if target["reasoning_effort"] else ()
    return frozenset((*target["accepts"], *own))
