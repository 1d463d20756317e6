"""A8, A9, A11, A12: size, determinism, what is broken, and what was reviewed."""

import json
import random
import shutil
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from audit.comment import COMFORTABLE, LIMIT
from audit.comment.foot import MARKER
from audit.digest import digest
from audit.environments import environments
from audit.errors import Unreadable
from audit.inert import code
from audit.verdict import BLOCK, NEEDS_APPROVAL, PASS
from tests.audit.changes.assemblies import raws, write_assembly
from tests.audit.changes.audited import Told, audited
from tests.audit.changes.edits import edited

CLOSED = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
ENVIRONMENTS = ("dev", "test", "staging", "prod")
SEED = 20261124


@pytest.fixture
def assembly(tmp_path: Path) -> Path:
    return write_assembly(tmp_path / "base", dict.fromkeys(("dev", "prod"), raws()))


def copied(assembly: Path, name: str) -> Path:
    return Path(shutil.copytree(assembly, assembly.with_name(name)))


# A8


def tables(count: int, **properties: object) -> Any:
    body = {
        "Type": "AWS::DynamoDB::Table",
        "Properties": {"BillingMode": "PAY_PER_REQUEST", **properties},
    }
    ids = (f"OrdersOfTheYearAndTheRegionTable{i:05}ABCD1234" for i in range(count))
    return {"orders": {"Resources": dict.fromkeys(ids, body)}}


def lost(tmp_path: Path, count: int) -> Told:
    """Every table gets another name, in all four environments: what is in them is lost."""
    before, after = tables(count, TableName="a"), tables(count, TableName="b")
    base = write_assembly(tmp_path / "base", dict.fromkeys(ENVIRONMENTS, before))
    return audited(base, write_assembly(tmp_path / "head", dict.fromkeys(ENVIRONMENTS, after)))


def test_every_blocking_finding_fits_into_half_a_comment(tmp_path):
    """500 tables in 4 environments: 2,000 findings, those of dev with its owners' approval."""
    found = lost(tmp_path, 500)
    blocking = found.result.with_verdict(BLOCK)
    assert len(blocking) == 1_500
    assert len(found.comment) <= COMFORTABLE == 32_768
    for each in blocking:
        assert each.resource.partition("/")[2] in found.comment
        assert code(each.environment) in found.comment
    assert len(json.loads(found.report)["findings"]) == 2_000


def buckets(folder: Path, properties: Any) -> Path:
    body = {"Type": "AWS::S3::Bucket", "Properties": properties}
    stack = {"Resources": {f"FilesOfTheYearBucket{n:03}": body for n in range(500)}}
    return write_assembly(folder, {each: {"files": stack} for each in ENVIRONMENTS})


def test_a_resource_that_breaks_several_rules_is_named_once(tmp_path):
    """500 buckets lose all that keeps them closed, in 4 environments."""
    sides = (
        {"PublicAccessBlockConfiguration": dict.fromkeys(CLOSED, True)},
        {
            "PublicAccessBlockConfiguration": dict.fromkeys(CLOSED, False),
            "AccessControl": "PublicReadWrite",
            "BucketName": "another",
        },
    )
    found = audited(*(buckets(tmp_path / f"{i}", each) for i, each in enumerate(sides)))
    blocking = found.result.with_verdict(BLOCK)
    assert len({(each.environment, each.resource) for each in blocking}) == 2_000
    assert len(blocking) > 2_000
    assert len(found.comment) <= COMFORTABLE
    for each in blocking:
        assert found.comment.count(each.resource.partition("/")[2]) == 1
        assert each.rule in unescape(found.comment)


@pytest.mark.parametrize("count", [1_000, 2_000])
def test_what_does_not_fit_is_counted_and_never_silently_cut(tmp_path, count):
    found = lost(tmp_path, count)
    assert len(found.comment) <= LIMIT == 65_536
    named = {
        each.resource
        for each in found.result.with_verdict(BLOCK)
        if each.resource.partition("/")[2] in found.comment
    }
    left = count - len(named) // 3
    told = f"and {left} more resources: the JSON report names them all"
    assert (told in found.comment) == (left > 0)
    assert found.comment.startswith("## BLOCK")
    assert found.comment.endswith(f"{MARKER}\n")
    assert len(json.loads(found.report)["findings"]) == count * 4


def test_what_blocks_stands_before_what_does_not(assembly):
    head = copied(assembly, "head")
    for file in head.rglob("*service.template.json"):
        edit = {"drop": ["Errors", "TaskRole/Properties/PermissionsBoundary"]}
        file.write_text(json.dumps(edited(json.loads(file.read_text()), edit)))
    text = audited(assembly, head).comment
    assert text.startswith("## BLOCK")
    assert text.index(
        "permissions&#45;boundary" if "&#45;" in text else "permissions-boundary"
    ) < text.index("<details>")


# A9


