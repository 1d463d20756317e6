"""An answer is read as it comes, given up in time, and never leaves a connection behind."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator

import pytest
from peers import (
    OK,
    Dial,
    Line,
    Notices,
    answers,
    connect,
    hangs_up,
    plugged,
    says,
    silent,
    stays,
)

from gateway import connection
from gateway.connection import Connection
from gateway.failures import ClientGone, TimedOut, Unreachable
from gateway.incoming import Incoming
from gateway.patience import NEVER

HEAD = b"HTTP/1.1 200 OK\r\n"
SIZED = HEAD + b"Content-Length: 6\r\n\r\n"
CHUNKED = HEAD + b"Transfer-Encoding: chunked\r\n\r\n"
ENDLESS = HEAD + b"\r\n"
WHOLE = CHUNKED + b"3\r\none\r\n3\r\ntwo\r\n0\r\n\r\n"


@pytest.fixture
def peers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Dial]:
    yield from plugged(monkeypatch)


@pytest.fixture
def link() -> Iterator[Connection]:
    yield from connect()


def ignore() -> None:
    """The client is there."""


def stream(
    link: Connection, *, deadline: float = NEVER, check_client: Callable[[], None] = ignore
) -> Incoming:
    return link.stream(
        "POST", "/x", {"host": "a"}, b"{}", deadline=deadline, check_client=check_client
    )


def soon() -> float:
    return time.monotonic() + 0.1


def ask(link: Connection) -> bytes:
    return link.exchange("POST", "/x", {"host": "a"}, b"{}", deadline=NEVER).body


def test_it_is_there_with_its_head_and_each_piece_comes_when_it_comes(
    peers: Dial, link: Connection
) -> None:
    go_on = threading.Semaphore(0)

    def waits(line: Line) -> None:
        line.hear()
        for piece in (CHUNKED, b"3\r\none\r\n", b"3\r\ntwo\r\n", b"0\r\n\r\n"):
            line.sock.sendall(piece)
            go_on.acquire(timeout=5)

    peers(waits)
    answer = stream(link)
    assert (answer.status, answer.headers["transfer-encoding"]) == (200, "chunked")
    for piece in (b"one", b"two"):
        go_on.release()
        assert next(answer) == piece
    go_on.release()
    assert list(answer) == []
    go_on.release()


@pytest.mark.parametrize("said", [
    (SIZED + b"onetwo",), (SIZED, b"one", b"two"), (WHOLE,), (CHUNKED, WHOLE[len(CHUNKED):]),
    (CHUNKED + b"3;x=1\r", b"\none\r\n3 \r\nt", b"wo\r\n0\r\nX-Sum: 1\r\n\r\n"),
    (ENDLESS + b"one", b"two"), (ENDLESS, b"onetwo"),
])  # fmt: skip
def test_every_kind_of_body_is_read(peers: Dial, link: Connection, said: tuple[bytes, ...]) -> None:
    peers(says(*said))
    assert b"".join(stream(link)) == b"onetwo"


@pytest.mark.parametrize("reply", [WHOLE, SIZED + b"onetwo"])
def test_a_stream_read_to_its_end_leaves_the_connection_open(
    peers: Dial, link: Connection, reply: bytes
) -> None:
    seen = peers(stays(reply))
    for _ in range(2):
        answer = stream(link)
        assert b"".join(answer) == b"onetwo"
        answer.close()  # too late to hang up
        assert ask(link) == b"onetwo"
    assert (seen.dialled, len(seen.requests)) == (1, 4)


@pytest.mark.parametrize("reply", [
    ENDLESS + b"onetwo", SIZED.replace(b"OK", b"OK\r\nConnection: close") + b"onetwo",
    WHOLE.replace(b"1.1", b"1.0"), WHOLE + b"HTTP/1.1 200 OK\r\n",
])  # fmt: skip
def test_a_connection_that_cannot_be_used_again_is_not(
    peers: Dial, link: Connection, reply: bytes
) -> None:
    seen = peers(says(reply), stays())
    assert b"".join(stream(link)) == b"onetwo"
    assert ask(link) == b"ok"
    assert seen.dialled == 2


def test_closing_hangs_up_at_once(peers: Dial, link: Connection) -> None:
    notices = Notices()
    seen = peers(says(CHUNKED, b"3\r\none\r\n", then=notices))
    answer = stream(link)
    next(answer)
    answer.close()
    seen.wait()
    assert notices.hung_up
    answer.close()
    assert list(answer) == []


@pytest.mark.parametrize("begun", [False, True])
def test_a_stream_that_is_forgotten_hangs_up(peers: Dial, link: Connection, begun: bool) -> None:
    notices = Notices()
    seen = peers(says(CHUNKED + b"3\r\none\r\n", then=notices))
    answer = stream(link)
    if begun:
        next(answer)
    del answer
    seen.wait()
    assert notices.hung_up


@pytest.mark.parametrize("said", [
    CHUNKED, CHUNKED + b"3\r\non", CHUNKED + b"3\r\none", CHUNKED + b"3\r\none\r\n",
    CHUNKED + b"3\r\none\r\n0\r\n", CHUNKED + b"zz\r\n", SIZED, SIZED + b"one", HEAD,
])  # fmt: skip
def test_a_stream_that_breaks_off_is_unreachable_and_hung_up(
    peers: Dial, link: Connection, said: bytes
) -> None:
    seen = peers(says(said), stays())
    with pytest.raises(Unreachable, match="the connection failed"):
        list(stream(link))
    assert ask(link) == b"ok"
    assert seen.dialled == 2


def test_after_a_failure_a_stream_is_over(peers: Dial, link: Connection) -> None:
    peers(says(CHUNKED, b"3\r\none\r\n"))
    answer = stream(link)
    with pytest.raises(Unreachable):
        list(answer)
    assert list(answer) == []


@pytest.mark.parametrize("said", [b"", HEAD, CHUNKED, CHUNKED + b"3\r\non", ENDLESS])
def test_a_stall_ends_at_the_idle_limit(
    peers: Dial, link: Connection, said: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    notices = Notices()
    seen = peers(says(said, then=notices))
    monkeypatch.setattr(connection, "IDLE_S", 0.05)
    with pytest.raises(TimedOut):
        list(stream(link))
    seen.wait()
    assert notices.hung_up


@pytest.mark.parametrize("start", [b"", CHUNKED, CHUNKED + b"ffff\r\n", ENDLESS])
def test_a_stream_that_drips_ends_at_the_deadline(
    peers: Dial, link: Connection, start: bytes
) -> None:
    def drips(line: Line) -> None:
        line.drip(b"1" * 500, every_s=0.01)

    peers(says(start, then=drips))
    deadline = soon()
    with pytest.raises(TimedOut):
        list(stream(link, deadline=deadline))
    assert time.monotonic() >= deadline


def test_a_slow_reader_is_not_a_stall(
    peers: Dial, link: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "IDLE_S", 0.5)
    peers(says(WHOLE))
    answer = stream(link)
    time.sleep(0.6)
    assert b"".join(answer) == b"onetwo"


def test_a_deadline_that_is_put_off_lets_the_stream_go_on(peers: Dial, link: Connection) -> None:
    def later(line: Line) -> None:
        time.sleep(0.3)
        line.sock.sendall(b"3\r\ntwo\r\n0\r\n\r\n")

    peers(says(CHUNKED, b"3\r\none\r\n", then=later))
    answer = stream(link, deadline=soon() + 0.1)
    assert next(answer) == b"one"
    answer.patience.deadline = NEVER
    assert list(answer) == [b"two"]


def test_a_deadline_that_is_brought_forward_ends_the_stream(peers: Dial, link: Connection) -> None:
    peers(says(CHUNKED, b"3\r\none\r\n", then=Notices()))
    answer = stream(link)
    assert next(answer) == b"one"
    answer.patience.deadline = soon()
    with pytest.raises(TimedOut):
        next(answer)


@pytest.mark.parametrize("said", [b"", HEAD, CHUNKED, CHUNKED + b"3\r\none\r\n", ENDLESS])
@pytest.mark.parametrize(
    "raised", [ClientGone("gone"), ConnectionResetError(), TimeoutError(), KeyboardInterrupt()]
)
def test_what_the_check_raises_ends_the_stream_as_it_is(
    peers: Dial, link: Connection, said: bytes, raised: BaseException
) -> None:
    left = [None] * 3

    def check() -> None:
        if not left:
            raise raised
        left.pop()

    notices = Notices()
    seen = peers(says(said, then=notices))
    with pytest.raises(type(raised)) as caught:
        list(stream(link, check_client=check))
    assert caught.value is raised
    seen.wait()
    assert notices.hung_up
    assert len(seen.requests) == 1  # a kept connection's stale end looks the same, and is not


def test_a_client_that_left_before_is_not_asked_for(peers: Dial, link: Connection) -> None:
    seen = peers(stays(), stays())
    ask(link)

    def gone() -> None:
        raise ClientGone("gone")

    with pytest.raises(ClientGone):
        stream(link, check_client=gone)
    assert len(seen.requests) == 1


def test_a_stale_connection_is_remade_once_for_a_stream(peers: Dial, link: Connection) -> None:
    def closes_on_the_second(line: Line) -> None:
        answers(OK)(line)
        hangs_up(line)

    seen = peers(closes_on_the_second, stays(WHOLE))
    ask(link)
    assert b"".join(stream(link)) == b"onetwo"
    assert (seen.dialled, len(seen.requests)) == (2, 3)


def test_a_stream_that_broke_off_is_not_asked_for_again(peers: Dial, link: Connection) -> None:
    seen = peers(answers(OK, CHUNKED + b"3\r\non"), stays())
    ask(link)
    with pytest.raises(Unreachable):
        list(stream(link))
    assert len(seen.requests) == 2


def test_a_silent_server_is_not_asked_again(
    peers: Dial, link: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def falls_silent(line: Line) -> None:
        answers(OK)(line)
        silent(line)

    monkeypatch.setattr(connection, "IDLE_S", 0.05)
    seen = peers(falls_silent, stays())
    ask(link)
    with pytest.raises(TimedOut):
        stream(link)
    assert len(seen.requests) == 2


def test_another_call_while_a_stream_runs_has_a_connection_of_its_own(
    peers: Dial, link: Connection
) -> None:
    over = threading.Event()

    def waits(line: Line) -> None:
        over.wait(5)
        line.sock.sendall(b"3\r\ntwo\r\n0\r\n\r\n")
        noticed(line)

    noticed = Notices()
    seen = peers(says(CHUNKED, b"3\r\none\r\n", then=waits), stays())
    answer = stream(link)
    assert next(answer) == b"one"
    assert ask(link) == ask(link) == b"ok"
    over.set()
    assert list(answer) == [b"two"]
    assert ask(link) == b"ok"
    assert seen.dialled == 2
    seen._threads[0].join(timeout=5)
    assert noticed.hung_up  # one connection is kept, and it is not this one
