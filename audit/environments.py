"""Which environment a stack belongs to, where no CDK stage says it."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from audit.assembly import UNKNOWN, read_environments
from audit.asset_settings import with_asset_settings
from audit.intact import check_intact, is_assembly
from audit.stages import said_by
from audit.template import Template

Found = dict[str, list[Template]]
TAGS = ("environment", "env", "stage")


def environments(path: Path) -> dict[str, list[Template]]:
    """The templates of an assembly, a folder or a file by environment. Raises Unreadable."""
    whole = is_assembly(path)
    if whole:
        check_intact(path)
    found = read_environments([path])
    if not whole:
        return found
    named: dict[str, list[Template]] = {}
    for name, templates in found.items():
        for template in with_asset_settings(path, templates):
            known = name if name != UNKNOWN else _said(template)
            named.setdefault(known, []).append(template)
    return named


def same_names(before: Found, after: Found) -> tuple[Found, Found]:
    """The base's environments under the names of the head, where only the stage was renamed: with
    the same stacks in the same places, or spelled with other capitals."""
    found = {}
    for name, templates in before.items():
        others = [] if name in after else [each for each in after if each not in before]
        found[_renamed(name, templates, {each: after[each] for each in others})] = templates
    return found, after


def _renamed(name: str, templates: Sequence[Template], others: Found) -> str:
    for other, candidates in others.items():
        if other.casefold() == name.casefold() or _places(candidates) == _places(templates):
            return other
    return name


def _places(templates: Sequence[Template]) -> set[tuple[str, str, str]]:
    return {(each.name, each.account, each.region) for each in templates}


def _said(template: Template) -> str:
    """By the stack's name or, failing that, by what most of its resources are tagged with."""
    if word := said_by(template.name):
        return word
    tagged = Counter(_tagged(template))
    return tagged.most_common(1)[0][0] if tagged else UNKNOWN


def _tagged(template: Template) -> Iterator[str]:
    for resource in template.section("Resources").values():
        tags = (resource.get("Properties") or {}).get("Tags")
        for key, value in _pairs(tags):
            if key.lower().rpartition(":")[2] in TAGS and isinstance(value, str):
                yield value


def _pairs(tags: object) -> Sequence[tuple[str, object]]:
    if isinstance(tags, Mapping):
        return [(str(key), value) for key, value in tags.items()]
    if isinstance(tags, list):
        return [
            (str(each.get("Key")), each.get("Value")) for each in tags if isinstance(each, Mapping)
        ]
    return []
