"""What botocore's service models say of JSON as it is on the wire."""

from __future__ import annotations

import base64
import functools
from collections.abc import Mapping
from typing import Any

import botocore.session
from botocore.exceptions import ParamValidationError
from botocore.model import OperationModel, Shape
from botocore.validate import validate_parameters


@functools.cache
def model_of(service: str, operation: str) -> OperationModel:
    return _service(service).operation_model(operation)


@functools.cache
def _service(name: str) -> Any:
    return botocore.session.get_session().get_service_model(name)


def check(value: Mapping[str, Any], shape: Shape | None) -> None:
    """Raises ParamValidationError; an operation without a shape says nothing."""
    if shape:
        validate_parameters(_as_python(value, shape), shape)


def _as_python(value: Any, shape: Shape) -> Any:
    """With bytes where the wire has base64; what has another type than the model's stays."""
    match shape.type_name, value:
        case "blob", _:
            return _decoded(value, shape.name)
        case "structure", dict() if not shape.is_document_type:
            members = shape.members
            return {
                name: _as_python(each, members[name]) if name in members else each
                for name, each in value.items()
            }
        case "list", list():
            return [_as_python(each, shape.member) for each in value]
        case "map", dict():
            return {name: _as_python(each, shape.value) for name, each in value.items()}
    return value


def _decoded(value: Any, name: str) -> bytes:
    try:
        return base64.b64decode(value if isinstance(value, str) else "?", validate=True)
    except ValueError:
        report = f"{name} is bytes: on the wire, base64 as text, and not {value!r:.40}"
        raise ParamValidationError(report=report) from None
