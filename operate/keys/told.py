"""What operators read of keys: columns that line up, and what happens next."""

from collections.abc import Sequence

from operate.keys.row import Row, moment

# API Gateway remembers what it was told of a key for so long (components/rest_api.py).
SOON = "which the API knows of within 60 seconds"
HEADINGS = ("id", "state", "created", "expires", "revoked", "issued by", "groups")


def issued(key: str, row: Row) -> str:
    """The one time that a key is seen."""
    return (
        f"{key}\n\nThis is the key of {row.tenant}, shown now and never again. Its id is {row.id}; "
        f"it ends at {moment(row.expires_at)}. It reads the documents of {groups(row.groups)}."
    )


def groups(chosen: Sequence[str] | None) -> str:
    """Whose documents a key may read."""
    return "all its tenant's groups" if chosen is None else ", ".join(chosen)


def ending(rows: Sequence[Row]) -> str:
    """What becomes of a tenant's other keys."""
    if not rows:
        return "The tenant had no other key."
    ends = [f"  {row.id}  {moment(row.expires_at)}" for row in rows]
    return "\n".join(["The tenant's other keys end:", *ends])


def revoked(ids: Sequence[str], tenant: str) -> str:
    """What has ended."""
    if not ids:
        return f"{tenant} has no key, so none was revoked."
    return f"Revoked {', '.join(ids)}, {SOON}."


def table(rows: Sequence[Row], now: int) -> str:
    """Every key, and nothing that would open anything."""
    if not rows:
        return "The tenant has no key."
    cells = [HEADINGS, *(_cells(row, now) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*cells, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in cells
    )


def _cells(row: Row, now: int) -> tuple[str, ...]:
    revoked = "" if row.revoked_at is None else moment(row.revoked_at)
    created, expires = moment(row.created_at), moment(row.expires_at)
    return (row.id, row.state(now), created, expires, revoked, row.issued_by, groups(row.groups))
