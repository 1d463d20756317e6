"""One turn of Converse: judged going in, answered by the local model, judged coming out."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ministack.services import bedrock_runtime

from config.models import Model
from local.gaps.completions import complete
from local.gaps.guarding import Block, Verdict, find_guardrail, judge_input, judge_output
from local.gaps.invocables import NotInvocable, resolve
from local.gaps.service_errors import ServiceError

Request = dict[str, Any]
# member of inferenceConfig -> what the catalogue calls it, and llama.cpp
SETTINGS = {
    "temperature": ("temperature", "temperature"),
    "topP": ("top_p", "top_p"),
    "stopSequences": ("stop", "stop"),
}


@dataclass(frozen=True)
class Turn:
    """What the answer holds, why it ended, the model's own token counts, the guardrail's trace."""

    blocks: list[Block]
    stop_reason: str
    input_tokens: int = 0
    output_tokens: int = 0
    trace: Mapping[str, Any] | None = None


def take_turn(model_id: str, request: Request) -> Turn:
    """Answer one Converse request; raises ServiceError."""
    model = chat_model(model_id)
    for problem in _problems(model, request):
        raise ServiceError("ValidationException", problem)
    guardrail = find_guardrail(request)
    if guardrail is None:
        return _answer(model, request)
    verdict = judge_input(guardrail, request)
    if verdict.blocked:
        said = [{"text": guardrail["BlockedInputMessaging"]}]
        trace = {"inputAssessment": {guardrail["GuardrailId"]: verdict.findings}}
        return Turn(said, "guardrail_intervened", trace=trace)
    return _judged(guardrail, verdict, _answer(model, request))


def chat_model(model_id: str) -> Model:
    """The model behind an identifier; raises ServiceError in Bedrock's words."""
    try:
        return resolve(model_id).model
    except NotInvocable as refused:
        raise ServiceError("ValidationException", str(refused)) from None


def _judged(guardrail: Mapping[str, Any], asked: Verdict, turn: Turn) -> Turn:
    verdict = judge_output(guardrail, turn.blocks)
    id = guardrail["GuardrailId"]
    return Turn(
        blocks=[{"text": guardrail["BlockedOutputsMessaging"]}] if verdict.blocked else turn.blocks,
        stop_reason="guardrail_intervened" if verdict.blocked else turn.stop_reason,
        input_tokens=turn.input_tokens,
        output_tokens=turn.output_tokens,
        trace={
            "inputAssessment": {id: asked.findings},
            "outputAssessments": {id: [verdict.findings]},
        },
    )


def _answer(model: Model, request: Request) -> Turn:
    completion = complete(_payload(model, request))
    blocks, stop_reason = bedrock_runtime._converse_blocks_from_message(completion.message)
    return Turn(
        blocks=blocks or [{"text": ""}],
        stop_reason=stop_reason if stop_reason != "end_turn" else completion.stop_reason,
        input_tokens=completion.input_tokens,
        output_tokens=completion.output_tokens,
    )


def _payload(model: Model, request: Request) -> Request:
    settings = request.get("inferenceConfig", {})
    messages = [{**turn, "content": _texts(turn["content"])} for turn in request["messages"]]
    tools, choice = bedrock_runtime._openai_tools(request.get("toolConfig"))
    return {
        "messages": bedrock_runtime._openai_messages(messages, _texts(request.get("system", []))),
        "max_tokens": settings.get("maxTokens", model.limits.max_output_tokens or 512),
        **{theirs: settings[ours] for ours, (_, theirs) in SETTINGS.items() if ours in settings},
        **({"tools": tools} if tools else {}),
        **({"tool_choice": choice} if tools and choice else {}),
    }


def _texts(blocks: list[Block]) -> list[Block]:
    """A guarded text is a text to the model."""
    return [_text(block) if "guardContent" in block else block for block in blocks]


def _text(wrapped: Block) -> Block:
    inner: Block = wrapped["guardContent"]
    return {"text": inner["text"]["text"]} if "text" in inner else inner


def _problems(model: Model, request: Request) -> Iterator[str]:
    malformed = bedrock_runtime._validate_converse_request(request)
    if malformed or not request.get("messages"):
        yield "The request's messages are malformed: each needs a role and a list of content."
    if model.kind != "chat":
        yield "This action doesn't support the model that you provided. Try another model."
    settings = request.get("inferenceConfig", {})
    for name, (capability, _) in SETTINGS.items():
        if name in settings and capability not in model.capabilities.accepts:
            yield f"The model returned the following errors: {name} is not supported by this model."
    for name in ("temperature", "topP"):  # both are limited by the service model
        if not 0 <= settings.get(name, 0) <= 1:
            yield f"Value at 'inferenceConfig.{name}' failed to satisfy constraint: at most 1."
    if request.get("system") and "system" not in model.capabilities.accepts:
        yield "This model doesn't support system messages. Try again without a system message."
    if request.get("toolConfig") and "tools" not in model.capabilities.accepts:
        yield "This model doesn't support tool use."
    if settings.get("maxTokens", 0) > (
        model.limits.max_output_tokens or settings.get("maxTokens", 0)
    ):
        yield (
            "The maximum tokens you requested exceeds the model limit of "
            f"{model.limits.max_output_tokens}. Try again with a lower number of maximum tokens."
        )
