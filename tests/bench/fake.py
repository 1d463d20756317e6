"""How fast the fakes are themselves: the ruler before what it measures."""

from __future__ import annotations

import json
import time

from tests.bench.figures import Figures
from tests.load import asset
from tests.load.callers import at_once
from tests.load.generator import Load
from tests.load.running import Cloud

_CALLERS, _CALLS = 16, 8_000
_BODY = b'{"messages":[{"role":"user","content":[{"text":"How long is the refund window?"}]}]}'
_ITEM = {"tenant": {"S": "nobody"}, "month": {"S": "2026-11"}}
_SECOND = "second_1795280400"
# As the gateway's ledger writes them (lambda/gateway/ledger.py).
_RESERVE = {
    "TableName": "strata-load-usage",
    "Key": _ITEM,
    "UpdateExpression": f"ADD committed_micro_usd :held, minute_29921340 :held, {_SECOND} :one",
    "ConditionExpression": "(attribute_not_exists(committed_micro_usd) OR "
    f"committed_micro_usd <= :room) AND (attribute_not_exists({_SECOND}) OR {_SECOND} < :rate)",
    "ExpressionAttributeValues": {
        ":held": {"N": "63"},
        ":one": {"N": "1"},
        ":room": {"N": "999999999999"},
        ":rate": {"N": "100000"},
    },
    "ReturnValues": "ALL_NEW",
}


def measure(figures: Figures, cloud: Cloud) -> None:
    """Adds ("fake", "per_s"), ("fake", "cpu_us") and ("fake", "ledger_us"); a sleeping fake's."""
    bedrock = _request(f"/model/{asset.PLAIN}/converse", "", _BODY)
    per_s, cpu_us = _speed(cloud, bedrock)
    figures.add("fake", "per_s", samples=[per_s])
    figures.add("fake", "cpu_us", samples=[cpu_us])
    target = "x-amz-target: DynamoDB_20120810.UpdateItem\r\n"
    _, ledger_us = _speed(cloud, _request("/", target, json.dumps(_RESERVE).encode()))
    figures.add("fake", "ledger_us", samples=[2 * ledger_us])


def _speed(cloud: Cloud, request: bytes) -> tuple[float, float]:
    """Answers a second, and CPU microseconds an answer."""
    load = Load(cloud.address)
    cpu, started = cloud.child.cpu_s, time.monotonic()
    at_once(load, [request] * _CALLS, _CALLERS)
    took_s, cpu = time.monotonic() - started, cloud.child.cpu_s - cpu
    load.close()
    return _CALLS / took_s, cpu / _CALLS * 1e6


def _request(path: str, headers: str, body: bytes) -> bytes:
    head = f"POST {path} HTTP/1.1\r\nhost: fake\r\n{headers}content-length: {len(body)}\r\n\r\n"
    return head.encode() + body
