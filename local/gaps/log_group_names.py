"""Closes a gap beyond local-cloud.md: a log group without a name is named after its stack.

So it is on AWS. MiniStack names it `/aws/cloudformation/...`, where no runbook looks.
"""

from typing import Any

from ministack.services.cloudformation import provisioners

Properties = dict[str, Any]


def close() -> None:
    """Give the name before the group is made, and leave it when the group is changed."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::Logs::LogGroup"]
    make, change = handlers["create"], handlers["update"]

    def create(logical_id: str, properties: Properties, stack: str) -> Any:
        name = provisioners._physical_name(stack, logical_id, max_len=512)
        return make(logical_id, {"LogGroupName": name, **properties}, stack)

    def update(
        name: str, old: Properties, new: Properties, stack: str, logical_id: str | None = None
    ) -> Any:
        named = {"LogGroupName": name}
        return change(name, {**named, **old}, {**named, **new}, stack, logical_id)

    handlers.update(create=create, update=update)
