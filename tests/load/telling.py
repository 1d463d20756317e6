"""What a caller is told: the function's answer, or that there is no function for it."""

from __future__ import annotations

import json

from gateway.edge import Answer
from tests.load.http import Connection

JSON = {"content-type": "application/json"}


def tell(connection: Connection, answer: Answer, *, stays: bool) -> None:
    """Whole, or chunk by chunk as they come; a caller who has gone ends the chunks."""
    if answer.headers["content-type"] != "text/event-stream":
        connection.write(answer.status, answer.headers, b"".join(answer.chunks), stays=stays)
        return
    chunks = iter(answer.chunks)
    try:
        connection.begin(answer.status, answer.headers, next(chunks), stays=stays)
        for chunk in chunks:
            connection.go_on(chunk)
        connection.finish()
    finally:
        chunks.close()  # type: ignore[attr-defined]  # a stream's chunks have it


def refuse(connection: Connection, allowed: list[str], *, stays: bool) -> bool:
    if allowed:
        headers = {**JSON, "allow": ", ".join(allowed)}
        body = error(405, "method_not_allowed", "This route has other methods.")
        connection.write(405, headers, body, stays=stays)
    else:
        body = error(404, "no_such_route", "No such route.")
        connection.write(404, JSON, body, stays=stays)
    return stays


def error(status: int, code: str, message: str) -> bytes:
    kind = "invalid_request_error" if status < 500 else "server_error"
    error = {"message": message, "type": kind, "param": None, "code": code}
    return json.dumps({"error": error}).encode()
