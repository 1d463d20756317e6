"""Bedrock as the one who assumes a role or writes for us, and for nobody else's resources."""

from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam


def bedrock_for(stack: Stack, resource: str) -> iam.PrincipalBase:
    """The service while it acts for this account's `resource`, such as `knowledge-base/*`."""
    service = iam.ServicePrincipal("bedrock.amazonaws.com")
    return service.with_conditions(acting_for(stack, resource))


def acting_for(stack: Stack, resource: str) -> dict[str, Any]:
    """The conditions that keep another account from sending the service here."""
    source = f"arn:{stack.partition}:bedrock:{stack.region}:{stack.account}:{resource}"
    return {
        "StringEquals": {"aws:SourceAccount": stack.account},
        "ArnLike": {"aws:SourceArn": source},
    }
