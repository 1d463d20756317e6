"""How a difference reads: a sentence for each field, `{}` being its value in either environment.

A field without one here is told by its name, so that a new one is never passed over.
"""

from collections.abc import Mapping
from typing import Any

from config.compare import ORDERED, Difference, Path, fits
from config.knowledge import KnowledgeBase
from config.models import Target
from config.schema import Environment

# Tables whose keys are names that people gave.
NAMED = ("aliases", "knowledge_bases", "tenants")
SUBJECTS: Mapping[str, str] = {
    "aliases": "aliases",
    "guardrails": "guardrails",
    "enforced_guardrail": "guardrails",
    "knowledge_bases": "knowledge bases",
    "tenants": "tenants",
    "access": "models",
    "lifecycle": "models",
    "residency": "models",
    "bedrock_mantle": "models",
    "api.private": "network",
    "api.domain": "network",
    "api.waf": "network",
    "api.cors_origins": "network",
    "api": "API",
    "operations.deployment": "releases",
    "operations": "alarms",
    "invocation_logging": "logging",
    "api.log_retention_days": "logging",
    "api.tracing": "logging",
    "trail": "logging",
    "account": "place",
    "region": "place",
}
SENTENCES: Mapping[str, str] = {
    "aliases.*.model": "asks {} first",
    "aliases.*.fallbacks": "falls back to {}",
    "aliases.*.guardrail": "answers under the guardrail {}",
    "aliases.*.knowledge_base": "answers from the knowledge base {}",
    "aliases.*.passages": "reads {} passages",
    "aliases.*.max_tokens": "answers with at most {} tokens",
    "aliases.*.context_tokens": "promises to read {} tokens",
    "aliases.*.needs": "promises {}",
    "aliases.*.system_prompt": "is told {}",
    "aliases.*.unsupported_parameters": "does this with parameters that a model does not take: {}",
    "knowledge_bases.*.embedding_model": "is embedded by {}",
    "knowledge_bases.*.chunking": "is cut by {}",
    "knowledge_bases.*.prefixes": "holds the documents under {}",
    "knowledge_bases.*.readers": "is read by {}",
    "knowledge_bases.*.keep_vectors": "keeps its vectors when it is destroyed: {}",
    "knowledge_bases.*.store": "is stored in {}",
    "knowledge_bases.*.bucket": "reads the bucket {}",
    "tenants.*.aliases": "may call {}",
    "tenants.*.monthly_budget_usd": "may spend {} USD a month",
    "tenants.*.requests_per_second": "may send {} requests a second",
    "tenants.*.groups": "may read the documents of {}",
    "tenants.*.own_profiles": "has inference profiles of its own: {}",
    "guardrails": "there are {}",
    "enforced_guardrail": "the whole account is judged by {}",
    "residency": "requests may be processed in {}",
    "region": "is in {}",
    "bedrock_mantle": "Bedrock's other endpoint: {}",
    "lifecycle.warn_days": "a check warns {} days before a model ends",
    "lifecycle.fail_days": "a check fails {} days before a model ends",
    "api.requests_per_second": "the API takes {} requests a second",
    "api.burst": "the API takes {} requests at once",
    "api.concurrency.*": "{name} works on {} events at once",
    "api.max_body_bytes": "the API takes bodies of at most {} bytes",
    "api.timeout_seconds": "a stream may take {} seconds",
    "api.waf": "the API has a firewall: {}",
    "api.tracing": "the API sends traces: {}",
    "api.cors_origins": "the API answers pages of {}",
    "api.log_retention_days": "the API's logs stay {} days",
    "operations.notify": "alarms call {}",
    "operations.each": "what has alarms of its own: {}",
    "operations.dashboard": "there is a dashboard: {}",
    "operations.deployment": "releases go {}",
    "operations.minimum_requests": "a share counts from {} requests on",
    "operations.runbooks": "runbooks are in {}",
    "operations.availability.errors_percent": "an alarm rings from {} % of errors on",
    "operations.availability.throttles_percent": "an alarm rings from {} % of throttles on",
    "operations.availability.fallbacks_percent": "an alarm rings from {} % of fallbacks on",
    "operations.availability.model_failures_percent": "an alarm rings from {} % of failed calls",
    "operations.latency.p95_ms": "an alarm rings when answers take {} ms",
    "operations.latency.first_token_p95_ms": "an alarm rings when first words take {} ms",
    "operations.budget.used_percent": "an alarm rings when {} % of a tenant's budget are spent",
    "operations.safety.interventions_percent": "an alarm rings when {} % of requests are stopped",
    "operations.spending.monthly_usd": "AWS's bill may be {} USD a month",
    "operations.spending.anomaly_usd": "a surprise of {} USD is told of",
    "invocation_logging.log_retention_days": "the invocation log stays {} days",
    "invocation_logging.bucket_retention_days": "files of the invocation log stay {} days",
    "invocation_logging.deliver": "writes what was said into the invocation log: {}",
    "trail.management_events": "the trail holds management events: {}",
    "trail.log_retention_days": "the trail's log stays {} days",
    "trail.bucket_retention_days": "files of the trail stay {} days",
    "trail.object_lock_days": "files of the trail are locked for {} days",
}


