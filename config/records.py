"""What is recorded about calls: Bedrock's invocation log, and CloudTrail's trail. Both cost."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field, StrictBool, ValidationInfo, field_validator

from config.edge import LogRetention
from config.frozen import Frozen, Whole

Modality = Literal["text", "image", "embedding", "video", "audio"]
TEN_YEARS = 3_653


def _distinct(named: tuple[Modality, ...]) -> tuple[Modality, ...]:
    if len(set(named)) < len(named):
        raise ValueError("each of them once")
    return named


class InvocationLogging(Frozen):
    """Who called which model, when, with how many tokens; content only of what is delivered.

    What `deliver` names is written as it was sent, before any guardrail masks it. The account has
    one such log in a region, so one environment may declare it there. Retention is in days.
    """

    log_retention_days: LogRetention
    bucket_retention_days: Whole = Field(ge=1, le=TEN_YEARS)
    deliver: Annotated[tuple[Modality, ...], AfterValidator(_distinct)] = ()


class Trail(Frozen):
    """CloudTrail's record of guardrails applied and knowledge bases searched.

    `management_events` adds every change in the account, and every invocation of a model; an
    account's second copy of these costs. `object_lock_days` keeps each file from being deleted.
    """

    management_events: StrictBool
    log_retention_days: LogRetention
    bucket_retention_days: Whole = Field(ge=1, le=TEN_YEARS)
    object_lock_days: Whole | None = Field(default=None, ge=1, le=TEN_YEARS)

    @field_validator("object_lock_days")
    @classmethod
    def _ends_before_the_file(cls, days: int | None, info: ValidationInfo) -> int | None:
        kept = info.data.get("bucket_retention_days")
        if days and kept and days > kept:
            raise ValueError(f"at most `bucket_retention_days`, {kept}: a lock outlives no file")
        return days
