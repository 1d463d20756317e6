"""What a rule found: one shape for the rules of a template and for those of a change."""

from dataclasses import dataclass

SEVERITIES = ("critical", "high", "medium", "low")
CATEGORIES = (
    "data",
    "access",
    "exposure",
    "models",
    "guardrails",
    "observability",
    "secrets",
    "cost",
    "suppressions",
    "parity",
)


@dataclass(frozen=True)
class Finding:
    """`resource` is `Stack/LogicalId`, or `(environment)` for what its templates lack together."""

    rule: str
    category: str
    severity: str
    environment: str
    resource: str
    before: str
    after: str
    why: str
    fix: str


def at_least(severity: str, bar: str) -> bool:
    """Is a finding as grave as the bar, or graver?"""
    return SEVERITIES.index(severity) <= SEVERITIES.index(bar)
