"""What `_HANDLER` names, as our runtime loop calls it: an event in, an answer's bytes out."""

from __future__ import annotations

import json
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from gateway.edge import Answer

    # Gives a streamed answer's prelude, or None for a whole answer; and the body.
    Function = Callable[[bytes, Any], tuple[bytes | None, Iterable[bytes]]]


class Fault(Exception):
    """What awslambdaric has a name of its own for: `kind`. The text is for the log."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def load(name: str) -> Function:
    """`name` is `module.function`; a `respond` in the module goes before that function.

    `respond` makes an Answer, which can be streamed. A function's result is sent whole, so that
    the loop runs any function.
    """
    module_name, _, function_name = name.rpartition(".")
    if not module_name:
        raise Fault("Runtime.MalformedHandlerName", f"_HANDLER is {name!r}: want module.function")
    try:
        __import__(module_name)
    except ImportError as error:
        raise Fault("Runtime.ImportModuleError", f"{module_name}: {error}") from error
    except SyntaxError as error:
        raise Fault("Runtime.UserCodeSyntaxError", f"{module_name}: {error}") from error
    module = sys.modules[module_name]
    if not hasattr(module, function_name):
        raise Fault("Runtime.HandlerNotFound", f"{module_name} has no {function_name!r}")
    respond = getattr(module, "respond", None)
    return _streamed(respond) if respond else _whole(getattr(module, function_name))


def _streamed(respond: Callable[[Any, Any], Answer]) -> Function:
    def call(event: bytes, context: Any) -> tuple[bytes, Iterable[bytes]]:
        answer = respond(_parsed(event), context)
        prelude = {"statusCode": answer.status, "headers": answer.headers}
        return json.dumps(prelude).encode(), answer.chunks

    return call


def _whole(handler: Callable[[Any, Any], object]) -> Function:
    def call(event: bytes, context: Any) -> tuple[None, Iterable[bytes]]:
        return None, [_serialized(handler(_parsed(event), context))]

    return call


def _parsed(event: bytes) -> Any:
    try:
        return json.loads(event)
    except (ValueError, RecursionError):
        raise Fault("Runtime.UnmarshalError", "the event is not JSON, or nested deeply") from None


def _serialized(result: object) -> bytes:
    try:
        return json.dumps(result, ensure_ascii=False).encode()
    except (TypeError, ValueError, RecursionError):
        raise Fault("Runtime.MarshalError", "the result cannot be sent as JSON") from None
