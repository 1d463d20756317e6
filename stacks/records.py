"""What is recorded about calls: Bedrock's invocation log and CloudTrail's trail, where declared.

A stack of its own: Foundation holds no code, so that no change of code changes what must survive;
and an environment that records no longer leaves neither an export nor a policy behind in another.
"""

from aws_cdk import Duration, Stack
from aws_cdk import aws_s3 as s3
from constructs import Construct

from components.bucket import Bucket, expiring
from components.handler_code import HandlerCode
from components.invocation_logging import PREFIX, InvocationLogging
from components.trail import Trail
from config import records
from config.schema import Environment
from stacks.foundation import Foundation
from stacks.names import bucket_name, store_name


class Records(Stack):
    """Its stores are retained; destroying it turns recording off."""

    def __init__(
        self, scope: Construct, id: str, *, environment: Environment, foundation: Foundation
    ) -> None:
        super().__init__(scope, id, description="Strata: what is recorded about calls")
        self._environment = environment
        self._foundation = foundation
        if logging := environment.invocation_logging:
            self._log_invocations(logging)
        if trail := environment.trail:
            self._follow(trail)

    def _log_invocations(self, declared: records.InvocationLogging) -> None:
        key = self._foundation.key
        InvocationLogging(
            self,
            "InvocationLogging",
            declared=declared,
            log_group=store_name(self._environment, "invocations"),
            bucket=Bucket(
                self,
                "Invocations",
                name=bucket_name(self._environment, "invocations"),
                key=key,
                access_logs=self._foundation.access_logs,
                lifecycle_rules=[expiring(declared.bucket_retention_days, f"{PREFIX}/")],
            ),
            # The task reads no settings, so that it changes with the code alone.
            code=HandlerCode(self, "Code", settings={}),
            key=key,
        )

    def _follow(self, declared: records.Trail) -> None:
        key = self._foundation.key
        Trail(
            self,
            "Trail",
            declared=declared,
            name=store_name(self._environment, "trail"),
            bucket=Bucket(
                self,
                "TrailFiles",
                name=bucket_name(self._environment, "trail"),
                key=key,
                access_logs=self._foundation.access_logs,
                lifecycle_rules=[expiring(declared.bucket_retention_days)],
                object_lock=_lock(declared.object_lock_days),
            ),
            key=key,
        )


def _lock(days: int | None) -> s3.ObjectLockRetention | None:
    return s3.ObjectLockRetention.governance(Duration.days(days)) if days else None
