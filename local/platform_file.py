"""What a client needs to call the deployed local platform, written by `up` and read by the rest."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from local.state import Home


@dataclass(frozen=True)
class Deployed:
    """How to call it: `base_url` ends in `/v1`, `ca_file` is the authority to trust."""

    base_url: str
    api_key: str
    ca_file: str


def write(home: Home, deployed: Deployed) -> None:
    """Readable by its owner alone, since it holds the key."""
    file = _file(home)
    file.touch(mode=0o600)
    file.write_text(json.dumps(asdict(deployed), indent=2) + "\n")


def read(home: Home) -> Deployed | None:
    """None when nothing is deployed."""
    file = _file(home)
    return Deployed(**json.loads(file.read_text())) if file.is_file() else None


def forget(home: Home) -> None:
    """What was deployed is gone."""
    _file(home).unlink(missing_ok=True)


def _file(home: Home) -> Path:
    return home.directory / "platform.json"
