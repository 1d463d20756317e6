"""Keys and users that live until someone remembers them."""

from collections.abc import Iterator

from audit.change import Change, Hazard, on_change

KEY, USER = "AWS::IAM::AccessKey", "AWS::IAM::User"


@on_change(
    "long-lived-key",
    category="access",
    on=(KEY, USER),
    fix="use a role, whose keys end by themselves",
)
def keys_end_by_themselves(change: Change) -> Iterator[Hazard]:
    """No user, and no access key of one, is newly made."""
    if change.before or not change.after:
        return
    if change.after.type == KEY:
        yield Hazard("high", None, "an access key", "whoever has a copy of it has it for ever")
    elif change.after.get("LoginProfile"):
        yield Hazard("high", None, "a user with a password", "a password is enough to come in")
    else:
        yield Hazard("medium", None, "a user", "users are outside what identity providers control")
