"""Which packages a change locks otherwise: what is built with other code is another build."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from audit.errors import Unreadable

# The files that say it, beside the app.
LOCKS = ("requirements*.txt", "package-lock.json", "uv.lock", "poetry.lock")
PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


@dataclass(frozen=True)
class Package:
    """Its versions; empty before it was added, and after it was removed."""

    name: str
    before: str
    after: str


Versions = dict[str, set[str]]


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[Package]:
    """Of the texts of lock files by their names. Raises Unreadable."""
    old, new = _versions(before), _versions(after)
    found = [
        Package(name, *(", ".join(sorted(side.get(name, ()))) for side in (old, new)))
        for name in sorted({*old, *new})
    ]
    return [each for each in found if each.before != each.after]


def _versions(files: Mapping[str, str]) -> Versions:
    found: Versions = {}
    for file, text in sorted(files.items()):
        try:
            for name, version in _locked(file, text):
                found.setdefault(name, set()).add(version)
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise Unreadable(f"{file} is not a lock file: {error!r}") from error
    return found


def _locked(file: str, text: str) -> Iterator[tuple[str, str]]:
    if file.endswith(".txt"):
        yield from PINNED.findall(text)
    elif file.endswith(".json"):
        for path, each in json.loads(text).get("packages", {}).items():
            if path and "version" in each:
                yield path.rpartition("node_modules/")[2], str(each["version"])
    else:
        for each in tomllib.loads(text).get("package", []):
            yield str(each["name"]), str(each.get("version", ""))
