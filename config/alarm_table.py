"""The alarms that there are, as data: a row each, and a runbook of its name in docs/runbooks."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Objective = Literal["availability", "latency", "budget", "safety", "upkeep"]
Subject = Literal[
    "environment",
    "alias",
    "backed",  # an alias with fallbacks
    "chat",  # an alias that streams
    "guarded",  # an alias behind a guardrail
    "model",
    "chat-model",
    "tenant",
    "api",
    "guardrails",
    "account",
    "queue",
    "knowledge-base",
    "code",
]

STRATA, LAMBDA = "Strata", "AWS/Lambda"
MINUTE, FIVE_MINUTES = 60, 300
# A period in which too little was asked proves nothing, so it is no failure either. What is not
# written when it does not happen is filled up: nothing happened.
SHARE = "IF(requests >= {minimum}, 100 * FILL(bad, 0) / requests, 0)"
ENOUGH = "IF(requests >= {minimum}, value, 0)"


@dataclass(frozen=True)
class Row:
    """One kind of alarm, and what there is one of it for.

    `metrics` has CloudWatch's statistic of each metric by the name that `expression` calls it by;
    without an expression there is one. `above` is a number, or the field of the objective that
    has it. It is in alarm when `breaching` of the last `periods` were above.
    """

    name: str
    objective: Objective
    of: tuple[Subject, ...]
    means: str
    metrics: Mapping[str, tuple[str, str]]
    above: str | float
    expression: str | None = None
    namespace: str = STRATA
    period: int = FIVE_MINUTES
    periods: int = 3
    breaching: int = 2
    # "notBreaching": silence is no failure. "ignore": what was last known still holds.
    missing: Literal["notBreaching", "ignore"] = "notBreaching"


def _share(bad: str, statistic: str = "Sum", of: str = "Requests") -> dict[str, tuple[str, str]]:
    return {"bad": (bad, statistic), "requests": (of, "Sum")}


TABLE = (
    Row(
        name="errors",
        objective="availability",
        of=("environment", "alias"),
        means="Callers get 5xx answers.",
        metrics=_share("ServerErrors"),
        expression=SHARE,
        above="errors_percent",
    ),
    Row(
        name="throttles",
        objective="availability",
        of=("environment", "alias"),
        means="Callers get 429: a rate of theirs or a model's quota is used up.",
        metrics=_share("Throttles"),
        expression=SHARE,
        above="throttles_percent",
    ),
    Row(
        name="fallbacks",
        objective="availability",
        of=("environment", "backed"),
        means="Another model than the first one answers.",
        # A request says how many models it passed over, and only if it did: so they are counted.
        metrics=_share("Fallbacks", "SampleCount"),
        expression=SHARE,
        above="fallbacks_percent",
    ),
    Row(
        name="model-failures",
        objective="availability",
        of=("model",),
        means="Calls of this model fail or are throttled.",
        metrics=_share("ModelFailures", of="ModelCalls"),
        expression=SHARE,
        above="model_failures_percent",
    ),
    Row(
        name="circuit-open",
        objective="availability",
        of=("environment", "chat-model"),
        means="Requests pass over a model that failed five times in a row.",
        metrics={"value": ("CircuitOpen", "Sum")},
        above=0,
    ),
    Row(
        name="api-errors",
        objective="availability",
        of=("api",),
        means="API Gateway answers 5xx, whoever is to blame: a function, the authorizer, the edge.",
        metrics=_share("5XXError", of="Count"),
        expression=SHARE,
        above="errors_percent",
        namespace="AWS/ApiGateway",
    ),
    Row(
        name="slow-answers",
        objective="latency",
        of=("environment", "alias"),
        means="The slowest of twenty answers takes too long until its last word.",
        metrics={"value": ("Latency", "p95"), "requests": ("Requests", "Sum")},
        expression=ENOUGH,
        above="p95_ms",
    ),
    Row(
        name="slow-starts",
        objective="latency",
        of=("environment", "chat"),
        means="The slowest of twenty streams takes too long to begin.",
        metrics={
            "value": ("TimeToFirstToken", "p95"),
            "requests": ("TimeToFirstToken", "SampleCount"),
        },
        expression=ENOUGH,
        above="first_token_p95_ms",
    ),
    Row(
        name="budget-used",
        objective="budget",
        of=("environment", "tenant"),
        means="A tenant has used much of its month's budget.",
        metrics={"value": ("BudgetUsedPercent", "Maximum")},
        above="used_percent",
        periods=1,
        breaching=1,
        missing="ignore",
    ),
    Row(
        name="over-budget",
        objective="budget",
        of=("environment",),
        means="Callers are refused because their tenant's budget is used up.",
        metrics={"value": ("OverBudget", "Sum")},
        above=0,
    ),
    Row(
        name="unsettled",
        objective="budget",
        of=("environment",),
        means="What a request cost could not be written down.",
        metrics={"value": ("Unsettled", "Sum")},
        above=0,
        periods=1,
        breaching=1,
    ),
    Row(
        name="interventions",
        objective="safety",
        of=("environment", "guarded"),
        means="A guardrail blocks an unusual share of requests or answers.",
        metrics=_share("Interventions"),
        expression=SHARE,
        above="interventions_percent",
    ),
    Row(
        name="guardrail-errors",
        objective="safety",
        of=("guardrails",),
        means="The guardrail service fails, so requests behind a guardrail are refused.",
        metrics={"value": ("InvocationServerErrors", "Sum")},
        above=0,
        namespace="AWS/Bedrock/Guardrails",
    ),
    Row(
        name="guardrail-throttles",
        objective="safety",
        of=("guardrails",),
        means="The guardrail service throttles, so requests behind a guardrail are refused.",
        metrics={"value": ("InvocationThrottles", "Sum")},
        above=0,
        namespace="AWS/Bedrock/Guardrails",
    ),
    Row(
        name="legacy-models",
        objective="upkeep",
        of=("account",),
        means="Somebody in this account still calls a model that is about to end.",
        metrics={},
        # Of whatever models there are: only a query can say so, an alarm takes no SEARCH.
        expression='SELECT SUM(LegacyModelInvocations) FROM SCHEMA("AWS/Bedrock", ModelId)',
        above=0,
        namespace="AWS/Bedrock",
        periods=1,
        breaching=1,
    ),
    Row(
        name="dead-letters",
        objective="upkeep",
        of=("queue",),
        means="Work failed for good and waits in the dead-letter queue.",
        metrics={"value": ("ApproximateNumberOfMessagesVisible", "Maximum")},
        above=0,
        namespace="AWS/SQS",
        periods=1,
        breaching=1,
        missing="ignore",
    ),
    Row(
        name="documents-failed",
        objective="upkeep",
        of=("knowledge-base",),
        means="Documents are not in the index as they are in S3, after every attempt.",
        metrics={"value": ("DocumentsFailed", "Maximum")},
        above=0,
        periods=1,
        breaching=1,
        missing="ignore",
    ),
    Row(
        name="syncs-failed",
        objective="upkeep",
        of=("knowledge-base",),
        means="A knowledge base cannot be synced with its documents at all.",
        metrics={"value": ("SyncsFailed", "Maximum")},
        above=0,
        periods=1,
        breaching=1,
        missing="ignore",
    ),
    # These two end a release while it is under way, so they look at minutes.
    Row(
        name="release-errors",
        objective="availability",
        of=("environment",),
        means="Callers get 5xx answers, minute by minute; a release under way is rolled back.",
        metrics=_share("ServerErrors"),
        expression=SHARE,
        above="errors_percent",
        period=MINUTE,
    ),
    Row(
        name="release-crashes",
        objective="availability",
        of=("code",),
        means="A function crashes or runs out of time; a release of it is rolled back.",
        metrics={"value": ("Errors", "Sum")},
        above=2,
        namespace=LAMBDA,
        period=MINUTE,
        periods=1,
        breaching=1,
    ),
)
# The alarms of a release under way, in the stack of what is released.
OF_A_RELEASE = ("release-errors", "release-crashes")
