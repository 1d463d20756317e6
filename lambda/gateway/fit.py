"""What of a request fits a model: its capability flags decide, never its name.

A parameter that a model does not take is dropped or refused, as the alias says. Content is never
dropped: a model that cannot see an image is no model for a request with one.
"""

from __future__ import annotations

from gateway.errors import invalid

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from gateway.chat_request import ChatRequest
    from gateway.settings import Alias, Target


def able(request: ChatRequest, alias: Alias) -> tuple[Target, ...]:
    """The alias's models that can answer this request; raises a 400 when there is none.

    With `unsupported_parameters = "reject"` a parameter must fit every one of them: whether a
    request is valid must not depend on which model happens to answer.
    """
    needs = dict(_content(request))
    targets = tuple(t for t in alias.targets if t.accepts.issuperset(needs.values()))
    if not targets:
        wanted = " and ".join(needs.values())
        field = request.field(next(iter(needs)))
        raise invalid(field, f"No model behind this alias takes {wanted}.")
    if alias.unsupported_parameters == "reject":
        for target in targets:
            for name in unsupported(request, target):
                field = request.field(name)
                raise invalid(field, f"{field!r} is not taken by a model behind this alias.")
    return targets


def unsupported(request: ChatRequest, target: Target) -> list[str]:
    """The parameters of the request that the model does not take, in OpenAI's names."""
    return [name for name, need in _parameters(request) if need not in target.accepts]


def _content(request: ChatRequest) -> Iterator[tuple[str, str]]:
    blocks = list(request.blocks)
    if any("image" in block for block in blocks):
        yield "messages", "images"
    if "tools" in request.parameters or any(has_tool(block) for block in blocks):
        yield "tools", "tools"


def _parameters(request: ChatRequest) -> Iterator[tuple[str, str]]:
    """Each parameter and the capability that it needs: of its own name, if nothing else is said."""
    for name, value in request.parameters.items():
        if name == "response_format":
            yield name, "structured_output"
        elif name != "tools" and not (name == "tool_choice" and value in ("auto", "none")):
            yield name, name


def has_tool(block: object) -> bool:
    return isinstance(block, dict) and ("toolUse" in block or "toolResult" in block)
