"""One question to the local language model, over llama.cpp's OpenAI-style endpoint.

Whatever goes wrong is an error of Bedrock's; no text is ever made up in the model's place.
"""

import json
import os
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from local.gaps.service_errors import ServiceError

# As long as Bedrock's own clients wait for a model at most.
ANSWER_SECONDS = 60.0
STOP_REASONS = {"stop": "end_turn", "length": "max_tokens", "tool_calls": "tool_use"}


@dataclass(frozen=True)
class Completion:
    """What the model said, why it stopped in Converse's words, and the tokens that it counted."""

    message: Mapping[str, Any]
    stop_reason: str
    input_tokens: int
    output_tokens: int


def complete(payload: Mapping[str, Any]) -> Completion:
    """Ask the model; raises ServiceError."""
    answer = _post(payload)
    choice, usage = answer["choices"][0], answer["usage"]
    return Completion(
        message=choice["message"],
        stop_reason=STOP_REASONS[choice["finish_reason"]],
        input_tokens=usage["prompt_tokens"],
        output_tokens=usage["completion_tokens"],
    )


def _post(payload: Mapping[str, Any]) -> Mapping[str, Any]:
    request = urllib.request.Request(
        os.environ["MINISTACK_BEDROCK_PROXY_URL"] + "/v1/chat/completions",
        data=json.dumps(payload).encode(),
        headers={"Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=ANSWER_SECONDS) as reply:
            answer: Mapping[str, Any] = json.load(reply)
    except urllib.error.HTTPError as error:
        raise _refused(error.code, error.read().decode(errors="replace")) from None
    except TimeoutError:
        raise ServiceError("ModelTimeoutException", "Model has timed out in processing.") from None
    except OSError as error:
        text = f"The local language model does not answer ({error}); see `make status`."
        raise ServiceError("ServiceUnavailableException", text) from None
    return answer


def _refused(status: int, text: str) -> ServiceError:
    if "exceed_context_size" in text:
        return ServiceError("ValidationException", "Input is too long for requested model.")
    if status < 500:
        return ServiceError("ValidationException", f"The model refused the request: {text[:300]}")
    return ServiceError("ModelErrorException", f"The model failed: {text[:300]}")
