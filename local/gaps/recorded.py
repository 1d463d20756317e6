"""Closes gap 1 of local-cloud.md for types that are only recorded: they deploy and do nothing.

No anomaly is found, and a release is no canary: an alias moves at once, as without its policy.
"""

import uuid
from collections.abc import Callable, Mapping
from typing import Any

from ministack.core.responses import get_account_id
from ministack.services.cloudformation import provisioners

Properties = Mapping[str, Any]
Provisioned = tuple[str, dict[str, Any]]

# By type: the attribute that Ref gives and GetAtt may ask for, and what begins it.
TYPES: Mapping[str, tuple[str, str]] = {
    "AWS::CE::AnomalyMonitor": ("MonitorArn", "arn:aws:ce::{account}:anomalymonitor/"),
    "AWS::CE::AnomalySubscription": (
        "SubscriptionArn",
        "arn:aws:ce::{account}:anomalysubscription/",
    ),
    "AWS::CodeDeploy::Application": ("ApplicationName", ""),
    "AWS::CodeDeploy::DeploymentGroup": ("DeploymentGroupName", ""),
}


def close() -> None:
    """Register every type of the table."""
    for name, (attribute, prefix) in TYPES.items():
        provisioners._RESOURCE_HANDLERS[name] = {
            "create": _creator(attribute, prefix),
            "update": _updater(attribute),
            "delete": lambda _, __: None,
        }


def _creator(attribute: str, prefix: str) -> Callable[[str, Properties, str], Provisioned]:
    def create(logical_id: str, properties: Properties, _: str) -> Provisioned:
        given = properties.get(attribute) or f"{logical_id}-{uuid.uuid4().hex[:8]}"
        reference = prefix.format(account=get_account_id()) + given
        return reference, {attribute: reference}

    return create


def _updater(attribute: str) -> Callable[[str, Properties, Properties, str], Provisioned]:
    def update(reference: str, _: Properties, __: Properties, ___: str) -> Provisioned:
        return reference, {attribute: reference}

    return update
