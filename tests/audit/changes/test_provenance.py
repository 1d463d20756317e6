"""Lock files of every kind are compared, and the audit says by which version of it was judged."""

import json
import tomllib
from pathlib import Path

import pytest

from audit.errors import Unreadable
from audit.packages import Package, changed
from audit.provenance import VERSION, rules_version


def npm(**versions: str) -> str:
    inner = {f"node_modules/{name}": {"version": each} for name, each in versions.items()}
    return json.dumps({"packages": {"": {"version": "1.0.0"}, **inner}})


def toml(**versions: str) -> str:
    return "".join(f'[[package]]\nname = "{n}"\nversion = "{v}"\n' for n, v in versions.items())


@pytest.mark.parametrize(
    ("file", "before", "after"),
    [
        ("requirements.txt", "a==1\nb==1 \\\n    --hash=x\n", "a==1\nb[x]==2 ; python > '3'\nc==1"),
        ("package-lock.json", npm(a="1", b="1"), npm(a="1", b="2", c="1")),
        ("uv.lock", toml(a="1", b="1"), toml(a="1", b="2", c="1")),
        ("poetry.lock", toml(a="1", b="1"), toml(a="1", b="2", c="1")),
    ],
)
def test_what_is_locked_otherwise_is_told(file, before, after):
    found = changed({file: before}, {file: after})
    assert found == [Package("b", "1", "2"), Package("c", "", "1")]


def test_a_package_of_two_versions_has_both():
    before, after = (
        npm(a="1"),
        json.dumps(
            {
                "packages": {
                    "node_modules/a": {"version": "1"},
                    "node_modules/b/node_modules/a": {"version": "2"},
                }
            }
        ),
    )
    found = changed({"package-lock.json": before}, {"package-lock.json": after})
    assert found == [Package("a", "1", "1, 2")]


@pytest.mark.parametrize(
    ("file", "text"), [("package-lock.json", "{"), ("uv.lock", "package = 1"), ("uv.lock", "=")]
)
def test_a_broken_lock_file_is_never_passed_over(file, text):
    with pytest.raises(Unreadable, match=file):
        changed({}, {file: text})


def test_the_version_is_the_kits():
    project = tomllib.loads(Path("pyproject.toml").read_text())["project"]
    assert project["version"] == VERSION
    assert rules_version() == rules_version()
