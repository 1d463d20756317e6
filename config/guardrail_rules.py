"""What Bedrock demands of a guardrail beyond its schema (bedrock-2026 §4.2)."""

from collections.abc import Iterable, Iterator

from config.errors import Broken
from config.guardrail import Guardrail

# https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-tiers.html
CLASSIC_DEFINITION = 200
POLICIES = (
    "content_filters",
    "topics",
    "words",
    "profanity",
    "pii",
    "patterns",
    "grounding",
    "automated_reasoning",
)


def broken_rules(guardrail: Guardrail) -> Iterator[Broken]:
    """Every rule that the guardrail breaks, wherever it is deployed."""
    if not any(getattr(guardrail, policy) for policy in POLICIES):
        yield "(the file)", "no policy", f"a guardrail has at least one of {list(POLICIES)}"
    attack = guardrail.content_filters.get("PROMPT_ATTACK")
    if attack and attack.output.strength != "NONE":
        field = "content_filters.PROMPT_ATTACK.output"
        expected = "the service takes only 'NONE': attacks come in prompts"
        yield field, attack.output.strength, expected
    yield from _tiers(guardrail)
    yield from _topics(guardrail)
    words = [word.text.casefold() for word in guardrail.words]
    for twice in _repeated(words):
        yield "words", twice, "stands here twice; the service does not tell capital letters apart"
    patterns = [regex.pattern for regex in guardrail.patterns.values()]
    for twice in _repeated(patterns):
        yield "patterns", twice, "two patterns are the same: name each once"


def _tiers(guardrail: Guardrail) -> Iterator[Broken]:
    demands = {"content_tier": guardrail.content_filters, "topics_tier": guardrail.topics}
    for tier, policy in demands.items():
        if getattr(guardrail, tier) == "STANDARD" and not policy:
            yield tier, "STANDARD", "a tier of nothing: the guardrail has no such policy"
        elif getattr(guardrail, tier) == "STANDARD" and not guardrail.cross_region:
            yield tier, "STANDARD", 'needs `cross_region`, such as "us": that tier runs in several'
    if guardrail.automated_reasoning and not guardrail.cross_region:
        yield "automated_reasoning", "(declared)", 'needs `cross_region`, such as "us"'


def _topics(guardrail: Guardrail) -> Iterator[Broken]:
    for twice in _repeated(topic.name for topic in guardrail.topics):
        yield "topics", twice, "two topics have this name"
    for index, topic in enumerate(guardrail.topics):
        length = len(topic.definition)
        if guardrail.topics_tier == "CLASSIC" and length > CLASSIC_DEFINITION:
            expected = f"at most {CLASSIC_DEFINITION} characters on the CLASSIC tier, not {length}"
            yield f"topics.{index}.definition", topic.definition, expected


def _repeated(values: Iterable[str]) -> list[str]:
    known = list(values)
    return sorted({value for value in known if known.count(value) > 1})
