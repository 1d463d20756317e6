"""What happens to resources, counted: those that a change leaves behind, takes in and moves too."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.audit.changes.assemblies import raws, write_assembly
from tests.audit.changes.audited import audited
from tests.audit.changes.edits import edited

CARTS = raws()["data"]["Resources"]["Carts"]  # a retained table


def counts(tmp_path: Path, before: Any, after: Any) -> dict[str, int]:
    base = write_assembly(tmp_path / "base", {"prod": raws() | before})
    head = write_assembly(tmp_path / "head", {"prod": raws() | after})
    (prod,) = audited(base, head).result.environments
    return {name: count for name, count in prod.counts.items() if count}


def data(**edit: Any) -> dict[str, Any]:
    return {"data": edited(raws()["data"], edit)}


CASES: dict[str, tuple[dict[str, Any], dict[str, Any], dict[str, int]]] = {
    "nothing": ({}, {}, {}),
    "new": ({}, data(add={"Table": CARTS}), {"added": 1}),
    "other content": ({}, data(set={"Orders/Properties/AllocatedStorage": 200}), {"changed": 1}),
    "another one in its place": (
        {},
        data(set={"Sessions/Properties/TableName": "shop-2"}),
        {"replaced": 1},
    ),
    "gone": ({}, data(drop=["Sessions"]), {"removed": 1}),
    "gone, and left behind": ({}, data(drop=["Carts"]), {"orphaned": 1}),
    "by another id": ({}, data(rename={"Sessions": "Logins"}), {"renamed": 1}),
    "by another id, and the old one left behind": (
        {},
        data(rename={"Carts": "Baskets"}),
        {"orphaned": 1},
    ),
    "by another id, and taken over": (
        data(set={"Carts/Properties/TableName": "shop-carts"}),
        data(set={"Carts/Properties/TableName": "shop-carts"}, rename={"Carts": "Baskets"}),
        {"imported": 1},
    ),
    "in another stack": (
        {},
        data(drop=["Sessions"])
        | {
            "network": edited(
                raws()["network"], {"add": {"Sessions": raws()["data"]["Resources"]["Sessions"]}}
            )
        },
        {"moved": 1},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_each_is_counted_as_what_happens_to_it(tmp_path, name):
    before, after, found = CASES[name]
    assert counts(tmp_path, before, after) == found


def test_a_stack_that_anyone_may_delete_is_found(tmp_path):
    sides = [write_assembly(tmp_path / each, {"prod": raws()}) for each in ("base", "head")]
    for folder, protected in zip(sides, (True, False), strict=True):
        manifest = folder / "assembly-prod" / "manifest.json"
        document = json.loads(manifest.read_text())
        document["artifacts"]["prod-data"]["properties"]["terminationProtection"] = protected
        manifest.write_text(json.dumps(document))
    (found,) = audited(*sides).result.findings
    assert (found.category, found.severity, found.resource) == ("data", "high", "prod-data")
    assert audited(*reversed(sides)).result.findings == []
