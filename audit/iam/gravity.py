"""How grave it is that more is allowed: by what the actions can do, and to how much."""

from collections.abc import Iterable

from audit.iam.actions import ESCALATING, PERMISSIONS, WRITE, Action, known
from audit.iam.inclusion import CONDITION, DENY, UNDECIDED, Broadening
from audit.iam.statement import ANYONE, Statement

# Reading these is having what they hold.
PRECIOUS = frozenset(
    [
        "s3:getobject",
        "dynamodb:getitem",
        "dynamodb:scan",
        "dynamodb:query",
        "kms:decrypt",
        "secretsmanager:getsecretvalue",
        "ssm:getparameter",
        "ssm:getparameters",
        "ssm:getparametersbypath",
        "rds-data:executestatement",
        "sqs:receivemessage",
        "kinesis:getrecords",
        "logs:getlogevents",
        "lambda:getfunction",
        "ecr:batchgetimage",
    ]
)
# A test on one of these leaves out the public.
NARROWING_KEYS = frozenset(
    [
        "aws:principalorgid",
        "aws:principalorgpaths",
        "aws:principalaccount",
        "aws:principalarn",
        "aws:sourceaccount",
        "aws:sourcearn",
        "aws:sourceorgid",
        "aws:sourceorgpaths",
        "aws:sourcevpc",
        "aws:sourcevpce",
        "aws:sourcevpcarn",
        "aws:vpceaccount",
        "aws:vpceorgid",
        "aws:vpceorgpaths",
        "aws:principalisawsservice",
        "aws:sourceip",
        "aws:vpcsourceip",
        "aws:userid",
        "aws:username",
        "kms:calleraccount",
        "kms:viaservice",
        "s3:dataaccesspointaccount",
        "s3:dataaccesspointarn",
        "sns:endpoint",
        "lambda:functionurlauthtype",
        "elasticfilesystem:accesspointarn",
        # Only from inside the network that the file system is in.
        "elasticfilesystem:accessedviamounttarget",
        "aws:principaltag/team",
    ]
)


def gravity(found: Broadening, *, new_holder: bool) -> str:
    """The severity of one broadening. `new_holder`: whoever holds the policy is new as well."""
    if found.cause == DENY:
        return "critical"
    if found.cause == CONDITION:
        return "critical" if condition_gone(found) else "high"
    severity = _of_grant(found)
    if found.cause == UNDECIDED:
        return "high" if severity != "critical" else severity
    if new_holder and severity == "medium":
        return "low"
    return severity


def gravest(found: Iterable[Broadening]) -> str:
    """The severity of the gravest of several broadenings, medium of none."""
    return _graver(gravity(each, new_holder=False) for each in found)


def is_wide(resource: str) -> bool:
    """Does it name everything, or all of one service?"""
    if resource == ANYONE or resource.startswith("not "):
        return True
    rest = resource.split(":", 5)[-1] if resource.startswith("arn:") else resource
    return not rest.strip("*/") or rest.strip("*") in ("", "/", ":")


def is_open(found: Broadening) -> bool:
    """Does it let in anyone at all, whom no condition leaves out?"""
    principals = found.principals or found.statement.principals.all
    anyone = ANYONE in principals or found.statement.principals.inverted
    return anyone and not _is_restricted(found.statement)


def once_if_open(found: Iterable[Broadening]) -> list[Broadening]:
    """What lets in anyone at all does so once, whatever part of it was allowed before."""
    opened: set[object] = set()
    told = []
    for each in found:
        statement = each.statement.key()
        if each.cause == DENY or not is_open(each) or statement not in opened:
            told.append(each)
        if each.cause != DENY and is_open(each):
            opened.add(statement)
    return told


def _is_restricted(statement: Statement) -> bool:
    return any(
        test.key in NARROWING_KEYS
        and not test.negated
        and not test.if_exists
        and test.operator != "null"
        and test.quantifier != "forallvalues"
        and not set(test.values) & {"*", "0.0.0.0/0", "::/0", "false"}
        for test in statement.tests
    )


def condition_gone(found: Broadening) -> bool:
    """Is there a key that every statement before tested, and this one does not?"""
    keys = {test.key for test in found.statement.tests}
    return not any(
        {test.key for test in each.tests} <= keys for each in found.before if each.allows
    )


# What is said of who asks, and from where, says nothing of what may be reached.
OF_WHO = ("aws:principal", "aws:source", "aws:user", "aws:multifactor", "aws:secure", "aws:vpc")


def _of_grant(found: Broadening) -> str:
    wide = any(map(is_wide, found.resources)) or not found.resources
    patterns = found.actions or found.statement.actions.all
    if found.statement.actions.inverted:
        return "critical" if wide else "high"
    severity = _graver(_of_actions(each, wide) for each in patterns)
    narrowed = any(not test.key.startswith(OF_WHO) for test in found.statement.tests)
    if wide and narrowed and severity in ("critical", "high"):
        return {"critical": "high", "high": "medium"}[severity]
    return severity


def _of_actions(pattern: str, wide: bool) -> str:
    actions = known(pattern)
    names = set(actions)
    if pattern in ("*", "*:*"):
        return "critical" if wide else "high"
    if names & ESCALATING:
        return "critical" if wide else "high"
    if any(each.level == PERMISSIONS for each in actions.values()):
        return "high"
    if not wide:
        return "medium"
    return _on_everything(pattern, names, list(actions.values()))


def _on_everything(pattern: str, names: set[str], actions: list[Action]) -> str:
    scoped = [each for each in actions if each.scoped]
    if names & PRECIOUS or pattern.endswith(":*") or not actions:
        return "high"
    if any(each.level == WRITE for each in scoped):
        return "high"
    # What takes no resource cannot be granted otherwise.
    return "medium" if scoped else "low"


def _graver(severities: Iterable[str]) -> str:
    order = ("critical", "high", "medium", "low")
    return min(severities, key=order.index, default="medium")
