"""A CloudFormation template as it is written: read from JSON or YAML, refused if it is neither."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from audit import yaml_template
from audit.errors import Unreadable

Json = Any
SECTIONS = ("Parameters", "Mappings", "Conditions", "Resources", "Outputs")


@dataclass(frozen=True)
class Template:
    """`name` is the stack's; account and region are empty where the assembly leaves them open.

    `paths` are those of constructs within their environment, by logical id, where CDK tells them;
    `protected`, whether the stack refuses to be deleted; `looked_up`, what CDK had yet to look up
    in the account when it wrote the template; `lacks`, assets that it names and that are not there;
    `given`, what the stack named `parent` gives to the parameters of one nested in it.
    """

    name: str
    raw: Mapping[str, Json]
    account: str = ""
    region: str = ""
    paths: Mapping[str, str] = field(default_factory=dict)
    protected: bool = False
    looked_up: Sequence[str] = ()
    lacks: Sequence[str] = ()
    parent: str = ""
    given: Mapping[str, Json] = field(default_factory=dict)

    def section(self, name: str) -> Mapping[str, Json]:
        found: Mapping[str, Json] = self.raw.get(name) or {}
        return found


def read_template(path: Path, name: str = "", account: str = "", region: str = "") -> Template:
    """The template in a file; its stack is called like the file unless named. Raises Unreadable."""
    raw = read_document(path)
    try:
        _check(raw)
    except Unreadable as error:
        raise Unreadable(f"{path} is not a CloudFormation template: {error}") from None
    return Template(name or path.name.partition(".")[0], raw, account, region)


def read_document(path: Path) -> Json:
    """Any JSON or YAML file as plain values; raises Unreadable."""
    try:
        return parse(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise Unreadable(f"{path} cannot be read: {error.strerror}") from error
    except (Unreadable, UnicodeDecodeError, RecursionError, ValueError) as error:
        raise Unreadable(f"{path} cannot be read: {error}") from error


def parse(text: str) -> Json:
    """JSON if it begins as JSON does, else YAML; a key given twice is an error in both."""
    if text.lstrip().startswith(("{", "[")):
        return json.loads(text, object_pairs_hook=_unique)
    return yaml_template.load(text)


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise Unreadable(f"the key {twice!r} is there twice")
    return found


def _check(raw: Json) -> None:
    if not isinstance(raw, dict) or not isinstance(raw.get("Resources"), dict):
        raise Unreadable("it has no `Resources`")
    for section in SECTIONS:
        if not isinstance(raw.get(section), dict | None):
            raise Unreadable(f"`{section}` is not a mapping")
    for id, resource in raw["Resources"].items():
        if not isinstance(resource, dict) or not isinstance(resource.get("Type"), str):
            raise Unreadable(f"the resource {id!r} has no `Type`; expand loops and macros first")
        if not isinstance(resource.get("Properties"), dict | None):
            raise Unreadable(f"the `Properties` of {id!r} are not a mapping")
