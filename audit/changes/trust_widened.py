"""Who may become a role: its trust policy."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.iam.conditions import Test
from audit.iam.inclusion import CONDITION, DENY, broadenings, lifted
from audit.iam.said import said
from audit.iam.statement import ANYONE, Statement, statements
from audit.iam.strangers import account_of
from audit.iam.written import Unclear

ROLE = "AWS::IAM::Role"
WEB = "sts:assumerolewithwebidentity"


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
        before, after = (_trust(change.was), _trust(change.now))
    except Unclear as error:
        yield Hazard("high", None, "not written out", f"its trust policy cannot be read: {error}")
        return
    for each in [*lifted(before, after), *broadenings(before, after)]:
        severity = _severity(
            each.principals or each.statement.principals.all, each.statement, each.cause, change
        )
        if severity:
            was, now = said(each)
            yield Hazard(severity, was, now, "who could not become this role can now")


@on_change(
    "trust-subject",
    category="access",
    on=ROLE,
    fix="test `sub` with StringEquals on the exact repository and environment, and `aud` too",
)
def subjects_are_exact(change: Change) -> Iterator[Hazard]:
    """A role that an identity provider's tokens open names exactly which, in every position."""
    if not change.after:
        return
    try:
        before, after = (_trust(change.was), _trust(change.now))
    except Unclear:
        return  # told by the rule above
    known = {text for statement in before for _, text in _loose(statement)}
    for statement in after:
        for severity, text in _loose(statement):
            if text not in known:
                yield Hazard(
                    severity, None, text, "tokens that were issued for others open this role"
                )


def _trust(side: object) -> list[Statement]:
    assert callable(side)
    return statements(side("AssumeRolePolicyDocument"), of_resource=True)


def _severity(
    principals: tuple[str, ...], statement: Statement, cause: str, change: Change
) -> str | None:
    if cause == DENY or (cause == CONDITION and ANYONE not in principals):
        return "critical"
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


def _loose(statement: Statement) -> Iterator[tuple[str, str]]:
    """What is loose about a statement that lets tokens of an identity provider in."""
    tokens = [each for each in statement.principals.all if _is_provider(each)]
    if not statement.allows or not tokens or WEB not in statement.actions.all:
        return
    subjects = [test for test in statement.tests if test.key.endswith(":sub")]
    if not subjects and not any(_pins(test) for test in statement.tests):
        yield "critical", "no condition on `sub`"
    for test in subjects:
        if test.if_exists or test.quantifier == "forallvalues":
            yield "critical", f"a token without `sub` passes {test.operator}"
        for value in test.values:
            if test.operator.endswith("like") and (severity := _broad(value)):
                yield severity, f"sub like {value}"
    if not any(test.key.endswith(":aud") for test in statement.tests):
        yield "high", "no condition on `aud`"


def _is_provider(principal: str) -> bool:
    """Amazon's own identity pools tell their users apart by other keys."""
    return principal.startswith("Federated:") and "cognito-identity" not in principal


def _pins(test: Test) -> bool:
    names = (":repository", ":repository_id", ":job_workflow_ref", ":project_id", ":email", ":oid")
    return test.key.endswith(names) and not any("*" in each for each in test.values)


def _broad(subject: str) -> str | None:
    """A wildcard in the owner or the repository lets in strangers; one behind them, branches."""
    owner, _, rest = subject.removeprefix("repo:").partition("/")
    repository, _, claim = rest.partition(":")
    if "*" in owner or "?" in owner or "*" in repository or "?" in repository or not rest:
        return "critical" if "*" in subject or "?" in subject else None
    return "high" if "*" in claim or "?" in claim else None
