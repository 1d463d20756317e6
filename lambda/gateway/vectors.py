"""The vectors of some texts, from as many calls of a model as it takes."""

from __future__ import annotations

import math

from gateway.aws import AwsError, UpstreamFailure
from gateway.embedding_models import tokens_of
from gateway.errors import invalid, throttled

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any, NamedTuple

    from gateway.aws import Upstream
    from gateway.edge import Request
    from gateway.embedding_models import Spelling
    from gateway.settings import Target

    Vector = list[float]
else:
    from gateway.record import NamedTuple


class Asked(NamedTuple):
    """What is wanted, and how its model is asked for it."""

    texts: list[str]
    dimensions: int | None
    target: Target
    spelling: Spelling


def vectors_of(
    asked: Asked, request: Request, upstream: Upstream, usage: dict[str, int]
) -> Iterator[Vector]:
    """`usage` grows with every call that has been answered."""
    step = asked.spelling.texts_a_call
    for at in range(0, len(asked.texts), step):
        request.check_client()
        texts = asked.texts[at : at + step]
        body = asked.spelling.request(texts, asked.dimensions)
        try:
            answer, headers = upstream.invoke_model(asked.target.arn, body, request.deadline)
        except AwsError as refused:
            raise _told(refused, asked.dimensions) from refused
        usage["inputTokens"] += tokens_of(answer, headers)
        yield from _whole(asked.spelling, answer, len(texts))


def _told(refused: AwsError, dimensions: int | None) -> Exception:
    if refused.code == "ServiceQuotaExceededException":  # a 400 that is not the caller's fault
        return throttled()
    if refused.status != 400:
        return refused
    if dimensions is None:
        return invalid("input", "The model refused the input: a text may be too long for it.")
    message = "The model refused the request: a text may be too long for it, or it makes no vectors"
    return invalid("dimensions", f"{message} of {dimensions} dimensions.")


def _whole(spelling: Spelling, answer: Mapping[str, Any], count: int) -> list[Vector]:
    """Half an answer is none."""
    try:
        vectors = spelling.vectors(answer)
        finite = all(all(map(math.isfinite, vector)) for vector in vectors)
        whole = finite and len(vectors) == count and all(vectors)
    except (AttributeError, KeyError, OverflowError, TypeError):
        whole = False
    if not whole:
        raise UpstreamFailure("the model's answer is not whole")
    return vectors
