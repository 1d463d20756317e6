"""`python -m config check`: may these environments be deployed, today and after what is there?"""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date

from config.errors import ConfigError
from config.gate import Finding, judge
from config.history import deployed_models
from config.load import environment_names, load_environment
from config.schema import Environment
from config.singletons import twice_declared


def check(names: Sequence[str], *, today: date, against: str | None, as_json: bool) -> int:
    """Print what is found; 1 if anything fails, 0 with warnings or nothing."""
    found = [finding for name in names for finding in findings(name, today, against)]
    found += [Finding("fail", problem) for problem in twice_declared(_all_that_load())]
    if as_json:
        print(json.dumps([_plain(finding) for finding in found], indent=2, ensure_ascii=False))
    else:
        for finding in found:
            print(finding)
        print(_verdict(names, found))
    return 1 if any(finding.level == "fail" for finding in found) else 0


def findings(name: str, today: date, against: str | None) -> Iterator[Finding]:
    """What the loader refuses, or else what the gate finds."""
    before = deployed_models(name, against)
    try:
        environment = load_environment(name)
    except ConfigError as error:
        yield from (Finding("fail", problem) for problem in error.problems)
        return
    yield from judge(environment, today=today, before=before)


def _all_that_load() -> Iterator[Environment]:
    """Whichever are checked, another one may own what they declare."""
    for name in environment_names():
        with suppress(ConfigError):  # told of when it is checked itself
            yield load_environment(name)


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
