"""What the dashboard shows, as data: a row of graphs for each objective."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from config.alarm_table import STRATA, Objective, Subject
from config.alarms import subjects
from config.schema import Environment

Line = tuple[
    str, str, Mapping[str, str], str, str
]  # namespace, metric, dimensions, statistic, label


@dataclass(frozen=True)
class Graph:
    """`metrics` with their statistics, each drawn for all of the subject that there are."""

    title: str
    metrics: tuple[tuple[str, str], ...]
    of: Subject = "environment"
    namespace: str = STRATA
    search: str | None = None


GRAPHS: Mapping[Objective, tuple[Graph, ...]] = {
    "availability": (
        Graph(
            "Requests and what came of them",
            (
                ("Requests", "Sum"),
                ("ClientErrors", "Sum"),
                ("ServerErrors", "Sum"),
                ("Throttles", "Sum"),
                ("Cancelled", "Sum"),
            ),
        ),
        Graph("Requests by alias", (("Requests", "Sum"),), "alias"),
        Graph("Errors by alias", (("ServerErrors", "Sum"), ("Throttles", "Sum")), "alias"),
        Graph("Fallbacks by alias", (("Fallbacks", "SampleCount"),), "backed"),
        Graph(
            "Calls and failures by model",
            (("ModelCalls", "Sum"), ("ModelFailures", "Sum")),
            "model",
        ),
        Graph("Throttled by model", (("ModelThrottles", "Sum"),), "model"),
        Graph("Passed over by model", (("CircuitOpen", "Sum"),), "chat-model"),
        Graph(
            "API Gateway",
            (("Count", "Sum"), ("4XXError", "Sum"), ("5XXError", "Sum")),
            "api",
            "AWS/ApiGateway",
        ),
    ),
    "latency": (
        Graph("Until the last word, by alias", (("Latency", "p50"), ("Latency", "p95")), "alias"),
        Graph("Until the first word, by alias", (("TimeToFirstToken", "p95"),), "chat"),
        Graph("Until the first word, by model", (("TimeToFirstToken", "p95"),), "chat-model"),
        Graph(
            "API Gateway",
            (("Latency", "p95"), ("IntegrationLatency", "p95")),
            "api",
            "AWS/ApiGateway",
        ),
    ),
    "budget": (
        Graph("Used of the month's budget, percent", (("BudgetUsedPercent", "Maximum"),), "tenant"),
        Graph("Spent by tenant, millionths of a dollar", (("CostMicroUsd", "Sum"),), "tenant"),
        Graph("Spent by model, millionths of a dollar", (("CostMicroUsd", "Sum"),), "model"),
        Graph("Tokens by alias", (("InputTokens", "Sum"), ("OutputTokens", "Sum")), "alias"),
        Graph("Refused or not written down", (("OverBudget", "Sum"), ("Unsettled", "Sum"))),
    ),
    "safety": (
        Graph("Blocked by alias", (("Interventions", "Sum"),), "guarded"),
        Graph(
            "The guardrail service",
            (
                ("Invocations", "Sum"),
                ("InvocationsIntervened", "Sum"),
                ("InvocationThrottles", "Sum"),
                ("InvocationServerErrors", "Sum"),
            ),
            "guardrails",
            "AWS/Bedrock/Guardrails",
        ),
    ),
    "upkeep": (
        Graph(
            "Calls of models that are about to end",
            (("LegacyModelInvocations", "Sum"),),
            "account",
            "AWS/Bedrock",
            search="ModelId",
        ),
        Graph(
            "Quota used, as Bedrock estimates it",
            (("EstimatedTPMQuotaUsage", "Maximum"),),
            "account",
            "AWS/Bedrock",
            search="ModelId",
        ),
        Graph(
            "Dead letters",
            (("ApproximateNumberOfMessagesVisible", "Maximum"),),
            "queue",
            "AWS/SQS",
        ),
    ),
}


def lines_of(graph: Graph, environment: Environment) -> Iterator[Line]:
    """What a graph draws in an environment; nothing where there is nothing of its subject."""
    for subject, dimensions in subjects(graph.of, environment):
        for metric, statistic in graph.metrics:
            label = " ".join(filter(None, (subject, metric, statistic)))
            yield graph.namespace, metric, dimensions, statistic, label
