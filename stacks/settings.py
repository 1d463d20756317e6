"""What the handlers are told: the configuration's half as a file, the deployment's as a variable.

`lambda/gateway/settings.py` reads both; tests/stacks/test_contract.py holds the two together.
"""

import json
from collections.abc import Mapping

from aws_cdk.region_info import RegionInfo

from components.guardrail import Guardrail
from components.inference import Inference
from components.knowledge_base import KnowledgeBase
from config.knowledge import KnowledgeBase as KnowledgeBaseDeclared
from config.models import Target, TokenPrice
from config.schema import Alias, Environment, Tenant
from stacks.names import store_name

PICO = 1_000_000  # US dollars per million tokens -> pico-dollars per token
MICRO = 1_000_000  # US dollars -> micro-dollars
# What writing into a prompt cache costs where the catalogue does not say (bedrock-2026 §3.3).
CACHE_WRITE = 1.25


def settings(environment: Environment) -> dict[str, object]:
    """The content of `settings.json`: everything that is known before the deployment."""
    return {
        "environment": environment.name,
        "profile_arn_prefix": _profile_arn_prefix(environment),
        "max_body_bytes": environment.api.max_body_bytes,
        "timeout_s": environment.api.timeout_seconds,
        "cors_origins": list(environment.api.cors_origins),
        "aliases": {
            name: _alias(alias, environment) for name, alias in environment.aliases.items()
        },
        "knowledge_bases": {
            name: _knowledge_base(base, environment)
            for name, base in environment.knowledge_bases.items()
        },
        "tenants": {name: _tenant(tenant) for name, tenant in environment.tenants.items()},
        "keys_table": store_name(environment, "keys"),
        "keys_mac": f"alias/{store_name(environment, 'keys')}",
        "usage_table": store_name(environment, "usage"),
        "answers_table": store_name(environment, "answers"),
    }


def deployed(
    guardrails: Mapping[str, Guardrail],
    inference: Mapping[str, Inference],
    bases: Mapping[str, KnowledgeBase],
) -> dict[str, object]:
    """The content of `STRATA_DEPLOYED`: ids and not ARNs, for Lambda allows 4 kB in all."""
    return {
        "guardrails": {name: [each.id, each.version] for name, each in guardrails.items()},
        "profiles": {name: each.profile_ids for name, each in inference.items()},
        "knowledge_bases": {name: base.id for name, base in bases.items()},
    }


def made_of(environment: Environment) -> str:
    """What replaces a knowledge base, and with it an id in `deployed`, where nothing else tells.

    Another guardrail version or profile has another logical id, which a function's own hash sees.
    """
    return json.dumps(
        {
            name: [
                base.embedding_model.id,
                base.model_dump_json(exclude={"embedding_model", "rerank_model"}),
            ]
            for name, base in environment.knowledge_bases.items()
        }
    )


def _profile_arn_prefix(environment: Environment) -> str:
    partition = RegionInfo.get(environment.region).partition
    owner = f"{environment.region}:{environment.account}"
    return f"arn:{partition}:bedrock:{owner}:application-inference-profile/"


def _alias(alias: Alias, environment: Environment) -> dict[str, object]:
    return {
        "description": alias.description,
        "kind": alias.model.model.kind,
        "targets": [_target(target) for target in alias.targets],
        "guardrail": alias.guardrail,
        "grounded": _grounded(alias, environment),
        "knowledge_base": alias.knowledge_base,
        "passages": alias.passages,
        "passage_tokens": _passage_tokens(alias, environment),
        "refusal": alias.refusal,
        "rewrite_question": alias.rewrite_question,
        "system_prompt": alias.system_prompt,
        "max_tokens": alias.max_tokens,
        "unsupported_parameters": alias.unsupported_parameters,
    }


def _target(target: Target) -> dict[str, object]:
    price = target.price
    assert price is not None  # config.references refuses an unpriced model
    long = target.long_price
    return {
        "id": target.id,
        "owned_by": target.model.provider,
        "accepts": sorted(target.model.capabilities.accepts),
        "reasoning_effort": target.model.capabilities.reasoning_effort,
        "embedding": target.model.capabilities.embedding,
        "price": _price(price),
        "long": long and [long[0], _price(long[1])],
    }


def _price(price: TokenPrice) -> list[int]:
    """Input, output, and input that is read from a cache or written into it."""
    input = price.input or 0
    read = input if price.cache_read is None else price.cache_read
    write = input * CACHE_WRITE if price.cache_write is None else price.cache_write
    return [round(usd * PICO) for usd in (input, price.output or 0, read, write)]


def _passage_tokens(alias: Alias, environment: Environment) -> int:
    if alias.knowledge_base is None:
        return 0
    return alias.passages * environment.knowledge_bases[alias.knowledge_base].passage_tokens


def _grounded(alias: Alias, environment: Environment) -> bool:
    """Whether the guardrail shall look for the answer in the passages, if there are any."""
    guardrail = alias.guardrail and environment.guardrails[alias.guardrail]
    return bool(alias.knowledge_base and guardrail and guardrail.grounding)


def _knowledge_base(base: KnowledgeBaseDeclared, environment: Environment) -> dict[str, object]:
    price = base.embedding_model.price
    assert price is not None  # config.references refuses an unpriced model
    return {
        "readers": base.readers,
        "managed": base.managed,
        "embedding_price": round((price.input or 0) * PICO),
        "reranker": base.rerank_model and _reranker(base.rerank_model, environment),
    }


def _reranker(model: Target, environment: Environment) -> list[object]:
    partition = RegionInfo.get(environment.region).partition
    arn = f"arn:{partition}:bedrock:{environment.region}::foundation-model/{model.model.id}"
    assert model.price is not None and model.price.query  # config.references
    return [arn, round(model.price.query * MICRO)]


def _tenant(tenant: Tenant) -> dict[str, object]:
    return {
        "aliases": list(tenant.aliases),
        "budget_micro_usd": round(tenant.monthly_budget_usd * MICRO),
        "requests_per_second": tenant.requests_per_second,
        "groups": list(tenant.groups),
    }
