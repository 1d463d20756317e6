"""Errors carry what was asked: logs are as secret as prompts."""

from collections.abc import Iterator

from audit.environment import Environment, Resource
from audit.rules.registry import rule


@rule(
    "BR-LOGS-ENCRYPTED",
    on="AWS::Logs::LogGroup",
    severity="medium",
    category="data",
    fix="set KmsKeyId to a key of your own",
)
def logs_are_encrypted(group: Resource, _: Environment) -> Iterator[str]:
    """A log is encrypted with a customer's key."""
    if not group.at("KmsKeyId"):
        yield "it has no KmsKeyId"
