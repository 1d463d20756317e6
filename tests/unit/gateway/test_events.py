"""Bedrock's events and failures as botocore reads them, and every end that a stream can have."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any

import frames
import pytest
from botocore.eventstream import EventStream
from botocore.exceptions import EventStreamError
from botocore.parsers import create_parser
from peers import Dial, Line, Notices, Script, connect, plugged, says, stays
from scripted import stream_reply
from shapes import model_of

from gateway import connection, events
from gateway.connection import Connection
from gateway.events import ConverseEvents
from gateway.failures import AwsError, ClientGone, TimedOut, Unreachable, UpstreamFailure
from gateway.patience import NEVER

SHAPE = model_of("bedrock-runtime", "ConverseStream").output_shape.members["stream"]
EXCEPTIONS = {name: each for name, each in SHAPE.members.items() if each.metadata.get("exception")}

HEAD = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
END = b"0\r\n\r\n"
SAID = stream_reply(["hel", "lo"])
FRAMES = [frames.event(event) for event in SAID]
SECRET = "arn:aws:bedrock:us-east-1:111111111111:application-inference-profile/x"

EVERY_KIND: list[dict[str, Any]] = [
    {"messageStart": {"role": "assistant"}},
    {
        "contentBlockStart": {
            "contentBlockIndex": 1,
            "start": {"toolUse": {"toolUseId": "t1", "name": "weather"}},
        }
    },
    {"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "日本 👋 \n\0"}}},
    {"contentBlockDelta": {"contentBlockIndex": 1, "delta": {"toolUse": {"input": '{"a":'}}}},
    {"contentBlockDelta": {"contentBlockIndex": 2, "delta": {"reasoningContent": {"text": "x"}}}},
    {"contentBlockStop": {"contentBlockIndex": 1}},
    {"messageStop": {"stopReason": "tool_use", "additionalModelResponseFields": {"k": [1.5]}}},
    {"metadata": {"usage": {"inputTokens": 1, "outputTokens": 2, "totalTokens": 3},
                  "metrics": {"latencyMs": 5}, "serviceTier": {"type": "flex"}}},
]  # fmt: skip


@pytest.fixture
def peers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Dial]:
    yield from plugged(monkeypatch)


@pytest.fixture
def link() -> Iterator[Connection]:
    yield from connect()


def ignore() -> None:
    """The client is there."""


def ask(link: Connection, deadline: float = NEVER, check_client: Any = ignore) -> ConverseEvents:
    return ConverseEvents(
        link.stream("POST", "/x", {}, b"{}", deadline=deadline, check_client=check_client)
    )


def chunk(frame: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(frame), frame)


def sends(*parts: bytes, then: Script = lambda line: None) -> Script:
    return says(HEAD, *map(chunk, parts), then=then)


def bare(event: dict[str, Any]) -> dict[str, Any]:
    """Without what Bedrock pads it with."""
    return {name: {k: v for k, v in body.items() if k != "p"} for name, body in event.items()}


class Raw:
    """What botocore reads a stream from."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def stream(self) -> list[bytes]:
        return [self._data]


def theirs(data: bytes) -> list[dict[str, Any]]:
    parser = create_parser("rest-json")._event_stream_parser
    return list(EventStream(Raw(data), SHAPE, parser, "ConverseStream"))


def test_events_are_botocores(peers: Dial, link: Connection) -> None:
    sent = [frames.event(event) for event in EVERY_KIND]
    seen = peers(stays(HEAD + b"".join(map(chunk, sent)) + END))
    ours = [bare(event) for event in ask(link)]
    assert ours == theirs(b"".join(sent)) == EVERY_KIND
    assert [bare(event) for event in ask(link)] == EVERY_KIND
    assert seen.dialled == 1


def test_each_event_is_given_out_when_it_comes(peers: Dial, link: Connection) -> None:
    def goes_on(line: Line) -> None:
        line.sock.recv(1)

    peers(sends(*FRAMES, then=goes_on))
    answer = ask(link)
    assert [bare(next(answer)) for _ in FRAMES] == SAID
    answer.close()


