"""What people approved: groups, and the digest of what they looked at."""

import json
from dataclasses import dataclass
from pathlib import Path

from audit.errors import Unreadable


@dataclass(frozen=True)
class Approval:
    """`digest` is of the assembly that was reviewed; for another one the approval is void."""

    digest: str
    groups: frozenset[str]

    def for_digest(self, digest: str) -> frozenset[str]:
        """The groups whose approval holds for an assembly."""
        return self.groups if self.digest == digest else frozenset()


def read_approval(path: Path) -> Approval:
    """From `{"digest": "sha256:…", "groups": ["security"]}`. Raises Unreadable."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        digest, groups = found["digest"], found["groups"]
        if not isinstance(digest, str) or not all(isinstance(each, str) for each in groups):
            raise TypeError("digest is a text, and groups are texts")
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise Unreadable(f"{path} is not an approval (digest, groups): {error}") from error
    return Approval(digest, frozenset(groups))
