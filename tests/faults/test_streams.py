"""What the gateway's client makes of each fault that a stream can have, wherever it happens."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from gateway import connection
from gateway.aws import Aws, AwsError, TimedOut, Unreachable, UpstreamFailure
from gateway.failures import ClientGone
from tests.faults.answers import hangs
from tests.faults.behaviours import AT_THE_HEAD, STREAM_BEHAVIOURS
from tests.faults.server import FaultServer
from tests.faults.streams import EVENTS, FAULTS, POSITIONS, streams, talks

ASK = {"messages": [{"role": "user", "content": [{"text": "How long?"}]}]}

# The failure, or the status and the code of an AwsError; None is the end of the answer.
COMES_TO = {
    "throttled": (429, "ThrottlingException"),
    "not ready": (429, "ModelNotReadyException"),
    "model timed out": (408, "ModelTimeoutException"),
    "model failed": (424, "ModelErrorException"),
    "internal error": (500, "InternalServerException"),
    "bad gateway": (502, "502"),
    "unavailable": (503, "ServiceUnavailableException"),
    "gateway timeout": (504, "504"),
    "invalid": (400, "ValidationException"),
    "over a quota": (400, "ServiceQuotaExceededException"),
    "denied": (403, "AccessDeniedException"),
    "not found": (404, "ResourceNotFoundException"),
    "reset before the answer": Unreachable,
    "closed without a word": Unreachable,
    "hang": TimedOut,
    "no stream": UpstreamFailure,
    "empty": None,
    "internalServerException": (500, "InternalServerException"),
    "modelStreamErrorException": (424, "ModelStreamErrorException"),
    "validationException": (400, "ValidationException"),
    "throttlingException": (429, "ThrottlingException"),
    "serviceUnavailableException": (503, "ServiceUnavailableException"),
    "an unknown error": (500, "InternalFailure"),
    "reset": Unreachable,
    "stall": TimedOut,
    "stall in a frame": TimedOut,
    "drip": TimedOut,
    "cut": Unreachable,
    "cut in a frame": Unreachable,
    "reset in a frame": Unreachable,
    "half a frame": Unreachable,
    "clean end": None,
    "bad checksum": UpstreamFailure,
    "bad prelude": UpstreamFailure,
    "bad payload": UpstreamFailure,
}
# A reset may overtake what was sent before it.
OVERTAKES = ("reset", "reset in a frame")


@pytest.fixture
def aws(
    function_environment: None, server: FaultServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Aws]:
    monkeypatch.setenv("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", server.url)
    made = Aws("us-east-1")
    yield made
    if made._runtime._connection._kept:
        made._runtime._connection._kept.hang_up()


def ignore() -> None:
    """The client is there."""


def ask(aws: Aws, *, within_s: float = 5.0, check_client=ignore):
    return aws.converse_stream("prof1", ASK, time.monotonic() + within_s, check_client)


def bare(event):
    [(name, body)] = event.items()
    return {name: {key: value for key, value in body.items() if key != "p"}}


def test_every_fault_is_here():
    assert set(COMES_TO) == {fault for fault, _ in STREAM_BEHAVIOURS}


def test_an_answer_comes_whole_and_leaves_the_connection_open(aws, server):
    for _ in range(3):
        assert [bare(event) for event in ask(aws)] == EVENTS
    assert server.calls == {"prof1": 3}
    assert server.requests[-1] == ("prof1", ASK)
    assert len(server._lines) == 1
    assert server.hang_ups == []


def test_both_operations_are_one_model(aws, server):
    list(ask(aws))
    aws.converse("prof1", ASK, time.monotonic() + 5)
    assert server.calls == {"prof1": 2}
    server.requests.clear()
    assert server.calls == {}


@pytest.mark.parametrize(("fault", "position"), STREAM_BEHAVIOURS, ids=" ".join)
def test_a_fault(aws, server, fault, position):
    server.behaviours = {"prof1": STREAM_BEHAVIOURS[fault, position]}
    expected, seen = COMES_TO[fault], []
    failure = None
    try:
        for event in ask(aws, within_s=0.3 if expected is TimedOut else 5.0):
            seen.append(bare(event))
    except UpstreamFailure as raised:
        failure = raised
    if isinstance(expected, tuple):
        assert isinstance(failure, AwsError)
        assert (failure.status, failure.code) == expected
    else:
        assert type(failure) is (expected or type(None))
    count = POSITIONS.get(position, 0)
    assert seen == EVENTS[: len(seen)] if fault in OVERTAKES else seen == EVENTS[:count]
    assert "arn" not in str(failure)
    assert server.calls == {"prof1": 1}
    if expected is TimedOut:
        assert server.wait_for_hang_ups()[0].profile == "prof1"
    server.behaviours = {}
    assert len(list(ask(aws))) == len(EVENTS)


def test_a_stall_does_not_last_until_the_deadline(aws, server, monkeypatch):
    monkeypatch.setattr(connection, "IDLE_S", 0.1)
    server.behaviours = {"prof1": STREAM_BEHAVIOURS["stall", "in the middle"]}
    with pytest.raises(TimedOut):
        list(ask(aws, within_s=60))
    server.wait_for_hang_ups()


@pytest.mark.parametrize("every_s", [0.0, 0.001, 0.02])
def test_a_client_that_stops_listening_is_noticed(aws, server, every_s):
    server.behaviours = {"prof1": talks(every_s=every_s)}
    events = ask(aws)
    for _ in range(5):
        next(events)
    closed = time.monotonic()
    events.close()
    [hang_up] = server.wait_for_hang_ups()
    assert hang_up.profile == "prof1"
    assert closed <= hang_up.at


@pytest.mark.parametrize("behaviour", [hangs, STREAM_BEHAVIOURS["stall", "in the middle"]])
def test_a_client_that_goes_while_nothing_comes_is_noticed_too(aws, server, behaviour):
    server.behaviours = {"prof1": behaviour}
    gone = time.monotonic() + 0.3

    def check():
        if time.monotonic() > gone:
            raise ClientGone

    with pytest.raises(ClientGone):
        list(ask(aws, check_client=check))
    assert server.wait_for_hang_ups()[0].at >= gone


def test_a_model_says_what_it_is_told_to(aws, server):
    server.behaviours = {"prof1": streams(EVENTS[:3], every_s=0.001)}
    assert [bare(event) for event in ask(aws)] == EVENTS[:3]


def test_the_matrix_has_every_fault_at_every_position():
    positions = {*POSITIONS, AT_THE_HEAD}
    assert {position for _, position in STREAM_BEHAVIOURS} == positions
    assert len(STREAM_BEHAVIOURS) == 17 + len(FAULTS) * len(POSITIONS)
