"""What a function is told: `settings.json` beside the code, and `STRATA_DEPLOYED`.

Written by `stacks/settings.py`; parsed once for each execution environment, trusted afterwards.
"""

from __future__ import annotations

import functools
import json
import os
import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, NamedTuple
else:
    from gateway.record import NamedTuple

# As ApplyGuardrail and Converse take it, without DRAFT.
_VERSION = re.compile(r"[1-9][0-9]{0,7}")
FILE = os.path.join(os.path.dirname(__file__), os.pardir, "settings.json")


class Price(NamedTuple):
    """Pico-dollars (1e-12 USD) a token; two are for input that comes from a cache or goes there."""

    input: int
    output: int
    cache_read: int
    cache_write: int


class Target(NamedTuple):
    """A model behind an alias."""

    id: str
    owned_by: str
    accepts: frozenset[str]
    reasoning_effort: str | None  # how its request spells it, if it takes one
    embedding: str | None  # how a request for vectors is spelled, if it makes any
    price: Price
    long: tuple[int, Price] | None  # above so many input tokens, this price for all of them
    arn: str  # of its application inference profile, or its id where it can have none


class Guardrail(NamedTuple):
    """`version` is a number, as text: a working draft changes under those who use it."""

    id: str
    version: str


class Reranker(NamedTuple):
    arn: str
    micro_usd: int  # a search


class KnowledgeBase(NamedTuple):
    """Documents. `by_groups` is whether each caller reads its own groups' alone."""

    name: str
    id: str
    by_groups: bool
    managed: bool
    embedding_pico_usd: int  # a token of a question
    reranker: Reranker | None


class Alias(NamedTuple):
    """A purpose. `guardrail` and `knowledge_base` are resolved to what the deployment made."""

    description: str
    kind: str
    targets: tuple[Target, ...]
    guardrail: Guardrail | None
    grounded: bool  # whether it also looks if an answer stands in the passages
    knowledge_base: KnowledgeBase | None
    passages: int
    passage_tokens: int  # in all of them together, at most, as the knowledge base counts
    refusal: str  # what is said where the documents do not answer
    rewrite_question: bool
    system_prompt: str
    max_tokens: int
    unsupported_parameters: str  # "drop" or "reject"


class Tenant(NamedTuple):
    """A team that calls the API: what it may call, and for how much a calendar month (UTC)."""

    aliases: tuple[str, ...]
    budget_micro_usd: int
    requests_per_second: int
    groups: tuple[str, ...]  # whose documents its keys may read


class Settings(NamedTuple):
    """Everything that the handlers know.

    `own_targets` has, by `alias@tenant`, the models of a tenant with inference profiles of its own.
    No request takes longer than `timeout_s`.
    """

    environment: str
    max_body_bytes: int
    timeout_s: int
    cors_origins: tuple[str, ...]
    aliases: Mapping[str, Alias]
    knowledge_bases: Mapping[str, KnowledgeBase]
    own_targets: Mapping[str, tuple[Target, ...]]
    tenants: Mapping[str, Tenant]
    keys_table: str
    keys_mac: str  # the alias of the KMS key that turns API keys into what the table holds
    usage_table: str
    answers_table: str


@functools.cache
def settings() -> Settings:
    """This function's settings, read at the first request and not at import."""
    with open(FILE, "rb") as file:
        declared = json.load(file)
    return parse(declared, json.loads(os.environ["STRATA_DEPLOYED"]))


def parse(declared: Mapping[str, Any], deployed: Mapping[str, Any]) -> Settings:
    """Join the two halves; a name in one that the other lacks is a KeyError."""
    bases = {
        name: _knowledge_base(name, base, deployed["knowledge_bases"][name])
        for name, base in declared["knowledge_bases"].items()
    }
    return Settings(
        environment=declared["environment"],
        max_body_bytes=declared["max_body_bytes"],
        timeout_s=declared["timeout_s"],
        cors_origins=tuple(declared["cors_origins"]),
        aliases={
            name: _alias(name, alias, declared, deployed, bases)
            for name, alias in declared["aliases"].items()
        },
        knowledge_bases=bases,
        own_targets={
            key: _targets(key, declared["aliases"][key.partition("@")[0]], declared, deployed)
            for key in deployed["profiles"]
            if "@" in key
        },
        tenants={name: _tenant(tenant) for name, tenant in declared["tenants"].items()},
        keys_table=declared["keys_table"],
        keys_mac=declared["keys_mac"],
        usage_table=declared["usage_table"],
        answers_table=declared["answers_table"],
    )


def _alias(
    name: str,
    alias: Mapping[str, Any],
    declared: Mapping[str, Any],
    deployed: Mapping[str, Any],
    bases: Mapping[str, KnowledgeBase],
) -> Alias:
    guardrail, base = alias["guardrail"], alias["knowledge_base"]
    return Alias(
        description=alias["description"],
        kind=alias["kind"],
        targets=_targets(name, alias, declared, deployed),
        guardrail=_guardrail(guardrail, *deployed["guardrails"][guardrail]) if guardrail else None,
        grounded=alias["grounded"],
        knowledge_base=bases[base] if base else None,
        passages=alias["passages"],
        passage_tokens=alias["passage_tokens"],
        refusal=alias["refusal"],
        rewrite_question=alias["rewrite_question"],
        system_prompt=alias["system_prompt"],
        max_tokens=alias["max_tokens"] or 0,
        unsupported_parameters=alias["unsupported_parameters"],
    )


def _guardrail(name: str, id: str, version: str) -> Guardrail:
    """Anything but a numbered version stops the function: nothing is answered unguarded."""
    if not id or not _VERSION.fullmatch(version):
        raise ValueError(f"guardrail {name!r} is deployed as {id!r}, {version!r}: want a number")
    return Guardrail(id, version)


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
            embedding=target["embedding"],
            price=Price(*target["price"]),
            long=(target["long"][0], Price(*target["long"][1])) if target["long"] else None,
            arn=prefix + profile if profile else target["id"],
        )
        for target, profile in zip(targets, profiles, strict=True)
    )


def _knowledge_base(name: str, declared: Mapping[str, Any], id: str) -> KnowledgeBase:
    """Readers that nobody knows stop the function: no document is read by a guess."""
    if declared["readers"] not in ("groups", "everyone"):
        raise ValueError(f"knowledge base {name!r} has readers {declared['readers']!r}")
    return KnowledgeBase(
        name=name,
        id=id,
        by_groups=declared["readers"] == "groups",
        managed=declared["managed"],
        embedding_pico_usd=declared["embedding_price"],
        reranker=Reranker(*declared["reranker"]) if declared["reranker"] else None,
    )


def _tenant(tenant: Mapping[str, Any]) -> Tenant:
    return Tenant(
        aliases=tuple(tenant["aliases"]),
        budget_micro_usd=tenant["budget_micro_usd"],
        requests_per_second=tenant["requests_per_second"],
        groups=tuple(tenant["groups"]),
    )


def _accepts(target: Mapping[str, Any]) -> frozenset[str]:
    own = ("reasoning_effort",) if target["reasoning_effort"] else ()
    return frozenset((*target["accepts"], *own))
