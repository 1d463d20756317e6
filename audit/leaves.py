"""Texts of a resource by where they are, policies aside."""

from collections.abc import Iterator, Mapping

from audit.template import Json

GUARDRAIL, VERSION = "AWS::Bedrock::Guardrail", "AWS::Bedrock::GuardrailVersion"

POLICIES = ("PolicyDocument", "AssumeRolePolicyDocument", "Policies", "KeyPolicy")


def leaves(value: Json, place: str) -> Iterator[tuple[str, str]]:
    """Texts by where they are. IAM is compared elsewhere, by meaning."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            if name not in POLICIES:
                yield from leaves(each, f"{place}.{name}" if place else str(name))
    elif isinstance(value, list):
        for i, each in enumerate(value):
            yield from leaves(each, f"{place}.{i}")
    elif isinstance(value, (str, int)) and not isinstance(value, bool):
        yield place, str(value)
