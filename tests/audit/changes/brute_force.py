"""IAM as one reads it in its documentation, request by request: the oracle for what the audit
decides without trying requests. It shares no code with the audit."""

import re
from functools import cache
from itertools import product
from typing import Any

ACTIONS = ("s3:GetObject", "s3:GetObjectAcl", "s3:PutObject", "sqs:SendMessage", "iam:PassRole")
RESOURCES = (
    "arn:aws:s3:::a",
    "arn:aws:s3:::a/x",
    "arn:aws:s3:::ab/x",
    "arn:aws:s3:::b/y/x",
    "other",
)
PRINCIPALS = ("arn:aws:iam::111111111111:role/r", "arn:aws:iam::222222222222:role/r", "svc.aws")
TAGS = (None, "red", "reddish", "blue", "Red")
ADDRESSES = (None, "10.0.0.1", "10.1.0.1", "192.0.2.1")
SECURE = (None, "true", "false")

Context = dict[str, str | None]
CONTEXTS: list[Context] = [
    {"aws:tag": tag, "aws:sourceip": address, "aws:securetransport": secure}
    for tag, address, secure in product(TAGS, ADDRESSES, SECURE)
]
TARGETS = list(product(ACTIONS, RESOURCES, PRINCIPALS))

# For each target the contexts in which a request is allowed, a bit each.
Allowed = list[int]


def allowed(statements: list[dict[str, Any]]) -> Allowed:
    """Every request that is allowed: an explicit denial wins, and nothing is allowed unsaid."""
    found = {"Allow": [0] * len(TARGETS), "Deny": [0] * len(TARGETS)}
    for statement in statements:
        contexts = sum(_holds(statement, each) << i for i, each in enumerate(CONTEXTS))
        for i, target in enumerate(TARGETS):
            if contexts and _is_about(statement, *target):
                found[statement["Effect"]][i] |= contexts
    return [yes & ~no for yes, no in zip(found["Allow"], found["Deny"], strict=True)]


def more(after: Allowed, before: Allowed) -> bool:
    return any(new & ~old for new, old in zip(after, before, strict=True))


def _is_about(statement: dict[str, Any], action: str, resource: str, principal: str) -> bool:
    return (
        _named(statement, "Action", action.lower(), str.lower)
        and _named(statement, "Resource", resource, str)
        and _principal(statement, principal)
    )


def _holds(statement: dict[str, Any], context: Context) -> bool:
    return all(
        _met(operator, context[key.lower()], values)
        for operator, keys in statement.get("Condition", {}).items()
        for key, values in keys.items()
    )


def _named(statement: dict[str, Any], name: str, text: str, fold: Any) -> bool:
    if f"Not{name}" in statement:
        return not any(_like(fold(each), text) for each in statement[f"Not{name}"])
    return any(_like(fold(each), text) for each in statement[name])


def _principal(statement: dict[str, Any], principal: str) -> bool:
    inverted = "NotPrincipal" in statement
    given = statement.get("NotPrincipal" if inverted else "Principal", "*")
    return _is_one(given, principal, exactly=inverted) != inverted


def _is_one(given: Any, principal: str, exactly: bool) -> bool:
    """An account stands for everyone in it, but `NotPrincipal` leaves out its root alone."""
    if given == "*" or "*" in given.get("AWS", []):
        return True
    sort = "Service" if principal.endswith(".aws") else "AWS"
    for each in given.get(sort, []):
        account = each if each.isdigit() else each.split(":")[4] if each.endswith(":root") else None
        if exactly and each != principal:
            continue
        if each == principal or (account and principal.split(":")[4:5] == [account]):
            return True
    return False


def _met(operator: str, value: str | None, given: list[str]) -> bool:
    if operator == "Null":
        return (value is None) == (given == ["true"])
    optional = operator.endswith("IfExists")
    operator = operator.removesuffix("IfExists")
    negative = "Not" in operator
    if value is None:
        return optional or negative
    return any(_hit(operator.replace("Not", ""), value, each) for each in given) != negative


def _hit(operator: str, value: str, given: str) -> bool:
    if operator == "StringLike":
        return _like(given, value)
    if operator == "StringEqualsIgnoreCase":
        return value.lower() == given.lower()
    if operator == "IpAddress":
        bits = 8 if given.endswith("/8") else 16 if given.endswith("/16") else 0
        octets = bits // 8
        return value.split(".")[:octets] == given.split("/")[0].split(".")[:octets]
    return value == given


@cache
def _like(pattern: str, text: str) -> bool:
    parts = "".join(
        ".*" if each == "*" else "." if each == "?" else re.escape(each) for each in pattern
    )
    return re.fullmatch(parts, text) is not None