def subject(path: Path) -> str:
    """The heading that a difference is told under."""
    fitting = [pattern for pattern in SUBJECTS if fits(path, pattern)]
    return SUBJECTS[max(fitting, key=len)] if fitting else path[0].replace("_", " ")


def sentence(found: Difference, one: Environment, other: Environment) -> str:
    """The difference, with both environments named."""
    path = found.path
    if path == ("account",):  # an account's number is nothing for a comment or a log
        return "they are in different accounts"
    if None in (found.one, found.other) and (_is_table(found.one) or _is_table(found.other)):
        whose = path[1:] if path[0] in NAMED else path
        return f"{_spelled(whose)} {_missing(found, one, other)}"
    before, after = _words(path)
    ours, theirs = (_value(found, value, after) for value in (found.one, found.other))
    told = f"{before}{ours} in {one.name}, {theirs} in {other.name}"
    return told + _consequence(found, one, other)


def _words(path: Path) -> tuple[str, str]:
    """What stands before the values, and after the value if there is one."""
    fitting = [pattern for pattern in SENTENCES if fits(path, pattern)]
    rest = path[2:] if path[0] in NAMED else path
    words = SENTENCES[max(fitting, key=len)] if fitting else f"{_spelled(rest)} is {{}}"
    before, _, after = words.replace("{name}", path[-1]).partition("{}")
    return (f"{path[1]} {before}" if path[0] in NAMED else before), after


def _value(found: Difference, value: Any, after: str) -> str:
    ordered = any(fits(found.path, pattern) for pattern in ORDERED)
    return shown(value, ordered) + (after if value is not None else "")


def _missing(found: Difference, one: Environment, other: Environment) -> str:
    return f"is only in {other.name if found.one is None else one.name}"


def _consequence(found: Difference, one: Environment, other: Environment) -> str:
    """What no reader of two values would know: that documents are read and paid for once more."""
    if found.path[0] != "knowledge_bases":
        return ""
    ours: KnowledgeBase = one.knowledge_bases[found.path[1]]
    theirs: KnowledgeBase = other.knowledge_bases[found.path[1]]
    field = found.path[2]
    apart = ours.model_copy(update={field: getattr(theirs, field)})
    if apart.content == ours.content:
        return ""
    return "; taking it over makes a new index, and every document is ingested again"


def shown(value: Any, ordered: bool = False) -> str:
    """A value as a sentence holds it."""
    match value:
        case None | () | "":
            return "nothing"
        case bool():
            return "yes" if value else "no"
        case int() | float():
            return f"{value:,g}" if isinstance(value, float) else f"{value:,}"
        case Target():
            return value.id
        case tuple():
            items = [shown(each) for each in value]
            return (", then " if ordered else ", ").join(items if ordered else sorted(items))
        case str():
            return repr(value) if " " in value else value
    fields = dict(value)
    return ", ".join(f"{_spelled((name,))} {shown(each)}" for name, each in fields.items())


def _is_table(value: Any) -> bool:
    return hasattr(type(value), "model_fields") and not isinstance(value, Target)


def _spelled(path: Path) -> str:
    return " ".join(path).replace("_", " ")
