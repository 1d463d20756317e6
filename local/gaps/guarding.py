"""What a guardrail sees of a conversation, and what it makes of it (gap 6 of local-cloud.md).

Only words, patterns and pattern PII are evaluated, by MiniStack: content filters, denied topics,
grounding and the profanity list never intervene here.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from ministack.services import bedrock_runtime

from local.gaps.service_errors import ServiceError

Block = dict[str, Any]
# What a wrapped text is for that says nothing else.
GUARDED = "guard_content"


@dataclass
class Verdict:
    """Whether something is blocked, and every finding by policy."""

    blocked: bool = False
    findings: dict[str, dict[str, list[Any]]] = field(default_factory=dict)


def find_guardrail(request: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The guardrail that a request names, as it was at that version; raises ServiceError."""
    config = request.get("guardrailConfig")
    if not config:
        return None
    identifier = config["guardrailIdentifier"]
    found: Mapping[str, Any] | None = bedrock_runtime._resolve_guardrail(
        identifier.rpartition("/")[2], config["guardrailVersion"]
    )
    if found is None:
        text = f"The request's guardrail identifier or version does not exist: {identifier}"
        raise ServiceError("ValidationException", text)
    return found


def judge_input(guardrail: Mapping[str, Any], request: Mapping[str, Any]) -> Verdict:
    """Judge what may be judged, and mask it in place.

    Without a guardContent block every message is; with one, nothing but such blocks. The system
    prompt is judged only where it is wrapped (bedrock-2026 §4.4). What is marked for the check for
    grounds alone is left to it.
    """
    verdict = Verdict()
    for texts in _guarded(request):
        _judge(guardrail, "INPUT", texts, verdict)
    return verdict


def judge_output(guardrail: Mapping[str, Any], blocks: list[Block]) -> Verdict:
    """Judge the answer's texts, and mask them in place."""
    verdict = Verdict()
    for block in blocks:
        if "text" in block:
            _judge(guardrail, "OUTPUT", block, verdict)
    return verdict


def _guarded(request: Mapping[str, Any]) -> Iterator[Block]:
    messages = [block for turn in request.get("messages", []) for block in turn["content"]]
    yield from _wrapped(request.get("system", []))
    if any("guardContent" in block for block in messages):
        yield from _wrapped(messages)
    else:
        yield from (block for block in messages if "text" in block)


def _wrapped(blocks: list[Block]) -> Iterator[Block]:
    texts = [b["guardContent"]["text"] for b in blocks if "text" in b.get("guardContent", {})]
    yield from (text for text in texts if GUARDED in text.get("qualifiers", [GUARDED]))


def _judge(guardrail: Mapping[str, Any], source: str, block: Block, verdict: Verdict) -> None:
    evaluate: Callable[..., dict[str, Any]] = bedrock_runtime._evaluate_guardrail
    result = evaluate(guardrail, source, block["text"])
    block["text"] = result["masked_text"]
    verdict.blocked = verdict.blocked or result["blocked"]
    for policy, kinds in result["assessment"].items():
        for kind, findings in kinds.items():
            verdict.findings.setdefault(policy, {}).setdefault(kind, []).extend(findings)
