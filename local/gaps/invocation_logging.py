"""Closes a gap of Bedrock's control plane: invocation logging is judged, and logs.

MiniStack takes any configuration and writes nothing. Here a configuration must lead to a log group
and a bucket that exist, through a role that Bedrock may assume and that may write; then each
invocation is one record in both. Approximate: the invocation's answer waits for its record; bodies
are delivered by `text` and `embedding` alone, whatever they hold, and never moved aside for their
size; a record does not say who asked; the bucket's policy and the key's are not asked.
"""

import gzip
import json
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any

from botocore.eventstream import EventStreamBuffer
from ministack.core.responses import get_account_id, get_region
from ministack.services import bedrock, bedrock_runtime, cloudwatch_logs, s3

from local.gaps.access_log import new_stream
from local.gaps.calls import Reply
from local.gaps.permissions import Permission
from local.gaps.role_permissions import may_be_assumed, missing
from local.gaps.service_errors import ServiceError

STREAM = "aws/bedrock/modelinvocations"
Record = dict[str, Any]
Headers = Mapping[str, str]
OPERATIONS = {
    "_converse": "Converse",
    "_converse_stream": "ConverseStream",
    "_invoke_model": "InvokeModel",
    "_invoke_model_with_response_stream": "InvokeModelWithResponseStream",
}


def close() -> None:
    """Judge what is put, and stand around every operation that invokes a model."""
    bedrock._put_logging_config = _judged(bedrock._put_logging_config)
    for name, operation in OPERATIONS.items():
        setattr(bedrock_runtime, name, _recorded(getattr(bedrock_runtime, name), operation))


def _judged(put: Callable[[bytes], Reply]) -> Callable[[bytes], Reply]:
    def judged(body: bytes) -> Reply:
        wanted = json.loads(body)["loggingConfig"]
        for problem in filter(None, (_of_the_group(wanted), _of_the_bucket(wanted))):
            return ServiceError("ValidationException", problem).reply
        return put(body)

    return judged


def _of_the_group(wanted: Mapping[str, Any]) -> str | None:
    logs = wanted.get("cloudWatchConfig")
    if logs is None:
        return None
    role, group = logs["roleArn"], logs["logGroupName"]
    here = f"{get_region()}:{get_account_id()}"
    if group not in cloudwatch_logs._log_groups:
        return f"The log group {group} does not exist."
    if not may_be_assumed(role, "bedrock.amazonaws.com", f"arn:aws:bedrock:{here}:*"):
        return f"Bedrock may not assume the role {role}."
    stream = f"arn:aws:logs:{here}:log-group:{group}:log-stream:{STREAM}"
    return missing(role, Permission("logs:PutLogEvents", stream))


def _of_the_bucket(wanted: Mapping[str, Any]) -> str | None:
    bucket = wanted.get("s3Config", {}).get("bucketName")
    return None if bucket is None or bucket in s3._buckets else f"No bucket {bucket}."


def _recorded(invoke: Callable[..., Reply], operation: str) -> Callable[..., Reply]:
    def invoked(model_id: str, headers: Headers, body: bytes) -> Reply:
        reply = invoke(model_id, headers, body)
        if wanted := bedrock._invocation_logging_config.get("config"):
            _deliver(wanted, _record(wanted, operation, model_id, body, reply))
        return reply

    return invoked


def _record(
    wanted: Mapping[str, Any], operation: str, model_id: str, body: bytes, reply: Reply
) -> Record:
    status, headers, answer = reply
    said = _read(answer, headers)
    counts = _counts(said, headers)
    record: Record = {
        "timestamp": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "accountId": get_account_id(),
        "region": get_region(),
        "requestId": str(uuid.uuid4()),
        "operation": operation,
        "modelId": model_id,
        "input": {"inputContentType": "application/json", "inputTokenCount": counts[0]},
        "output": {"outputContentType": "application/json", "outputTokenCount": counts[1]},
        "schemaType": "ModelInvocationLog",
        "schemaVersion": "1.0",
    }
    if status >= 400:
        record["errorCode"] = headers.get("x-amzn-errortype", str(status))
    asked = json.loads(body or b"{}") if status < 400 else {}
    if metadata := asked.get("requestMetadata"):
        record["requestMetadata"] = metadata
    if wanted.get("textDataDeliveryEnabled", False):
        record["input"]["inputBodyJson"] = asked
    kind = "embedding" if "embedding" in str(said)[:20] else "text"
    if wanted.get(f"{kind}DataDeliveryEnabled", False):
        record["output"]["outputBodyJson"] = said
    return record


def _read(answer: bytes, headers: Headers) -> Any:
    """A reply's members; of a stream, the payload of every event."""
    if "eventstream" not in headers.get("Content-Type", ""):
        return json.loads(answer or b"{}")
    buffer = EventStreamBuffer()
    buffer.add_data(answer)
    return [json.loads(event.payload or b"{}") for event in buffer]


def _counts(said: Any, headers: Headers) -> tuple[int, int]:
    last = said[-1] if isinstance(said, list) and said else said
    usage = last.get("usage", {}) if isinstance(last, dict) else {}
    told = headers.get("x-amzn-bedrock-input-token-count", 0)
    return usage.get("inputTokens", int(told)), usage.get("outputTokens", 0)


def _deliver(wanted: Mapping[str, Any], record: Record) -> None:
    text = json.dumps(record)
    if logs := wanted.get("cloudWatchConfig"):
        streams = cloudwatch_logs._log_groups[logs["logGroupName"]]["streams"]
        streams.setdefault(STREAM, new_stream())
        event = {"timestamp": round(time.time() * 1000), "message": text}
        cloudwatch_logs._put_log_events(
            {
                "logGroupName": logs["logGroupName"],
                "logStreamName": STREAM,
                "logEvents": [event],
            }
        )
    if bucket := wanted.get("s3Config"):
        s3._put_object(bucket["bucketName"], _key(bucket), gzip.compress(text.encode()), {})


def _key(bucket: Mapping[str, str]) -> str:
    hour = time.strftime("%Y/%m/%d/%H", time.gmtime())
    prefix = f"{bucket['keyPrefix']}/" if bucket.get("keyPrefix") else ""
    owner = f"AWSLogs/{get_account_id()}/BedrockModelInvocationLogs/{get_region()}"
    return f"{prefix}{owner}/{hour}/{uuid.uuid4().hex}.json.gz"
