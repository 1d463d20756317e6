"""Closes a gap beyond local-cloud.md: a REST API's access log, which MiniStack drops in a template.

Each request is one line of the stage's format in the log group that the stage names. Approximate:
the format's variables are those below and the authorizer's own; any other is "-". Firehose as a
destination is ignored.
"""

import contextvars
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from ministack.services import apigateway_v1, cloudwatch_logs
from ministack.services.cloudformation import provisioners

VARIABLE = re.compile(r"\$context\.([\w.]+)")
Values = dict[str, Any]
_line: contextvars.ContextVar[Values] = contextvars.ContextVar("access_log_line")


def close() -> None:
    """Keep what a template says of the log, and write a line for each request."""
    handlers = provisioners._RESOURCE_HANDLERS["AWS::ApiGateway::Stage"]
    handlers["create"] = _keeping(handlers["create"], position=1)
    handlers["update"] = _keeping(handlers["update"], position=2)
    apigateway_v1._authorize_request_v1 = _noting_context(apigateway_v1._authorize_request_v1)
    apigateway_v1._gateway_error_response = _noting_error(apigateway_v1._gateway_error_response)
    apigateway_v1._execute_in_scope = _noting_request(apigateway_v1._execute_in_scope)
    apigateway_v1._handle_execute_in_scope = _logged(apigateway_v1._handle_execute_in_scope)


def _keeping(provision: Callable[..., Any], position: int) -> Callable[..., Any]:
    def provisioned(*arguments: Any) -> Any:
        made, properties = provision(*arguments), arguments[position]
        wanted = properties.get("AccessLogSetting") or {}
        stage = apigateway_v1._stages_v1[properties["RestApiId"]][properties["StageName"]]
        names = {"DestinationArn": "destinationArn", "Format": "format"}
        stage["accessLogSettings"] = {names[name]: value for name, value in wanted.items()}
        return made

    return provisioned


def _noting_request(execute: Callable[..., Any]) -> Callable[..., Any]:
    async def executed(request: Values, *arguments: Any) -> Any:
        answer = await execute(request, *arguments)
        _line.get().update(requestId=request["request_id"], resourcePath=request["resource_path"])
        return answer

    return executed


def _noting_context(authorize: Callable[..., Any]) -> Callable[..., Any]:
    async def authorized(*arguments: Any) -> Any:
        error, context = await authorize(*arguments)
        known = {f"authorizer.{name}": value for name, value in (context or {}).items()}
        _line.get().update(known)
        return error, context

    return authorized


def _noting_error(render: Callable[..., Any]) -> Callable[..., Any]:
    def rendered(error: Any, request: Values) -> Any:
        known = {"error.responseType": error.response_type, "error.message": error.message}
        # The SigV4 check answers before any request is logged.
        _line.get({}).update(known)
        return render(error, request)

    return rendered


def _logged(handle: Callable[..., Any]) -> Callable[..., Any]:
    async def handled(api_id: str, stage_name: str, method: str, path: str, *rest: Any) -> Any:
        started = time.time()
        values: Values = {"apiId": api_id, "stage": stage_name, "httpMethod": method, "path": path}
        token = _line.set(values)
        try:
            status, headers, body = await handle(api_id, stage_name, method, path, *rest)
        finally:
            _line.reset(token)
        values |= _outcome(started, status, body)
        _write(apigateway_v1._stages_v1.get(api_id, {}).get(stage_name) or {}, values)
        return status, headers, body

    return handled


def _outcome(started: float, status: int, body: Any) -> Values:
    return {
        "status": status,
        "protocol": "HTTP/1.1",
        "identity.sourceIp": "127.0.0.1",
        "requestTimeEpoch": round(started * 1000),
        "requestTime": time.strftime("%d/%b/%Y:%H:%M:%S +0000", time.gmtime(started)),
        "responseLatency": round((time.time() - started) * 1000),
        "responseLength": len(body) if isinstance(body, bytes) else "-",
    }


def _write(stage: Mapping[str, Any], values: Values) -> None:
    settings = stage.get("accessLogSettings") or {}
    name = str(settings.get("destinationArn", "")).removesuffix(":*").partition(":log-group:")[2]
    group = cloudwatch_logs._log_groups.get(name)
    if group is None or not settings.get("format"):
        return
    text = VARIABLE.sub(lambda found: str(values.get(found[1], "-")), settings["format"])
    event = {"timestamp": values["requestTimeEpoch"], "message": text}
    stream = values["stage"]
    group["streams"].setdefault(stream, new_stream())
    cloudwatch_logs._put_log_events(
        {"logGroupName": name, "logStreamName": stream, "logEvents": [event]}
    )


def new_stream() -> Values:
    """A log stream without events, as CloudWatch Logs keeps one."""
    times = dict.fromkeys(("firstEventTimestamp", "lastEventTimestamp", "lastIngestionTime"))
    return {
        "events": [],
        "uploadSequenceToken": "1",
        "creationTime": round(time.time() * 1000),
        **times,
    }
