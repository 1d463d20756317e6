"""The last days of models, from the dated file beside this one."""

import tomllib
from datetime import date
from functools import cache
from pathlib import Path

FILE = Path(__file__).with_name("lifecycle.toml")


@cache
def end_of_life() -> dict[str, date]:
    """Model id to its last day; a model that is not there has none announced."""
    found: dict[str, date] = tomllib.loads(FILE.read_text(encoding="utf-8"))["end_of_life"]
    return found
