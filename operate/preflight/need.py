"""How many tokens a minute an environment's tenants can ask of one model, at the most."""

from config.models import Target
from config.schema import Environment, Tenant


def targets(environment: Environment) -> tuple[Target, ...]:
    """What the environment calls, once each, in the order of the ids."""
    found = [target for alias in environment.aliases.values() for target in alias.targets]
    found += [base.embedding_model for base in environment.knowledge_bases.values()]
    by_id = {target.id: target for target in found}
    return tuple(by_id[id] for id in sorted(by_id))


def tokens_per_minute(environment: Environment, target: Target, input_tokens: int) -> int:
    """Bedrock reserves the input and `max_tokens` when a request starts: bedrock-2026 §0.8.

    A tenant's rate is for all of its aliases, so its longest request counts. A fallback needs as
    much as the model before it, for when that one is down.
    """
    tenants = environment.tenants.values()
    return sum(_tenant(tenant, environment, target, input_tokens) for tenant in tenants)


def _tenant(tenant: Tenant, environment: Environment, target: Target, input_tokens: int) -> int:
    allowed = [environment.aliases[name] for name in tenant.aliases]
    lengths = [
        input_tokens + (alias.max_tokens or 0)
        for alias in allowed
        if target.id in {each.id for each in alias.targets}
    ]
    return tenant.requests_per_second * 60 * max(lengths, default=0)
