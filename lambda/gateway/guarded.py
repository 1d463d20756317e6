"""Which parts of a conversation Converse's guardrail is told to look at.

Without a guardContent block in the messages it looks at all of them; with one, at nothing else. So
where a passage must be marked as what an answer has to stand on, everything is marked. System text
is looked at where it is wrapped, whatever the messages hold:
https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-use-converse-api.html
"""

from __future__ import annotations

from gateway.errors import invalid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

# Characters of the passages together and of the question, which the check for grounds reads:
# https://docs.aws.amazon.com/bedrock/latest/userguide/guardrails-contextual-grounding-check.html
MOST_SOURCE, MOST_QUERY = 100_000, 1_000
# GuardrailConverseImageFormat of Converse's service model.
_IMAGES = ("png", "jpeg")


def block(text: str, qualifier: str) -> dict[str, Any]:
    """A text in its part for the check for grounds, and for every other policy as well."""
    return {"guardContent": {"text": {"text": text, "qualifiers": [qualifier, "guard_content"]}}}


def all_or_nothing(messages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The messages as they are, or with everything wrapped that a user or a tool can have sent.

    What an assistant said is not: Converse's documentation shows no wrapped word of one, and
    `tool_guard.py` has put it to the guardrail already.
    """
    if not any("guardContent" in each for turn in messages for each in turn["content"]):
        return messages
    return [
        {**turn, "content": [_wrapped(each) for each in turn["content"]]}
        if turn["role"] == "user"
        else turn
        for turn in messages
    ]


def _wrapped(given: Mapping[str, Any]) -> dict[str, Any]:
    if "text" in given:
        return {"guardContent": {"text": {**given, "qualifiers": ["guard_content"]}}}
    if "image" not in given:
        return dict(given)
    if given["image"]["format"] not in _IMAGES:
        message = f"This alias takes images of {' and '.join(_IMAGES)} only: no others are guarded."
        raise invalid("messages", message)
    return {"guardContent": {"image": given["image"]}}
