"""Between OpenAI's chat and Bedrock's Converse, in both directions."""

from __future__ import annotations

from gateway.errors import bad_gateway, invalid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from gateway.chat_request import ChatRequest, Message
    from gateway.settings import Alias, Target

# OpenAI's name of a parameter, and where Converse's inferenceConfig keeps it.
_INFERENCE = {"temperature": "temperature", "top_p": "topP", "stop": "stopSequences"}

_FINISH = {
    "end_turn": "stop",
    "stop_sequence": "stop",
    "max_tokens": "length",
    "model_context_window_exceeded": "length",
    "guardrail_intervened": "content_filter",
    "content_filtered": "content_filter",
}


def check_parameters(request: ChatRequest, alias: Alias) -> None:
    """Refuse what one of the alias's models does not take: a 400 from Bedrock would come later."""
    for name in request.parameters:
        for target in alias.targets:
            if name not in target.accepts:
                raise invalid(name, f"{name!r} is not taken by a model behind this alias.")
    if request.max_tokens is not None and request.max_tokens > alias.max_tokens:
        message = f"This alias answers with at most {alias.max_tokens} tokens."
        raise invalid("max_tokens", message)


def to_converse(request: ChatRequest, alias: Alias, question: str) -> dict[str, Any]:
    """The body of Converse; `question` stands for the last message, passages and all.

    No message carries guardContent: the guardrail then assesses all of them (bedrock-2026 §4.4).
    """
    inference = {_INFERENCE[name]: value for name, value in request.parameters.items()}
    messages = [*request.messages[:-1], request.messages[-1]._replace(text=question)]
    body: dict[str, Any] = {
        "messages": _turns(messages),
        "inferenceConfig": {**inference, "maxTokens": request.max_tokens or alias.max_tokens},
    }
    if system := _system(request, alias):
        body["system"] = system
    if alias.guardrail:
        body["guardrailConfig"] = {
            "guardrailIdentifier": alias.guardrail.id,
            "guardrailVersion": alias.guardrail.version,
        }
    return body


def from_converse(
    answer: Mapping[str, Any], *, request_id: str, created: int, target: Target
) -> dict[str, Any]:
    """OpenAI's chat.completion; a reason to stop that nobody knows is an error, not a success."""
    reason = answer.get("stopReason")
    if reason not in _FINISH:
        raise bad_gateway("The model ended its answer in a way that this gateway does not know.")
    content = answer.get("output", {}).get("message", {}).get("content", [])
    return {
        "id": f"chatcmpl-{request_id}",
        "object": "chat.completion",
        "created": created,
        "model": target.id,
        "choices": [
            {
                "index": 0,
                "message": {
                    "role": "assistant",
                    "content": "".join(block.get("text", "") for block in content),
                    "refusal": None,
                },
                "logprobs": None,
                "finish_reason": _FINISH[reason],
            }
        ],
        "usage": _usage(answer.get("usage", {})),
    }


def _turns(messages: list[Message]) -> list[dict[str, Any]]:
    """Converse wants user and assistant by turns, so neighbours of one role become one message."""
    turns: list[dict[str, Any]] = []
    for message in messages:
        if message.role not in ("user", "assistant"):
            continue
        if not turns or turns[-1]["role"] != message.role:
            turns.append({"role": message.role, "content": []})
        turns[-1]["content"].append({"text": message.text})
    if turns[0]["role"] != "user":
        raise invalid("messages", "The first message after the system's must be the user's.")
    return turns


def _system(request: ChatRequest, alias: Alias) -> list[dict[str, Any]]:
    """The alias's prompt is ours. The caller's is not, and no guardrail sees bare system text."""
    blocks: list[dict[str, Any]] = []
    if alias.system_prompt:
        blocks.append({"text": alias.system_prompt})
    for message in request.messages:
        if message.role in ("system", "developer"):
            guarded = {"guardContent": {"text": {"text": message.text}}}
            blocks.append(guarded if alias.guardrail else {"text": message.text})
    return blocks


def _usage(usage: Mapping[str, int]) -> dict[str, int]:
    prompt, completion = usage.get("inputTokens", 0), usage.get("outputTokens", 0)
    return {
        "prompt_tokens": prompt,
        "completion_tokens": completion,
        "total_tokens": prompt + completion,
    }
