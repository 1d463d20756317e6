"""Who approved a pull request as it is now, and which groups of owners they speak for."""

import tomllib
from collections.abc import Iterable, Sequence
from pathlib import Path
from urllib.parse import quote

from operate.delivery.github import GitHub, Json
from operate.errors import OperateError


def find_request(github: GitHub, owner: str, branch: str, commit: str) -> int:
    """The open pull request of that branch, if this commit is still its last one."""
    head = quote(f"{owner}:{branch}", safe="")
    for each in github.every(f"/pulls?state=open&head={head}"):
        if each["head"]["sha"] == commit:
            return int(each["number"])
    raise OperateError(f"no open pull request has {commit} as its last commit; a newer run follows")


def approvers(github: GitHub, request: int, commit: str) -> list[str]:
    """Those whose last word on this very commit is an approval, but for its author."""
    author = github.get(f"/pulls/{request}")["user"]["login"]
    last: dict[str, Json] = {}
    for each in github.every(f"/pulls/{request}/reviews"):
        if each["state"] != "COMMENTED":
            last[each["user"]["login"]] = each
    return sorted(
        login
        for login, each in last.items()
        if each["state"] == "APPROVED" and each["commit_id"] == commit and login != author
    )


def groups(owners: Path, logins: Iterable[str]) -> Sequence[str]:
    """The groups that these people speak for: `security = ["ada"]` in a file of the main branch."""
    try:
        declared = tomllib.loads(owners.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise OperateError(f"{owners} cannot be read: {error}") from None
    known = {*logins}
    return sorted(group for group, people in declared.items() if known.intersection(people))
