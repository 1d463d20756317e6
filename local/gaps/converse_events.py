"""An answer of Converse as the events of ConverseStream, encoded as Bedrock sends them."""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from ministack.services import bedrock_runtime

Event = tuple[str, Mapping[str, Any]]
# A word and the blanks before it, as if it were a token.
PIECE = re.compile(r"\s*\S+|\s+$")


def encoded(answer: Mapping[str, Any]) -> bytes:
    """Every event of the answer, one after the other."""
    return b"".join(bedrock_runtime._es_event(kind, payload) for kind, payload in _events(answer))


def _events(answer: Mapping[str, Any]) -> Iterator[Event]:
    yield "messageStart", {"role": "assistant"}
    for index, block in enumerate(answer["output"]["message"]["content"]):
        at = {"contentBlockIndex": index}
        yield from ((kind, {**at, **payload}) for kind, payload in _block(block))
        yield "contentBlockStop", at
    yield "messageStop", {"stopReason": answer["stopReason"]}
    told = {name: answer[name] for name in ("usage", "metrics", "trace") if name in answer}
    yield "metadata", told


def _block(block: Mapping[str, Any]) -> Iterator[Event]:
    if "toolUse" in block:
        use = block["toolUse"]
        named = {"toolUseId": use["toolUseId"], "name": use["name"]}
        yield "contentBlockStart", {"start": {"toolUse": named}}
        yield "contentBlockDelta", {"delta": {"toolUse": {"input": json.dumps(use["input"])}}}
    for piece in PIECE.findall(block.get("text", "")):
        yield "contentBlockDelta", {"delta": {"text": piece}}
