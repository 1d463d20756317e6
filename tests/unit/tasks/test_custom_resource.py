"""What CloudFormation is told, and that it is always told something."""

import json
from contextlib import nullcontext

import pytest

from tasks.custom_resource import Failed, answer

EVENT = {
    "RequestType": "Create",
    "ResponseURL": "https://bucket.example.com/answer?signed=yes",
    "StackId": "arn:aws:cloudformation:us-east-1:123456789012:stack/a/b",
    "RequestId": "request-1",
    "LogicalResourceId": "Models",
    "ResourceProperties": {},
}


class Bucket:
    """Where answers are put."""

    def __init__(self) -> None:
        self.requests = []

    def __call__(self, request, timeout):
        self.requests.append(request)
        return nullcontext()

    @property
    def told(self) -> dict:
        (request,) = self.requests
        return json.loads(request.data)


def answered(work=lambda: None, **event) -> Bucket:
    bucket = Bucket()
    answer({**EVENT, **event}, work, bucket)
    return bucket


def fail(text):
    def work():
        raise text

    return work


def test_success_is_put_once_to_the_url_of_the_request_without_a_content_type():
    (request,) = answered().requests
    assert (request.method, request.full_url) == ("PUT", EVENT["ResponseURL"])
    assert request.get_header("Content-type") == ""


def test_success_echoes_what_identifies_the_request():
    assert answered().told == {
        "Status": "SUCCESS",
        "Reason": "",
        "PhysicalResourceId": "Models",
        "StackId": EVENT["StackId"],
        "RequestId": "request-1",
        "LogicalResourceId": "Models",
    }


def test_a_failure_tells_its_text():
    told = answered(fail(Failed("deploy again"))).told
    assert (told["Status"], told["Reason"]) == ("FAILED", "deploy again")


def test_an_error_that_nobody_foresaw_is_a_failure_that_quotes_nothing(capsys):
    told = answered(fail(KeyError("Example AG"))).told
    assert told["Status"] == "FAILED"
    assert told["Reason"] == "KeyError in Models; see the function's log"
    logged = capsys.readouterr().out
    assert "test_custom_resource.py" in logged and "Example AG" not in logged


def test_a_request_that_lacks_its_properties_is_answered_too():
    assert answered(lambda: {}["Models"]).told["Status"] == "FAILED"


def test_a_long_failure_fits_into_an_answer():
    (request,) = answered(fail(Failed("x" * 10_000))).requests
    assert len(request.data) < 4_096


def test_an_update_keeps_the_physical_id():
    told = answered(RequestType="Update", PhysicalResourceId="earlier").told
    assert told["PhysicalResourceId"] == "earlier"


def test_a_deletion_does_nothing_and_succeeds():
    told = answered(fail(AssertionError("not to be called")), RequestType="Delete").told
    assert told["Status"] == "SUCCESS"


def test_an_answer_that_could_not_be_put_is_lambdas_to_repeat():
    def unreachable(request, timeout):
        raise OSError("no route")

    with pytest.raises(OSError, match="no route"):
        answer(EVENT, lambda: None, unreachable)
