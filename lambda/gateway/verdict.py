"""What a guardrail makes of texts that Converse's does not look at: one ApplyGuardrail call.

Whatever is not an answer of the guardrail stops the request, and never lets it pass.
"""

from __future__ import annotations

from gateway.failures import UpstreamFailure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Any, NamedTuple

    from gateway.aws import Upstream
    from gateway.settings import Guardrail
else:
    from gateway.record import NamedTuple

# What each finding of an assessment does; any other word could mean that it has blocked.
_HARMLESS = frozenset({"ANONYMIZED", "NONE"})


class Verdict(NamedTuple):
    """An intervention: each text as it is masked, or if it is blocked what to say instead."""

    blocked: bool
    texts: list[str]

    @property
    def message(self) -> str:
        return "\n".join(self.texts)


def judge(
    source: str,
    texts: Sequence[str],
    guardrail: Guardrail | None,
    upstream: Upstream,
    deadline: float,
) -> Verdict | None:
    """None if it all may pass; raises an UpstreamFailure if nobody can tell."""
    if not texts or guardrail is None:
        return None
    content = [{"text": {"text": text}} for text in texts]
    answer = upstream.apply_guardrail(
        guardrail.id, guardrail.version, {"source": source, "content": content}, deadline
    )
    try:
        return _read(answer, len(texts))
    except (AttributeError, KeyError, TypeError):
        raise _unreadable() from None


def _read(answer: Mapping[str, Any], count: int) -> Verdict | None:
    action = answer["action"]
    if action == "NONE":
        return None
    if action != "GUARDRAIL_INTERVENED":
        raise _unreadable()
    said = [output["text"] for output in answer["outputs"]]
    if not all(isinstance(text, str) for text in said):
        raise _unreadable()
    done = set(_actions(answer.get("assessments", ())))
    masked = "ANONYMIZED" in done and done <= _HARMLESS and len(said) == count
    return Verdict(not masked, said)


def _actions(found: Any) -> Iterator[str]:
    """What was done about each finding, in whatever policy's list it stands."""
    if isinstance(found, dict):
        if isinstance(action := found.get("action"), str):
            yield action
        found = list(found.values())
    if isinstance(found, list):
        for each in found:
            yield from _actions(each)


def _unreadable() -> UpstreamFailure:
    return UpstreamFailure("the guardrail's answer is none")
