"""API keys for the local platform, issued by the command that operators issue keys with."""

import json
import os
import ssl
import subprocess
import sys
import urllib.error
import urllib.request
from pathlib import Path

from config.schema import Environment
from local.client_environment import client_environment
from local.processes import REPOSITORY
from local.state import Home
from local.steps import StepFailed

# A cold authorizer and a cold function on two cores: far more than they take.
SECONDS = 60.0


def ensure_key(home: Home, environment: Environment, base_url: str) -> str:
    """A key of the environment's first tenant that works: the stored one, or a new one."""
    file = home.directory / "api-key"
    stored = file.read_text() if file.is_file() else ""
    if stored and _works(home, base_url, stored):
        return stored
    key = issue_key(home, environment, next(iter(environment.tenants)))
    _store(file, key)
    return key


def issue_key(home: Home, environment: Environment, tenant: str) -> str:
    """A new key of a tenant that the environment declares."""
    action = ["keys", "issue", tenant, "--env", environment.name, "--json"]
    done = subprocess.run(
        [sys.executable, "-m", "operate", *action],
        cwd=REPOSITORY,
        env=client_environment(home, environment.region),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        command = f"python -m operate {' '.join(action)}"
        raise StepFailed(
            f"{command}: {done.stderr.strip()}",
            remedy="`make down`, then `make up`, starts from nothing.",
        )
    key: str = json.loads(done.stdout)["key"]
    return key


def _works(home: Home, base_url: str, key: str) -> bool:
    trusted = ssl.create_default_context(cafile=home.ca_file)
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({}), urllib.request.HTTPSHandler(context=trusted)
    )
    request = urllib.request.Request(f"{base_url}/models")
    request.add_header("authorization", f"Bearer {key}")
    try:
        with opener.open(request, timeout=SECONDS):
            return True
    except urllib.error.HTTPError as error:
        error.close()
        return False


def _store(file: Path, key: str) -> None:
    """Readable by its owner alone."""
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as opened:
        opened.write(key)
