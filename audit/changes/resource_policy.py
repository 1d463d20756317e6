"""Who may use a resource by its own policy: buckets, keys, queues, topics, endpoints, functions…"""

import re
from collections.abc import Iterable, Iterator

from audit.change import Comparison, Hazard, on_environment
from audit.iam.gravity import condition_gone, gravity, is_open, once_if_open
from audit.iam.guarded import PERMISSION, Guarded, guarded
from audit.iam.inclusion import CONDITION, DENY, Broadening, broadenings, lifted
from audit.iam.said import said
from audit.iam.statement import ANYONE, Statement
from audit.iam.strangers import account_of, is_pinned
from audit.view import Resource

ENDPOINT = "AWS::EC2::VPCEndpoint"
KEYS = ("AWS::KMS::Key", "AWS::KMS::ReplicaKey")
ACCOUNT = re.compile(r"AWS:arn:aws:\?\?\?::[^:]+:\*$")


@on_environment(
    "resource-policy",
    category="access",
    fix="name the principals, and pin them with conditions such as aws:SourceArn",
)
def nobody_else_may_use_it(compared: Comparison) -> Iterator[Hazard]:
    """No principal may do to a resource what it could not do before."""
    before, after = guarded(compared.base, compared.pairs), guarded(compared.head)
    for target in sorted({*before, *after}):
        old, new = before.get(target), after.get(target)
        if new or _lives(target, compared):
            yield from _compared(old, new, compared)


def _lives(target: str, compared: Comparison) -> bool:
    """A policy that is gone with its resource opens nothing."""
    return target in compared.head.resources or target not in compared.base.resources


def _compared(old: Guarded | None, new: Guarded | None, compared: Comparison) -> Iterator[Hazard]:
    source = (new or old).source  # type: ignore[union-attr]
    was, now = old.statements if old else [], new.statements if new else []
    # A lost denial is told once, as what it denied.
    found = lifted(was, now)
    found += [each for each in broadenings(was, now) if each.cause != DENY or not found]
    if source.type in KEYS and not found and _delegations(was) <= _delegations(now):
        found = broadenings(_direct(was), _direct(now))
    for each in once_if_open(found):
        if judged := _judged(each, source, compared, is_new=old is None):
            yield Hazard(judged[0], *said(each), judged[1], subject=source)
    if new and new.unclear and new.unclear != (old.unclear if old else ""):
        why = f"its policy cannot be read ({new.unclear}), so nothing can be said about it"
        yield Hazard("high", None, "not written out", why, subject=source)


def _delegations(policy: Iterable[Statement]) -> set[object]:
    """What says only that the account's own policies decide: it names the account and nobody."""
    return {each.key() for each in policy if _delegates(each)}


def _direct(policy: Iterable[Statement]) -> list[Statement]:
    return [each for each in policy if not _delegates(each)]


def _delegates(statement: Statement) -> bool:
    accounts = [ACCOUNT.match(each) for each in statement.principals.all]
    return statement.allows and not statement.principals.inverted and all(accounts)


def _judged(
    found: Broadening, source: Resource, compared: Comparison, *, is_new: bool
) -> tuple[str, str] | None:
    """(severity, why), or None for what everyone who makes such a resource must say."""
    if source.type == ENDPOINT:
        why = "more may pass the endpoint than before"
        return None if is_new else (gravity(found, new_holder=False), why)
    if found.cause == DENY:
        return "critical", "what its policy denied is not denied any more"
    if is_open(found):
        return "critical", "anyone may use it, without an account of yours"
    principals = found.principals or found.statement.principals.all
    services = all(each.startswith("Service:") for each in principals)
    one_more = services and is_pinned(found.statement, compared.head.account(source))
    if found.cause == CONDITION and (condition_gone(found) or not one_more):
        return gravity(found, new_holder=False), "a condition on its use is gone or weaker"
    if ANYONE in principals and is_new:
        return "medium", "principals outside the account may use it, if the conditions let them"
    if any(_is_foreign(each, source, compared) for each in principals):
        return "high", "principals outside the account may use it"
    if services:
        return _of_service(found, source, is_new=is_new)
    return None if is_new else ("medium", "more principals may use it, or do more to it")


def _of_service(found: Broadening, source: Resource, *, is_new: bool) -> tuple[str, str] | None:
    """A service acts for whoever uses it, in any account, unless a condition pins for whom."""
    unpinned = not found.statement.tests
    if source.type == PERMISSION:
        if unpinned:
            why = "any account's use of the service may call it"
            return "medium" if is_new else "high", why
        beyond = any("*" in each for each in found.actions)
        return ("medium", "a service may do more to it than call it") if beyond else None
    if is_new:
        return None
    return "medium" if unpinned else "low", "a service may use it, or do more to it"


def _is_foreign(principal: str, source: Resource, compared: Comparison) -> bool:
    account = account_of(principal)
    own = ("${AWS::AccountId}", compared.head.account(source) or compared.base.account(source))
    return principal == ANYONE or (bool(account) and account not in own)
