"""Kept alive, remade once when stale, never sent again after a timeout, within the deadline."""

from __future__ import annotations

import contextlib
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import trustme
from hypothesis import given, settings
from hypothesis import strategies as st
from peers import OK, Dial, Line, Script, answers, connect, hangs_up, plugged, says, silent, stays

from gateway import connection, wire
from gateway.connection import Connection
from gateway.failures import TimedOut, Unreachable, UpstreamFailure
from gateway.incoming import Response
from gateway.patience import NEVER


@pytest.fixture
def peers(monkeypatch: pytest.MonkeyPatch) -> Iterator[Dial]:
    yield from plugged(monkeypatch)


@pytest.fixture
def link() -> Iterator[Connection]:
    yield from connect()


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


def ask(link: Connection, body: bytes = b"{}", within_s: float | None = None) -> Response:
    deadline = NEVER if within_s is None else time.monotonic() + within_s
    return link.exchange("POST", "/x", {"host": "aws.example"}, body, deadline=deadline)


def test_a_whole_answer(peers: Dial, link: Connection) -> None:
    seen = peers(stays())
    response = ask(link)
    assert (response.status, response.body) == (200, b"ok")
    assert response.headers["x-mixed-case"] == "Yes"
    assert seen.requests == [
        b"POST /x HTTP/1.1\r\nhost: aws.example\r\ncontent-length: 2\r\n\r\n{}"
    ]


def test_a_warm_call_finds_the_connection_open(peers: Dial, link: Connection) -> None:
    seen = peers(stays())
    for _ in range(3):
        ask(link)
    assert (seen.dialled, len(seen.requests)) == (1, 3)


def test_a_chunked_answer_leaves_the_connection_open(peers: Dial, link: Connection) -> None:
    chunked = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1\r\no\r\n1\r\nk\r\n0\r\n\r\n"
    seen = peers(stays(chunked))
    assert ask(link).body == ask(link).body == b"ok"
    assert seen.dialled == 1


def test_an_answer_that_says_close_is_the_last(peers: Dial, link: Connection) -> None:
    closing = OK.replace(b"X-Mixed-Case: Yes", b"Connection: close")
    seen = peers(answers(closing), answers(closing))
    assert ask(link).body == ask(link).body == b"ok"
    assert seen.dialled == 2


def test_an_idle_connection_that_was_closed_is_remade(peers: Dial, link: Connection) -> None:
    seen = peers(answers(OK), stays())
    ask(link)
    seen._threads[0].join()
    assert ask(link).body == b"ok"
    assert (seen.dialled, len(seen.requests)) == (2, 2)


def test_a_connection_that_closes_as_we_send_is_remade_once(peers: Dial, link: Connection) -> None:
    def closes_on_the_second(line: Line) -> None:
        answers(OK)(line)
        hangs_up(line)

    seen = peers(closes_on_the_second, stays())
    ask(link)
    assert ask(link).body == b"ok"
    assert seen.dialled == 2


def test_a_remade_connection_is_not_remade_again(peers: Dial, link: Connection) -> None:
    def closes_on_the_second(line: Line) -> None:
        answers(OK)(line)
        hangs_up(line)

    seen = peers(closes_on_the_second, hangs_up)
    ask(link)
    with pytest.raises(Unreachable):
        ask(link)
    assert (seen.dialled, len(seen.requests)) == (2, 3)


def test_a_fresh_connection_is_not_remade(peers: Dial, link: Connection) -> None:
    seen = peers(hangs_up)
    with pytest.raises(Unreachable):
        ask(link)
    assert len(seen.requests) == 1


