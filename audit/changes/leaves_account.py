"""Where logs, events, copies and messages go."""

import re
from collections.abc import Iterator, Mapping

from audit.change import Change, Hazard, on_change
from audit.template import Json

# What names where something is sent, and not what is used: layers, images and keys of others are.
NAMES = re.compile(r"destination|target|endpoint|^queuearn$|^topicarn$|^eventbusname$|^arn$", re.I)
ARN = re.compile(r"arn:aws[a-z-]*:[a-z0-9-]+:[a-z0-9-]*:(\d{12}):")
ACCOUNT = re.compile(r"\d{12}")


@on_change("leaves-account", category="exposure", fix="send it to an account of your own")
def nothing_is_sent_to_strangers(change: Change) -> Iterator[Hazard]:
    """Nothing is newly sent to another account."""
    if not change.after or "::IAM::" in change.resource.type:
        return
    ours = {change.head.account(change.resource), ""}
    before = set(_accounts(change.before.properties)) if change.before else set()
    for account in sorted(set(_accounts(change.after.properties)) - before - ours):
        why = "what it sends is read in another account"
        yield Hazard("medium", None, f"account {account}", why)


def _accounts(value: Json, inside: bool = False) -> Iterator[str]:
    """The accounts that are named where something is sent to."""
    if isinstance(value, Mapping):
        for name, each in value.items():
            if name == "Account" and inside and ACCOUNT.fullmatch(str(each)):
                yield str(each)
            # Whom a policy names is compared by meaning elsewhere.
            elif name not in ("Statement", "Condition"):
                yield from _accounts(each, inside or bool(NAMES.search(str(name))))
    elif isinstance(value, list):
        for each in value:
            yield from _accounts(each, inside)
    elif isinstance(value, str) and inside:
        yield from ARN.findall(value)
