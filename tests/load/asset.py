"""The functions as they are deployed, for the load tests: `lambda/` and a settings.json."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

from tests.bench.services import mac
from tests.unit.gateway.examples import ALIAS, CLAUDE, DECLARED, NOVA

_SOURCE = Path(__file__).parents[2] / "lambda"
_PLENTY = 10**15
TABLES = ("strata-load-keys:key_hash", "strata-load-usage:tenant,month", "strata-load-answers:id")

# Named like their profiles, which say what the fake streams for them (tests/bench/bedrock.py).
PLAIN, LONG, PACED, SLOW = "plain", "long-200x0", "paced-100x2", "slow-20x50"
HELD, FALLBACK = "held-40x250", "fallback"
PROFILES = {
    **{name: [name] for name in (PLAIN, LONG, PACED, SLOW, HELD)},
    FALLBACK: ["first", "second"],
}
# A tenant may ask so often; the noisy one's rate is what a normal one sends.
RATES = {"demo": 100_000, "noisy": 20, "calm": 100_000, "quiet": 100_000}


def build(folder: Path, *, timeout_s: int = 29) -> dict[str, str]:
    """Write the asset; returns the variables that its functions want."""
    ignored = shutil.ignore_patterns("__pycache__", ".*")
    shutil.copytree(_SOURCE, folder, ignore=ignored, dirs_exist_ok=True)
    (folder / "settings.json").write_text(json.dumps({**_declared(), "timeout_s": timeout_s}))
    deployed = {"guardrails": {}, "profiles": PROFILES, "knowledge_bases": {}}
    return {
        "PYTHONPATH": str(folder),
        "STRATA_DEPLOYED": json.dumps(deployed),
        "AWS_REGION": "us-east-1",
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE",
        "AWS_SECRET_ACCESS_KEY": "secret",
        "AWS_SESSION_TOKEN": "token",
    }


def endpoints(port: int) -> dict[str, str]:
    """Where the fake of `tests/bench/cloud.py` stands in for AWS."""
    url = f"http://127.0.0.1:{port}"
    return {f"AWS_ENDPOINT_URL_{name}": url for name in ("BEDROCK_RUNTIME", "DYNAMODB", "KMS")}


def key(tenant: str) -> str:
    return "sk-strata-" + tenant.ljust(43, "0")


def key_row(tenant: str) -> dict[str, Any]:
    """What the keys table holds of it."""
    return {
        "key_hash": {"S": mac(key(tenant)).hex()},
        "key_id": {"S": tenant},
        "tenant": {"S": tenant},
        "expires_at": {"N": "9999999999"},
    }


def _declared() -> dict[str, Any]:
    return {
        **DECLARED,
        "environment": "load",
        "max_body_bytes": 1_000_000,
        "keys_table": "strata-load-keys",
        "usage_table": "strata-load-usage",
        "answers_table": "strata-load-answers",
        "knowledge_bases": {},
        "aliases": {name: _alias(profiles) for name, profiles in PROFILES.items()},
        "tenants": {name: _tenant(rate) for name, rate in RATES.items()},
    }


def _alias(profiles: list[str]) -> dict[str, Any]:
    return {**ALIAS, "targets": [NOVA, CLAUDE][: len(profiles)], "system_prompt": "Be brief."}


def _tenant(rate: int) -> dict[str, Any]:
    aliases = list(PROFILES)
    paid = {"budget_micro_usd": _PLENTY, "requests_per_second": rate}
    return {"aliases": aliases, "groups": [], **paid}
