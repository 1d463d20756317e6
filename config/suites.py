"""The reader of `guardrail-tests`: every prompt with all that its file and its group say of it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from config.errors import ConfigError, Problem
from config.guardrail_suite import Cases, Expect, Language, Policy, Source, Suite, Threshold
from config.load import HERE, _parse_toml, _problems, _read

SUITES = HERE.parent / "guardrail-tests"


@dataclass(frozen=True)
class Case:
    """One prompt; `finding` is what of the policy must find it, or must not."""

    id: str
    suite: str
    policy: Policy
    finding: str
    guardrails: tuple[str, ...]
    expect: Expect
    language: Language
    source: Source
    prompt: str
    passage: str | None
    query: str | None
    embedded: str | None


@dataclass(frozen=True)
class Promise:
    """A file: what is asked of its guardrails, by language, and with which prompts."""

    name: str
    policy: Policy
    thresholds: Mapping[Language, Threshold]
    cases: tuple[Case, ...]


def load_suites(directory: Path = SUITES) -> tuple[Promise, ...]:
    """All files, by name; raises ConfigError with every problem found."""
    promises: list[Promise] = []
    found: list[Problem] = []
    for path in sorted(directory.glob("*.toml")):
        try:
            promises.append(parse_suite(path.stem, _read(path)))
        except ConfigError as error:
            found.extend(error.problems)
    if found:
        raise ConfigError(found)
    return tuple(promises)


def parse_suite(name: str, text: str) -> Promise:
    """Judge the text of one file; raises ConfigError with every problem found."""
    file = f"guardrail-tests/{name}.toml"
    try:
        suite = Suite.model_validate(_parse_toml(file, text))
    except ValidationError as error:
        raise ConfigError(_problems(file, error)) from None
    if broken := [Problem(file, *each) for each in _broken(suite)]:
        raise ConfigError(broken)
    cases = tuple(case for group in suite.cases for case in _cases(name, suite, group))
    return Promise(name, suite.policy, suite.thresholds, cases)


def _broken(suite: Suite) -> Iterator[tuple[str, object, str]]:
    ids = Counter(id for group in suite.cases for id in group.prompts)
    for id in (id for id, times in ids.items() if times > 1):
        yield "prompts", id, "stands here twice: every prompt has an id of its own"
    for group in suite.cases:
        for id, prompt in group.prompts.items():
            if not (prompt.finding or group.finding or suite.finding):
                yield f"prompts.{id}.finding", "(missing)", "name what of the policy finds it"
        for stranger in set(group.guardrails or ()) - set(suite.guardrails):
            yield "cases.guardrails", stranger, f"the file is for {list(suite.guardrails)}"


def _cases(name: str, suite: Suite, group: Cases) -> Iterator[Case]:
    for id, prompt in group.prompts.items():
        yield Case(
            id=f"{name}/{id}",
            suite=name,
            policy=suite.policy,
            finding=prompt.finding or group.finding or suite.finding or "",
            guardrails=group.guardrails or suite.guardrails,
            expect=group.expect,
            language=group.language,
            source=group.source,
            prompt=prompt.prompt,
            passage=group.passage,
            query=group.query,
            embedded=group.embedded,
        )
