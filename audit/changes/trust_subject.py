"""Which tokens of identity providers open a role."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change
from audit.iam.conditions import Test
from audit.iam.statement import Statement
from audit.iam.trust import ROLE, trust
from audit.iam.written import Unclear

WEB = "sts:assumerolewithwebidentity"


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
        before, after = (trust(change.was), trust(change.now))
    except Unclear:
        return  # told by the rule above
    known = {text for statement in before for _, text in _loose(statement)}
    for statement in after:
        for severity, text in _loose(statement):
            if text not in known:
                yield Hazard(
                    severity, None, text, "tokens that were issued for others open this role"
                )


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
