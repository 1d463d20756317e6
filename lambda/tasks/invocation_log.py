"""The account's one configuration of invocation logging in a region, asked and changed.

A refusal is told by its step and AWS's code alone: AWS's text may hold the account's id.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from tasks.agreements import GRANTING_SECONDS, Clock
from tasks.custom_resource import Failed

if TYPE_CHECKING:
    from types_boto3_bedrock import BedrockClient

Result = TypeVar("Result")
Configuration = Mapping[str, Any]
MODALITIES = ("text", "image", "embedding", "video", "audio")
# While a new role spreads, Bedrock finds that it may not write.
NOT_YET = ("AccessDeniedException", "ValidationException")


def configuration(
    *, log_group: str, role: str, bucket: str, prefix: str, deliver: frozenset[str]
) -> Configuration:
    """What Bedrock is told: bedrock-2026 §9. What is not delivered is switched off by name."""
    destination = {"bucketName": bucket, "keyPrefix": prefix}
    return {
        "cloudWatchConfig": {
            "logGroupName": log_group,
            "roleArn": role,
            # A record of more than 100 kB leaves its bodies there.
            "largeDataDeliveryS3Config": destination,
        },
        "s3Config": destination,
        **{f"{one}DataDeliveryEnabled": one in deliver for one in MODALITIES},
    }


def writes_where(one: Configuration | None, other: Configuration) -> bool:
    """Whether both lead to the same log group, through the same role, and to the same bucket."""
    return one is not None and _destinations(one) == _destinations(other)


def _destinations(given: Configuration) -> tuple[object, ...]:
    logs, bucket = given.get("cloudWatchConfig", {}), given.get("s3Config", {})
    return logs.get("logGroupName"), logs.get("roleArn"), bucket.get("bucketName")


@dataclass
class InvocationLog:
    """Every method raises Failed if AWS refuses."""

    bedrock: "BedrockClient"
    clock: Clock = field(default_factory=Clock)

    def read(self) -> Configuration | None:
        """What is configured now; None if nothing is."""
        ask = self.bedrock.get_model_invocation_logging_configuration
        found: Configuration | None = _asked("Get", ask).get("loggingConfig")
        return found or None

    def write(self, wanted: Configuration) -> None:
        """Configure this; waits for two minutes while a role or a policy is still spreading."""
        put: Callable[..., object] = self.bedrock.put_model_invocation_logging_configuration
        deadline = self.clock.now() + GRANTING_SECONDS
        while True:
            try:
                _asked("Put", lambda: put(loggingConfig=wanted))
                return
            except Refused as refused:
                if refused.code not in NOT_YET or self.clock.now() >= deadline:
                    raise
            self.clock.sleep(10)

    def clear(self) -> None:
        """Configure nothing."""
        _asked("Delete", self.bedrock.delete_model_invocation_logging_configuration)


class Refused(Failed):
    """A call was refused; `code` is AWS's."""

    def __init__(self, verb: str, code: str) -> None:
        operation = f"{verb}ModelInvocationLoggingConfiguration"
        super().__init__(f"{operation} was refused: {code}. See docs/howto/log-invocations.md")
        self.code = code


def _asked(verb: str, call: Callable[[], Result]) -> Result:
    try:
        return call()
    except ClientError as error:
        raise Refused(verb, error.response["Error"]["Code"]) from None
    except BotoCoreError as error:
        raise Refused(verb, type(error).__name__) from None
