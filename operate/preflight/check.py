"""What an account has of what an environment needs: one row for a model in a region."""

from dataclasses import dataclass

from config.models import Target
from config.schema import Environment
from operate.preflight.account import Account
from operate.preflight.need import tokens_per_minute
from operate.preflight.quotas import Quota, find_quota

UNKNOWN, UNNEEDED = "unknown", "not needed"


@dataclass(frozen=True)
class Row:
    """The first four in the service's words; `need` in tokens per minute.

    `form` and `marketplace` say whether Anthropic's form is filed and whether the caller may
    subscribe to a product, where the model needs that.
    """

    model: str
    region: str
    authorization: str
    agreement: str
    entitlement: str
    availability: str
    form: str
    marketplace: str
    quota: Quota | None
    need: int


def check(account: Account, environment: Environment, target: Target, input_tokens: int) -> Row:
    """Ask the account about one model that the environment calls."""
    told = account.availability(target.model.id) or {}
    agreement = told.get("agreementAvailability", {}).get("status", UNKNOWN)
    return Row(
        model=target.id,
        region=account.region,
        authorization=told.get("authorizationStatus", UNKNOWN),
        agreement=agreement,
        entitlement=told.get("entitlementAvailability", UNKNOWN),
        availability=told.get("regionAvailability", UNKNOWN),
        form=_form(account, target),
        marketplace=_marketplace(account, target, agreement),
        quota=_quota(account, target),
        need=tokens_per_minute(environment, target, input_tokens),
    )


def _form(account: Account, target: Target) -> str:
    if target.model.provider != "Anthropic":
        return UNNEEDED
    return _word(account.has_form(), "filed", "missing")


def _marketplace(account: Account, target: Target, agreement: str) -> str:
    is_agreed = agreement not in ("NOT_AVAILABLE", "ERROR")
    if is_agreed or account.has_offer(target.model.id) is False:
        return UNNEEDED
    return _word(account.may_subscribe, "allowed", "denied")


def _quota(account: Account, target: Target) -> Quota | None:
    names = account.names(target.model.id)
    return find_quota(account.quotas, target, *names) if names else None


def _word(answer: bool | None, yes: str, no: str) -> str:
    if answer is None:
        return UNKNOWN
    return yes if answer else no
