"""Whose documents a caller may read: by its key and its tenant, and by no word of its request.

A document names its readers under `groups` of its metadata; one that names none, nobody reads.
"""

from __future__ import annotations

from gateway.edge import tenant_of
from gateway.keys import ALL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from gateway.edge import Request
    from gateway.settings import Settings

    Filter = Mapping[str, Any]

# Every caller is in this group (config/names.py).
EVERYONE = "everyone"
GROUPS = "groups"


def groups_of(request: Request, settings: Settings) -> tuple[str, ...]:
    """What the key was issued for, as far as its tenant has it still, and `everyone`."""
    declared, held = tenant_of(request, settings).groups, request.groups.split()
    mine = declared if held == [ALL] else [group for group in declared if group in held]
    return (EVERYONE, *mine)


def filter_for(groups: Sequence[str], wanted: Filter | None = None) -> Filter:
    """Retrieve's filter: documents of one of the groups, and of those what is `wanted`."""
    each = [{"listContains": {"key": GROUPS, "value": group}} for group in groups]
    readable: Filter = {"orAll": each} if len(each) > 1 else each[0]  # orAll takes two or more
    if wanted is None:
        return readable
    # Flat, since nobody says how deep a vector store reads.
    return {"andAll": [readable, *wanted.get("andAll", [wanted])]}


def may_read(metadata: Mapping[str, Any], groups: Sequence[str]) -> bool:
    """Whether what came back is what was asked for: a filter that a store overlooks opens nothing.

    A store may give a list of one as its one value.
    """
    named = metadata.get(GROUPS, ())
    named = [named] if isinstance(named, str) else named
    return isinstance(named, (list, tuple)) and any(group in named for group in groups)
