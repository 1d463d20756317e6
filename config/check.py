"""`python -m config check`: may these environments be deployed, today and after what is there?"""

import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import date

from config.accepted import overdue
from config.errors import ConfigError, Problem
from config.gate import Finding, judge
from config.history import deployed_models
from config.load import environment_names, load_accepted, load_environment, load_guardrails
from config.schema import Environment
from config.singletons import twice_declared


def check(names: Sequence[str], *, today: date, against: str | None, as_json: bool) -> int:
    """Print what is found; 1 if anything fails, 0 with warnings or nothing."""
    told = [finding for name in names for finding in findings(name, today, against)]
    # What is wrong with a shared file is wrong in every environment, and told once.
    found = [finding for at, finding in enumerate(told) if finding not in told[:at]]
    found += between(list(_all_that_load()))
    found += accepted(today)
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


def between(loaded: Sequence[Environment]) -> Iterator[Finding]:
    """What is wrong with environments together, though each may be well alone."""
    for problem in (*twice_declared(loaded), *_unnamed(loaded)):
        yield Finding("fail", problem)


def _all_that_load() -> Iterator[Environment]:
    """Whichever are checked, another one may own what they declare."""
    for name in environment_names():
        with suppress(ConfigError):  # told of when it is checked itself
            yield load_environment(name)


def _unnamed(loaded: Sequence[Environment]) -> Iterator[Problem]:
    """Guardrail files that no environment names: nothing deploys them, and nobody may think so."""
    if len(loaded) < len(environment_names()):
        return  # one that is broken may name them
    named = {name for environment in loaded for name in environment.guardrails}
    for name in sorted(load_guardrails().keys() - named):
        expected = "name it in the `guardrails` of an environment, or delete the file"
        yield Problem(f"config/guardrails/{name}.toml", "(the file)", "no environment", expected)


def accepted(today: date) -> Iterator[Finding]:
    """What the loader refuses of the accepted findings, or else those whose time is over."""
    try:
        ledger = load_accepted()
    except ConfigError as error:
        yield from (Finding("fail", problem) for problem in error.problems)
        return
    yield from overdue(ledger, today)


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
