"""Without `respond`, our loop says to the Runtime API what awslambdaric says.

On purpose it differs in three things: of an error nobody is told the text, the stack trace or the
request id; a result must be JSON, which bytes and Decimals are not; and half a surrogate pair in a
result is an error of that one event, where awslambdaric's process ends.
"""

import subprocess

import pytest

from tests.runtime.fake_api import FakeApi
from tests.runtime.processes import awslambdaric, start

WHOLE = "functions.whole.handler"
RESULTS = [
    {"do": "echo", "given": {"a": [1, 2.5, None, True, "text"]}},
    {"do": "echo", "given": None},
    {"do": "echo", "given": "text"},
    {"do": "echo", "given": {"long": "é" * 10_000}},
    {"do": "unicode"},
    {"do": "nested"},
    {"do": "keys"},
    {"do": "not_a_number"},
    {"do": "request_id"},
    {"do": "trace_id"},
]
ERRORS = [{"do": "raises"}, {"do": "nothing"}, {"do": "unserializable"}, {}, None]
FAILURES = [
    "no_dot_in_it",
    "functions.nowhere.handler",
    "functions.broken_import.handler",
    "functions.broken_name.handler",
    "functions.whole.nothing",
    "functions.broken_start.handler",
]
SAME_HEADERS = ["content-type", "content-length"]


def said_by_both(root, events):
    """What our loop and what theirs said to each event, beside each other."""
    said = []
    for loop in (None, awslambdaric(WHOLE)):
        with FakeApi() as api:
            process = start(WHOLE, api, root=root, loop=loop)
            try:
                said.append([api.invoke(event).wait() for event in events])
            finally:
                process.stop()
    return list(zip(*said, strict=True))


def test_results_are_the_same_bytes(root):
    for ours, theirs in said_by_both(root, RESULTS):
        assert ours.path == theirs.path == f"invocation/{ours.id}/response"
        assert ours.body == theirs.body
        assert [ours.headers[name] for name in SAME_HEADERS] == [
            theirs.headers[name] for name in SAME_HEADERS
        ]


def test_errors_go_to_the_same_place_under_the_same_name(root):
    for ours, theirs in said_by_both(root, ERRORS):
        assert ours.path == theirs.path == f"invocation/{ours.id}/error"
        assert ours.headers["content-type"] == theirs.headers["content-type"]
        assert ours.json["errorType"] == theirs.json["errorType"]
        assert ours.json.keys() == theirs.json.keys() - {"requestId"}


@pytest.mark.parametrize("handler", FAILURES)
def test_a_function_that_cannot_start_is_reported_alike(root, handler):
    said = []
    for loop in (None, awslambdaric(handler)):
        with FakeApi() as api:
            process = start(handler, api, root=root, loop=loop)
            try:
                error = api.init_error.wait()
                ended = process.popen.wait(timeout=20)
            except subprocess.TimeoutExpired:
                ended = None
            finally:
                process.stop()
            kind = "lambda-runtime-function-error-type"
            said.append((error.path, error.headers[kind], error.json["errorType"], ended))
    assert said[0] == said[1]


def test_a_process_that_the_function_ends_is_ended(api, run):
    for loop in (None, awslambdaric(WHOLE)):
        process = run(WHOLE, loop=loop)
        api.invoke({"do": "leaves", "given": 7})
        assert process.popen.wait(timeout=20) == 7


def test_half_a_surrogate_pair_is_an_error_of_its_event(api, run):
    ours = run(WHOLE)
    assert api.invoke({"do": "half_a_pair"}).wait().json["errorType"] == "Runtime.MarshalError"
    assert api.invoke({"do": "echo", "given": 1}).wait().json == 1
    ours.stop()
    theirs = run(WHOLE, loop=awslambdaric(WHOLE))
    api.invoke({"do": "half_a_pair"})
    assert theirs.popen.wait(timeout=20) == 1
