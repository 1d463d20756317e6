"""What is kept of a key: everything but the key itself, which is shown once and known to nobody."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

State = Literal["active", "expiring", "expired", "revoked"]
HOUR_S = 3_600
DAY_S = 24 * HOUR_S
# In its last days a key is marked, so that a rotation is planned and not suffered.
_EXPIRING_S = 14 * DAY_S


@dataclass(frozen=True)
class Row:
    """A row of the keys table; times are in seconds since 1970, `id` is what operators call it."""

    hash: str = field(repr=False)
    id: str
    tenant: str
    created_at: int
    expires_at: int
    issued_by: str
    revoked_at: int | None = None
    groups: tuple[str, ...] | None = None  # None: all that its tenant has

    def state(self, now: int) -> State:
        """Whether the API takes it, and for how long."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at <= now:
            return "expired"
        return "expiring" if self.expires_at <= now + _EXPIRING_S else "active"

    def is_good(self, now: int) -> bool:
        """Whether the API takes it."""
        return self.state(now) in ("active", "expiring")

    def ending(self, at: int) -> "Row":
        """The same key, ended then unless it ends sooner."""
        return replace(self, expires_at=min(self.expires_at, at))

    def as_item(self) -> dict[str, Any]:
        """As DynamoDB keeps it."""
        narrowed = {} if self.groups is None else {"groups": {"SS": sorted(self.groups)}}
        return {
            "key_hash": {"S": self.hash},
            "key_id": {"S": self.id},
            "tenant": {"S": self.tenant},
            "created_at": {"N": str(self.created_at)},
            "expires_at": {"N": str(self.expires_at)},
            "issued_by": {"S": self.issued_by},
            **narrowed,
        }

    def as_json(self, now: int) -> dict[str, object]:
        """For machines; without the hash, which is nobody's business."""
        return {
            "id": self.id,
            "tenant": self.tenant,
            "state": self.state(now),
            "created_at": moment(self.created_at),
            "expires_at": moment(self.expires_at),
            "revoked_at": None if self.revoked_at is None else moment(self.revoked_at),
            "issued_by": self.issued_by,
            "groups": None if self.groups is None else list(self.groups),
        }


def row_of(item: Mapping[str, Mapping[str, Any]]) -> Row:
    """Read what `as_item` wrote."""
    revoked, groups = item.get("revoked_at"), item.get("groups")
    return Row(
        hash=item["key_hash"]["S"],
        id=item["key_id"]["S"],
        tenant=item["tenant"]["S"],
        created_at=int(item["created_at"]["N"]),
        expires_at=int(item["expires_at"]["N"]),
        issued_by=item["issued_by"]["S"],
        revoked_at=int(revoked["N"]) if revoked else None,
        groups=tuple(sorted(groups["SS"])) if groups else None,
    )


def moment(seconds: int) -> str:
    """A time as people and machines both read it, in UTC."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))
