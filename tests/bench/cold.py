"""Cold starts against the fake Runtime API: from the start of the process until it asks for work.

What a lazy handler puts off is not lost: the time until the first answer is measured as well.
"""

from __future__ import annotations

import json
import py_compile
import subprocess
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from shutil import copytree
from typing import NamedTuple

from gateway.keys import Caller
from tests.bench import environment
from tests.bench.figures import Figures
from tests.load import asset
from tests.load.callers import chat
from tests.load.events import event
from tests.load.http import Asked
from tests.load.routes import ROUTES
from tests.runtime.fake_api import FakeApi
from tests.runtime.processes import BOOTSTRAP, start

OURS, COMPILED = "Strata as source", "Strata compiled"
BOTO3, USUAL = "boto3, awslambdaric", "FastAPI + Mangum + boto3, awslambdaric"
_PEERS = Path(__file__).parent / "peers"
_PYTHON = str(environment.PYTHON)


class Function(NamedTuple):
    """`root` is /var/task; what is sent to it has an answer without an error."""

    handler: str
    root: Path
    loop: tuple[str, ...]
    event: Mapping[str, object]


def functions(folder: Path, built: Path) -> dict[str, Function]:
    """`built` is our asset; what Lambda would unpack goes into folders of `folder`."""
    compiled = folder / "compiled"
    copytree(built, compiled)
    compile_unchecked(compiled)
    copytree(_PEERS, folder / "peers")
    return {
        OURS: _ours(built),
        COMPILED: _ours(compiled),
        BOTO3: _theirs("bare.handler", folder / "peers", {"question": "?", "model": asset.PLAIN}),
        USUAL: _theirs("usual.handler", folder / "peers", _event("sk-bench-0123456789")),
    }


def measure(
    figures: Figures, of: Mapping[str, Function], aws: Mapping[str, str], rounds: int
) -> None:
    """Adds (name, "init_ms"), (name, "first_answer_ms") and (name, "rss_mb")."""
    for function in of.values():  # what the machine has not read yet
        _start(Figures(), "", function, aws)
    for number in range(rounds):
        print(f"  cold starts, round {number + 1} of {rounds}", flush=True)
        for name, function in of.items():
            _start(figures, name, function, aws)


def _start(figures: Figures, name: str, function: Function, aws: Mapping[str, str]) -> None:
    with FakeApi() as api:
        process = start(
            function.handler, api, root=function.root, loop=function.loop, environment=aws
        )
        try:
            init_s = process.init_s()
            answer = api.invoke(dict(function.event)).wait()
            answered_s = time.perf_counter() - process.started
            if answer.is_error:
                raise RuntimeError(f"{name}: {answer.body!r}, {process.log}")
            figures.add(name, "init_ms", samples=[init_s * 1000])
            figures.add(name, "first_answer_ms", samples=[answered_s * 1000])
            figures.add(name, "rss_mb", samples=[process.rss_mb])
        finally:
            process.stop()


def modules(built: Path, aws: Mapping[str, str]) -> int:
    """How many a function of ours has loaded when it asks for its first event."""
    load = "from gateway.runtime_function import load; load('gateway.chat.handler')"
    count = f"import gateway.runtime, sys; {load}; print(len(sys.modules))"
    told = subprocess.run(
        [_PYTHON, "-c", count], cwd=built, env=dict(aws), check=True, capture_output=True, text=True
    )
    return int(told.stdout)


def zipped_kb(built: Path, folder: Path) -> float:
    """As the CDK CLI zips an asset: deflated."""
    file = folder / f"{built.name}.zip"
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(built.rglob("*")):
            archive.write(path, path.relative_to(built))
    return file.stat().st_size / 1000


def compile_unchecked(root: Path) -> None:
    """Bytecode that is taken as it is, whatever date the CLI gives to its source."""
    for source in root.rglob("*.py"):
        py_compile.compile(
            str(source),
            dfile=str(source.relative_to(root)),
            doraise=True,
            invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
        )


def _ours(root: Path) -> Function:
    loop = (str(root / "stream_wrapper"), _PYTHON, BOOTSTRAP)
    return Function("gateway.chat.handler", root, loop, _event(asset.key("demo")))


def _theirs(handler: str, root: Path, sent: Mapping[str, object]) -> Function:
    return Function(handler, root, (_PYTHON, "-m", "awslambdaric", handler), sent)


def _event(key: str) -> dict[str, object]:
    body = chat(asset.PLAIN, key="").partition(b"\r\n\r\n")[2]
    headers = [("Authorization", f"Bearer {key}"), ("Content-Type", "application/json")]
    asked = Asked("POST", ROUTES[0].resource, "", headers, body)
    made: dict[str, object] = json.loads(
        json.dumps(event(asked, ROUTES[0], {}, Caller("demo", "demo")))
    )
    return made
