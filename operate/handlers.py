"""What the handlers of an environment use: read from the chat function, not from the files."""

import json
from collections.abc import Mapping
from typing import Any

from config.schema import Environment
from operate.errors import OperateError
from operate.preflight.account import Account, Clients
from operate.refusals import explained

FUNCTION = "AWS::Lambda::Function"


def told(environment: Environment, clients: Clients, *, howto: str) -> Mapping[str, Any]:
    """The ids that `stacks/settings.py` wrote; raises OperateError if it is not deployed.

    Refuses credentials of another account than the environment's.
    """
    Account(environment.region, clients).check_identity(environment.account)
    functions = clients("lambda", environment.region)
    chat = _chat(environment, clients, howto)
    with explained("lambda:GetFunctionConfiguration", howto=howto, stack="Gateway"):
        told = functions.get_function_configuration(FunctionName=chat)
    ids: Mapping[str, Any] = json.loads(told["Environment"]["Variables"]["STRATA_DEPLOYED"])
    return ids


def _chat(environment: Environment, clients: Clients, howto: str) -> str:
    stack = f"{environment.name}-Gateway"
    lister = clients("cloudformation", environment.region).get_paginator("list_stack_resources")
    with explained("cloudformation:ListStackResources", howto=howto, stack="Gateway"):
        pages = list(lister.paginate(StackName=stack))
    for resource in (each for page in pages for each in page["StackResourceSummaries"]):
        if resource["ResourceType"] == FUNCTION and resource["LogicalResourceId"].startswith(
            "ChatFunction"
        ):
            name: str = resource["PhysicalResourceId"]
            return name
    raise OperateError(f"the stack {stack} has no chat function: deploy it first")


def output(environment: Environment, clients: Clients, stack: str, name: str, *, howto: str) -> str:
    """An output of one of the environment's stacks; refuses another account's credentials."""
    Account(environment.region, clients).check_identity(environment.account)
    cloudformation = clients("cloudformation", environment.region)
    with explained("cloudformation:DescribeStacks", howto=howto, stack=stack):
        told = cloudformation.describe_stacks(StackName=f"{environment.name}-{stack}")
    outputs = {each["OutputKey"]: each["OutputValue"] for each in told["Stacks"][0]["Outputs"]}
    value: str = outputs[name]
    return value
