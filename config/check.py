"""`python -m config check`: may these environments be deployed, today and after what is there?"""

import json
import subprocess
import tomllib
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any

from config.errors import ConfigError
from config.gate import Before, Finding, judge
from config.load import ENVIRONMENTS, HERE, load_environment


def check(names: Sequence[str], *, today: date, against: str | None, as_json: bool) -> int:
    """Print what is found; 1 if anything fails, 0 with warnings or nothing."""
    found = [finding for name in names for finding in findings(name, today, against)]
    if as_json:
        print(json.dumps([_plain(finding) for finding in found], indent=2, ensure_ascii=False))
    else:
        for finding in found:
            print(finding)
        print(_verdict(names, found))
    return 1 if any(finding.level == "fail" for finding in found) else 0


def findings(name: str, today: date, against: str | None) -> Iterator[Finding]:
    """What the loader refuses, or else what the gate finds."""
    try:
        environment = load_environment(name)
    except ConfigError as error:
        yield from (Finding("fail", problem) for problem in error.problems)
        return
    yield from judge(environment, today=today, before=deployed_models(name, against))


def deployed_models(name: str, against: str | None) -> Before:
    """Each alias's ids in the environment file of a git revision; None where git knows none.

    Without a revision it is the point where this branch left origin/main, or HEAD.
    """
    revision = against or _git("merge-base", "HEAD", "origin/main") or "HEAD"
    path = (ENVIRONMENTS / f"{name}.toml").relative_to(HERE.parent)
    text = _git("show", f"{revision}:{path}")
    if text is None:
        return None
    try:
        aliases = tomllib.loads(text).get("aliases", {})
    except tomllib.TOMLDecodeError:  # it was broken there: nothing can be said of it
        return None
    return {alias: frozenset(_ids(declared)) for alias, declared in aliases.items()}


def _ids(alias: dict[str, Any]) -> list[str]:
    return [alias.get("model", ""), *alias.get("fallbacks", [])]


def _git(*arguments: str) -> str | None:
    """What git prints, or None: without git, or outside a checkout, nothing is known."""
    try:
        done = subprocess.run(
            ["git", *arguments], cwd=HERE.parent, capture_output=True, text=True, check=False
        )
    except FileNotFoundError:
        return None
    return done.stdout.strip() if done.returncode == 0 else None


def _plain(finding: Finding) -> dict[str, str]:
    problem = finding.problem
    return {
        "level": finding.level,
        "file": problem.file,
        "field": problem.field,
        "given": str(problem.given),
        "expected": problem.expected,
    }


def _verdict(names: Sequence[str], found: Sequence[Finding]) -> str:
    fails = sum(finding.level == "fail" for finding in found)
    return f"{', '.join(names)}: {fails} failed, {len(found) - fails} warned"
