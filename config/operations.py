"""Who is told when an environment fails its users, from which point on, and how it is released."""

from typing import Annotated, Literal

from pydantic import Field, StrictBool

from config.frozen import Frozen, Whole

Percent = Annotated[float, Field(gt=0, le=100, allow_inf_nan=False, strict=True)]
Usd = Annotated[float, Field(gt=0, allow_inf_nan=False, strict=True)]
# A URL that has a secret in it does not belong into a file: subscribe such an endpoint by hand.
Recipient = Annotated[
    str,
    Field(pattern=r"^(mailto:[^@\s]+@[a-z0-9.-]+\.[a-z]{2,}|https://[a-z0-9.-]+(/[\w./~-]*)?)$"),
]


class Availability(Frozen):
    """Callers are answered. Shares are of the requests, or of one model's calls."""

    errors_percent: Percent
    throttles_percent: Percent
    fallbacks_percent: Percent
    model_failures_percent: Percent


class Latency(Frozen):
    """Callers are answered in time: the slowest of twenty takes no longer."""

    p95_ms: Whole = Field(ge=1)
    first_token_p95_ms: Whole = Field(ge=1)


class Budget(Frozen):
    """Tenants have money left, and what they spend is on record."""

    used_percent: Percent


class Safety(Frozen):
    """Guardrails work, and do not suddenly find much more than usual."""

    interventions_percent: Percent


class Upkeep(Frozen):
    """What hurts nobody yet and has to be done: messages that failed, models about to end."""


class Spending(Frozen):
    """What AWS bills, hours later: a monthly budget, and how much of a surprise is an anomaly."""

    monthly_usd: Usd
    anomaly_usd: Usd


class Operations(Frozen):
    """An objective that is left out is not watched. Alarms cost by the month: `config cost`.

    `each` says for what there are alarms of its own besides those of the whole environment;
    `minimum_requests` is how many a period needs before a share of them means anything;
    `runbooks` is the place of docs/runbooks, as whoever is called at night reaches it.
    """

    notify: tuple[Recipient, ...] = ()
    runbooks: str = Field(default="docs/runbooks", pattern=r"^\S*[^\s/]$")
    each: tuple[Literal["alias", "model", "tenant"], ...] = ()
    minimum_requests: Whole = Field(default=10, ge=1)
    dashboard: StrictBool = False
    deployment: Literal["all_at_once", "canary"] = "all_at_once"
    availability: Availability | None = None
    latency: Latency | None = None
    budget: Budget | None = None
    safety: Safety | None = None
    upkeep: Upkeep | None = None
    spending: Spending | None = None
