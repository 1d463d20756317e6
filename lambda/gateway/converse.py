"""From OpenAI's chat to the body of Bedrock's Converse, for one model."""

from __future__ import annotations

import json

from gateway import guarded, knowledge
from gateway.errors import invalid
from gateway.fit import has_tool, unsupported

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from gateway.chat_request import ChatRequest, Message
    from gateway.settings import Alias, Target

# OpenAI's name of a parameter, and where Converse's inferenceConfig keeps it.
_INFERENCE = {"temperature": "temperature", "top_p": "topP", "stop": "stopSequences"}
_ROLE = {"user": "user", "tool": "user", "assistant": "assistant"}


def to_converse(request: ChatRequest, alias: Alias, target: Target) -> dict[str, Any]:
    """What the model takes of the request; `unsupported` says what that leaves out."""
    dropped = set(unsupported(request, target))
    given = {name: value for name, value in request.parameters.items() if name not in dropped}
    body: dict[str, Any] = {
        "messages": _turns(request.messages, _left_out(alias, target)),
        "inferenceConfig": _inference(given, request.max_tokens or alias.max_tokens),
    }
    if system := _kept(_system(request, alias), _left_out(alias, target)):
        _place_system(body, system, target)
    body["messages"] = guarded.all_or_nothing(body["messages"])
    if alias.guardrail:
        body["guardrailConfig"] = {
            "guardrailIdentifier": alias.guardrail.id,
            "guardrailVersion": alias.guardrail.version,
        }
        if request.stream:  # otherwise text could leave before it is judged, or unmasked
            body["guardrailConfig"]["streamProcessingMode"] = "sync"
    if tools := _tools(request, given, "caching" in target.accepts):
        body["toolConfig"] = tools
    _add_output(body, given, target)
    return body


def check_max_tokens(request: ChatRequest, alias: Alias) -> None:
    """A caller may ask for less than the alias allows, and not for more."""
    if request.max_tokens is not None and request.max_tokens > alias.max_tokens:
        message = f"This alias answers with at most {alias.max_tokens} tokens."
        raise invalid(request.field("max_completion_tokens"), message)


def _inference(given: Mapping[str, Any], max_tokens: int) -> dict[str, Any]:
    chosen = {_INFERENCE[name]: value for name, value in given.items() if name in _INFERENCE}
    return {**chosen, "maxTokens": max_tokens}


def _turns(messages: tuple[Message, ...], left_out: set[str]) -> list[dict[str, Any]]:
    """Converse wants user and assistant by turns, so neighbours of one role become one message."""
    turns: list[dict[str, Any]] = []
    for message in messages:
        role = _ROLE.get(message.role)
        blocks = _kept(message.blocks, left_out)
        if role is None or not blocks:
            continue
        if not turns or turns[-1]["role"] != role:
            turns.append({"role": role, "content": []})
        turns[-1]["content"].extend(blocks)
    if not turns or turns[0]["role"] != "user":
        raise invalid("messages", "The first message after the system's must be the user's.")
    return turns


def _left_out(alias: Alias, target: Target) -> set[str]:
    """A cache point is a hint, without which a model answers as well.

    Reasoning that comes back is not looked at by Converse's guardrail, so it is not sent there.
    """
    left_out = {"reasoningContent"} if alias.guardrail else set()
    return left_out if "caching" in target.accepts else {*left_out, "cachePoint"}


def _kept(blocks: Iterable[Mapping[str, Any]], left_out: set[str]) -> list[dict[str, Any]]:
    return [dict(block) for block in blocks if left_out.isdisjoint(block)]


def _system(request: ChatRequest, alias: Alias) -> list[dict[str, Any]]:
    """The alias's prompt is ours. The caller's is not, and no guardrail sees bare system text."""
    ours = [alias.system_prompt, knowledge.order(alias) if alias.knowledge_base else ""]
    blocks: list[dict[str, Any]] = [{"text": text} for text in ours if text]
    callers = (each for each in request.messages if each.role in ("system", "developer"))
    for block in (block for message in callers for block in message.blocks):
        guarded = alias.guardrail and "text" in block
        blocks.append({"guardContent": {"text": dict(block)}} if guarded else dict(block))
    return blocks


def _place_system(body: dict[str, Any], system: list[dict[str, Any]], target: Target) -> None:
    """A model without a system prompt is told the same as the first words of the user."""
    if "system" in target.accepts:
        body["system"] = system
        return
    bare = [b["guardContent"]["text"] if "guardContent" in b else b for b in system]
    first = body["messages"][0]
    body["messages"][0] = {**first, "content": [*bare, *first["content"]]}


def _tools(request: ChatRequest, given: Mapping[str, Any], cached: bool) -> dict[str, Any] | None:
    """Bedrock wants the tools whenever the conversation has used one."""
    in_use = any(has_tool(block) for message in request.messages for block in message.blocks)
    if "tools" not in given:
        if in_use:
            raise invalid("tools", "A conversation that has used tools must declare them.")
        return None
    choice = given.get("tool_choice")
    if choice == "none" and not in_use:
        return None
    tools = [block for function in given["tools"] for block in _tool(function, cached)]
    return {"tools": tools, **_tool_choice(choice)}


def _tool(function: Mapping[str, Any], cached: bool) -> Iterator[dict[str, Any]]:
    yield {"toolSpec": _tool_spec(function)}
    if cached and "cachePoint" in function:
        yield {"cachePoint": function["cachePoint"]}


def _tool_spec(function: Mapping[str, Any]) -> dict[str, Any]:
    schema = function.get("parameters") or {"type": "object", "properties": {}}
    spec = {"name": function["name"], "inputSchema": {"json": schema}}
    if description := function.get("description"):
        spec["description"] = description
    return spec


def _tool_choice(choice: object) -> dict[str, Any]:
    if choice == "required":
        return {"toolChoice": {"any": {}}}
    if isinstance(choice, list):
        return {"toolChoice": {"tool": {"name": choice[0]}}}
    return {}


def _add_output(body: dict[str, Any], given: Mapping[str, Any], target: Target) -> None:
    output: dict[str, Any] = {}
    if schema := given.get("response_format"):
        output["textFormat"] = _text_format(schema)
    if effort := given.get("reasoning_effort"):
        if target.reasoning_effort == "output_config":
            output["effort"] = effort
        else:
            body["additionalModelRequestFields"] = _effort(target.reasoning_effort, effort)
    if output:
        body["outputConfig"] = output


def _text_format(schema: Mapping[str, Any]) -> dict[str, Any]:
    # Bedrock takes the schema as text.
    described = {"name": schema["name"], "schema": json.dumps(schema["schema"])}
    if description := schema.get("description"):
        described["description"] = description
    return {"type": "json_schema", "structure": {"jsonSchema": described}}


def _effort(spelling: str | None, effort: str) -> dict[str, Any]:
    """Three spellings for what Converse has no field for (bedrock-2026 §3.3)."""
    if spelling == "reasoning":
        return {"reasoning": {"effort": effort}}
    if spelling == "reasoning_config":
        return {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": effort}}
    return {"reasoning_effort": effort}
