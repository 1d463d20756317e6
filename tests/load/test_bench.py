"""What `make bench` measures can be measured: every worker answers, whole and streamed."""

from __future__ import annotations

import json

import pytest

from tests.bench.__main__ import _aws
from tests.bench.processes import PYTHON, Child
from tests.load import asset, running


@pytest.mark.parametrize("worker", ["direct", "boto3", "handler"])
def test_a_worker_calls_as_often_as_it_is_told(worker, tmp_path):
    ours = asset.build(tmp_path / "task")
    command = [PYTHON, "-m", "tests.bench.worker", worker]
    with (
        running.cloud(eager=True) as cloud,
        Child(command, environment=_aws(ours, cloud.port), log=tmp_path / "log") as child,
    ):
        for line in (f"{asset.PLAIN} 2", f"{asset.PLAIN} 2 stream"):
            told = json.loads(child.say(line))
            assert len(told["took_ms"]) == len(told["first_ms"]) == 2
