"""How a function starts under the wrapper, and how one that cannot start says so."""

import json
import stat
import sys
from pathlib import Path

import pytest

from tests.runtime.processes import BOOTSTRAP, LAMBDA

WHOLE = "functions.whole.handler"
FAILURES = {
    "no_dot_in_it": "Runtime.MalformedHandlerName",
    "": "Runtime.MalformedHandlerName",
    "functions.nowhere.handler": "Runtime.ImportModuleError",
    "functions.broken_import.handler": "Runtime.ImportModuleError",
    "functions.broken_name.handler": "Runtime.ImportModuleError",
    "functions.broken_syntax.handler": "Runtime.UserCodeSyntaxError",
    "functions.whole.nothing": "Runtime.HandlerNotFound",
    "functions.broken_start.handler": "RuntimeError",
}


@pytest.fixture(autouse=True)
def broken_syntax(root):
    """Written here, since no tool of ours would leave such a file alone."""
    (root / "functions" / "broken_syntax.py").write_text("def handler(event, context:\n")


@pytest.mark.parametrize(("handler", "kind"), FAILURES.items())
def test_says_why_it_cannot_start_and_ends(api, run, handler, kind):
    process = run(handler)
    said = api.init_error.wait()
    assert said.headers["lambda-runtime-function-error-type"] == kind
    assert said.json["errorType"] == kind
    assert process.popen.wait(timeout=20) == 1
    assert api.nexts == []


def test_logs_which_module_is_missing(api, run):
    process = run("functions.broken_import.handler")
    process.popen.wait(timeout=20)
    assert "No module named 'a_module_that_nobody_has'" in json.loads(process.log)["detail"]


def test_logs_no_text_of_an_error_that_it_does_not_know(api, run):
    process = run("functions.broken_start.handler")
    process.popen.wait(timeout=20)
    assert "arn:" not in process.log
    assert b"arn:" not in api.init_error.body
    assert "functions/broken_start.py:1" in json.loads(process.log)["frames"][-1]


def test_the_wrapper_takes_the_command_of_lambdas_own_loop(api, run):
    process = run(WHOLE)
    api.invoke({"do": "echo", "given": "ours"}).wait()
    command = Path(f"/proc/{process.popen.pid}/cmdline").read_text().split("\0")
    assert command[0] == sys.executable
    assert BOOTSTRAP not in command


def test_the_wrapper_can_be_executed():
    assert stat.S_IMODE((LAMBDA / "stream_wrapper").stat().st_mode) == 0o755


def test_sees_the_standard_library_and_the_task_and_nothing_else(api, run, tmp_path):
    layer = {"PYTHONPATH": str(tmp_path), "PYTHONSTARTUP": str(tmp_path / "x.py")}
    run(WHOLE, environment=layer)
    seen = api.invoke({"do": "isolation"}).wait().json
    assert seen["flags"] == [1, 1]
    assert str(tmp_path) not in seen["path"]
    assert not [path for path in seen["path"] if "site-packages" in path or path == ""]


def test_leaves_no_bytecode_behind(api, run, root):
    run(WHOLE)
    api.invoke({"do": "echo"}).wait()
    assert not [*root.rglob("__pycache__")]