@pytest.mark.parametrize("size", [1, 7, 100, 100_000])
def test_frames_need_not_be_chunks(peers: Dial, link: Connection, size: int) -> None:
    data = b"".join(FRAMES)
    peers(says(HEAD, *(chunk(data[at : at + size]) for at in range(0, len(data), size)), END))
    assert [bare(event) for event in ask(link)] == SAID


def test_bytes_stay_base64(peers: Dial, link: Connection) -> None:
    hidden = {"reasoningContent": {"redactedContent": "aGlkZGVu"}}
    event = {"contentBlockDelta": {"contentBlockIndex": 0, "delta": hidden}}
    peers(says(HEAD, chunk(frames.event(event)), END))
    assert [bare(event) for event in ask(link)] == [event]


def test_no_event_carries_anything_outside_its_json() -> None:
    """As botocore's model has it: what a header says would have to be read from there."""
    for shape in SHAPE.members.values():
        for member in shape.members.values():
            assert not {"eventheader", "eventpayload"} & member.serialization.keys()


# failures


def test_the_statuses_are_those_of_botocores_model() -> None:
    ours = dict(events._STATUSES)
    assert len(EXCEPTIONS) == 5
    assert ours == {
        shape.name: shape.metadata["error"]["httpStatusCode"] for shape in EXCEPTIONS.values()
    }


@pytest.mark.parametrize("member", EXCEPTIONS)
def test_an_exception_is_what_it_would_be_without_a_stream(
    peers: Dial, link: Connection, member: str
) -> None:
    frame = frames.exception(member, SECRET)
    with pytest.raises(EventStreamError) as botocores:
        theirs(frame)
    assert botocores.value.response["Error"] == {"Code": member, "Message": SECRET}

    notices = Notices()
    seen = peers(sends(*FRAMES[:2], frame, *FRAMES[2:], then=notices))
    answer = ask(link)
    assert [bare(next(answer)) for _ in range(2)] == SAID[:2]
    with pytest.raises(AwsError) as caught:
        next(answer)
    shape = EXCEPTIONS[member]
    assert (caught.value.code, caught.value.status) == (
        shape.name,
        shape.metadata["error"]["httpStatusCode"],
    )
    assert SECRET in caught.value.detail and "arn" not in str(caught.value)
    seen.wait()
    assert notices.hung_up
    assert list(answer) == []


@pytest.mark.parametrize(("frame", "status", "code"), [
    (frames.error("InternalFailure", SECRET), 500, "InternalFailure"),
    (frames.error("ThrottlingException", SECRET), 429, "ThrottlingException"),
    (frames.error("com.amazon.coral#throttlingException:x", ""), 429, "ThrottlingException"),
    (frames.exception("someNewException", SECRET), 500, "SomeNewException"),
    (frames.frame({":message-type": "error"}), 500, "500"),
    (frames.frame({":message-type": "exception"}, b"\xff"), 500, "500"),
])  # fmt: skip
def test_a_failure_that_the_model_does_not_name_is_one_all_the_same(
    peers: Dial, link: Connection, frame: bytes, status: int, code: str
) -> None:
    with pytest.raises(EventStreamError):
        theirs(frame)
    peers(sends(frame, then=Notices()))
    with pytest.raises(AwsError) as caught:
        next(ask(link))
    assert (caught.value.status, caught.value.code) == (status, code)
    assert "arn" not in str(caught.value)


EVENT = {":message-type": "event", ":event-type": "messageStop"}


@pytest.mark.parametrize("bad", [
    frames.flipped(FRAMES[1], 2), frames.flipped(FRAMES[1], 9), frames.flipped(FRAMES[1], 60),
    frames.flipped(FRAMES[1], -1 + len(FRAMES[1])), frames.frame({":message-type": "letter"}),
    frames.frame({":event-type": "messageStop"}, b"{}"), frames.frame({":message-type": "event"}),
    frames.frame(EVENT, b"[1]"), frames.frame(EVENT, b"{"), frames.frame(EVENT, b"\xff"),
    frames.frame(EVENT, b'{"a":' + b"[" * 100_000), frames.prelude(15, 0) + b"\0" * 4,
    b"<html>Bad Gateway</html>",
])  # fmt: skip
def test_what_cannot_be_read_is_a_failure_and_hung_up(
    peers: Dial, link: Connection, bad: bytes
) -> None:
    notices = Notices()
    seen = peers(sends(FRAMES[0], bad, *FRAMES[1:], then=notices))
    answer = ask(link)
    assert bare(next(answer)) == SAID[0]
    with pytest.raises(UpstreamFailure) as caught:
        next(answer)
    assert type(caught.value) is UpstreamFailure
    assert list(answer) == []
    seen.wait()
    assert notices.hung_up


