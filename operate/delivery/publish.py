"""An audit on its pull request: one comment, code scanning, and the status that gates it."""

import base64
import gzip
from pathlib import Path

from operate.delivery.github import GitHub, Json

# `audit/comment/foot.py` ends every comment with it.
MARKER = "<!-- strata-audit -->"
CONTEXT = "audit"
# GitHub cuts nothing: it refuses a longer description.
LONGEST = 140
STATES = {"PASS": "success", "NEEDS-APPROVAL": "pending", "BLOCK": "failure"}


def upsert_comment(github: GitHub, request: int, text: str) -> None:
    """One comment of ours, however many others there are; one that was made twice is removed."""
    path = f"/issues/{request}/comments"
    ours = [each for each in github.every(path) if _is_ours(each)]
    if not ours:
        github.send("POST", path, {"body": text})
        return
    first, *others = ours
    github.send("PATCH", f"/issues/comments/{first['id']}", {"body": text})
    for each in others:
        github.send("DELETE", f"/issues/comments/{each['id']}")


def _is_ours(comment: Json) -> bool:
    """Anyone may write the marker; only a workflow writes as a bot."""
    return comment["user"]["type"] == "Bot" and MARKER in comment["body"]


def upload_sarif(github: GitHub, commit: str, request: int, file: Path) -> None:
    packed = base64.b64encode(gzip.compress(file.read_bytes(), mtime=0)).decode()
    body = {"commit_sha": commit, "ref": f"refs/pull/{request}/head", "sarif": packed}
    github.send("POST", "/code-scanning/sarifs", body)


def set_status(github: GitHub, commit: str, report: Json) -> None:
    """The verdict and the digest that it is about: what a deployment compares with."""
    verdict = report["verdict"]
    needs = f" needs {', '.join(report['owners'])}" if report["owners"] else ""
    digest = report["head"]
    said = f"{verdict}{needs}"[: LONGEST - len(digest) - 1]
    body = {"state": STATES[verdict], "context": CONTEXT, "description": f"{said} {digest}"}
    github.send("POST", f"/statuses/{commit}", body)
