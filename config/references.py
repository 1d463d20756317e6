"""What one field of an environment promises about another: every name used is a name declared."""

from collections.abc import Iterable, Iterator

from config.alarms import MOST_OF_AN_OBJECTIVE, OBJECTIVES, watched_by
from config.errors import Broken
from config.guardrail_profiles import GuardrailProfile
from config.knowledge import Hierarchical, KnowledgeBase
from config.models import Target
from config.names import EVERYONE
from config.schema import Alias, Environment


def broken_references(environment: Environment) -> Iterator[Broken]:
    """Every reference of the file that leads nowhere, and every promise that it breaks."""
    for name, alias in environment.aliases.items():
        yield from _alias(f"aliases.{name}", alias, environment)
    for field, target in _targets(environment):
        yield from _target(field, target, environment)
    yield from _knowledge_bases(environment)
    yield from _guardrails(environment)
    yield from _enforced(environment)
    for name, tenant in environment.tenants.items():
        for unknown in set(tenant.aliases).difference(environment.aliases):
            yield f"tenants.{name}.aliases", unknown, _one_of("aliases", environment.aliases)
        yield from _groups(f"tenants.{name}.groups", tenant.groups)
    yield from _access(environment)
    yield from _domain(environment)
    yield from _operations(environment)


def _groups(field: str, groups: tuple[str, ...]) -> Iterator[Broken]:
    if EVERYONE in groups:
        yield field, EVERYONE, "every tenant is in it: leave it out"
    for twice in sorted({group for group in groups if groups.count(group) > 1}):
        yield field, twice, "stands here already: name each group once"


def _alias(field: str, alias: Alias, environment: Environment) -> Iterator[Broken]:
    if alias.guardrail and alias.guardrail not in environment.guardrails:
        yield f"{field}.guardrail", alias.guardrail, _one_of("guardrails", environment.guardrails)
    if alias.knowledge_base and alias.knowledge_base not in environment.knowledge_bases:
        declared = _one_of("knowledge_bases", environment.knowledge_bases)
        yield f"{field}.knowledge_base", alias.knowledge_base, declared
    ids = [target.id for target in alias.targets]
    for twice in sorted({id for id in ids if ids.count(id) > 1}):
        yield f"{field}.fallbacks", twice, "stands in this alias already: name each model once"
    for fallback in alias.fallbacks:
        if fallback.model.kind != alias.model.model.kind:
            expected = f"a fallback is of the same kind as its model ({alias.model.model.kind})"
            yield f"{field}.fallbacks", fallback.id, expected
    if alias.model.model.kind == "rerank":
        yield f"{field}.model", alias.model.id, "a reranker; no route of the gateway serves one"
    elif alias.model.model.kind == "chat":
        yield from _chat(field, alias)
    else:
        yield from _embedding(field, alias)


def _chat(field: str, alias: Alias) -> Iterator[Broken]:
    if alias.knowledge_base is None:
        for setting in alias.model_fields_set.intersection(("refusal", "rewrite_question")):
            expected = "it has no knowledge_base: leave it out"
            yield f"{field}.{setting}", getattr(alias, setting), expected
    if alias.max_tokens is None:
        # Bedrock reserves quota for the model's maximum when a request does not say.
        yield f"{field}.max_tokens", None, "a chat alias must say how long an answer may be"
    if alias.guardrail is None:
        # IAM lets no model write without one: docs/decisions/0016-guardrails-cannot-be-skipped.md.
        yield (
            f"{field}.guardrail",
            None,
            "a chat alias must name the guardrail that it answers under",
        )
    for target in alias.targets:
        limit = target.model.limits.max_output_tokens
        if alias.max_tokens and limit and alias.max_tokens > limit:
            yield f"{field}.max_tokens", alias.max_tokens, f"{target.id} gives at most {limit}"
        if alias.guardrail and not target.model.capabilities.guardrails:
            yield f"{field}.guardrail", alias.guardrail, f"{target.id} takes no guardrail"


def _embedding(field: str, alias: Alias) -> Iterator[Broken]:
    for setting in ("knowledge_base", "max_tokens"):
        if (given := getattr(alias, setting)) is not None:
            yield f"{field}.{setting}", given, f"{alias.model.id} makes embeddings: leave it out"
    if alias.system_prompt:
        yield f"{field}.system_prompt", alias.system_prompt, f"{alias.model.id} makes embeddings"
    if alias.model.model.capabilities.embedding is None:
        yield f"{field}.model", alias.model.id, "no route knows how to ask it for vectors"
    for fallback in alias.fallbacks:
        yield f"{field}.fallbacks", fallback.id, "another model's vectors mean something else"


def _targets(environment: Environment) -> Iterator[tuple[str, Target]]:
    for name, alias in environment.aliases.items():
        yield f"aliases.{name}.model", alias.model
        yield from ((f"aliases.{name}.fallbacks", target) for target in alias.fallbacks)
    for name, base in environment.knowledge_bases.items():
        yield f"knowledge_bases.{name}.embedding_model", base.embedding_model
        if base.rerank_model:
            yield f"knowledge_bases.{name}.rerank_model", base.rerank_model


def _enforced(environment: Environment) -> Iterator[Broken]:
    if (name := environment.enforced_guardrail) is None:
        return
    if name not in environment.guardrails:
        expected = f"not named in `guardrails`, which has {sorted(environment.guardrails)}"
        yield "enforced_guardrail", name, expected
    elif environment.guardrails[name].automated_reasoning:
        # https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-enforcements.html
        expected = "has an automated-reasoning policy, under which no enforced call succeeds"
        yield "enforced_guardrail", name, expected


