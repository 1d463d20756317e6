"""A value of a shape that nobody thought of ends no audit: what a rule cannot read is a finding."""

import random
from collections.abc import Iterator
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from audit.template import read_template
from tests.audit.changes.assemblies import raws, write_assembly
from tests.audit.changes.audited import audited

RUNS, SEED = 150, 20261125
ODD = [
    None,
    [],
    {},
    0,
    -1,
    float("inf"),
    "",
    "x",
    True,
    [None],
    [[]],
    {"a": None},
    {"Ref": "Nowhere"},
    {"Fn::GetAtt": ["A", "B"]},
    {"Fn::Transform": {"Name": "x"}},
    {"Fn::Sub": "${A.B}-${C}"},
    '{"a": [1, {"b": null}]}',
    "{{resolve:ssm:x}}",
    {"Statement": None},
    {"Name": 1, "Value": {"budget": []}},
]
GOOD = read_template(Path("tests/audit/rules/good.yaml")).raw["Resources"]
STACKS = [*(each["Resources"] for each in raws().values()), GOOD, GOOD]


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    inner = value.items() if isinstance(value, dict) else ()
    listed = enumerate(value) if isinstance(value, list) else ()
    for key, each in [*inner, *listed]:
        yield (*path, key)
        yield from places(each, (*path, key))


def odd(resources: Any, picked: random.Random) -> Any:
    """Up to four of its properties are something else."""
    found = deepcopy(resources)
    for _ in range(picked.randrange(5)):
        inside = [each for each in places(found) if len(each) > 2 and each[1] == "Properties"]
        *path, last = picked.choice(inside)
        parent = found
        for step in path:
            parent = parent[step]
        parent[last] = deepcopy(picked.choice(ODD))
    return found


@pytest.mark.parametrize("run", range(RUNS))
def test_an_odd_value_ends_no_audit(tmp_path, run):
    picked = random.Random(SEED + run)
    resources = picked.choice(STACKS)
    sides = [
        write_assembly(tmp_path / name, {"prod": {"odd": {"Resources": odd(resources, picked)}}})
        for name in ("base", "head")
    ]
    assert audited(*sides).comment
