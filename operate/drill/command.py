"""`python -m operate restore-drill`: can this environment's data be brought back?"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from config.load import environment_names, load_environment
from config.schema import Environment
from operate.drill import documents, tables
from operate.errors import OperateError
from operate.preflight.account import Account, Clients, boto3_client

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
RUNBOOK = "docs/runbooks/restore-from-backup.md"


@dataclass(frozen=True)
class Outcome:
    """What the drill found of every table and of the documents bucket."""

    tables: tuple[tables.Compared, ...]
    documents: bool

    @property
    def passed(self) -> bool:
        """Whether everything came back."""
        return self.documents and all(each.passed for each in self.tables)


def register(commands: "Commands") -> None:
    """Add `restore-drill` to the command line."""
    parser = commands.add_parser(
        "restore-drill",
        help="restore an environment's tables beside themselves and compare row by row",
        description="Restores every table to a moment ago into a table beside it, compares all "
        "rows, and removes it; deletes a document of its own making and brings it back. Changes "
        "nothing of the environment. Takes minutes, and costs what the restored bytes cost. Needs "
        f"credentials of the environment's account: {RUNBOOK}. Exits with 1 if anything did not "
        "come back, with 2 if it could not be tried.",
    )
    parser.add_argument("--env", required=True, choices=environment_names())
    parser.add_argument("--json", action="store_true", help="print the outcome for machines")
    parser.set_defaults(run=_run)


def restore_drill(
    environment: Environment, clients: Clients = boto3_client, clock: tables.Clock | None = None
) -> Outcome:
    """Every table of Foundation, one after the other, and the documents; raises OperateError."""
    Account(environment.region, clients).check_identity(environment.account)
    dynamodb, s3 = (clients(service, environment.region) for service in ("dynamodb", "s3"))
    try:
        names = sorted(_made(environment, "Foundation", "AWS::DynamoDB::Table", clients))
        (bucket,) = _made(environment, "Knowledge", "AWS::S3::Bucket", clients)
        compared = [tables.drill(dynamodb, name, clock or tables.Clock()) for name in names]
        return Outcome(tuple(compared), documents.drill(s3, bucket))
    except ClientError as error:
        # AWS's own words may hold an ARN, or what was sent to it.
        refused = f"{error.operation_name} with {error.response['Error']['Code']}"
        raise OperateError(f"AWS refused {refused}; {RUNBOOK} lists the permissions") from None
    except BotoCoreError as error:
        raise OperateError(f"AWS was not reached: {type(error).__name__}") from None


def _made(environment: Environment, stack: str, type: str, clients: Clients) -> Iterator[str]:
    """What the stack has of a type: as it is deployed, so that no table is forgotten."""
    cloudformation: Any = clients("cloudformation", environment.region)
    pages = cloudformation.get_paginator("list_stack_resources")
    for page in pages.paginate(StackName=f"{environment.name}-{stack}"):
        for each in page["StackResourceSummaries"]:
            if each["ResourceType"] == type:
                yield each["PhysicalResourceId"]


def _run(given: argparse.Namespace) -> int:
    outcome = restore_drill(load_environment(given.env))
    if given.json:
        print(json.dumps({**asdict(outcome), "passed": outcome.passed}, indent=2))
    else:
        print("\n".join(_told(outcome)))
    return 0 if outcome.passed else 1


def _told(outcome: Outcome) -> Iterator[str]:
    yield from _table(outcome.tables)
    yield f"{'document':32} {'came back' if outcome.documents else 'DID NOT COME BACK'}"


def _table(found: Sequence[tables.Compared]) -> Iterator[str]:
    names = ("alike", "lost", "changed", "unknown", "moving", "seconds")
    yield f"{'table':32} " + " ".join(f"{name:>8}" for name in names)
    for each in found:
        yield f"{each.table:32} " + " ".join(f"{getattr(each, name):>8}" for name in names)
