"""The DynamoDB that the money's tests run against: as boto3 and the embedded AWS know it."""

from __future__ import annotations

import asyncio
import functools
import itertools
import json
import subprocess
import sys
import threading
from collections.abc import Mapping
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from hypothesis import given
from hypothesis import strategies as st
from ministack.services import dynamodb as ministack

from gateway import admission
from gateway.aws import AwsError, TimedOut, Unreachable
from gateway.budget import Spending
from gateway.edge import Reply
from gateway.errors import GatewayError
from gateway.idempotency import once
from tests.fakes.dynamodb import (
    BROKEN,
    HANGS,
    RESETS,
    RESETS_AFTERWARDS,
    THROTTLED,
    Dynamodb,
)
from tests.fakes.memory import Memory
from tests.fakes.requests import request
from tests.fakes.tables import KEYS, Refused, Tables
from tests.faults.payers import TARGET, USAGE, client, settings, usage

BUDGET = 1_000_000
KNOWN = settings(budget=BUDGET)
KEY = {"tenant": {"S": "demo"}, "month": {"S": "2026-11"}}
ROW = {"TableName": "strata-dev-usage", "Key": KEY}


@pytest.fixture
def store(function_environment):
    with Dynamodb(KEYS) as running:
        yield running


@pytest.fixture
def boto(store):
    config = Config(retries={"total_max_attempts": 1}, read_timeout=0.2)
    made = boto3.client(
        "dynamodb",
        endpoint_url=store.url,
        region_name="us-east-1",
        aws_access_key_id="AKIDEXAMPLE",
        aws_secret_access_key="secret",
        config=config,
    )
    yield made
    made.close()


@pytest.fixture
def aws(store):
    with client(store.url) as made:
        yield made


def add(amount: int, **more: Any) -> dict[str, Any]:
    values = {":n": {"N": str(amount)}, **more.pop("values", {})}
    update = {"UpdateExpression": "ADD total :n", "ExpressionAttributeValues": values}
    return {**ROW, **update, "ReturnValues": "ALL_NEW", **more}


