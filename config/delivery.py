"""Who deploys an environment: the workflows of one repository, and the ledger that they write."""

from typing import Literal

from pydantic import Field

from config.frozen import Frozen, Whole

# Ten years, as long as anything here is kept.
LONGEST_DAYS = 3_653


class Delivery(Frozen):
    """Workflows of `repository` deploy in the GitHub environment of the environment's own name.

    `oidc_provider`: an account has one for GitHub; `create` it in one environment of the account,
    and say `existing` in the others. `ledger_lock` keeps each entry from being deleted for so many
    days: `governance` except by those who may bypass it, `compliance` by nobody at all.
    """

    # Exact: what stands here is compared with the token letter by letter.
    repository: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9_.-]{1,100}$")
    oidc_provider: Literal["create", "existing"]
    ledger_lock: Literal["governance", "compliance"]
    ledger_lock_days: Whole = Field(ge=1, le=LONGEST_DAYS)
