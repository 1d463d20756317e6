"""What AWS's JSON says: an object, or what went wrong."""

from __future__ import annotations

import json

from gateway.failures import AwsError, UpstreamFailure

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from gateway.incoming import Response

# `json.loads` does as much around it as in it, and this runs once a token.
_parse = json.JSONDecoder().raw_decode
_SPACE = " \t\r\n"


def is_success(status: int) -> bool:
    return 200 <= status < 300


def object_of(body: bytes) -> dict[str, Any]:
    """Raises UpstreamFailure for anything but a JSON object; nothing at all is an empty one."""
    try:
        text = str(body, "utf-8").strip(_SPACE) or "{}"
        value, end = _parse(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or end < len(text):
        detail = body[:500].decode(errors="replace")
        raise UpstreamFailure("AWS answered with something other than a JSON object", detail=detail)
    return value


def error_of(response: Response) -> AwsError:
    """The order and the trimming are botocore's (parsers.py, BaseRestParser and BaseJSONParser)."""
    try:
        body = json.loads(response.body or b"{}")
    except (ValueError, RecursionError):  # a proxy's page
        body = {"message": response.body.decode(errors="replace")}
    if not isinstance(body, dict):
        body = {"message": str(body)}
    named = (response.headers.get("x-amzn-errortype"), *map(body.get, ("code", "Code", "__type")))
    code = next((str(name) for name in named if name), str(response.status))
    detail = body.get("message") or body.get("Message") or ""
    return AwsError(response.status, bare(code), detail=str(detail))


def bare(code: str) -> str:
    """`com.amazon.coral#ThrottlingException:http://…` is a ThrottlingException."""
    return code.split(":", 1)[0].rsplit("#", 1)[-1]
