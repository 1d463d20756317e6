"""A change to the sample environments that an audit has something to say about."""

from collections.abc import Callable
from pathlib import Path

from config.load import (
    ENVIRONMENTS,
    GUARDRAILS,
    environment_names,
    load_catalogue,
    load_environment,
    parse_environment,
    parse_guardrail,
)
from config.schema import Environment
from tests.stacks.assembly import synthesize

Edit = Callable[[str], str]


def before(folder: Path) -> Path:
    """Staging and prod as they are."""
    synthesize(folder, *(load_environment(name) for name in ENVIRONMENTS_SHOWN))
    return folder


def after(folder: Path) -> Path:
    """A weaker guardrail in both; in prod a larger budget and fewer days of logs, too."""
    synthesize(folder, *(_changed(name) for name in ENVIRONMENTS_SHOWN))
    return folder


ENVIRONMENTS_SHOWN = tuple(name for name in environment_names() if name in ("staging", "prod"))


def _changed(name: str) -> Environment:
    text = (ENVIRONMENTS / f"{name}.toml").read_text(encoding="utf-8")
    if name == "prod":
        text = _replaced(text, "monthly_budget_usd = 1_000", "monthly_budget_usd = 9_000")
        text = _replaced(text, "bucket_retention_days = 2_557\ndeliver", DAYS)
    guardrail = (GUARDRAILS / "standard.toml").read_text(encoding="utf-8")
    weaker = _replaced(guardrail, 'HATE = "HIGH"', 'HATE = "LOW"')
    guardrails = {
        path.stem: parse_guardrail(path.stem, path.read_text(encoding="utf-8"))
        for path in GUARDRAILS.glob("*.toml")
    }
    guardrails["standard"] = parse_guardrail("standard", weaker)
    return parse_environment(name, text, load_catalogue(), guardrails)


DAYS = "bucket_retention_days = 90\ndeliver"


def _replaced(text: str, old: str, new: str) -> str:
    if old not in text:
        raise ValueError(f"{old!r} is not there any more; change another thing")
    return text.replace(old, new, 1)
