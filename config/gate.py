"""What a valid environment may still not do: lean on dying models, or promise what none keeps.

`config.load` refuses what is wrong in itself. These findings depend on the day, or on what the
environment said before, so they are told apart and can be a warning.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from config.errors import Problem
from config.models import Target
from config.schema import Alias, Environment

# The ids in the version that is deployed, by "aliases.NAME" or "knowledge_bases.NAME"; None when
# nobody knows.
Before = Mapping[str, frozenset[str]] | None

NONE: frozenset[str] = frozenset()

# Lambda allows 4 kB of environment variables in all, ARNs and names of AWS's own included.
MOST_BYTES = 3_000
# IAM allows this many characters in the inline policies of a role, blanks not counted.
MOST_POLICY = 10_240
# Characters, held to the templates by tests/stacks/test_policy_size.py: the chat role's policy
# without its models, one model's statements, one guardrail or knowledge base.
OTHER_POLICY, STATEMENT, EACH_STORE = 1_300, 200, 75
# As long as the ids that Bedrock gives.
SOME_ID = "x" * 12


@dataclass(frozen=True)
class Finding:
    """One judgement; a `fail` keeps the change from being merged."""

    level: Literal["fail", "warn"]
    problem: Problem

    def __str__(self) -> str:
        return f"{self.level}: {self.problem}"


def judge(environment: Environment, *, today: date, before: Before) -> Iterator[Finding]:
    """Every finding of an environment that has loaded."""
    known = before or {}
    for name, alias in environment.aliases.items():
        table = f"aliases.{name}"
        for field, target in _targets(table, alias):
            yield from _lifecycle(environment, field, target, today, known.get(table, NONE))
            yield from _needs(environment, table, field, alias, target)
    for name, base in environment.knowledge_bases.items():
        table = f"knowledge_bases.{name}"
        field, target = f"{table}.embedding_model", base.embedding_model
        yield from _lifecycle(environment, field, target, today, known.get(table, NONE))
    yield from _size(environment)


def _targets(field: str, alias: Alias) -> Iterator[tuple[str, Target]]:
    yield f"{field}.model", alias.model
    yield from ((f"{field}.fallbacks", target) for target in alias.fallbacks)


def _lifecycle(
    environment: Environment, field: str, target: Target, today: date, known: frozenset[str]
) -> Iterator[Finding]:
    model, limits = target.model, environment.lifecycle
    if model.lifecycle == "LEGACY":
        held = target.id in known
        expected = "is LEGACY: Bedrock refuses it to accounts that do not use it already"
        yield _finding("warn" if held else "fail", environment, field, target.id, expected)
    if model.end_of_life is None:
        return
    left = (model.end_of_life - today).days
    if left <= max(limits.warn_days, limits.fail_days):
        when = f"ended on {model.end_of_life}" if left < 0 else f"ends on {model.end_of_life}"
        expected = f"{when}: name a model that stays (docs/howto/retire-a-model.md)"
        level: Literal["fail", "warn"] = "fail" if left <= limits.fail_days else "warn"
        yield _finding(level, environment, field, target.id, expected)


def _needs(
    environment: Environment, name: str, field: str, alias: Alias, target: Target
) -> Iterator[Finding]:
    accepts = target.model.capabilities.accepts
    for need in alias.needs:
        if need not in accepts:
            expected = f"takes no {need}, which `{name}.needs` promises"
            yield _finding("fail", environment, field, target.id, expected)
    context = target.model.limits.context_tokens
    if alias.context_tokens and context < alias.context_tokens:
        expected = f"reads {context} tokens, and `{name}.context_tokens` promises more"
        yield _finding("fail", environment, field, target.id, expected)
    lacking = sorted(({"images", "tools"} & alias.model.model.capabilities.accepts) - accepts)
    if lacking and not set(lacking) & set(alias.needs):
        expected = f"takes no {' and no '.join(lacking)}: requests with them do not fall back to it"
        yield _finding("warn", environment, field, target.id, expected)


def _size(environment: Environment) -> Iterator[Finding]:
    size = len(json.dumps(_deployed(environment), separators=(",", ":")))
    if size > MOST_BYTES:
        expected = f"at most {MOST_BYTES} bytes of deployed ids: declare fewer aliases or fallbacks"
        yield _finding("fail", environment, "aliases", f"{size} bytes", expected)

    policy = policy_size(environment)
    if policy > MOST_POLICY:
        expected = f"at most {MOST_POLICY} characters of IAM policy: fewer models or destinations"
        yield _finding("fail", environment, "aliases", f"about {policy} characters", expected)


def policy_size(environment: Environment) -> int:
    """About how many characters the chat role's policy has; rather too many than too few."""
    stores = len(environment.guardrails) + len(environment.knowledge_bases)
    models = sum(map(_policy_size, _all_targets(environment)))
    return OTHER_POLICY + EACH_STORE * stores + models


def _all_targets(environment: Environment) -> Iterator[Target]:
    for _, _, targets in environment.inference.values():
        yield from targets


def _policy_size(target: Target) -> int:
    """Two statements: the profiles, and the model in every destination under their condition."""
    profile = len(f"arn:aws:bedrock:us-east-1:{SOME_ID}:application-inference-profile/{SOME_ID}")
    system = len(f"arn:aws:bedrock:us-east-1:{SOME_ID}:inference-profile/{target.id}")
    model = len(f"arn:aws:bedrock:us-east-1::foundation-model/{target.model.id}") + 3
    return STATEMENT + 2 * (profile + system) + len(target.destinations) * model


def _deployed(environment: Environment) -> dict[str, object]:
    """The shape of `stacks.settings.deployed`, with ids as long as Bedrock's."""
    profiles = {key: [SOME_ID] * len(one[2]) for key, one in environment.inference.items()}
    return {
        "guardrails": {name: [SOME_ID, "99"] for name in environment.guardrails},
        "profiles": profiles,
        "knowledge_bases": dict.fromkeys(environment.knowledge_bases, SOME_ID),
    }


def _finding(
    level: Literal["fail", "warn"], environment: Environment, field: str, given: str, expected: str
) -> Finding:
    file = f"config/environments/{environment.name}.toml"
    return Finding(level, Problem(file, field, given, expected))
