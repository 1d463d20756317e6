"""A call of one service of the embedded AWS by another, inside the server and without HTTP.

Botocore's own serializer makes the request, so a call here has the shape that a client sends.
"""

import json
from collections.abc import Coroutine, Mapping
from functools import cache
from typing import Any

from botocore.model import OperationModel, ServiceModel
from botocore.serialize import create_serializer
from botocore.session import Session
from ministack import app

Reply = tuple[int, dict[str, str], bytes]


class Refused(Exception):
    """The service answered with an error: its code and its text."""


@cache
def service_model(service: str) -> ServiceModel:
    """What botocore knows of a service; half a second for a large one, so once."""
    return Session().get_service_model(service)


def operation_model(service: str, operation: str) -> OperationModel:
    """One operation of a service."""
    return service_model(service).operation_model(operation)


def call(service: str, operation: str, parameters: Mapping[str, Any]) -> dict[str, Any]:
    """Answer of a service that works without waiting; raises Refused."""
    model = operation_model(service, operation)
    known = {name: parameters[name] for name in parameters if name in _members(model)}
    request = create_serializer("rest-json").serialize_to_request(known, model)
    query = {name: [str(value)] for name, value in request["query_string"].items()}
    handler = app.SERVICE_HANDLERS[service]
    status, _, body = _finish(
        handler(request["method"], request["url_path"], {}, request["body"] or b"", query)
    )
    answer: dict[str, Any] = json.loads(body or b"{}")
    if status >= 400:
        raise Refused(f"{answer.get('__type')}: {answer.get('message')}")
    return answer


def _members(model: OperationModel) -> Mapping[str, Any]:
    members: Mapping[str, Any] = model.input_shape.members if model.input_shape else {}
    return members


def _finish(coroutine: Coroutine[Any, Any, Reply]) -> Reply:
    # CloudFormation provisions on the event loop, where nothing can be waited for; these
    # services are coroutines in form only, so one step ends them.
    try:
        coroutine.send(None)
    except StopIteration as ended:
        reply: Reply = ended.value
        return reply
    coroutine.close()
    raise RuntimeError("this service waits for something; it cannot be called from here")
