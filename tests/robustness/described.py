"""R3: Schemathesis, as anyone would run it, against every route over HTTP."""

from __future__ import annotations

import copy
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, make_server

from gateway import openapi
from tests.robustness.gateway import KEY, Gateway

CLI = Path(sys.executable).with_name("schemathesis")


class _Quiet(WSGIRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def served(gateway: Gateway) -> Iterator[str]:
    """Its address, for as long as the block lasts."""
    with make_server("127.0.0.1", 0, gateway, handler_class=_Quiet) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def _described() -> dict[str, Any]:
    """What is served, with the names that there are: others are 404s and test nothing more."""
    described: dict[str, Any] = copy.deepcopy(openapi.document())
    described["paths"]["/v1/knowledge/{name}/search"]["post"]["parameters"][0]["schema"] = {
        "enum": ["handbook"]
    }
    return described


def run(folder: Path, examples: int, seed: int) -> tuple[int, str]:
    """The CLI's exit status and its report; `examples` is for each route."""
    document = folder / "openapi.json"
    document.write_text(json.dumps(_described()))
    with served(Gateway()) as url:
        done = subprocess.run(
            [
                CLI,
                "run",
                str(document),
                f"--url={url}",
                "--checks=all",
                "--phases=examples,coverage,fuzzing",
                f"--max-examples={examples}",
                f"--seed={seed}",
                "--warnings=off",
                "--no-color",
                f"--header=Authorization: {KEY}",
                f"--header=x-api-key: {KEY}",
            ],
            cwd=folder,
            capture_output=True,
            text=True,
            check=False,
        )
    return done.returncode, done.stdout + done.stderr
