"""How many tokens a request can take at most: so much is reserved for it before it is asked."""

from __future__ import annotations

import json

from gateway import knowledge, price, standalone
from gateway.price import input_tokens_at_most
from gateway.tool_guard import without_images

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from typing import Any

    from gateway.chat_request import ChatRequest
    from gateway.settings import Alias, Target

# What a model reads beside the request's own text, in tokens: the signs around a message, what it
# is told about tools and schemas (Claude, some 350), and the frames of passages.
_AROUND_A_MESSAGE, _AROUND_TOOLS, _AROUND_PASSAGES = 8, 400, 200
# A passage is counted by the knowledge base's tokenizer; the model's may need twice as many.
_OTHER_TOKENIZER = 2


def most_micro_usd(asked: ChatRequest, alias: Alias, targets: Sequence[Target]) -> int:
    """Whichever of the models answers, and whatever is looked for before that."""
    read = reads(asked, alias)
    most = price.most_micro_usd(read, writes(asked, alias), targets)
    if alias.knowledge_base is None:
        return most
    longest = max(asked.question, "x" * standalone.MOST_BYTES, key=lambda text: len(text.encode()))
    most += knowledge.query_micro_usd(longest, alias.knowledge_base)
    if alias.rewrite_question:
        read += standalone.AROUND
        most += price.most_micro_usd(read, standalone.MOST_TOKENS, targets)
    return most


def reads(asked: ChatRequest, alias: Alias) -> int:
    """The alias's system prompt and passages are read as well."""
    images = sum("image" in block for block in asked.blocks)
    said = sum(_bytes(block) for message in asked.messages for block in message.blocks)
    said += len(alias.system_prompt.encode()) + len(asked.messages) * _AROUND_A_MESSAGE
    for name in ("tools", "response_format"):
        if name in asked.parameters:
            said += len(_json(asked.parameters[name])) + _AROUND_TOOLS
    read = input_tokens_at_most(said, images)
    if alias.passage_tokens:
        read += len(knowledge.order(alias).encode())
        read += alias.passage_tokens * _OTHER_TOKENIZER + _AROUND_PASSAGES
    return read


def writes(asked: ChatRequest, alias: Alias) -> int:
    """What the caller asks for, or what the alias allows."""
    return asked.max_tokens or alias.max_tokens


def _bytes(block: Mapping[str, Any]) -> int:
    """What a block is to a tokenizer, at most; an image is counted otherwise."""
    if "text" in block:
        return len(block["text"].encode())
    return 0 if "image" in block else len(_json(without_images(block)))


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
