"""Is a principal, or what a service acts for, of this account, of another one, or anyone at all?"""

import re

from audit.iam.statement import Statement

ACCOUNT = re.compile(r"^AWS:arn:aws[a-z-]*:[^:]*:[^:]*:([^:*]+):|^AWS:arn:aws:\?\?\?::([^:*]+):")


def account_of(principal: str) -> str | None:
    """The account's number or `${AWS::AccountId}`; None for services, providers and references."""
    text = principal.replace("${AWS::AccountId}", "ACCOUNT")
    found = ACCOUNT.match(text)
    account = next(filter(None, found.groups()), None) if found else None
    if account is None:
        return None
    return "${AWS::AccountId}" if account == "ACCOUNT" else account


def is_pinned(statement: Statement, account: str) -> bool:
    """Must a service act for one resource of this account, or of these templates?"""
    return any(
        test.key == "aws:sourcearn"
        and not (test.negated or test.if_exists or test.quantifier)
        and all(_is_one(each, account) for each in test.values)
        for test in statement.tests
    )


def _is_one(arn: str, account: str) -> bool:
    """Is it the name of one resource? Of an API, any of its routes will do."""
    text = arn.replace("${AWS::AccountId}", "").replace("${AWS::Region}", "")
    *head, resource = text.split(":", 5)
    if len(head) > 4 and head[4] not in ("", account):
        return False
    named = resource.partition("/")[0] if "execute-api" in head else resource
    return not set("*?") & set("".join(head) + named)
