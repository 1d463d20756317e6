"""What a valid environment may still not do: lean on dying models, or promise what none keeps.

`config.load` refuses what is wrong in itself. These findings depend on the day, or on what the
environment said before, so they are told apart and can be a warning.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from config import policy
from config.errors import Problem
from config.models import Target
from config.policy import SOME_ID
from config.schema import Alias, Environment

# The ids in the version that is deployed, by "aliases.NAME" or "knowledge_bases.NAME"; None when
# nobody knows.
Before = Mapping[str, frozenset[str]] | None

NONE: frozenset[str] = frozenset()

# Lambda allows 4 kB of environment variables in all, ARNs and names of AWS's own included.
MOST_BYTES = 3_000
# IAM allows this many characters in the inline policies of a role, blanks not counted.
MOST_POLICY = 10_240
# Characters, held to the templates by tests/stacks/test_policy_size.py: the chat role's own policy
# without its stores, one guardrail, one region that judges for guardrails.
OTHER_POLICY, EACH_GUARDRAIL, EACH_JUDGE = 1_200, 150, 75


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
    yield from _delivers_text(environment)


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

    own = policy_size(environment)
    if own > MOST_POLICY:
        expected = f"at most {MOST_POLICY} characters of IAM policy: fewer of them"
        field = "guardrails"
        yield _finding("fail", environment, field, f"about {own} characters", expected)
    policies = sum(len(batches) for batches in policy.calls(environment).values())
    policies += bool(environment.knowledge_bases)
    # A new version's policies stand beside the old one's until the deployment is over.
    most = (policy.MOST_POLICIES - (environment.network is not None)) // 2
    if policies > most:
        expected = f"at most {most}: fewer models, destinations or guardrails"
        yield _finding("fail", environment, "aliases", f"{policies} IAM policies", expected)


def _delivers_text(environment: Environment) -> Iterator[Finding]:
    logging = environment.invocation_logging
    if logging and "text" in logging.deliver:
        given, field = ", ".join(logging.deliver), "invocation_logging.deliver"
        expected = (
            "writes prompts and answers into the log, personal data too that a guardrail masks for "
            "the caller (docs/howto/log-invocations.md)"
        )
        yield _finding("warn", environment, field, given, expected)


def policy_size(environment: Environment) -> int:
    """About how many characters the chat role's own policy has; rather too many than too few."""
    guardrails = [environment.guardrails[name] for name in environment.guardrails_of("chat")]
    crossing = [one.cross_region for one in guardrails if one.cross_region]
    judges = {(one.id, to) for one in crossing for to in one.sources[environment.region]}
    return OTHER_POLICY + EACH_GUARDRAIL * len(guardrails) + EACH_JUDGE * len(judges)


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
