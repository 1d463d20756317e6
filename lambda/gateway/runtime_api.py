"""Lambda's Runtime API: the next event in; an answer out, whole or piece by piece; or an error.

One kept connection for all of it, as Lambda's own clients have it.
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
https://docs.aws.amazon.com/lambda/latest/dg/runtimes-custom.html
"""

from __future__ import annotations

import binascii
import json
import select

from gateway.failures import ClientGone
from gateway.runtime_line import Line

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import NamedTuple
else:
    from gateway.record import NamedTuple

_ERROR_TYPE = "Lambda-Runtime-Function-Error-Type"
_ERROR_BODY = "Lambda-Runtime-Function-Error-Body"
_JSON = {"Content-Type": "application/json"}
_STREAMED = {
    "Content-Type": "application/vnd.awslambda.http-integration-response",
    "Lambda-Runtime-Function-Response-Mode": "streaming",
    "Transfer-Encoding": "chunked",
    "Trailer": f"{_ERROR_TYPE}, {_ERROR_BODY}",
}
# Between the prelude and the body.
_PRELUDE_END = bytes(8)
_ATTEMPTS = 3


class Invocation(NamedTuple):
    """`headers` are the Runtime API's, with lower-case names; `event` is JSON."""

    id: str
    headers: Mapping[str, str]
    event: bytes


class RuntimeApi:
    """`stop` is a file descriptor that can be read once no further event is wanted.

    What sends an answer returns the API's status, and raises ClientGone when nobody takes it.
    Not thread-safe.
    """

    def __init__(self, address: str, stop: int) -> None:
        self._address, self._stop = address, stop
        self._line = Line(address)
        self._streaming = False
        self._deadline = 0.0

    def next(self) -> Invocation | None:
        """Waits as long as it takes, as Lambda asks for; None when it is time to stop."""
        for _ in range(_ATTEMPTS - 1):
            try:
                return self._next()
            except ConnectionError:
                self.reconnect()
        return self._next()

    def answer(self, id: str, body: bytes) -> int:
        """Sends a whole answer, in JSON."""
        return self._post(f"invocation/{id}/response", _JSON, body)

    def fail(self, what: str, kind: str) -> int:
        """`what` is `init` or `invocation/ID`; of the error, `kind` is all that anybody is told."""
        return self._post(f"{what}/error", {**_JSON, _ERROR_TYPE: kind}, _error(kind))

    def begin(self, id: str, prelude: bytes, deadline: float) -> None:
        """Begins a streamed answer; who does not read it until `deadline` counts as gone.

        `prelude` is JSON, the answer's `statusCode` and `headers`.
        """
        self._connect()
        head = self._line.head("POST", f"invocation/{id}/response", _STREAMED)
        self._streaming, self._deadline = True, deadline
        self._out(head + _chunk(prelude + _PRELUDE_END))

    def send(self, data: bytes) -> None:
        """The next piece of the streamed answer, at once."""
        if data:  # a chunk of nothing would be the last one
            self.check_client()
            self._out(_chunk(data))

    def end(self, kind: str | None = None) -> int:
        """The end of the streamed answer; `kind` is the error that breaks it off, if one does."""
        trailers = ""
        if kind is not None:
            body = binascii.b2a_base64(_error(kind), newline=False).decode()
            trailers = f"{_ERROR_TYPE}: {kind}\r\n{_ERROR_BODY}: {body}\r\n"
        self._out(f"0\r\n{trailers}\r\n".encode())
        self._streaming = False
        return self._status()

    def check_client(self) -> None:
        """Raises ClientGone once nobody takes the streamed answer that has begun."""
        # Until its end the API has nothing to say: if it does, it refuses the rest or hangs up.
        if self._streaming and self._line.is_heard():
            raise ClientGone

    def reconnect(self) -> None:
        """Forgets whatever was under way."""
        self._line.close()
        self._line, self._streaming = Line(self._address), False

    def _connect(self) -> None:
        if self._line.is_heard():  # it was dropped while nothing was under way
            self.reconnect()

    def _next(self) -> Invocation | None:
        self._connect()
        if select.select([self._stop], [], [], 0)[0]:
            return None
        self._line.send(self._line.head("GET", "invocation/next", {}))
        if not self._line.waits(self._stop):
            return None
        status, headers, event = self._line.receive()
        if status != 200:
            raise RuntimeError(f"no next event: the Runtime API answered {status}")
        return Invocation(headers["lambda-runtime-aws-request-id"], headers, event)

    def _post(self, path: str, headers: Mapping[str, str], body: bytes) -> int:
        self._connect()
        head = self._line.head("POST", path, {**headers, "Content-Length": str(len(body))})
        try:
            self._line.send(head + body)
        except OSError:
            raise ClientGone from None
        return self._status()

    def _out(self, data: bytes) -> None:
        try:
            self._line.send_before(self._deadline, data)
        except OSError:
            raise ClientGone from None

    def _status(self) -> int:
        try:
            return self._line.receive()[0]
        except OSError:
            raise ClientGone from None


def _chunk(data: bytes) -> bytes:
    return b"%X\r\n%b\r\n" % (len(data), data)


def _error(kind: str) -> bytes:
    """What Lambda hands to whoever invoked the function: no text of the error, nor where it was."""
    return json.dumps(
        {"errorMessage": "The function failed.", "errorType": kind, "stackTrace": []}
    ).encode()
