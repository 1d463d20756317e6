"""What crashed requests have left reserved is given back by whoever comes upon it."""

from __future__ import annotations

from gateway import observe
from gateway.aws import AwsError, UpstreamFailure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from gateway.edge import Request
    from gateway.ledger import Ledger
    from gateway.month import Month


def swept(row: Month, ledger: Ledger, now: float, timeout_s: int, deadline: float) -> Month:
    """The row without it, as the table has it now; raises what `upstream.dynamodb` does."""
    left = row.left_behind(now, timeout_s)
    if not left:
        return row
    return ledger.sweep(left, deadline) or ledger.read(deadline)


def sweep_if_possible(
    request: Request, row: Month, ledger: Ledger, now: float, timeout_s: int
) -> None:
    """The same for a request that has what it wants: it does not fail for the sake of others."""
    micro_usd = sum(row.left_behind(now, timeout_s).values())
    try:
        swept(row, ledger, now, timeout_s, request.deadline)
    except UpstreamFailure as failure:
        observe.event(request.id, "not swept", **told(failure))
    else:
        if micro_usd:
            observe.event(request.id, "swept", tenant=ledger.tenant, micro_usd=micro_usd)


def told(failure: UpstreamFailure) -> dict[str, object]:
    """What the log may say of a failure of the table."""
    code = failure.code if isinstance(failure, AwsError) else None
    return {"error": type(failure).__name__, "code": code}
