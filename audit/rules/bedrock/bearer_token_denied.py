"""A bearer token is a long-lived secret that works from anywhere, past every role's conditions."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.iam.types import IDENTITY
from audit.rules.denials import not_denied
from audit.rules.registry import rule


@rule(
    "BR-BEARER-TOKEN-DENIED",
    on=IDENTITY,
    severity="medium",
    category="access",
    fix="deny bedrock:CallWithBearerToken on *",
)
def bearer_tokens_are_denied(policy: Resource, around: Environment) -> Iterator[str]:
    """Who may invoke models is denied the use of bearer tokens."""
    yield from not_denied("bedrock:CallWithBearerToken", policy, around)
