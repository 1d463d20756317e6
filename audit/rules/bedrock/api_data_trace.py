"""Data tracing writes whole requests and answers into API Gateway's own log."""

from collections.abc import Iterator

from audit.environment import Environment, Resource, at, truth
from audit.rules.registry import rule


@rule(
    "BR-API-DATA-TRACE",
    on="AWS::ApiGateway::Stage",
    severity="high",
    category="data",
    fix="set DataTraceEnabled to false, or leave it out",
)
def requests_are_not_traced(stage: Resource, _: Environment) -> Iterator[str]:
    """A stage does not log the bodies of requests and answers."""
    for setting in stage.list_at("MethodSettings"):
        traced = at(setting, "DataTraceEnabled")
        if traced is not None and truth(traced) is not False:
            yield f"DataTraceEnabled of {at(setting, 'ResourcePath')} is {traced}"
