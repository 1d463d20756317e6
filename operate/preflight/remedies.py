"""What is to be done about a row, in words that a platform team can act on."""

from collections.abc import Iterator

from config.schema import Environment
from operate.preflight.check import UNKNOWN, UNNEEDED, Row


def remedies(row: Row, environment: Environment) -> tuple[str, ...]:
    """Everything that is missing; nothing if the model can serve."""
    return (*_access(row, environment), *_form(row, environment), *_quota(row))


def _access(row: Row, environment: Environment) -> Iterator[str]:
    if row.agreement == UNKNOWN:
        yield "nothing is known: allow bedrock:GetFoundationModelAvailability, and ask again"
    elif row.availability == "NOT_AVAILABLE":
        yield f"{row.region} does not offer it: name another model"
    elif row.agreement == "PENDING":
        yield "its agreement is under way: ask again in 15 minutes"
    elif row.marketplace != UNNEEDED:
        yield _agreement(row, environment)
    elif row.authorization == "NOT_AUTHORIZED":
        yield "the account is not authorized for it: ask AWS Support"


def _agreement(row: Row, environment: Environment) -> str:
    if row.agreement == "ERROR":
        return "its agreement failed: see to the payment method, then deploy or invoke it again"
    if environment.access:
        return "deploy: [access] accepts its offer"
    by_hand = {
        "allowed": "or invoke it once with these credentials",
        "denied": "for these credentials may not subscribe to it",
        UNKNOWN: "or invoke it once as a role with aws-marketplace:Subscribe",
    }
    return f"accept its offer: add [access], {by_hand[row.marketplace]}"


def _form(row: Row, environment: Environment) -> Iterator[str]:
    if row.form == "missing":
        has_form = environment.access and environment.access.anthropic
        how = "deploy: [access.anthropic] files it" if has_form else "add [access.anthropic]"
        yield f"Anthropic's First-Time-Use form is missing: {how}"


def _quota(row: Row) -> Iterator[str]:
    if row.quota and row.quota.value < row.need:
        yield (
            f"ask for {row.need:,} tokens per minute: quota {row.quota.code}, {row.quota.name!r}; "
            "or lower max_tokens or the tenants' rates"
        )
