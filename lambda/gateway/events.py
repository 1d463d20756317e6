"""ConverseStream's events as they come in, and its failures as the gateway's own.

Whether the model came to its end is not judged here: a connection that ends, ends.
"""

from __future__ import annotations

from gateway.aws_json import bare, object_of
from gateway.eventstream import Messages
from gateway.failures import AwsError, UpstreamFailure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any

    from gateway.eventstream import Message
    from gateway.incoming import Incoming

# Those that botocore's ConverseStreamOutput has, with the status that they have outside a stream.
_STATUSES = {
    "InternalServerException": 500,
    "ModelStreamErrorException": 424,
    "ServiceUnavailableException": 503,
    "ThrottlingException": 429,
    "ValidationException": 400,
}
# Of any other: it is the service's doing, then, and another model may do better.
_UNKNOWN = 500


class ConverseEvents:
    """`aws.Events` over an answer whose head has come.

    An event has more than its model's fields: Bedrock pads it, so that its length tells nothing.
    """

    def __init__(self, answer: Incoming) -> None:
        self._answer = answer
        self._messages = Messages()

    @property
    def deadline(self) -> float:
        return self._answer.patience.deadline

    @deadline.setter
    def deadline(self, deadline: float) -> None:
        self._answer.patience.deadline = deadline

    def __iter__(self) -> ConverseEvents:
        return self

    def __next__(self) -> dict[str, Any]:
        try:
            return _event(*self._message())
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """What has come and was not asked for yet is gone, too."""
        self._answer.close()
        self._messages = Messages()

    def _message(self) -> Message:
        messages = self._messages
        while (message := messages.next()) is None:
            piece = next(self._answer, None)
            if piece is None:
                messages.end()
                raise StopIteration
            messages.add(piece)
        return message


def _event(headers: Mapping[str, str | bytes], payload: bytes) -> dict[str, Any]:
    kind, name = headers.get(":message-type"), headers.get(":event-type")
    if kind == "event" and isinstance(name, str):
        return {name: object_of(payload)}
    raise _failure(headers, payload)


def _failure(headers: Mapping[str, str | bytes], payload: bytes) -> UpstreamFailure:
    """An exception is one that the service's model names; an error is any other."""
    kind = headers.get(":message-type")
    if kind == "exception":
        name, detail = headers.get(":exception-type"), payload.decode(errors="replace")
    elif kind == "error":
        name, detail = headers.get(":error-code"), str(headers.get(":error-message"))
    else:
        return UpstreamFailure("AWS sent an event that cannot be read", detail=f"a {kind!r}")
    member = bare(str(name or _UNKNOWN))
    code = member[:1].upper() + member[1:]
    return AwsError(_STATUSES.get(code, _UNKNOWN), code, detail=detail)
