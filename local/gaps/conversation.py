"""Closes gap 5 of local-cloud.md: Converse is answered by the local model, or by an error.

Token counts are the model's own, a blocked input costs none, and a request that the catalogue's
model would refuse is refused. Approximate: SmolLM2 answers in the place of every model; a stop
sequence ends a turn as end_turn; a stream is whole before its first event; InvokeModel for chat
models has MiniStack's body shapes and estimated counts, and takes no guardrail.
"""

import json
import time
from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import bedrock_runtime

from local.gaps.calls import Reply
from local.gaps.completions import complete
from local.gaps.converse_events import encoded
from local.gaps.service_errors import ServiceError, not_emulated
from local.gaps.turns import Turn, take_turn

JSON = {"Content-Type": "application/json"}
STREAM = {"Content-Type": "application/vnd.amazon.eventstream"}
Headers = Mapping[str, str]
Operation = Callable[[str, Headers, bytes], Reply]


def close() -> None:
    """Replace the conversations, and leave MiniStack no canned text to fall back to."""
    bedrock_runtime._converse = _or_error(_converse)
    bedrock_runtime._converse_stream = _or_error(_converse_stream)
    bedrock_runtime._proxy_to_openai_chat = _text_only
    for name in ("_invoke_model", "_invoke_model_with_response_stream"):
        original = getattr(bedrock_runtime, name)
        setattr(bedrock_runtime, name, _or_error(_unguarded(original)))


def _or_error(operation: Operation) -> Operation:
    def answered(model_id: str, headers: Headers, body: bytes) -> Reply:
        try:
            return operation(model_id, headers, body)
        except ServiceError as error:
            return error.reply

    return answered


def _converse(model_id: str, _: Headers, body: bytes) -> Reply:
    return 200, dict(JSON), json.dumps(_answer(model_id, body)).encode()


def _converse_stream(model_id: str, _: Headers, body: bytes) -> Reply:
    return 200, dict(STREAM), encoded(_answer(model_id, body))


def _answer(model_id: str, body: bytes) -> dict[str, Any]:
    started = time.monotonic()
    request = _parse(body)
    turn = take_turn(model_id, request)
    return {
        "output": {"message": {"role": "assistant", "content": turn.blocks}},
        "stopReason": turn.stop_reason,
        "usage": {
            "inputTokens": turn.input_tokens,
            "outputTokens": turn.output_tokens,
            "totalTokens": turn.input_tokens + turn.output_tokens,
        },
        "metrics": {"latencyMs": round((time.monotonic() - started) * 1000)},
        **_trace(request, turn),
    }


def _trace(request: Mapping[str, Any], turn: Turn) -> dict[str, Any]:
    wanted = request.get("guardrailConfig", {}).get("trace") in ("enabled", "enabled_full")
    return {"trace": {"guardrail": turn.trace}} if wanted and turn.trace else {}


def _parse(body: bytes) -> dict[str, Any]:
    try:
        request = json.loads(body or b"{}")
    except ValueError:
        request = None
    if not isinstance(request, dict):
        raise ServiceError("ValidationException", "The request's body is not a JSON object.")
    return request


def _unguarded(operation: Operation) -> Operation:
    def invoke(model_id: str, headers: Headers, body: bytes) -> Reply:
        if headers.get("x-amzn-bedrock-guardrailidentifier"):
            raise not_emulated("A guardrail on InvokeModel", "use Converse.")
        return operation(model_id, headers, body)

    return invoke


def _text_only(_: str, messages: Any, system: Any, settings: Mapping[str, Any] | None) -> str:
    """The model's text for InvokeModel; a failure is an error, never a canned reply."""
    payload = {
        "messages": bedrock_runtime._openai_messages(messages, system),
        "max_tokens": (settings or {}).get("maxTokens", 512),
    }
    return str(complete(payload).message.get("content") or "")
