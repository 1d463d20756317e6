"""`POST /v1/embeddings`: texts become vectors of an alias's model, in OpenAI's shape."""

from __future__ import annotations

import binascii
import struct

from gateway import aliases, edge, price, refused
from gateway.aws import client
from gateway.body import parse_object
from gateway.budget import Spending
from gateway.embedding_models import SPELLINGS
from gateway.errors import blocked, invalid
from gateway.settings import settings
from gateway.shape import Choice, Either, List, Number, Object, Text
from gateway.vectors import Asked, vectors_of
from gateway.verdict import judge

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from gateway.aws import Upstream
    from gateway.edge import Answer, Reply, Request
    from gateway.settings import Guardrail, Settings, Target
    from gateway.vectors import Vector

# Most models make one vector a call: this many calls leave each a fifth of the 29 seconds, and the
# longest vectors but one fit into the 6 MB of an answer.
MOST_TEXTS = 128
# The tokens with which a model marks where a text begins and ends, and what it is for.
_AROUND_A_TEXT = 8
_TEXT = Text(shortest=1, says="a text that is not empty: tokens are not taken")

SHAPE = Object(
    {
        "model": Text(shortest=1, says="the name of an alias; GET /v1/models lists them"),
        "input": Either(_TEXT, List(_TEXT, least=1, most=MOST_TEXTS)),
        "dimensions": Number(1, 4096, whole=True),
        "encoding_format": Choice("float", "base64"),
        "user": Text(),
    },
    required=("model", "input"),
)


def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    return edge.buffered(respond(event, context))


def respond(event: Mapping[str, Any], context: Any) -> Answer:
    return answer(event, context, settings=settings(), upstream=client())


def answer(
    event: Mapping[str, Any], context: Any, *, settings: Settings, upstream: Upstream
) -> Answer:
    """`respond` with everything that it holds on to between requests given to it."""

    def route(request: Request) -> Reply:
        return embeddings(request, settings=settings, upstream=upstream)

    return edge.respond(event, context, route, settings=settings, once_with=upstream)


def embeddings(request: Request, *, settings: Settings, upstream: Upstream) -> Reply:
    """A vector for each text, in their order; raises a GatewayError or an UpstreamFailure.

    The alias's first model alone is asked: another model's vectors mean something else.
    """
    request.facts["gen_ai.operation.name"] = "embeddings"
    request.facts["gen_ai.provider.name"] = "aws.bedrock"
    fields = parse_object(request.body, max_bytes=settings.max_body_bytes)
    SHAPE.check("", fields)
    alias = aliases.find(fields["model"], "embedding", request, settings)
    asked = _asked(fields, alias.targets[0])
    most = _most_micro_usd(asked)
    spending = Spending.reserve(request, most, settings=settings, upstream=upstream)
    usage = {"inputTokens": 0, "outputTokens": 0}
    request.facts["gen_ai.response.model"] = asked.target.id  # nobody else may answer
    try:
        asked = _guarded(asked, alias.guardrail, request, upstream)
        vectors = list(vectors_of(asked, request, upstream, usage))
    except BaseException:
        _pay_for_a_part(spending, usage, asked.target)
        raise
    spending.settle(usage, asked.target)
    return _reply(vectors, asked.target, usage, fields.get("encoding_format") or "float")


def _asked(fields: Mapping[str, Any], target: Target) -> Asked:
    given, dimensions = fields["input"], fields.get("dimensions")
    texts = [given] if isinstance(given, str) else given
    assert target.embedding is not None  # config.references refuses a model that nobody can ask
    spelling = SPELLINGS[target.embedding]
    if dimensions is not None and not spelling.has_dimensions:
        message = "The model behind this alias makes vectors of one length: leave 'dimensions' out."
        raise invalid("dimensions", message)
    if len(texts) > spelling.most_texts:
        message = f"The model behind this alias takes at most {spelling.most_texts} texts at once."
        raise invalid("input", message)
    return Asked(texts, None if dimensions is None else int(dimensions), target, spelling)


def _guarded(
    asked: Asked, guardrail: Guardrail | None, request: Request, upstream: Upstream
) -> Asked:
    """The texts as the guardrail masks them: a model that makes vectors takes none itself."""
    verdict = refused.by_name(
        lambda: judge("INPUT", asked.texts, guardrail, upstream, request.deadline),
        "input",
        "The guardrail refused the input: it may be too long for it.",
    )
    if verdict is None:
        return asked
    if verdict.blocked:
        request.facts["outcome"] = "blocked"
        raise blocked("input", verdict.message)
    return asked._replace(texts=verdict.texts)


def _most_micro_usd(asked: Asked) -> int:
    said = sum(len(text.encode()) + _AROUND_A_TEXT for text in asked.texts)
    return price.most_micro_usd(price.input_tokens_at_most(said, 0), 0, [asked.target])


def _pay_for_a_part(spending: Spending, usage: Mapping[str, int], target: Target) -> None:
    """What has been answered before a failure has been spent."""
    if usage["inputTokens"]:
        spending.settle(usage, target)
    spending.release()


def _reply(vectors: list[Vector], target: Target, usage: Mapping[str, int], encoding: str) -> Reply:
    encode = _as_base64 if encoding == "base64" else list
    data = [
        {"object": "embedding", "index": i, "embedding": encode(vector)}
        for i, vector in enumerate(vectors)
    ]
    tokens = usage["inputTokens"]
    told = {"prompt_tokens": tokens, "total_tokens": tokens}
    body = {"object": "list", "data": data, "model": target.id, "usage": told}
    return edge.Reply(body, {"x-strata-model": target.id})


def _as_base64(vector: Vector) -> str:
    """Little-endian 32-bit floats: a quarter of what the digits take."""
    packed = struct.pack(f"<{len(vector)}f", *vector)
    return binascii.b2a_base64(packed, newline=False).decode()
