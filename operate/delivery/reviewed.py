"""Is this assembly the one that was reviewed? What is deployed was looked at, byte for byte."""

import re
from dataclasses import dataclass
from pathlib import Path

from audit.digest import digest
from operate.delivery.github import GitHub, Json
from operate.delivery.publish import CONTEXT
from operate.delivery.reviews import approvers
from operate.errors import OperateError

# Whose statuses count: a workflow's, not those of a person with a token.
BOT = "github-actions[bot]"
DIGEST = re.compile(r"sha256:[0-9a-f]{64}$")


@dataclass(frozen=True)
class Review:
    """What is known of a merge: its pull request, who approved it, and what they approved."""

    commit: str
    request: int
    approvers: tuple[str, ...]
    digest: str

    def arguments(self) -> str:
        """As `python -m audit ledger append @FILE` reads them."""
        who = [f"--approver={login}" for login in self.approvers]
        lines = [f"--commit={self.commit}", f"--pull-request={self.request}", *who]
        return "\n".join(lines) + "\n"


def reviewed(github: GitHub, commit: str, assembly: Path) -> Review:
    """Raises OperateError unless the status of the pull request names this assembly's digest."""
    request = _merged(github, commit)
    head = request["head"]["sha"]
    approved = _approved_digest(github, head)
    found = digest(assembly)
    if found != approved:
        raise OperateError(
            f"{assembly} has the digest {found}, and {approved} was reviewed: bring the branch up "
            "to date before it is merged, and synthesize from the merge commit alone"
        )
    number = int(request["number"])
    return Review(commit, number, tuple(approvers(github, number, head)), found)


def _merged(github: GitHub, commit: str) -> Json:
    for each in github.every(f"/commits/{commit}/pulls"):
        if each["merge_commit_sha"] == commit and each["merged_at"]:
            return each
    raise OperateError(f"{commit} is the merge of no pull request: nobody reviewed it")


def _approved_digest(github: GitHub, head: str) -> str:
    """That of the newest status; GitHub lists the newest first."""
    ours = (
        each
        for each in github.every(f"/commits/{head}/statuses")
        if each["context"] == CONTEXT and each["creator"]["login"] == BOT
    )
    last = next(ours, None)
    if last is None or last["state"] != "success":
        state = last["state"] if last else "missing"
        raise OperateError(f"the status `{CONTEXT}` of {head} is {state}; it must be success")
    found = DIGEST.search(last["description"])
    if not found:
        raise OperateError(f"the status `{CONTEXT}` of {head} names no digest")
    return found[0]
