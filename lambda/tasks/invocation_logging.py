"""Turns an account's invocation logging on, and gives back what was there before.

A CloudFormation custom resource. The account has one configuration in a region, so what another put
there is kept in our bucket when ours comes, and is left alone when it came after ours.
"""

import json
from collections.abc import Mapping
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from tasks.custom_resource import Event, Failed, answer
from tasks.invocation_log import Configuration, InvocationLog, configuration, writes_where

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

QUICK = Config(
    connect_timeout=5, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 3}
)


@dataclass(frozen=True)
class Saved:
    """One object that holds the configuration of before, or null where there was none."""

    s3: "S3Client"
    bucket: str
    name: str

    def keep(self, found: Configuration | None) -> None:
        """Remember it, in the place of what was remembered."""
        body = json.dumps(found).encode()
        try:
            self.s3.put_object(Bucket=self.bucket, Key=self.name, Body=body)
        except (ClientError, BotoCoreError) as error:
            raise Failed(f"the previous configuration cannot be kept: {_code(error)}") from None

    def recall(self) -> Configuration | None:
        """What was there before; raises Failed rather than guess."""
        try:
            kept = self.s3.get_object(Bucket=self.bucket, Key=self.name)["Body"].read()
        except (ClientError, BotoCoreError) as error:
            raise Failed(f"{self.name} cannot be read from our bucket: {_code(error)}") from None
        found: Configuration | None = json.loads(kept)
        return found


def handler(event: Event, context: object) -> None:
    """Called by CloudFormation, which reads the answer where it asked for it."""
    told = event["ResourceProperties"]
    with ExitStack() as opened:
        log = InvocationLog(opened.enter_context(closing(boto3.client("bedrock", config=QUICK))))
        s3 = opened.enter_context(closing(boto3.client("s3", config=QUICK)))
        saved, ours = Saved(s3, told["Bucket"], told["Saved"]), _ours(told)
        first = event["RequestType"] == "Create"
        answer(
            event,
            lambda: turn_on(log, saved, ours, first=first),
            undo=lambda: give_back(log, saved, ours),
        )


def turn_on(log: InvocationLog, saved: Saved, ours: Configuration, *, first: bool) -> None:
    """Configure ours; the first time, keep what another had configured."""
    if first:
        found = log.read()
        # A creation that is tried again finds its own, and what it kept then.
        if not writes_where(found, ours):
            saved.keep(found)
    log.write(ours)


def give_back(log: InvocationLog, saved: Saved, ours: Configuration) -> None:
    """Configure what was there before ours, unless somebody has configured another since."""
    if not writes_where(log.read(), ours):
        print("invocation logging is no longer as this stack configured it: left as it is")
        return
    before = saved.recall()
    if before is None:
        log.clear()
        print("invocation logging is off, as it was before this stack")
    else:
        log.write(before)
        print("invocation logging is as it was before this stack")


def _ours(told: Mapping[str, Any]) -> Configuration:
    return configuration(
        log_group=told["LogGroup"],
        role=told["Role"],
        bucket=told["Bucket"],
        prefix=told["Prefix"],
        deliver=frozenset(told["Deliver"]),
    )


def _code(error: ClientError | BotoCoreError) -> str:
    if isinstance(error, ClientError):
        return error.response["Error"]["Code"]
    return type(error).__name__
