"""Who may become a role: its trust policy."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.iam.gravity import gravity
from audit.iam.inclusion import CONDITION, DENY, Broadening, broadenings, lifted
from audit.iam.said import said
from audit.iam.statement import ANYONE
from audit.iam.strangers import account_of
from audit.iam.trust import ROLE, trust
from audit.iam.written import Unclear


@on_change(
    "trust-widened",
    category="access",
    on=ROLE,
    fix="name the exact principals, and pin external ones with conditions",
)
def roles_trust_nobody_else(change: Change) -> Iterator[Hazard]:
    """No principal can become the role that could not before."""
    if not change.after:
        return
    try:
        before, after = (trust(change.was), trust(change.now))
    except Unclear as error:
        yield Hazard("high", None, "not written out", f"its trust policy cannot be read: {error}")
        return
    for each in [*lifted(before, after), *broadenings(before, after)]:
        severity = _severity(each.principals or each.statement.principals.all, each, change)
        if severity:
            was, now = said(each)
            yield Hazard(severity, was, now, "who could not become this role can now")


def _severity(principals: tuple[str, ...], found: Broadening, change: Change) -> str | None:
    statement = found.statement
    if found.cause == CONDITION and all(each.startswith("Service:") for each in principals):
        return "high"  # who asks for it through the service is not tested, but the service is
    if found.cause in (DENY, CONDITION) and ANYONE not in principals:
        return gravity(found, new_holder=False)
    if ANYONE in principals or statement.principals.inverted:
        return "critical"
    if any(each.startswith("Federated:") for each in principals):
        return "high" if change.before else "medium"
    foreign = [each for each in principals if account_of(each) and not _own(each, change)]
    if foreign:
        return "high" if statement.tests or not change.before else "critical"
    return "medium" if change.before else None


def _own(principal: str, change: Change) -> bool:
    return account_of(principal) in ("${AWS::AccountId}", change.head.account(change.resource))