class TestWithBoto3:
    def test_an_item_is_put_read_and_deleted(self, boto):
        item = {"key": {"S": "k"}, "body": {"B": b"\x00\xff"}, "expires_at": {"N": "12"}}
        boto.put_item(TableName="strata-dev-answers", Item=item)
        row = {"TableName": "strata-dev-answers", "Key": {"key": {"S": "k"}}}
        assert boto.get_item(**row, ConsistentRead=True)["Item"] == item
        assert boto.scan(TableName="strata-dev-answers")["Items"] == [item]
        assert boto.delete_item(**row, ReturnValues="ALL_OLD")["Attributes"] == item
        assert "Item" not in boto.get_item(**row)

    def test_an_update_returns_the_row_as_it_is_now(self, boto):
        for total in (5, 10):
            answer = boto.update_item(**add(5))
            assert answer["Attributes"] == {**KEY, "total": {"N": str(total)}}

    def test_a_condition_that_is_not_met_changes_nothing_and_may_show_the_row(self, boto):
        boto.update_item(**add(5))
        wanted = {"ConditionExpression": "total < :n"}
        with pytest.raises(boto.exceptions.ConditionalCheckFailedException) as refused:
            boto.update_item(**add(5, **wanted), ReturnValuesOnConditionCheckFailure="ALL_OLD")
        assert refused.value.response["Item"] == {**KEY, "total": {"N": "5"}}
        assert boto.get_item(**ROW)["Item"]["total"] == {"N": "5"}

    @pytest.mark.parametrize(
        ("operation", "asked", "code"),
        [
            ("get_item", {**ROW, "TableName": "no-such-table"}, "ResourceNotFoundException"),
            ("get_item", {**ROW, "Key": {"tenant": {"S": "demo"}}}, "ValidationException"),
            ("update_item", add(1, values={":unused": {"N": "1"}}), "ValidationException"),
            ("update_item", add(1, ConditionExpression="total <"), "ValidationException"),
            ("update_item", add(1, ConditionExpression="total < :m"), "ValidationException"),
            ("update_item", add(1, UpdateExpression="SUM total :n"), "ValidationException"),
            ("list_tables", {}, "UnknownOperationException"),
        ],
    )
    def test_a_wrong_request_is_an_error(self, boto, operation, asked, code):
        with pytest.raises(ClientError) as refused:
            getattr(boto, operation)(**asked)
        assert refused.value.response["Error"]["Code"] == code
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400

    def test_a_hundred_updates_at_once_are_all_there(self, store, boto):
        threads = [
            threading.Thread(target=lambda: [boto.update_item(**add(1)) for _ in range(20)])
            for _ in range(5)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert store.row("strata-dev-usage", "demo", "2026-11")["total"] == 100


class TestItsFaults:
    @pytest.mark.parametrize(
        ("fault", "failure", "done"),
        [
            (THROTTLED, AwsError, False),
            (BROKEN, AwsError, False),
            (HANGS, TimedOut, False),
            (RESETS, Unreachable, False),
            (RESETS_AFTERWARDS, Unreachable, True),
        ],
    )
    def test_reach_the_gateways_client(self, store, aws, fault, failure, done):
        store.fault = lambda *_: fault
        asked = request(left_s=0.1)
        with pytest.raises(failure):
            aws.dynamodb("UpdateItem", add(5), asked.deadline)
        assert bool(store.row("strata-dev-usage", "demo", "2026-11")) is done

    def test_end_with_the_next_call(self, store, aws):
        faults = [BROKEN]
        store.fault = lambda *_: faults.pop() if faults else None
        with pytest.raises(AwsError):
            aws.dynamodb("UpdateItem", add(5), request().deadline)
        answer = aws.dynamodb("UpdateItem", add(5), request().deadline)
        assert answer["Attributes"]["total"] == {"N": "5"}


# What the embedded AWS makes of the same requests, on tables of its own for each comparison.

_NUMBERS = itertools.count(1)


class Embedded:
    """MiniStack's DynamoDB, called in this process."""

    def __init__(self) -> None:
        self._suffix = f"-{next(_NUMBERS)}"
        for table, names in KEYS.items():
            schema = zip(names, ["HASH", "RANGE"], strict=False)
            self.call(
                "CreateTable",
                {
                    "TableName": table,
                    "KeySchema": [{"AttributeName": n, "KeyType": kind} for n, kind in schema],
                    "AttributeDefinitions": [
                        {"AttributeName": n, "AttributeType": "S"} for n in names
                    ],
                    "BillingMode": "PAY_PER_REQUEST",
                },
            )

    def call(self, operation: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        body = {**asked, "TableName": asked["TableName"] + self._suffix}
        target = {"x-amz-target": f"DynamoDB_20120810.{operation}"}
        answer = ministack.handle_request("POST", "/", target, json.dumps(body).encode(), {})
        status, _, text = asyncio.run(answer)
        told = json.loads(text)
        if status != 200:
            raise Refused(told["__type"], told.get("message", ""), status=status)
        return told


def outcome(call: Any, operation: str, asked: Mapping[str, Any]) -> Any:
    try:
        answer = call(operation, asked)
    except Refused as refused:
        return refused.code
    return answer.get("Attributes", answer.get("Item"))


class Both(Memory):
    """Asks the fake and the embedded AWS, and holds them to the same answer."""

    def __init__(self) -> None:
        super().__init__()
        self.embedded = Embedded()

    def _carry_out(self, operation: str, asked: Mapping[str, Any]) -> dict[str, Any]:
        expected = outcome(self.embedded.call, operation, asked)
        try:
            answer = super()._carry_out(operation, asked)
        except AwsError as refused:
            assert refused.code == expected
            raise
        assert answer.get("Attributes", answer.get("Item")) == expected
        return answer


NAMES = st.sampled_from(["alpha", "beta", "gamma", "#delta"])
VALUES = st.sampled_from([":low", ":high", ":text"])
SIGNS = st.sampled_from(["=", "<>", "<", "<=", ">", ">="])
LEAVES = (
    st.builds("attribute_exists({})".format, NAMES)
    | st.builds("attribute_not_exists({})".format, NAMES)
    | st.builds("{} {} {}".format, NAMES, SIGNS, VALUES)
)
CONDITIONS = st.recursive(
    LEAVES,
    lambda inner: (
        st.builds("({} OR {}) AND {}".format, inner, inner, LEAVES)
        | st.builds("{} OR {} AND {}".format, LEAVES, inner, LEAVES)
        | st.builds("NOT ({} AND {})".format, inner, LEAVES)
    ),
    max_leaves=6,
)
UPDATES = st.permutations(["alpha", "beta", "gamma", "#delta"]).flatmap(
    lambda names: st.sampled_from(
        [
            f"ADD {names[0]} :low, {names[1]} :high REMOVE {names[2]}, {names[3]}",
            f"SET {names[0]} = :high, {names[1]} = :text REMOVE {names[2]}",
            f"REMOVE {names[0]} ADD {names[1]} :high SET {names[2]} = :low",
            f"SET {names[0]} = {names[1]}",
        ]
    )
)


def given_to(update: str, condition: str) -> dict[str, Any]:
    used = f"{update} {condition}"
    values = {":low": {"N": "-2"}, ":high": {"N": "3"}, ":text": {"S": "3"}}
    given = {
        "ExpressionAttributeValues": {name: values[name] for name in values if name in used},
        "ExpressionAttributeNames": {"#delta": "delta"} if "#delta" in used else {},
    }
    return {
        **ROW,
        "UpdateExpression": update,
        "ConditionExpression": condition,
        **{name: each for name, each in given.items() if each},
        "ReturnValues": "ALL_NEW",
    }


@functools.cache
def _embedded() -> Embedded:
    """One for all examples, each of which has a row of its own."""
    return Embedded()


@given(st.lists(st.tuples(UPDATES, CONDITIONS), min_size=1, max_size=5))
def test_expressions_mean_what_they_mean_to_the_embedded_aws(steps):
    fake, embedded = Tables(KEYS), _embedded()
    key = {**KEY, "tenant": {"S": f"tenant-{next(_NUMBERS)}"}}
    for update, condition in steps:
        asked = {**given_to(update, condition), "Key": key}
        expected = outcome(embedded.call, "UpdateItem", asked)
        assert outcome(fake.call, "UpdateItem", asked) == expected, asked


def test_all_that_is_asked_about_money_is_valid_on_the_embedded_aws(monkeypatch):
    monkeypatch.setattr(admission, "_told", {})
    monkeypatch.setattr(admission, "_WAIT_S", 0.01)
    both, now = Both(), [1_795_348_800.0]

    def reserve(micro_usd: int) -> Spending:
        return Spending.reserve(
            request(), micro_usd, settings=KNOWN, upstream=both, clock=lambda: now[0]
        )

    reserve(1_000).settle(usage(600), TARGET)
    crashed = reserve(BUDGET - 1_000)
    with pytest.raises(GatewayError):
        reserve(1_000)
    now[0] += 10
    reserve(100).release()
    now[0] += 1_000
    reserve(1_000).settle(usage(600), TARGET)
    crashed.settle(usage(600), TARGET)
    reserve(0).release()
    row = both.row(USAGE, "demo", "2026-11")
    assert row["committed_micro_usd"] == row["spent_micro_usd"] == 1_800
    assert {operation for operation, _ in both.calls} == {"UpdateItem", "GetItem"}


def test_all_that_is_asked_about_answers_is_valid_on_the_embedded_aws():
    both, now = Both(), [1_795_348_800.0]

    def ask(run: Any, **fields: Any) -> Any:
        asked = request(headers={"idempotency-key": "k"}, **fields)
        return once(asked, run, settings=KNOWN, upstream=both, clock=lambda: now[0])

    def fails() -> Any:
        with pytest.raises(GatewayError):
            ask(pytest.fail, left_s=0.05)  # another one is running
        raise KeyError

    with pytest.raises(KeyError):
        ask(fails)
    ask(lambda: Reply({"id": 1}))
    assert ask(pytest.fail).body == {"id": 1}
    now[0] += 100_000
    assert ask(lambda: Reply({"id": 2})).body == {"id": 2}
    assert {operation for operation, _ in both.calls} == {"PutItem", "GetItem", "DeleteItem"}


def test_as_a_process_it_prints_its_port():
    command = [sys.executable, "-m", "tests.fakes.dynamodb", "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout
            port = int(process.stdout.readline())
            with client(f"http://127.0.0.1:{port}") as aws:
                spending = Spending.reserve(request(), 10, settings=KNOWN, upstream=aws)
                spending.settle(usage(5), TARGET)
                rows = aws.dynamodb("Scan", {"TableName": USAGE}, request().deadline)
        finally:
            process.kill()
    assert rows["Items"][0]["spent_micro_usd"] == {"N": "5"}
