"""One entry of the ledger: its fields, the only bytes that say them, and their hash."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from audit.errors import AuditError

Json = Any
VERSION = 1
# What the first entry follows.
NOTHING = f"sha256:{'0' * 64}"
STARTED, DEPLOYED, ROLLED_BACK, FAILED = OUTCOMES = ("started", "deployed", "rolled-back", "failed")


class Tampered(AuditError):
    """What is read is not what was written."""


@dataclass(frozen=True)
class Deployment:
    """`before` was live; `after` is what the assembly says, and live if the outcome is `deployed`.

    `findings` are those of the environment, with who accepted each. `at` is UTC, to the second.
    """

    at: str
    environment: str
    outcome: str
    commit: str
    pull_request: int | None
    approvers: Sequence[str]
    digest: str
    verdict: str
    findings: Sequence[Mapping[str, Json]] = field(repr=False)
    before: Mapping[str, Json] = field(repr=False)
    after: Mapping[str, Json] = field(repr=False)


@dataclass(frozen=True)
class Entry:
    """`previous` is the hash of the entry before: changing one means changing all that follow."""

    number: int
    previous: str
    deployment: Deployment

    @property
    def name(self) -> str:
        return f"{self.number:08}.json"

    @property
    def hash(self) -> str:
        return f"sha256:{hashlib.sha256(_canonical(self._said())).hexdigest()}"

    def told(self) -> dict[str, Json]:
        return {**self._said(), "hash": self.hash}

    def content(self) -> bytes:
        return _canonical(self.told())

    def _said(self) -> dict[str, Json]:
        head = {"version": VERSION, "number": self.number, "previous": self.previous}
        return {**head, **asdict(self.deployment)}


def read_entry(content: bytes) -> Entry:
    """Raises Tampered unless these are the very bytes that writing the entry gives."""
    try:
        told = json.loads(content)
        deployment = Deployment(**{each.name: told[each.name] for each in fields(Deployment)})
        entry = Entry(told["number"], told["previous"], deployment)
        _check_types(entry)
        same = entry.content() == content
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Tampered(f"it cannot be read: {type(error).__name__}") from None
    if not same:
        raise Tampered("its bytes do not have the hash that it names")
    return entry


def _check_types(entry: Entry) -> None:
    done = entry.deployment
    mappings = (done.before, done.after, *done.findings)
    if not isinstance(entry.number, int) or not all(isinstance(each, dict) for each in mappings):
        raise TypeError("an entry has a number, and mappings for what was found and is live")
    if done.outcome not in OUTCOMES:
        raise ValueError(f"outcome = {done.outcome!r}; there are {OUTCOMES}")


def _canonical(value: Json) -> bytes:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)
    return text.encode("ascii") + b"\n"
