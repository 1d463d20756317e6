"""Which guardrails the handlers use: read from the function that uses them, not from the files."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from config.content import content_of
from config.schema import Environment
from operate.errors import OperateError
from operate.preflight.account import Account, Clients

HOWTO = "docs/howto/test-a-guardrail.md"
FUNCTION = "AWS::Lambda::Function"


@dataclass(frozen=True)
class Deployed:
    """A guardrail at the version that the handlers use; `declared` is what the file says now."""

    name: str
    id: str
    version: str
    content: str
    declared: str

    @property
    def in_sync(self) -> bool:
        return self.content == self.declared


def find_deployed(environment: Environment, clients: Clients) -> tuple[Deployed, ...]:
    """Every guardrail of the environment; raises OperateError if it is not deployed whole."""
    Account(environment.region, clients).check_identity(environment.account)
    used = _used(environment, clients)
    bedrock = clients("bedrock", environment.region)
    return tuple(
        _deployed(environment, name, used, bedrock) for name in sorted(environment.guardrails)
    )


def _deployed(
    environment: Environment, name: str, used: Mapping[str, Any], bedrock: Any
) -> Deployed:
    if name not in used:
        raise OperateError(f"guardrail {name!r} is not deployed; the handlers know {sorted(used)}")
    id, version = used[name][:2]
    with explained("bedrock:GetGuardrail"):
        said = bedrock.get_guardrail(guardrailIdentifier=id, guardrailVersion=version)
    content = said.get("description", "").removeprefix("content ")
    return Deployed(name, id, version, content, content_of(environment.guardrails[name]))


def _used(environment: Environment, clients: Clients) -> Mapping[str, Any]:
    """What the chat function was told of its guardrails, as `stacks/settings.py` wrote it."""
    functions = clients("lambda", environment.region)
    with explained("lambda:GetFunctionConfiguration"):
        told = functions.get_function_configuration(FunctionName=_chat(environment, clients))
    variables = told["Environment"]["Variables"]
    guardrails: Mapping[str, Any] = json.loads(variables["STRATA_DEPLOYED"])["guardrails"]
    return guardrails


def _chat(environment: Environment, clients: Clients) -> str:
    stack = f"{environment.name}-Gateway"
    lister = clients("cloudformation", environment.region).get_paginator("list_stack_resources")
    with explained("cloudformation:ListStackResources"):
        pages = list(lister.paginate(StackName=stack))
    for resource in (each for page in pages for each in page["StackResourceSummaries"]):
        if resource["ResourceType"] == FUNCTION and resource["LogicalResourceId"].startswith(
            "ChatFunction"
        ):
            name: str = resource["PhysicalResourceId"]
            return name
    raise OperateError(f"the stack {stack} has no chat function: deploy it first")


@contextmanager
def explained(action: str) -> Iterator[None]:
    """Tell a refusal in AWS's code and ours: its own words may hold what was sent."""
    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        raise OperateError(f"AWS refused {action} with {code}; {_remedy(code)}") from None
    except BotoCoreError as error:
        raise OperateError(f"{action} did not reach AWS: {error}") from None


def _remedy(code: str) -> str:
    if "NotFound" in code or code == "ValidationError":  # what CloudFormation calls no such stack
        return "deploy the environment's Gateway first"
    if "Throttl" in code:
        return "ask again later: the account's quota for ApplyGuardrail is used up"
    return f"{HOWTO} lists the permissions that these commands need"
