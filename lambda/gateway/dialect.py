"""What an API that the gateway imitates has to bring: how it is read, and how answers are worded.

The three are packages with these names in them: `completions`, `responses` and `messages`.
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, NamedTuple, Protocol

    from gateway.chat_request import ChatRequest
    from gateway.errors import GatewayError
    from gateway.grounds import Shown
    from gateway.settings import Target
    from gateway.shape import Shape

    class Renderer(Protocol):
        """Words one streamed answer as server-sent events; b"" where there is nothing to say."""

        def start(self) -> bytes:
            """Before anything of the model's; sent at once."""

        def delta(self, event: Mapping[str, Any]) -> bytes:
            """A contentBlockStart, contentBlockDelta or contentBlockStop, as ConverseStream's.

            A text block has no contentBlockStart on Bedrock; blocks come one after the other.
            """

        def end(self, stop: str, usage: Mapping[str, Any], shown: Shown) -> bytes:
            """`stop` is Converse's stopReason, known to `stops.FINISH`; the last event."""

        def failed(self, error: GatewayError) -> bytes:
            """Instead of `end`, when the answer breaks off: never to be taken for a success."""

    class Dialect(Protocol):
        @property
        def SHAPE(self) -> Shape: ...

        def parse(self, fields: Mapping[str, Any]) -> ChatRequest:
            """Read a body that SHAPE has passed; a 400 for what no schema can say."""

        def whole(self, head: Head, answer: Mapping[str, Any], shown: Shown) -> dict[str, Any]:
            """Word Converse's answer; its stopReason is known to `stops.FINISH`."""

        def renderer(self, head: Head) -> Renderer: ...

        def error(self, error: GatewayError, request_id: str) -> Mapping[str, Any]: ...
else:
    from gateway.record import NamedTuple


class Head(NamedTuple):
    """What is known of an answer before its first word; `created` is in seconds since 1970."""

    request_id: str
    created: int
    target: Target
    asked: ChatRequest
