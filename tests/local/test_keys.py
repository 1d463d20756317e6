"""Keys on the deployed platform: issued and ended by the operators' command, judged by the API."""

import http.client
import json
import os
import random
import ssl
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

import pytest

from config.load import load_environment
from local.keys import ensure_key
from local.processes import REPOSITORY

TABLE = "strata-local-keys"
ROTATIONS = 3


@pytest.fixture(scope="module")
def operate(cloud, platform) -> Callable[..., Any]:
    """Run `python -m operate keys` as an operator does; what it prints, as JSON."""

    def run(*arguments: str) -> Any:
        command = [sys.executable, "-m", "operate", "keys", *arguments, "--env", "local", "--json"]
        done = subprocess.run(
            command, cwd=REPOSITORY, env=dict(cloud.environment), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    return run


@pytest.fixture
def call(platform) -> Iterator[Callable[..., tuple[int, Any]]]:
    """One request with exactly these headers; its status and its JSON."""
    address = urlsplit(platform.base_url)
    trusted = ssl.create_default_context(cafile=platform.ca_file)
    open_ = http.client.HTTPSConnection(address.hostname, address.port, context=trusted)

    def send(
        path: str, headers: Mapping[str, str], method: str = "GET", body: bytes = b""
    ) -> tuple[int, Any]:
        open_.request(method, address.path + path, body, dict(headers))
        answer = open_.getresponse()
        return answer.status, json.loads(answer.read())

    yield send
    open_.close()


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


def afresh(key: str, times: int) -> dict[str, str]:
    """The same key, spelled so that API Gateway remembers no answer to it yet."""
    return {"Authorization": f"Bearer{' ' * (times + 1)}{key}"}


def rows(cloud) -> list[Any]:
    return list(cloud.client("dynamodb").scan(TableName=TABLE)["Items"])


def test_an_issued_key_works_at_once(operate, call):
    told = operate("issue", "other", "--days", "1")
    status, listed = call("/models", bearer(told["key"]))
    assert status == 200
    declared = load_environment("local").tenants["other"].aliases
    assert [model["id"] for model in listed["data"]] == sorted(declared)


def test_the_table_holds_a_mac_and_neither_key_nor_plain_hash(operate, cloud):
    told = operate("issue", "other")
    (row,) = (each for each in rows(cloud) if each["key_id"]["S"] == told["id"])
    mac = cloud.client("kms").generate_mac(
        KeyId=f"alias/{TABLE}", MacAlgorithm="HMAC_SHA_256", Message=told["key"].encode()
    )["Mac"]
    assert row["key_hash"]["S"] == mac.hex()
    assert told["key"] not in json.dumps(row)
    assert row["issued_by"]["S"] == "root"


def test_a_revoked_key_is_refused_from_the_next_question_on(operate, call):
    told = operate("issue", "other")
    assert call("/models", afresh(told["key"], 1))[0] == 200
    assert operate("revoke", "other", "--key", told["id"]) == {"revoked": [told["id"]]}
    status, error = call("/models", afresh(told["key"], 2))
    assert (status, error["error"]["code"]) == (401, "invalid_api_key")


def test_a_rotation_without_grace_leaves_the_new_key_alone(operate, call):
    first = operate("issue", "other")
    second = operate("rotate", "other", "--grace-hours", "0")
    assert call("/models", bearer(first["key"]))[0] == 401
    assert call("/models", bearer(second["key"]))[0] == 200
    states = {each["id"]: each["state"] for each in operate("list", "other")["keys"]}
    assert states.pop(second["id"]) == "active"
    assert set(states.values()) <= {"expired", "revoked"}


def test_a_client_that_changes_its_key_during_the_grace_loses_no_request(operate, call):
    current = [operate("issue", "other")["key"]]
    told: list[int] = []
    over = threading.Event()

    def work() -> None:
        while not over.is_set():
            told.append(call("/models", afresh(current[-1], len(told)))[0])

    client = threading.Thread(target=work)
    client.start()
    try:
        for _ in range(ROTATIONS):
            before = len(told)
            made = operate("rotate", "other", "--grace-hours", "1")["key"]
            while len(told) < before + 5:  # with the old key, in its grace
                over.wait(0.01)
            current.append(made)
            while len(told) < before + 10:
                over.wait(0.01)
    finally:
        over.set()
        client.join()
    assert set(told) == {200}


def test_a_tenants_key_opens_no_other_tenants_alias(call, key_of):
    body = {"model": "reasoning", "messages": [{"role": "user", "content": "Hi."}]}
    headers = {**bearer(key_of("other")), "Content-Type": "application/json"}
    status, error = call("/chat/completions", headers, "POST", json.dumps(body).encode())
    assert (status, error["error"]["code"]) == (403, "forbidden")


def test_without_a_key_no_body_is_judged(call):
    chance = random.Random(5)
    bodies = [b"{", b"[]" * 50_000, b"\xff\xfe", *(chance.randbytes(300) for _ in range(7))]
    for headers in ({}, bearer("sk-strata-" + "n" * 43), {"Authorization": "Basic eDp4"}):
        for body in bodies:
            status, error = call("/chat/completions", headers, "POST", body)
            assert (status, error["error"]["code"]) == (401, "invalid_api_key")


@pytest.mark.parametrize(
    "headers",
    [
        {"x-api-key": "{}"},
        {"Cookie": "Authorization=Bearer {}"},
        {"Proxy-Authorization": "Bearer {}"},
        {"Authorization": "{}"},
        {"Authorization": "Basic {}"},
        {"Authorization": "Bearer {}x"},
        {"Authorization": "Bearer {}, Bearer {}"},
        {"Authorization": "Bearer   {}", "x-api-key": "sk-strata-" + "n" * 43},
    ],
)
def test_a_good_key_in_the_wrong_place_opens_nothing(call, key_of, headers):
    sent = {name: value.format(*[key_of("demo")] * 2) for name, value in headers.items()}
    status, error = call("/models", sent)
    assert (status, error["error"]["code"]) == (401, "invalid_api_key")


def test_the_anthropic_header_opens_its_own_route(call, key_of):
    headers = {"x-api-key": key_of("demo"), "Content-Type": "application/json"}
    status, _ = call("/messages", headers, "POST", b'{"model": 1, "messages": []}')
    assert status == 400
    assert call("/messages", {"x-api-key": "x"}, "POST", b"{}")[0] == 401


def test_the_authorizers_log_says_why_and_holds_no_key(operate, call, cloud):
    told = operate("issue", "other")
    operate("revoke", "other", "--key", told["id"])
    assert call("/models", bearer(told["key"]))[0] == 401
    hashes = [row["key_hash"]["S"] for row in rows(cloud)]
    logged = "\n".join(log_lines(cloud))
    assert f'"reason": "revoked", "key_id": "{told["id"]}"' in logged
    assert "sk-strata-" not in logged
    assert [hash for hash in hashes if hash in logged] == []


def log_lines(cloud) -> Iterator[str]:
    logs = cloud.client("logs")
    for group in logs.get_paginator("describe_log_groups").paginate().search("logGroups[]"):
        name = group["logGroupName"]
        for event in logs.get_paginator("filter_log_events").paginate(logGroupName=name):
            yield from (each["message"] for each in event["events"])


def test_an_operators_shell_is_pointed_at_the_local_platform(cloud, operate):
    listing = '"$0" -m operate keys list other --env local'
    script = f'eval "$("$0" -m local --home "$1" env)" && {listing}'
    lost = {"PATH": os.environ["PATH"], "AWS_PROFILE": "production", "AWS_REGION": "eu-west-1"}
    command = ["sh", "-c", script, sys.executable, str(cloud.home.directory)]
    done = subprocess.run(command, cwd=REPOSITORY, env=lost, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    ids = [each["id"] for each in operate("list", "other")["keys"]]
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == ids


def test_a_key_that_works_is_kept_and_one_that_does_not_is_replaced(cloud, platform, operate):
    environment = load_environment("local")
    assert ensure_key(cloud.home, environment, platform.base_url) == platform.api_key
    file = cloud.home.directory / "api-key"
    file.write_text("sk-strata-" + "n" * 43)
    made = ensure_key(cloud.home, environment, platform.base_url)
    assert made == file.read_text() != platform.api_key
    assert file.stat().st_mode & 0o077 == 0
    file.write_text(platform.api_key)
