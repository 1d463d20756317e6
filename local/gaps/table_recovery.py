"""Closes a gap beyond local-cloud.md: a table's point-in-time recovery in a template is kept.

MiniStack drops it, so that a table looks as if it could not be restored. Approximate: it keeps no
history, so that a restore has the rows of the moment at which it is asked for.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import dynamodb
from ministack.services.cloudformation import provisioners

Provisioned = tuple[str, dict[str, Any]]


def close() -> None:
    """Turn it on or off after the table is made or changed."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::DynamoDB::Table"]
    handlers["create"] = _recoverable(handlers["create"], position=1)
    handlers["update"] = _recoverable(handlers["update"], position=2)


def _recoverable(
    provision: Callable[..., Provisioned], position: int
) -> Callable[..., Provisioned]:
    def provisioned(*arguments: Any, **named: Any) -> Provisioned:
        name, attributes = provision(*arguments, **named)
        _turn(name, arguments[position])
        return name, attributes

    return provisioned


def _turn(name: str, properties: Mapping[str, Any]) -> None:
    declared = properties.get("PointInTimeRecoverySpecification", {})
    dynamodb._pitr_settings[name] = (
        str(declared.get("PointInTimeRecoveryEnabled", False)).lower() == "true"
    )
