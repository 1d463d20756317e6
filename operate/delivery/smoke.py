"""Does what was deployed answer? Asked as an application asks, with a key that ends at once."""

import json
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from config.schema import Environment
from operate.errors import OperateError
from operate.keys.store import KeyStore
from operate.preflight.account import Clients, boto3_client

SECONDS = 60.0
MINUTES_S = 15 * 60


@dataclass(frozen=True)
class Step:
    """One thing that was tried. `told` says what came instead, if it failed."""

    name: str
    passed: bool
    told: str = ""


def smoke(
    environment: Environment, base_url: str | None = None, clients: Clients = boto3_client
) -> list[Step]:
    """Raises OperateError where it could not be tried at all."""
    base_url = base_url or _base_url(environment, clients)
    now, tenant = int(time.time()), sorted(environment.tenants)[0]
    keys = KeyStore(environment, clients)
    key, row = keys.issue(tenant, now=now, expires_at=now + MINUTES_S)
    try:
        return [
            *_asked(base_url, key, environment, tenant),
            _alarms(environment, clients),
        ]
    finally:
        keys.revoke(row, now)


def _base_url(environment: Environment, clients: Clients) -> str:
    cloudformation: Any = clients("cloudformation", environment.region)
    name = f"{environment.name}-Gateway"
    (stack,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
    outputs = {each["OutputKey"]: each["OutputValue"] for each in stack.get("Outputs", ())}
    if "BaseUrl" not in outputs:
        raise OperateError(f"the stack {name} has no output BaseUrl; is it deployed whole?")
    return str(outputs["BaseUrl"])


def _asked(base_url: str, key: str, environment: Environment, tenant: str) -> Iterator[Step]:
    status, _ = _call(f"{base_url}/models", "sk-strata-nobody")
    yield Step("a foreign key is refused", status in (401, 403), f"status {status}")
    status, told = _call(f"{base_url}/models", key)
    served = sorted(each["id"] for each in told.get("data", ())) if status == 200 else []
    wanted = sorted(environment.tenants[tenant].aliases)
    yield Step("every alias is served", served == wanted, f"status {status}: {served}")
    for name in wanted:
        if environment.aliases[name].model.model.kind == "chat":
            yield _chat(base_url, key, name)


def _chat(base_url: str, key: str, alias: str) -> Step:
    body = {
        "model": alias,
        "messages": [{"role": "user", "content": "Say hello."}],
        "max_tokens": 32,
    }
    status, told = _call(f"{base_url}/chat/completions", key, body)
    answered = status == 200 and bool(told.get("choices"))
    return Step(f"{alias} answers", answered, f"status {status}")


def _call(url: str, key: str, body: Mapping[str, Any] | None = None) -> tuple[int, Any]:
    data = json.dumps(body).encode() if body else None
    headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
    request = urllib.request.Request(url, data=data, headers=headers)
    try:
        with urllib.request.urlopen(
            request, timeout=SECONDS, context=ssl.create_default_context()
        ) as reply:
            return reply.status, json.loads(reply.read())
    except urllib.error.HTTPError as error:
        with error:
            return error.code, {}
    except (OSError, ValueError) as error:
        raise OperateError(f"the API of this environment cannot be reached: {error}") from None


def _alarms(environment: Environment, clients: Clients) -> Step:
    cloudwatch: Any = clients("cloudwatch", environment.region)
    pages = cloudwatch.get_paginator("describe_alarms").paginate(
        AlarmNamePrefix=f"strata-{environment.name}-", StateValue="ALARM"
    )
    names = [each["AlarmName"] for page in pages for each in page["MetricAlarms"]]
    return Step("no alarm is on", not names, ", ".join(sorted(names)))
