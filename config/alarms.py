"""An environment's alarms: the table's rows, for each thing that the environment has of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import get_args

from config.alarm_table import OF_A_RELEASE, TABLE, Objective, Row, Subject
from config.schema import Environment

OBJECTIVES: tuple[Objective, ...] = get_args(Objective)
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/Create_Composite_Alarm.html
MOST_OF_AN_OBJECTIVE = 100
# Where changes of documents end that nobody could sync: stacks/bases.py.
DEAD_LETTERS = "knowledge-dead-letters"
# The functions that are released, as the stack calls them.
FUNCTIONS = ("Authorizer", "Chat", "Embeddings", "Search", "Models", "Usage")


# Which word of `each` asks for alarms of these.
_ON_REQUEST: Mapping[Subject, str] = {
    "alias": "alias",
    "backed": "alias",
    "chat": "alias",
    "guarded": "alias",
    "model": "model",
    "chat-model": "model",
    "tenant": "tenant",
}


@dataclass(frozen=True)
class Alarm:
    """One alarm of one environment; `subject` is whose it is, "" for the environment's own."""

    row: Row
    environment: str
    subject: str
    dimensions: Mapping[str, str]
    threshold: float
    minimum: int
    runbooks: str

    @property
    def name(self) -> str:
        """For people: it is the subject of the mail that calls them."""
        return "-".join(filter(None, ("strata", self.environment, self.row.name, self._spelled)))

    @property
    def _spelled(self) -> str:
        return "".join(c if c.isalnum() else "-" for c in self.subject)

    @property
    def expression(self) -> str | None:
        """In CloudWatch's metric math; None if the metric itself is judged."""
        return self.row.expression and self.row.expression.format(minimum=self.minimum)

    @property
    def description(self) -> str:
        """What whoever is called reads first."""
        whose = f" {self.subject}." if self.subject else ""
        return f"{self.row.means}{whose} Runbook: {self.runbooks}/{self.row.name}.md"


def alarms_of(environment: Environment) -> tuple[Alarm, ...]:
    """Every alarm of the objectives that the environment declares."""
    return tuple(
        _alarm(row, environment, subject, dimensions)
        for row in TABLE
        if _is_wanted(row, environment)
        for of in row.of
        if of not in _ON_REQUEST or _ON_REQUEST[of] in environment.operations.each
        for subject, dimensions in subjects(of, environment)
    )


def watched_by(objective: Objective, environment: Environment) -> tuple[Alarm, ...]:
    """The alarms that the objective's own looks at; those of a release end it and call nobody."""
    return tuple(
        alarm
        for alarm in alarms_of(environment)
        if alarm.row.objective == objective and alarm.row.name not in OF_A_RELEASE
    )


def billed_metrics(environment: Environment) -> int:
    """What CloudWatch bills: every metric of every alarm; a query counts as one for each model."""
    queried = len(environment.models)
    return sum(len(alarm.row.metrics) or queried for alarm in alarms_of(environment))


def _is_wanted(row: Row, environment: Environment) -> bool:
    operations = environment.operations
    if row.name in OF_A_RELEASE and operations.deployment != "canary":
        return False
    return getattr(operations, row.objective) is not None


def _alarm(
    row: Row, environment: Environment, subject: str, dimensions: Mapping[str, str]
) -> Alarm:
    operations = environment.operations
    above = row.above
    declared = getattr(operations, row.objective)
    return Alarm(
        row=row,
        environment=environment.name,
        subject=subject,
        dimensions=dimensions,
        threshold=float(getattr(declared, above) if isinstance(above, str) else above),
        minimum=operations.minimum_requests,
        runbooks=operations.runbooks,
    )


def subjects(of: Subject, environment: Environment) -> Iterator[tuple[str, Mapping[str, str]]]:
    """What there is of a kind in an environment, and by which dimensions CloudWatch knows them."""
    here = {"environment": environment.name}
    match of:
        case "environment":
            yield "", here
        case "api":
            yield "", {"ApiName": f"strata-{environment.name}-gateway", "Stage": "api"}
        case "guardrails":
            yield "", {"Operation": "ApplyGuardrail"}
        case "account":
            yield "", {}
        case "code":
            yield from ((name.lower(), {}) for name in FUNCTIONS)
        case "queue":
            if environment.knowledge_bases:
                yield DEAD_LETTERS, {"QueueName": f"strata-{environment.name}-{DEAD_LETTERS}"}
        case "knowledge-base":
            bases = environment.knowledge_bases
            yield from ((name, {**here, "knowledge_base": name}) for name in bases)
        case "model" | "chat-model":
            kinds = ("chat",) if of == "chat-model" else ("chat", "embedding")
            yield from ((id, {**here, "model": id}) for id in _models(kinds, environment))
        case "tenant":
            yield from ((name, {**here, "tenant": name}) for name in environment.tenants)
        case "alias" | "backed" | "chat" | "guarded":
            yield from ((name, {**here, "alias": name}) for name in _aliases(of, environment))


def _models(kinds: tuple[str, ...], environment: Environment) -> list[str]:
    targets = (target for alias in environment.aliases.values() for target in alias.targets)
    return sorted({target.id for target in targets if target.model.kind in kinds})


def _aliases(of: Subject, environment: Environment) -> Iterator[str]:
    for name, alias in environment.aliases.items():
        has = {
            "alias": True,
            "backed": bool(alias.fallbacks),
            "chat": alias.model.model.kind == "chat",
            "guarded": bool(alias.guardrail),
        }
        if has[of]:
            yield name