def _guardrails(environment: Environment) -> Iterator[Broken]:
    for name, guardrail in environment.guardrails.items():
        if len(given := f"strata-{environment.name}-{name}") > 50:
            yield "guardrails", given, "a guardrail's name has at most 50 characters"
        if guardrail.cross_region:
            yield from _cross_region(name, guardrail.cross_region, environment)
        reasoning = guardrail.automated_reasoning
        for arn in reasoning.policies if reasoning else ():
            if arn.split(":")[3] != environment.region:
                expected = f"a policy of another region: this guardrail is in {environment.region}"
                yield "guardrails", f"{name}: {arn}", expected


def _cross_region(
    name: str, profile: GuardrailProfile, environment: Environment
) -> Iterator[Broken]:
    destinations = profile.sources.get(environment.region)
    if destinations is None:
        expected = f"its `cross_region` may be used from {sorted(profile.sources)}, not from here"
        yield "guardrails", name, expected
        return
    if outside := sorted(set(destinations) - set(environment.residency)):
        yield "guardrails", name, f"may judge in {outside}, outside residency; see `residency`"


def _target(field: str, target: Target, environment: Environment) -> Iterator[Broken]:
    outside = sorted(set(target.destinations) - set(environment.residency))
    if outside:
        yield field, target.id, f"may run in {outside}, outside residency; see `residency`"
    if target.price is None:
        # An unpriced model would be metered at $0: demand 11 of the users' list.
        yield field, target.id, "has no price in config/models.toml, so it cannot be metered"


def _knowledge_bases(environment: Environment) -> Iterator[Broken]:
    for name, base in environment.knowledge_bases.items():
        field, model = f"knowledge_bases.{name}", base.embedding_model.model
        if base.rerank_model:
            yield from _reranker(f"{field}.rerank_model", base.rerank_model)
        if model.kind != "embedding" or base.embedding_model.prefix:
            expected = "the bare id of an embedding model offered in the environment's region"
            yield f"{field}.embedding_model", base.embedding_model.id, expected
        elif base.managed:
            yield from _managed(field, base)
        else:
            yield from _vectors(field, base)


def _reranker(field: str, target: Target) -> Iterator[Broken]:
    if target.model.kind != "rerank" or target.prefix:
        yield field, target.id, "the bare id of a model of kind rerank; see config/models.toml"
    elif target.price and target.price.query is None:
        yield field, target.id, "has no price per query in config/models.toml: it cannot be metered"


def _managed(field: str, base: KnowledgeBase) -> Iterator[Broken]:
    if base.bucket is None:
        yield f"{field}.bucket", None, "a managed knowledge base reads one whole bucket: name it"
    for setting in ("prefixes", "dimensions", "chunking"):
        if given := getattr(base, setting):
            yield f"{field}.{setting}", given, "Bedrock manages it: leave it out"


def _vectors(field: str, base: KnowledgeBase) -> Iterator[Broken]:
    limits, model = base.embedding_model.model.limits, base.embedding_model.id
    if not base.prefixes:
        yield f"{field}.prefixes", (), "at least one, each of which becomes a data source"
    if base.dimensions not in limits.dimensions:
        yield f"{field}.dimensions", base.dimensions, f"one of {list(limits.dimensions)}"
    if base.chunking is None:
        yield f"{field}.chunking", None, 'how documents are cut: strategy = "fixed" or another'
    elif base.chunking.embedded_tokens > limits.context_tokens:
        embedded, expected = base.chunking.embedded_tokens, f"{model} reads {limits.context_tokens}"
        yield f"{field}.chunking", embedded, f"{expected} tokens at most"
    if isinstance(base.chunking, Hierarchical):
        yield from _levels(f"{field}.chunking", base.chunking)


def _levels(field: str, chunking: Hierarchical) -> Iterator[Broken]:
    if chunking.child_tokens >= chunking.parent_tokens:
        expected = f"less than parent_tokens, {chunking.parent_tokens}"
        yield f"{field}.child_tokens", chunking.child_tokens, expected
    if chunking.overlap_tokens >= chunking.child_tokens:
        expected = f"less than child_tokens, {chunking.child_tokens}"
        yield f"{field}.overlap_tokens", chunking.overlap_tokens, expected


def _access(environment: Environment) -> Iterator[Broken]:
    access = environment.access
    theirs = [model.id for model in environment.models if model.provider == "Anthropic"]
    if access and theirs and not access.anthropic:
        expected = f"{theirs} need Anthropic's First-Time-Use form: add [access.anthropic]"
        yield "access.anthropic", None, expected


def _domain(environment: Environment) -> Iterator[Broken]:
    domain, here = environment.api.domain, [environment.region, environment.account]
    if domain and domain.certificate_arn.split(":")[3:5] != here:
        expected = f"a certificate of account {environment.account} in {environment.region}"
        yield "api.domain.certificate_arn", domain.certificate_arn, expected


def _operations(environment: Environment) -> Iterator[Broken]:
    declared = environment.operations
    if declared.deployment == "canary" and not declared.availability:
        expected = "a canary needs to know what a failure is: add [operations.availability]"
        yield "operations.deployment", declared.deployment, expected
    for objective in OBJECTIVES:
        if (count := len(watched_by(objective, environment))) > MOST_OF_AN_OBJECTIVE:
            expected = f"{count} alarms of {objective}; one composite alarm watches 100: name less"
            yield "operations.each", list(declared.each), expected


def _one_of(table: str, declared: Iterable[str]) -> str:
    return f"not declared; [{table}] has {sorted(declared)}"
