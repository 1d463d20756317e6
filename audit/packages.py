"""Which packages a change locks otherwise: what is built with other code is another build."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping

# The files that say it, beside the app.
LOCKS = ("requirements*.txt", "package-lock.json", "uv.lock", "poetry.lock")
PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)

Versions = dict[str, set[str]]


def packages(files: Mapping[str, str]) -> Versions:
    """Versions by package, of the texts of lock files by their names."""
    found: Versions = {}
    for name, text in sorted(files.items()):
        for package, version in _locked(name, text):
            found.setdefault(package, set()).add(version)
    return found


def changed(before: Versions, after: Versions) -> list[str]:
    """A line for each that came, went or has another version."""
    lines = []
    for name in sorted({*before, *after}):
        was, now = (", ".join(sorted(each.get(name, ()))) for each in (before, after))
        if was != now:
            lines.append(f"{name} {was or 'new:'} {'→ ' if was else ''}{now or 'gone'}")
    return lines


def _locked(name: str, text: str) -> Iterator[tuple[str, str]]:
    if name.endswith(".txt"):
        yield from PINNED.findall(text)
    elif name.endswith(".json"):
        for path, each in json.loads(text).get("packages", {}).items():
            if path and "version" in each:
                yield path.rpartition("node_modules/")[2], str(each["version"])
    else:
        for each in tomllib.loads(text).get("package", []):
            yield str(each["name"]), str(each.get("version", ""))
