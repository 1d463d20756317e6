"""One conversation's answer as ConverseStream sends it, for any number of words."""

from __future__ import annotations

from tests.unit.gateway.frames import event


def conversation(words: int) -> list[bytes]:
    """The frames: one a word, between a start and an end."""
    said = [
        {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": f"word{number} "}}}
        for number in range(words)
    ]
    return [
        event({"messageStart": {"role": "assistant"}}),
        *map(event, said),
        event({"contentBlockStop": {"contentBlockIndex": 0}}),
        event({"messageStop": {"stopReason": "end_turn"}}),
        event({"metadata": {"usage": usage(words), "metrics": {"latencyMs": 1}}}),
    ]


def usage(words: int) -> dict[str, int]:
    return {"inputTokens": 12, "outputTokens": words, "totalTokens": 12 + words}


def text(words: int) -> str:
    """What they say together."""
    return "".join(f"word{number} " for number in range(words))
