"""One change to a template, as data: `set`, `drop`, `add` to a list or mapping, `rename`."""

import json
from copy import deepcopy
from typing import Any

Json = Any


def edited(template: Json, edit: dict[str, Json]) -> Json:
    """A copy of the template with the change made. A path that finds nothing is an error."""
    found = deepcopy(template)
    for path, value in edit.get("set", {}).items():
        parent, last = _parent(found, path, make=True)
        parent[last] = value
    for path, value in edit.get("add", {}).items():
        parent, last = _parent(found, path)
        if last == "-":
            parent.append(value)
        else:
            assert last not in parent, path
            parent[last] = value
    for path in edit.get("drop", ()):
        parent, last = _parent(found, path)
        del parent[last]
    for old, new in edit.get("rename", {}).items():
        found = _renamed(found, _id(found, old), new)
    return found


def _parent(template: Json, path: str, make: bool = False) -> tuple[Json, Any]:
    *steps, last = path.removeprefix("^").split("/")
    at = template if path.startswith("^") else template["Resources"]
    for step in steps:
        key = _key(at, step)
        if make and isinstance(at, dict) and key not in at:
            at[key] = {}
        at = at[key]
    return at, _key(at, last)


def _key(at: Json, step: str) -> Any:
    """`*` at the end stands for the rest of the only key that begins so."""
    if isinstance(at, list):
        return step if step == "-" else int(step)
    if step.endswith("*") and len(step) > 1:
        (found,) = [each for each in at if each.startswith(step[:-1])]
        return found
    return step


def _id(template: Json, name: str) -> str:
    return str(_key(template["Resources"], name))


def _renamed(template: Json, old: str, new: str) -> Json:
    """Everywhere: as a key, in `Ref`, `Fn::GetAtt`, `Fn::Sub` and `DependsOn`."""
    text = json.dumps(template)
    for before, after in (
        (f'"{old}"', f'"{new}"'),
        (f"${{{old}}}", f"${{{new}}}"),
        (f"${{{old}.", f"${{{new}."),
    ):
        text = text.replace(before, after)
    return json.loads(text)
