"""Which resource of the base is which of the head, whatever it is called there. CloudFormation
itself knows a resource only by its logical id; for a reader, a rename is not new permissions."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from difflib import SequenceMatcher

from audit.stateful import physical_name
from audit.template import Json
from audit.view import Resource, View

# CDK ends a logical id with eight digits of the hash of its path, and where each version is a
# resource of its own, there is a hash of the content too, before or instead of it.
ID_HASH = re.compile(r"([0-9a-f]{8,31}[0-9A-F]{8}|[0-9A-F]{8}|[0-9a-f]{32})$")
ALIKE = 0.5

Pairs = dict[str, str]
Key = Callable[[Resource], object]


def match(before: View, after: View) -> Pairs:
    """Names in `before` to names in `after`; what has no partner was removed or added."""
    pairs = {name: name for name in before.resources if _same(before, after, name)}
    # Twice: what refers to something renamed is known once that is.
    for key in (_content, physical_name, _readable_id, _content):
        if not _left(before, pairs) or not _left(after, pairs.values()):
            return pairs
        old, new = _named(before, pairs), _named(after, {name: name for name in pairs.values()})
        pairs |= _unique(_left(old, pairs), _left(new, pairs.values()), key)
    pairs |= _only_ones(_left(before, pairs), _left(after, pairs.values()))
    return pairs


def _named(view: View, names: Pairs) -> View:
    """Its references under the names of the head; nameless where those are not known yet."""
    unknown = {name: "" for name in view.resources if name not in names}
    return view.renamed({**unknown, **{old: new for old, new in names.items() if old != new}})


def _same(before: View, after: View, name: str) -> bool:
    other = after.resources.get(name)
    return other is not None and other.type == before.resources[name].type


def _left(view: View, matched: Iterable[str]) -> list[Resource]:
    known = set(matched)
    return [each for name, each in view.resources.items() if name not in known]


def _unique(before: list[Resource], after: list[Resource], key: Key) -> Pairs:
    """Pairs of one type that share a key which nothing else of that type has on either side."""
    old, new = _by_key(before, key), _by_key(after, key)
    return {
        found[0].name: new[each][0].name
        for each, found in old.items()
        if len(found) == 1 and len(new.get(each, ())) == 1
    }


def _by_key(resources: list[Resource], key: Key) -> dict[object, list[Resource]]:
    found: dict[object, list[Resource]] = {}
    for resource in resources:
        if (value := key(resource)) is not None:
            found.setdefault((resource.type, value), []).append(resource)
    return found


def _only_ones(before: list[Resource], after: list[Resource]) -> Pairs:
    """Where one of a type is gone and one is new, they are the same if they are alike."""
    old, new = _by_key(before, _any), _by_key(after, _any)
    pairs: Pairs = {}
    for kind, found in old.items():
        for each, other in _closest(found, new.get(kind, [])):
            pairs[each.name] = other.name
    return pairs


def _closest(before: list[Resource], after: list[Resource]) -> Iterator[tuple[Resource, Resource]]:
    scored = [
        (_likeness(one, other), -i, -k, one, other)
        for i, one in enumerate(before[:20])
        for k, other in enumerate(after[:20])
    ]
    taken: set[str] = set()
    for score, _, _, one, other in sorted(scored, key=lambda each: each[:3], reverse=True):
        if score >= ALIKE and not {"-" + one.name, "+" + other.name} & taken:
            taken |= {"-" + one.name, "+" + other.name}
            yield one, other


def _likeness(one: Resource, other: Resource) -> float:
    if not one.properties and not other.properties:
        return 0
    return SequenceMatcher(None, _content(one), _content(other), autojunk=False).quick_ratio()


def _any(resource: Resource) -> Json:
    return ""


def _content(resource: Resource) -> str:
    return json.dumps(resource.properties, sort_keys=True, default=str)


def _readable_id(resource: Resource) -> Json:
    return ID_HASH.sub("", resource.id)
