"""Answers of Converse, made up by Hypothesis, and the same as ConverseStream tells them."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from hypothesis import strategies as st

from gateway import stops
from gateway.knowledge import Passage

Answer = Mapping[str, Any]

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
_names = st.from_regex(r"[a-zA-Z0-9_-]{1,20}", fullmatch=True)
_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | texts,
    lambda each: st.lists(each, max_size=2) | st.dictionaries(texts, each, max_size=2),
    max_leaves=4,
)
_calls = st.fixed_dictionaries(
    {"toolUseId": _names, "name": _names, "input": st.dictionaries(texts, _values, max_size=3)}
)
_reasoning = st.fixed_dictionaries({"reasoningText": st.fixed_dictionaries({"text": texts})})
blocks = st.one_of(
    st.fixed_dictionaries({"text": texts}),
    st.fixed_dictionaries({"toolUse": _calls}),
    st.fixed_dictionaries({"reasoningContent": _reasoning}),
)
_counts = st.integers(0, 10_000)
usages = st.fixed_dictionaries(
    {"inputTokens": _counts, "outputTokens": _counts},
    optional={"cacheReadInputTokens": _counts, "cacheWriteInputTokens": _counts},
)


def _unique_calls(content: list[dict[str, Any]]) -> bool:
    ids = [block["toolUse"]["toolUseId"] for block in content if "toolUse" in block]
    return len(ids) == len(set(ids))


answers = st.builds(
    lambda content, stop, usage: {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": stop,
        "usage": usage,
    },
    st.lists(blocks, max_size=4).filter(_unique_calls),
    st.sampled_from(sorted(stops.FINISH)),
    usages,
)
passages = st.lists(
    st.builds(
        Passage,
        st.sampled_from(["a/b.md", "c.md"]),
        st.just(0.5),
        texts,
        st.just(1),
        st.sampled_from([None, 7]),
    ),
    max_size=2,
)


def answer(*content: dict[str, Any], stop: str = "end_turn", **usage: int) -> dict[str, Any]:
    return {
        "output": {"message": {"role": "assistant", "content": list(content)}},
        "stopReason": stop,
        "usage": {"inputTokens": 10, "outputTokens": 5, **usage},
    }


def deltas(told: Answer, size: int = 3) -> Iterator[dict[str, Any]]:
    """The content's events, with pieces of `size` characters; a text block does not start."""
    for i, block in enumerate(told["output"]["message"]["content"]):
        at = {"contentBlockIndex": i}
        if use := block.get("toolUse"):
            start = {"toolUse": {"toolUseId": use["toolUseId"], "name": use["name"]}}
            yield {"contentBlockStart": {**at, "start": start}}
        for delta in _pieces(block, size):
            yield {"contentBlockDelta": {**at, "delta": delta}}
        yield {"contentBlockStop": at}


def _pieces(block: Mapping[str, Any], size: int) -> Iterator[dict[str, Any]]:
    if use := block.get("toolUse"):
        # Nothing at all is how Bedrock streams an empty object.
        text = json.dumps(use["input"], ensure_ascii=False) if use["input"] else ""
        yield {"toolUse": {"input": ""}}
        yield from ({"toolUse": {"input": piece}} for piece in _cut(text, size))
    elif "text" in block:
        yield from ({"text": piece} for piece in _cut(block["text"], size))
    else:
        yield {"reasoningContent": {"text": "hm"}}


def _cut(text: str, size: int) -> Iterator[str]:
    return (text[i : i + size] for i in range(0, len(text), size))
