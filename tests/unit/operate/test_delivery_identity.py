"""A command in a role of an environment: the token of the moment, in a file that is gone after."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest

from operate.delivery.identity import write_token
from operate.errors import OperateError

ROOT = Path(__file__).parents[3]
TELL = (
    "import os, json; file = os.environ['AWS_WEB_IDENTITY_TOKEN_FILE'];"
    "names = ['AWS_ROLE_ARN', 'AUDIT_LEDGER', 'AWS_REGION'];"
    "mode = oct(os.stat(file).st_mode)[-3:];"
    "told = {'token': open(file).read(), 'file': file, 'mode': mode};"
    "print(json.dumps({**told, **{name: os.environ[name] for name in names}}))"
)


@pytest.fixture
def github() -> Iterator[dict[str, str]]:
    """The variables of a job, and a server that gives a token to whoever has them."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            knows = self.headers["Authorization"] == "Bearer request"
            right = knows and self.path == "/token?api=1&audience=sts.amazonaws.com"
            content = json.dumps({"value": "a.jwt.token"} if right else {}).encode()
            self.send_response(200 if right else 403)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield {
        "ACTIONS_ID_TOKEN_REQUEST_URL": f"http://127.0.0.1:{server.server_port}/token?api=1",
        "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "request",
    }
    server.shutdown()
    thread.join()
    server.server_close()


def run(github: dict[str, str], *command: str) -> Any:
    return subprocess.run(
        [sys.executable, "-m", "operate", "delivery", "run", *command],
        cwd=ROOT,
        env={**os.environ, **github},
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(("given", "role"), [((), "deploy"), (("--role", "drift"), "drift")])
def test_a_command_has_the_role_the_ledger_and_the_token(github, given, role):
    done = run(github, *given, "prod", sys.executable, "-c", TELL, "--environment", "prod")
    told = json.loads(done.stdout)
    assert told["token"] == "a.jwt.token" and told["mode"] == "600"
    assert told["AWS_ROLE_ARN"] == f"arn:aws:iam::333333333333:role/strata-prod-{role}"
    assert told["AUDIT_LEDGER"] == "s3://strata-prod-ledger-333333333333-us-east-1"
    assert told["AWS_REGION"] == "us-east-1"
    assert not Path(told["file"]).exists()


def test_its_end_is_the_commands_end(github):
    assert run(github, "prod", sys.executable, "-c", "raise SystemExit(7)").returncode == 7


def test_without_the_right_to_a_token_nothing_runs(github):
    refused = {**github, "ACTIONS_ID_TOKEN_REQUEST_TOKEN": "another"}
    done = run(refused, "prod", "touch", "never")
    assert done.returncode == 2 and "GitHub gave no token" in done.stderr
    with pytest.raises(OperateError, match="id-token: write"):
        write_token({})
