"""What a request cost, added to its tenant's month in one atomic update."""

from __future__ import annotations

import time

from gateway.aws import UpstreamFailure
from gateway.errors import bad_gateway

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from gateway.aws import Upstream
    from gateway.edge import Request
    from gateway.settings import Settings, Target

_PICO_IN_A_MICRO = 1_000_000
# Beyond the models' deadline: what is answered late has to be paid all the same.
_GRACE_S = 0.5


def cost_micro_usd(usage: Mapping[str, int], target: Target) -> int:
    """Millionths of a dollar, rounded up; `usage` is Converse's."""
    prices = target.input_pico_usd, target.output_pico_usd
    if target.long and usage["inputTokens"] > target.long[0]:
        prices = target.long[1:]
    pico = usage["inputTokens"] * prices[0] + usage["outputTokens"] * prices[1]
    return -(-pico // _PICO_IN_A_MICRO)


def record(
    request: Request,
    usage: Mapping[str, int],
    target: Target,
    *,
    settings: Settings,
    upstream: Upstream,
) -> None:
    """Fails closed: an answer whose cost could not be written down is not given."""
    amounts = {
        "requests": 1,
        "input_tokens": usage["inputTokens"],
        "output_tokens": usage["outputTokens"],
        "cost_micro_usd": cost_micro_usd(usage, target),
    }
    month = time.strftime("%Y-%m", time.gmtime())
    try:
        upstream.dynamodb(
            "UpdateItem",
            _update(settings.usage_table, request.tenant, month, amounts),
            request.deadline + _GRACE_S,
        )
    except UpstreamFailure as failure:
        raise bad_gateway("The usage of this request could not be recorded.") from failure


def _update(table: str, tenant: str, month: str, amounts: Mapping[str, int]) -> dict[str, Any]:
    additions = ", ".join(f"{name} :{name}" for name in amounts)
    return {
        "TableName": table,
        "Key": {"tenant": {"S": tenant}, "month": {"S": month}},
        "UpdateExpression": f"ADD {additions}",
        "ExpressionAttributeValues": {f":{k}": {"N": str(v)} for k, v in amounts.items()},
    }