def test_what_broke_while_it_was_carried_out_is_not_sent_again(
    peers: Dial, link: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    def breaks_late(line: Line) -> None:
        answers(OK)(line)
        line.hear()
        time.sleep(0.1)

    monkeypatch.setattr(connection, "_STALE_WITHIN_S", 0.05)
    seen = peers(breaks_late)
    ask(link)
    with pytest.raises(Unreachable):
        ask(link)
    assert len(seen.requests) == 2


def test_an_answer_that_broke_off_is_not_asked_for_again(peers: Dial, link: Connection) -> None:
    seen = peers(answers(OK, OK[:-1]))
    ask(link)
    with pytest.raises(Unreachable):
        ask(link)
    assert len(seen.requests) == 2


def test_a_timeout_is_not_sent_again(peers: Dial) -> None:
    def falls_silent(line: Line) -> None:
        answers(OK)(line)
        silent(line)

    seen = peers(falls_silent, stays())
    for link in connect(read_timeout_s=0.05):
        ask(link)
        with pytest.raises(TimedOut):
            ask(link)
        assert (seen.dialled, len(seen.requests)) == (1, 2)
        assert ask(link).body == b"ok"  # and the late answer cannot be taken for this one
        assert seen.dialled == 2


@pytest.mark.parametrize(
    "start", [b"", b"HTTP/1.1 200 OK\r\nX: ", b"HTTP/1.1 200 OK\r\nContent-Length: 500\r\n\r\n"]
)
def test_a_dripping_answer_ends_at_the_deadline(
    peers: Dial, link: Connection, start: bytes
) -> None:
    def drips(line: Line) -> None:
        line.hear()
        line.sock.sendall(start)
        line.drip(b"H" * 500, every_s=0.01)

    peers(drips)
    started = time.monotonic()
    with pytest.raises(TimedOut):
        ask(link, within_s=0.1)
    assert 0.1 <= time.monotonic() - started < 0.5


def test_a_request_nobody_reads_ends_at_the_deadline(peers: Dial, link: Connection) -> None:
    def deaf(line: Line) -> None:
        time.sleep(0.2)

    peers(deaf)
    with pytest.raises(TimedOut):
        ask(link, body=b"x" * 10_000_000, within_s=0.1)


def test_a_silent_server_ends_at_the_read_timeout(peers: Dial) -> None:
    peers(silent)
    for link in connect(read_timeout_s=0.05):
        with pytest.raises(TimedOut):
            ask(link)


def test_nothing_is_sent_after_the_deadline(peers: Dial, link: Connection) -> None:
    seen = peers(stays())
    ask(link)
    with pytest.raises(TimedOut):
        ask(link, within_s=0)
    assert len(seen.requests) == 1


@pytest.mark.parametrize("reply", [
    b"", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nok", b"not http at all\r\n\r\n",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nok",
    b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nok", b"HTTP/1.1 2",
])  # fmt: skip
def test_half_an_answer_is_no_answer(peers: Dial, link: Connection, reply: bytes) -> None:
    peers(answers(reply))
    with pytest.raises(Unreachable) as caught:
        ask(link)
    assert str(caught.value) == "the connection failed"
    assert caught.value.detail.startswith("aws.example:443: ")


@pytest.mark.parametrize(
    "bad", ["a\r\nx-evil: 1", "a\nb", "a\rb", "a\r\n b", "a\0b", "é", "a\x7fb"]
)
def test_a_header_cannot_bring_another(link: Connection, bad: str) -> None:
    for headers in ({"x": bad}, {bad: "x"}):
        with pytest.raises(ValueError, match="printable ASCII"):
            link.exchange("GET", "/", headers, b"", deadline=NEVER)


@pytest.mark.parametrize("bad", ["/\r\nx-evil: 1", "/ HTTP/1.0", "/é", "/\0"])
def test_a_target_cannot_bring_a_header(link: Connection, bad: str) -> None:
    with pytest.raises(ValueError, match="printable ASCII"):
        link.exchange("GET", bad, {}, b"", deadline=NEVER)


@settings(max_examples=200, deadline=None)
@given(st.binary(max_size=60), st.sampled_from([b"", b"HTTP/1.1 200 OK\r\n", OK[:-4]]))
def test_whatever_comes_is_an_answer_or_a_failure(noise: bytes, start: bytes) -> None:
    ours, theirs = socket.socketpair()
    for link in connect():
        link._kept = wire.Wire(ours)
        with mock.patch.object(wire.Wire, "is_quiet", return_value=True), theirs:
            theirs.sendall(start + noise)
            theirs.shutdown(socket.SHUT_WR)
            with contextlib.suppress(UpstreamFailure), mock.patch.object(wire, "_dial", refuse):
                assert isinstance(ask(link), Response)


def refuse(*_: Any) -> socket.socket:
    raise ConnectionRefusedError


# TLS, with an authority made for the test


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def secure(authority: trustme.CA, host: str, script: Script) -> Script:
    def wrapped(line: Line) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(host).configure_cert(context)
        line.sock = context.wrap_socket(line.sock, server_side=True)
        script(line)

    return wrapped


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("AWS_CA_BUNDLE", str(tmp_path / "ca.pem"))


@pytest.mark.usefixtures("trusted")
def test_tls_trusts_the_bundle_it_is_given(peers: Dial, authority: trustme.CA) -> None:
    seen = peers(secure(authority, "aws.example", stays()))
    for link in connect(tls=True):
        assert ask(link).body == ask(link, b"x" * 1_000_000).body == b"ok"
    assert seen.dialled == 1


@pytest.mark.usefixtures("trusted")
def test_tls_waits_for_a_stream_and_asks_after_the_client(
    peers: Dial, authority: trustme.CA
) -> None:
    def slowly(line: Line) -> None:
        for piece in (b"3\r\non", b"e\r\n", b"0\r\n\r\n"):
            time.sleep(0.15)
            line.sock.sendall(piece)
        answers(OK)(line)

    asked: list[None] = []
    seen = peers(secure(authority, "aws.example", says(CHUNKED, then=slowly)))
    for link in connect(tls=True):
        answer = link.stream(
            "POST", "/x", {}, b"", deadline=NEVER, check_client=lambda: asked.append(None)
        )
        assert b"".join(answer) == b"one"
        assert len(asked) >= 3
        assert ask(link).body == b"ok"
    assert seen.dialled == 1


@pytest.mark.usefixtures("trusted")
def test_tls_refuses_another_name(peers: Dial, authority: trustme.CA) -> None:
    peers(secure(authority, "evil.example", stays()))
    for link in connect(tls=True):
        with pytest.raises(Unreachable) as caught:
            ask(link)
        assert "CERTIFICATE_VERIFY_FAILED" in caught.value.detail


def test_tls_refuses_an_unknown_authority(peers: Dial, authority: trustme.CA) -> None:
    peers(secure(authority, "aws.example", stays()))
    for link in connect(tls=True):
        with pytest.raises(Unreachable) as caught:
            ask(link)
        assert "CERTIFICATE_VERIFY_FAILED" in caught.value.detail


def test_a_handshake_ends_at_the_deadline(peers: Dial) -> None:
    peers(lambda line: time.sleep(0.2))
    for link in connect(tls=True):
        with pytest.raises(TimedOut):
            ask(link, within_s=0.1)


# dialling, with sockets that go nowhere


class Unplugged:
    """A socket whose connections do what its class was told, by address."""

    outcomes: dict[str, Exception | None]
    made: list[Unplugged]

    def __init__(self, *_: Any) -> None:
        self.options: list[tuple[int, ...]] = []
        self.timeout = 0.0
        self.closed = False
        self.made.append(self)

    def settimeout(self, timeout: float) -> None:
        self.timeout = timeout

    def connect(self, address: str) -> None:
        outcome = self.outcomes[address]
        if outcome:
            raise outcome

    def setsockopt(self, *option: int) -> None:
        self.options.append(option)

    def close(self) -> None:
        self.closed = True


@pytest.fixture
def unplugged(monkeypatch: pytest.MonkeyPatch) -> type[Unplugged]:
    class Fresh(Unplugged):
        outcomes: dict[str, Exception | None] = {}  # noqa: RUF012
        made: list[Unplugged] = []  # noqa: RUF012

    def resolve(*_: Any, **__: Any) -> list[tuple[Any, ...]]:
        return [(0, 0, 0, "", address) for address in Fresh.outcomes]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(socket, "socket", Fresh)
    return Fresh


def test_dialling_goes_on_to_the_next_address(unplugged: type[Unplugged]) -> None:
    unplugged.outcomes = {"down": ConnectionRefusedError(), "up": None}
    wire._dial("aws.example", 443, 2, NEVER)
    down, up = unplugged.made
    assert down.closed and not up.closed
    assert (up.timeout, up.options) == (2, [(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)])


def test_dialling_many_addresses_ends_at_the_deadline(unplugged: type[Unplugged]) -> None:
    unplugged.outcomes = {str(n): TimeoutError() for n in range(8)}
    with pytest.raises(TimeoutError):
        wire._dial("aws.example", 443, 2, time.monotonic() + 0.5)
    assert all(sock.timeout <= 0.5 and sock.closed for sock in unplugged.made)


@pytest.mark.parametrize(("outcomes", "failure"), [
    ({}, Unreachable),
    ({"a": ConnectionRefusedError()}, Unreachable),
    ({"a": socket.gaierror("no such name")}, Unreachable),
    ({"a": TimeoutError()}, TimedOut),
])  # fmt: skip
def test_no_connection_is_said_so(
    unplugged: type[Unplugged],
    link: Connection,
    outcomes: dict[str, Exception | None],
    failure: type[UpstreamFailure],
) -> None:
    unplugged.outcomes = outcomes
    with pytest.raises(failure):
        ask(link)
