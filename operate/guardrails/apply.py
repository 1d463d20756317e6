"""One prompt through ApplyGuardrail, and what each policy made of it.

https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_ApplyGuardrail.html
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from config.suites import Case
from operate.guardrails.deployed import Deployed, explained

Block = dict[str, Any]
# Where an assessment keeps its findings: policy, list, our policy, the field that names a finding.
FINDINGS = (
    ("contentPolicy", "filters", "content_filters", "type"),
    ("topicPolicy", "topics", "topics", "name"),
    ("wordPolicy", "customWords", "words", "match"),
    ("wordPolicy", "managedWordLists", "profanity", "type"),
    ("sensitiveInformationPolicy", "piiEntities", "pii", "type"),
    ("sensitiveInformationPolicy", "regexes", "patterns", "name"),
    ("contextualGroundingPolicy", "filters", "grounding", "type"),
)


@dataclass(frozen=True)
class Finding:
    """Something that a policy saw, and acted on: `action` is BLOCKED or ANONYMIZED."""

    policy: str
    name: str
    action: str


Apply = Callable[[Case], tuple[Finding, ...]]


def applier(runtime: Any, deployed: Deployed) -> Apply:
    """Asks this version of the guardrail; raises OperateError for what AWS refuses."""

    def apply(case: Case) -> tuple[Finding, ...]:
        with explained("bedrock:ApplyGuardrail"):
            answer = runtime.apply_guardrail(
                guardrailIdentifier=deployed.id,
                guardrailVersion=deployed.version,
                source=case.source,
                content=content(case),
            )
        return tuple(_findings(answer))

    return apply


def content(case: Case) -> list[Block]:
    """The prompt alone, or as an answer with its passage and its question."""
    if case.passage is None or case.query is None:
        return [_text(case.prompt)]
    grounds = _text(case.passage, "grounding_source"), _text(case.query, "query")
    return [*grounds, _text(case.prompt, "guard_content")]


def _text(text: str, *qualifiers: str) -> Block:
    return {"text": {"text": text, **({"qualifiers": [*qualifiers]} if qualifiers else {})}}


def _findings(answer: Mapping[str, Any]) -> Iterator[Finding]:
    for assessment in answer["assessments"]:
        for theirs, kind, ours, name in FINDINGS:
            for found in assessment.get(theirs, {}).get(kind, []):
                if found["action"] != "NONE":
                    yield Finding(ours, found[name], found["action"])
