"""What others maintain or have measured: dated files in `audit/data/`, each with its source."""

import json
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

DATA = Path(__file__).with_name("data")


@cache
def facts(name: str) -> dict[str, Any]:
    """The whole content of a file such as `prices.toml` or `actions.json`."""
    text = (DATA / name).read_text(encoding="utf-8")
    found: dict[str, Any] = json.loads(text) if name.endswith(".json") else tomllib.loads(text)
    return found
