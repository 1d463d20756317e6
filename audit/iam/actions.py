"""What AWS calls its actions, and what each can do: from the service authorization reference."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from audit.facts import facts
from audit.iam.classes import matches

PERMISSIONS, WRITE = "P", "W"
# Whoever may do these to any resource can become anyone: they end in every permission.
ESCALATING = frozenset(
    """
    iam:passrole iam:createaccesskey iam:createloginprofile iam:updateloginprofile
    iam:attachuserpolicy iam:attachgrouppolicy iam:attachrolepolicy iam:putuserpolicy
    iam:putgrouppolicy iam:putrolepolicy iam:createpolicyversion iam:setdefaultpolicyversion
    iam:addusertogroup iam:updateassumerolepolicy iam:deleterolepermissionsboundary
    iam:deleteuserpermissionsboundary iam:putrolepermissionsboundary
    iam:putuserpermissionsboundary iam:createrole iam:createuser sts:assumerole
    iam:createserviceLinkedrole iam:updatesamlprovider iam:createsamlprovider
    iam:createopenidconnectprovider iam:updateopenidconnectproviderthumbprint
    organizations:leaveorganization
    """.lower().split()
)


@dataclass(frozen=True)
class Action:
    name: str
    level: str
    # False for one that takes no resource: its statement must say `*`.
    scoped: bool


def known(pattern: str) -> Mapping[str, Action]:
    """The actions that a pattern such as `s3:Get*` means today, by lower-case name."""
    return _known(pattern.lower())


@cache
def _known(pattern: str) -> Mapping[str, Action]:
    prefix, colon, _ = pattern.partition(":")
    found = _service(prefix) if colon and "*" not in prefix and "?" not in prefix else _all()
    if pattern in ("*", "*:*", f"{prefix}:*"):
        return found
    return {name: each for name, each in found.items() if matches(pattern, name)}


@cache
def _all() -> Mapping[str, Action]:
    return {name: each for prefix in _file() for name, each in _service(prefix).items()}


@cache
def _service(prefix: str) -> Mapping[str, Action]:
    return {
        f"{prefix}:{name.rstrip('*')}".lower(): Action(
            f"{prefix}:{name.rstrip('*')}", level, not name.endswith("*")
        )
        for level, names in _file().get(prefix, {}).items()
        for name in names.split()
    }


def _file() -> dict[str, dict[str, str]]:
    services: dict[str, dict[str, str]] = facts("actions.json")["services"]
    return services