def test_twenty_runs_say_the_same_bytes(assembly):
    head = copied(assembly, "head")
    for file in head.rglob("*data.template.json"):
        edit = {"drop": ["Sessions"], "set": {"Orders/Properties/MultiAZ": False}}
        file.write_text(json.dumps(edited(json.loads(file.read_text()), edit)))
    assert len({audited(assembly, head).all for _ in range(20)}) == 1


def test_the_order_of_keys_and_the_hashes_of_assets_are_no_change(assembly):
    head = copied(assembly, "head")
    for file in head.rglob("*.template.json"):
        text = json.dumps(turned(json.loads(file.read_text())))
        file.write_text(text.replace("1" * 64, "a" * 64).replace("2" * 64, "b" * 64))
    found = audited(assembly, head)
    assert found.result.findings == []
    assert all(not any(each.counts.values()) for each in found.result.environments)


def turned(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: turned(value[key]) for key in reversed(value)}
    return [turned(each) for each in value] if isinstance(value, list) else value


# A11


def cut(file: Path, at: float) -> None:
    text = file.read_bytes()
    file.write_bytes(text[: int(len(text) * at)])


BREAKS: dict[str, Callable[[Path], None]] = {
    "empty": lambda file: file.write_bytes(b""),
    "cut early": lambda file: cut(file, 0.1),
    "cut in the middle": lambda file: cut(file, 0.5),
    "cut at the end": lambda file: cut(file, 0.98),
    "missing": lambda file: file.unlink(),
    "not text": lambda file: file.write_bytes(b"\xff\xfe\x00\x9f" * 20),
    "a list": lambda file: file.write_text("[]"),
    "nothing": lambda file: file.write_text("null"),
    "another object": lambda file: file.write_text('{"hello": "world"}'),
    "a key twice": lambda file: file.write_text(
        '{"a": 1, ' + file.read_text()[1:].replace("{", '{"b": 1, "b": 2, ', 1)
    ),
}


@pytest.mark.parametrize("what", BREAKS)
def test_what_is_broken_is_never_passed(assembly, what):
    """Every manifest, template and asset manifest, one at a time."""
    files = sorted(assembly.rglob("*.json"))
    assert len(files) * len(BREAKS) >= 100
    for file in files:
        content = file.read_bytes()
        BREAKS[what](file)
        with pytest.raises(Unreadable):
            environments(assembly)
        file.write_bytes(content)


@pytest.mark.parametrize("broken", ["base", "head"])
def test_neither_side_may_be_broken(assembly, broken):
    head = copied(assembly, "head")
    cut({"base": assembly, "head": head}[broken] / "manifest.json", 0.9)
    with pytest.raises(Unreadable):
        audited(assembly, head)


def test_an_asset_that_is_not_there_is_never_passed(assembly):
    head = copied(assembly, "head")
    shutil.rmtree(next(head.rglob("asset.*")))
    result = audited(assembly, head).result
    assert [(each.rule, each.severity) for each in result.findings] == [("asset-missing", "high")]
    assert result.verdict == NEEDS_APPROVAL


def test_assets_that_neither_side_holds_hide_no_change(assembly):
    for each in list(assembly.rglob("asset.*")):
        shutil.rmtree(each)
    head = copied(assembly, "head")
    assert audited(assembly, head).result.verdict == PASS
    file = next(head.rglob("*-data.template.json"))
    raw = json.loads(file.read_text())
    del raw["Resources"]["Sessions"]
    file.write_text(json.dumps(raw))
    assert "data-lost" in {each.rule for each in audited(assembly, head).result.findings}


# A12


def test_every_changed_byte_changes_the_digest(tmp_path):
    """Each byte of every file of an assembly, one at a time, becomes another one."""
    assembly = write_assembly(tmp_path / "small", {"prod": {"network": raws()["network"]}})
    reviewed, picked, tried = digest(assembly), random.Random(SEED), 0
    for file in sorted(each for each in assembly.rglob("*") if each.is_file()):
        content = file.read_bytes()
        for at, byte in enumerate(content):
            other = (byte + picked.randrange(1, 256)) % 256
            file.write_bytes(content[:at] + bytes([other]) + content[at + 1 :])
            assert digest(assembly) != reviewed, f"{file.name} at {at}"
            tried += 1
        file.write_bytes(content)
    assert digest(assembly) == reviewed
    assert tried > 3_000


def test_a_file_that_comes_goes_or_is_renamed_changes_the_digest(assembly):
    reviewed = digest(assembly)
    file = next(assembly.rglob("index.py"))
    moved = file.rename(file.with_name("main.py"))
    assert digest(assembly) != reviewed
    moved.unlink()
    assert digest(assembly) != reviewed
    file.write_text("def handler(event, context): ...\n")
    assert digest(assembly) == reviewed
    (assembly / "more").write_text("")
    assert digest(assembly) != reviewed


def test_a_link_out_of_the_assembly_is_refused(assembly):
    (assembly / "link").symlink_to(Path(__file__))
    with pytest.raises(Unreadable, match="is a link"):
        digest(assembly)
