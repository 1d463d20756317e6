"""`python -m operate kept`: what an environment has in its account, also after it was destroyed.

Asked of the account and not of a stack, since a stack that is gone has forgotten what it left.
"""

import argparse
import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import BotoCoreError, ClientError

from config.load import environment_names, load_environment
from config.schema import Environment
from operate.errors import OperateError
from operate.preflight.account import Account, Clients, boto3_client

if TYPE_CHECKING:
    Commands = argparse._SubParsersAction[argparse.ArgumentParser]
TAG = "strata:environment"
# What holds something, of all that carries the tag.
HOLD = ("dynamodb:table", "kms:key")


def register(commands: "Commands") -> None:
    """Add `kept` to the command line."""
    parser = commands.add_parser(
        "kept",
        help="list what an environment keeps: tables, buckets, keys, vectors, logs",
        description="Lists what holds data of an environment, by what its account has now: also "
        "after `cdk destroy`, which keeps it all (docs/decisions/0005-what-must-survive.md). "
        "Reads only.",
    )
    parser.add_argument("--env", required=True, choices=environment_names())
    parser.add_argument("--json", action="store_true", help="print it for machines")
    parser.set_defaults(run=_run)


def kept(environment: Environment, clients: Clients = boto3_client) -> dict[str, list[str]]:
    """The names of an environment's stores by their kind; raises OperateError."""
    Account(environment.region, clients).check_identity(environment.account)
    found: dict[str, list[str]] = {}
    try:
        for kind, name in (
            *_tagged(environment, clients),
            *_buckets(environment, clients),
            *_vector_buckets(environment, clients),
            *_log_groups(environment, clients),
        ):
            found.setdefault(kind, []).append(name)
    except ClientError as error:
        refused = f"{error.operation_name} with {error.response['Error']['Code']}"
        raise OperateError(f"AWS refused {refused}") from None
    except BotoCoreError as error:
        raise OperateError(f"AWS was not reached: {type(error).__name__}") from None
    return {kind: sorted(names) for kind, names in sorted(found.items())}


def _tagged(environment: Environment, clients: Clients) -> Iterator[tuple[str, str]]:
    tagging: Any = clients("resourcegroupstaggingapi", environment.region)
    wanted = [{"Key": TAG, "Values": [environment.name]}]
    pages = tagging.get_paginator("get_resources").paginate(
        TagFilters=wanted, ResourceTypeFilters=list(HOLD)
    )
    for page in pages:
        for resource in page["ResourceTagMappingList"]:
            service, _, _, name = resource["ResourceARN"].split(":", 5)[2:]
            yield service, name.rpartition("/")[2]


def _buckets(environment: Environment, clients: Clients) -> Iterator[tuple[str, str]]:
    begin, end = f"strata-{environment.name}-", f"-{environment.account}-{environment.region}"
    s3: Any = clients("s3", environment.region)
    names = (bucket["Name"] for bucket in s3.list_buckets()["Buckets"])
    yield from (("s3", name) for name in names if name.startswith(begin) and name.endswith(end))


def _vector_buckets(environment: Environment, clients: Clients) -> Iterator[tuple[str, str]]:
    # CloudFormation begins the names that it gives with the stack's; here in small letters.
    prefix = f"{environment.name}-knowledge-"
    vectors: Any = clients("s3vectors", environment.region)
    for page in vectors.get_paginator("list_vector_buckets").paginate(prefix=prefix):
        names = (bucket["vectorBucketName"] for bucket in page["vectorBuckets"])
        yield from (("s3vectors", name) for name in names if name.startswith(prefix))


def _log_groups(environment: Environment, clients: Clients) -> Iterator[tuple[str, str]]:
    logs: Any = clients("logs", environment.region)
    prefix = f"{environment.name}-"
    for page in logs.get_paginator("describe_log_groups").paginate(logGroupNamePrefix=prefix):
        for group in page["logGroups"]:
            name = group["logGroupName"]
            # Another environment's name may go on with small letters, a stack's does not.
            if name.removeprefix(prefix)[:1].isupper():
                yield "logs", name


def _run(given: argparse.Namespace) -> int:
    found = kept(load_environment(given.env))
    if given.json:
        print(json.dumps(found, indent=2))
    elif not found:
        print(f"{given.env}: nothing")
    else:
        print("\n".join(f"{kind:12} {name}" for kind, names in found.items() for name in names))
    return 0
