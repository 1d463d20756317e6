"""Closes gap 1 of local-cloud.md for AWS Budgets: a template makes the budget that the API makes.

Approximate: nothing is billed here, so nothing is ever spent of it.
"""

from collections.abc import Mapping
from typing import Any

from ministack.services import budgets
from ministack.services.cloudformation import provisioners

TYPE = "AWS::Budgets::Budget"
Properties = Mapping[str, Any]


def close() -> None:
    """Register the type."""
    provisioners._RESOURCE_HANDLERS[TYPE] = {
        "create": lambda _, properties, __: _create(properties),
        "update": _update,
        "delete": lambda name, _: _delete(name),
    }
    provisioners._REPLACING_PROPERTIES[TYPE] = ("NotificationsWithSubscribers",)


def _create(properties: Properties) -> tuple[str, dict[str, Any]]:
    budget = {**properties["Budget"]}
    limit = budget["BudgetLimit"]
    budget["BudgetLimit"] = {"Amount": str(limit["Amount"]), "Unit": limit["Unit"]}
    notices = [_plain(each) for each in properties.get("NotificationsWithSubscribers", ())]
    wanted = {"Budget": budget, "NotificationsWithSubscribers": notices}
    status, _, body = budgets._create_budget(wanted)
    if status >= 400:
        raise ValueError(f"{TYPE}: {body!r}")
    return budget["BudgetName"], {}


def _update(
    name: str, _: Properties, properties: Properties, __: str
) -> tuple[str, dict[str, Any]]:
    _delete(name)
    return _create(properties)


def _delete(name: str) -> None:
    budgets._delete_budget({"BudgetName": name})


def _plain(notice: Properties) -> dict[str, Any]:
    """A template's numbers may be text."""
    threshold = float(notice["Notification"]["Threshold"])
    return {**notice, "Notification": {**notice["Notification"], "Threshold": threshold}}
