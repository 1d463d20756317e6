"""Is what is deployed what its template says? What could not be checked is said, never passed.

CloudFormation checks only types that it can read; those that it never can are in `unchecked.toml`.
"""

import time
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

from config.schema import Environment
from operate.errors import OperateError
from operate.preflight.account import Clients, boto3_client

UNCHECKED = Path(__file__).with_name("unchecked.toml")
PATIENCE_S, PAUSE_S = 900, 5


@dataclass(frozen=True)
class Drifted:
    """A resource that is not as declared, or of which nobody knows. No value of it is shown."""

    stack: str
    resource: str
    type: str
    status: str


def drift(
    environment: Environment,
    clients: Clients = boto3_client,
    wait: Callable[[float], None] = time.sleep,
) -> list[Drifted]:
    """What stands in the way of "nothing drifted". Raises OperateError if a detection fails."""
    cloudformation = clients("cloudformation", environment.region)
    stacks = list(_stacks(cloudformation, environment.name))
    if not stacks:
        raise OperateError(f"no stack of {environment.name} is deployed in {environment.region}")
    return [each for stack in stacks for each in _drifted(cloudformation, stack, wait)]


def _stacks(cloudformation: Any, environment: str) -> Iterator[str]:
    """`dev-Gateway` is dev's; `dev-eu-Gateway` is of another environment."""
    for page in cloudformation.get_paginator("describe_stacks").paginate():
        for stack in page["Stacks"]:
            owner, _, _ = stack["StackName"].rpartition("-")
            if owner == environment:
                yield stack["StackName"]


def _drifted(cloudformation: Any, stack: str, wait: Callable[[float], None]) -> Iterator[Drifted]:
    _detect(cloudformation, stack, wait)
    told, known = dict(_told(cloudformation, stack)), _never_checked()
    for page in cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack):
        for each in page["StackResourceSummaries"]:
            id, type = each["LogicalResourceId"], each["ResourceType"]
            status = told.get(id, "NOT_CHECKED")
            excused = status == "NOT_CHECKED" and any(fnmatch(type, name) for name in known)
            if status != "IN_SYNC" and not excused:
                yield Drifted(stack, id, type, status)


def _told(cloudformation: Any, stack: str) -> Iterator[tuple[str, str]]:
    """(logical id, status) of what was checked; boto3 has no paginator for it."""
    given = {"StackName": stack}
    while True:
        page = cloudformation.describe_stack_resource_drifts(**given)
        for each in page["StackResourceDrifts"]:
            yield each["LogicalResourceId"], each["StackResourceDriftStatus"]
        if "NextToken" not in page:
            return
        given["NextToken"] = page["NextToken"]


def _detect(cloudformation: Any, stack: str, wait: Callable[[float], None]) -> None:
    id = cloudformation.detect_stack_drift(StackName=stack)["StackDriftDetectionId"]
    for _ in range(PATIENCE_S // PAUSE_S):
        found = cloudformation.describe_stack_drift_detection_status(StackDriftDetectionId=id)
        status = found["DetectionStatus"]
        if status == "DETECTION_COMPLETE":
            return
        if status == "DETECTION_FAILED":
            reason = found.get("DetectionStatusReason", "no reason given")
            raise OperateError(f"the drift of {stack} was not detected whole: {reason}")
        wait(PAUSE_S)
    raise OperateError(f"the drift of {stack} was not detected within {PATIENCE_S} s")


def _never_checked() -> list[str]:
    return sorted(tomllib.loads(UNCHECKED.read_text(encoding="utf-8")))
