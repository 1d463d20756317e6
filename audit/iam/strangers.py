"""Is a principal of this account, of another one, or anyone at all?"""

import re

ACCOUNT = re.compile(r"^AWS:arn:aws[a-z-]*:[^:]*:[^:]*:([^:*]+):|^AWS:arn:aws:\?\?\?::([^:*]+):")


def account_of(principal: str) -> str | None:
    """The account's number or `${AWS::AccountId}`; None for services, providers and references."""
    text = principal.replace("${AWS::AccountId}", "ACCOUNT")
    found = ACCOUNT.match(text)
    account = next(filter(None, found.groups()), None) if found else None
    if account is None:
        return None
    return "${AWS::AccountId}" if account == "ACCOUNT" else account