@pytest.mark.parametrize("said", [
    HEAD + chunk(FRAMES[0]), HEAD + chunk(FRAMES[0])[:-1], HEAD + chunk(FRAMES[0])[:-9],
    HEAD + chunk(FRAMES[0]) + chunk(FRAMES[1])[:9], HEAD + chunk(FRAMES[0]) + END[:3], HEAD,
    HEAD + chunk(FRAMES[0]) + chunk(FRAMES[1][:-5]) + END,
    HEAD + chunk(FRAMES[0][:3]) + END,
    b"HTTP/1.1 200 OK\r\n\r\n" + FRAMES[0] + FRAMES[1][:-5],
])  # fmt: skip
def test_a_cut_is_a_broken_connection(peers: Dial, link: Connection, said: bytes) -> None:
    peers(says(said))
    with pytest.raises(Unreachable, match="the connection failed"):
        list(ask(link))


def test_what_came_before_a_cut_is_given_out(peers: Dial, link: Connection) -> None:
    peers(says(HEAD + b"".join(map(chunk, FRAMES[:2]))))
    answer = ask(link)
    assert [bare(next(answer)) for _ in range(2)] == SAID[:2]
    with pytest.raises(Unreachable):
        next(answer)


@pytest.mark.parametrize("count", range(len(FRAMES)))
def test_a_clean_end_is_the_end_wherever_it_comes(
    peers: Dial, link: Connection, count: int
) -> None:
    """A stream without its messageStop is for those to judge who know what it should have had."""
    seen = peers(stays(HEAD + b"".join(map(chunk, FRAMES[:count])) + END))
    for _ in range(2):
        assert [bare(event) for event in ask(link)] == SAID[:count]
    assert seen.dialled == 1


def test_a_stall_is_a_timeout(
    peers: Dial, link: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "IDLE_S", 0.05)
    notices = Notices()
    seen = peers(sends(*FRAMES[:2], then=notices))
    answer = ask(link)
    with pytest.raises(TimedOut):
        list(answer)
    seen.wait()
    assert notices.hung_up


def test_the_deadline_holds_however_much_comes(peers: Dial, link: Connection) -> None:
    def goes_on(line: Line) -> None:
        while True:
            line.sock.sendall(chunk(FRAMES[1]))
            time.sleep(0.01)

    peers(sends(FRAMES[0], then=goes_on))
    with pytest.raises(TimedOut):
        list(ask(link, deadline=time.monotonic() + 0.1))


def test_the_deadline_may_be_moved(peers: Dial, link: Connection) -> None:
    peers(sends(FRAMES[0], then=Notices()))
    answer = ask(link, deadline=NEVER)
    next(answer)
    assert answer.deadline == NEVER
    answer.deadline = time.monotonic() + 0.05
    with pytest.raises(TimedOut):
        next(answer)


def test_a_client_that_goes_ends_the_stream(peers: Dial, link: Connection) -> None:
    asked: list[None] = []

    def check() -> None:
        asked.append(None)
        if len(asked) > 3:
            raise ClientGone("gone")

    notices = Notices()
    seen = peers(sends(*FRAMES[:2], then=notices))
    answer = ask(link, check_client=check)
    with pytest.raises(ClientGone):
        list(answer)
    seen.wait()
    assert notices.hung_up


def test_closing_hangs_up_and_gives_out_nothing_more(peers: Dial, link: Connection) -> None:
    notices = Notices()
    seen = peers(says(HEAD + b"".join(map(chunk, FRAMES)), then=notices))
    answer = ask(link)
    next(answer)
    answer.close()
    answer.close()
    seen.wait()
    assert notices.hung_up
    assert list(answer) == []


def test_a_forgotten_stream_hangs_up(peers: Dial, link: Connection) -> None:
    notices = Notices()
    seen = peers(sends(*FRAMES, then=notices))
    answer = ask(link)
    next(answer)
    del answer
    seen.wait()
    assert notices.hung_up
