"""Keys of one's own that something is encrypted with, whatever the property is called."""

import re
from collections.abc import Iterator, Mapping

from audit.change import Change, Hazard, on_change
from audit.settings import settings_of
from audit.template import Json

NAMES = re.compile(
    r"kms[a-z]*(key|arn|id)|^kmskey|encryptionkey|customermanagedkey|customerkey|^keyarn$", re.I
)
LABELS = ("Id", "Name", "Region", "RuleName", "DeviceName")
AWS_OWN = re.compile(r"alias/aws/|^AWS_OWNED")


@on_change("encryption-key", category="data", fix="keep the key, or re-encrypt what it encrypted")
def what_is_stored_keeps_its_key(change: Change) -> Iterator[Hazard]:
    """What is encrypted with a key of yours stays so, with the same key."""
    if not change.before or not change.after or change.resource.type.startswith("AWS::KMS::"):
        return
    before, after = dict(_keys(change.before.properties)), dict(_keys(change.after.properties))
    there = set(_items(change.after.properties))
    told = _is_decrypted(change)
    for place, was in before.items():
        now = after.get(place)
        if now == was or AWS_OWN.search(was) or not _stays(place, there):
            continue
        if not now or AWS_OWN.search(now):
            if told:
                continue
            why = "it is encrypted with no key of yours, whose use you could refuse and see"
            yield Hazard("high", {place: was}, {place: now}, why)
        elif place.partition(".")[0] not in change.replaced_by:
            why = "what the old key encrypted cannot be read when that key is gone"
            yield Hazard("medium", {place: was}, {place: now}, why)


def _is_decrypted(change: Change) -> bool:
    """Is it said already that nothing is encrypted any more?"""
    known = (each for each in settings_of(change.resource.type) if each.rule == "encryption")
    return any(any(each.weakened(change)) for each in known)


def _keys(value: Json, place: str = "") -> Iterator[tuple[str, str]]:
    """(place, key) of every key that is named."""
    for here, name, each in _walk(value, place):
        named = each.get("Id") if isinstance(each, Mapping) else each
        if isinstance(named, str) and named and NAMES.search(name):
            yield here, named
        else:
            yield from _keys(each, here)


def _items(value: Json, place: str = "") -> Iterator[str]:
    """The places of everything that is an entry of a list."""
    for here, _, each in _walk(value, place):
        if here.endswith("]"):
            yield here
        yield from _items(each, here)


def _stays(place: str, there: set[str]) -> bool:
    """What is gone with its entry, a replica for instance, has lost no key."""
    ends = [found.end() for found in re.finditer(r"\]", place)]
    return all(place[:end] in there for end in ends)


def _walk(value: Json, place: str) -> Iterator[tuple[str, str, Json]]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            yield f"{place}.{name}".lstrip("."), str(name), each
    elif isinstance(value, list):
        for i, each in enumerate(value):
            yield f"{place}[{_label(each) or i}]", "", each


def _label(entry: Json) -> str:
    found = (entry.get(each) for each in LABELS) if isinstance(entry, Mapping) else ()
    return next((each for each in found if isinstance(each, str)), "")
