"""http.client is the oracle: what is taken for an answer is the one that it reads, or none."""

from __future__ import annotations

import io
from http.client import HTTPException, HTTPResponse
from itertools import pairwise
from typing import Any, NamedTuple, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.failures import Unreachable
from gateway.http1 import Source, pieces, read_head
from gateway.patience import NEVER, Patience
from gateway.wire import Wire

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


class Canned:
    """A wire on which everything has been said, in these pieces."""

    name = "aws.example:443"

    def __init__(self, *said: bytes) -> None:
        self._said = [piece for piece in said if piece]

    def receive(self, patience: Patience) -> bytes:
        return self._said.pop(0) if self._said else b""

    def makefile(self, _mode: str) -> io.BytesIO:
        return io.BytesIO(b"".join(self._said))


class Read(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes
    keeps: bool


def ours(*said: bytes) -> Read:
    source = Source(cast(Wire, Canned(*said)), Patience(NEVER, idle_s=1))
    head = read_head(source)
    body = b"".join(pieces(head, source))
    return Read(head.status, dict(head.headers), body, head.keeps)


def theirs(*said: bytes) -> Read:
    answer = HTTPResponse(cast(Any, Canned(*said)), method="POST")
    answer.begin()
    headers: dict[str, str] = {}
    for name, value in answer.getheaders():
        # It leaves the space behind a value, which is not part of it (RFC 9112, 5.1).
        given = [headers[name.lower()]] if name.lower() in headers else []
        headers[name.lower()] = ", ".join([*given, value.strip(" ")])
    keeps = not answer.will_close
    return Read(answer.status, headers, answer.read(), keeps)


token = st.text("abcXYZ-_09", min_size=1, max_size=8)
value = st.text(
    st.characters(min_codepoint=32, max_codepoint=255, exclude_characters="\x7f\x85\xa0"),
    max_size=12,
)
field = st.one_of(
    st.tuples(token, value),
    st.sampled_from([
        ("Connection", "close"), ("connection", "Keep-Alive"), ("Connection", "x"),
        ("Content-Length", "3"), ("content-length", "0"), ("Content-Length", "12"),
        ("Content-Length", "-1"), ("Content-Length", "3, 3"), ("Content-Length", "x"),
        ("Transfer-Encoding", "chunked"), ("transfer-encoding", "Chunked"),
        ("Transfer-Encoding", "gzip, chunked"), ("Transfer-Encoding", "identity"),
    ]),
).map(lambda each: f"{each[0]}: {each[1]}\r\n".encode("latin-1"))  # fmt: skip
status = st.sampled_from([
    OK, b"HTTP/1.1 200\r\n", b"HTTP/1.0 200 OK\r\n", b"HTTP/1.1 429 Too Many Requests\r\n",
    b"HTTP/1.1 204 No Content\r\n", b"HTTP/1.1 304 x\r\n", b"HTTP/1.1 100 Continue\r\n\r\n" + OK,
    b"HTTP/2 200\r\n", b"HTTP/1.1 20 OK\r\n", b"HTTP/1.1 OK\r\n", b"ICY 200 OK\r\n", 
    OK[:-2] + b"\n",
])  # fmt: skip
chunk = st.builds(
    lambda data, extra: b"%x%b\r\n%b\r\n" % (len(data), extra, data),
    st.binary(min_size=1, max_size=20),
    st.sampled_from([b"", b"", b";name=value", b" ;a", b"  "]),
)
body = st.one_of(
    st.binary(max_size=20),
    st.builds(
        lambda chunks, end: b"".join(chunks) + end,
        st.lists(chunk, max_size=5),
        st.sampled_from(
            [b"0\r\n\r\n", b"000\r\n\r\n", b"0\r\nX-Sum: 1\r\n\r\n", b"0\r\n", b"", b"g\r\n"]
        ),
    ),
)
answers = st.builds(
    lambda status, fields, body: status + b"".join(fields) + b"\r\n" + body,
    status,
    st.lists(field, max_size=4),
    body,
)


@settings(max_examples=1000, deadline=None, derandomize=True)
@given(said=answers)
def test_an_answer_that_is_read_is_the_one_that_http_client_reads(said: bytes) -> None:
    try:
        read = ours(said)
    except Unreachable:
        return
    expected = theirs(said)
    assert read._replace(keeps=False) == expected._replace(keeps=False)
    assert not read.keeps or expected.keeps


@settings(max_examples=300, deadline=None, derandomize=True)
@given(said=answers, cuts=st.lists(st.integers(0, 200), max_size=6))
def test_the_pieces_in_which_it_comes_make_no_difference(said: bytes, cuts: list[int]) -> None:
    edges = [0, *sorted(cut for cut in cuts if cut < len(said)), len(said)]
    split = [said[start:end] for start, end in pairwise(edges)]
    assert outcome(*split) == outcome(said)


def outcome(*said: bytes) -> object:
    try:
        return ours(*said)
    except Unreachable:
        return "no answer"


USUAL = [
    OK + b"Content-Length: 2\r\n\r\nok",
    OK + b"Content-Length: 2\r\nConnection: close\r\n\r\nok",
    OK + b"content-length:2\r\n\r\nok",
    OK + b"X-Two: 1\r\nx-two: 2\r\nContent-Length: 0\r\n\r\n",
    OK + b"X-Latin: \xe9\r\nContent-Length: 0\r\n\r\n",
    OK + b"\r\nuntil the end",
    b"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok",
    b"HTTP/1.1 204 No Content\r\n\r\n",
    b"HTTP/1.1 503 Slow Down\r\nContent-Length: 2\r\n\r\n{}",
    b"HTTP/1.1 100 Continue\r\n\r\n" + OK + b"Content-Length: 2\r\n\r\nok",
    CHUNKED + b"1\r\no\r\n1\r\nk\r\n0\r\n\r\n",
    CHUNKED + b"2;name=value\r\nok\r\n0;last\r\nX-Checksum: 1\r\nX-More: 2\r\n\r\n",
    CHUNKED + b"0A \r\n0123456789\r\n00\r\n\r\n",
]


@pytest.mark.parametrize("said", USUAL)
def test_the_usual_answers_are_read_as_http_client_reads_them(said: bytes) -> None:
    expected = theirs(said)
    assert ours(said) == expected
    assert ours(*(said[at : at + 1] for at in range(len(said)))) == expected


def test_an_announcement_is_not_the_answer() -> None:
    early = b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n"
    assert ours(early + early + USUAL[0]).body == b"ok"


@pytest.mark.parametrize("said", USUAL)
def test_an_answer_that_breaks_off_is_none(said: bytes) -> None:
    """Except one whose end is the connection's: nobody can tell."""
    for end in range(len(said)):
        if not said.endswith(b"until the end") or end < said.index(b"until"):
            with pytest.raises(Unreachable):
                ours(said[:end])


@pytest.mark.parametrize("said", [
    OK + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\nok",
    OK + b"Content-Length: 2\r\nContent-Length: 2\r\n\r\nok",
    OK + b"Content-Length: +2\r\n\r\nok", OK + b"Content-Length: 0x2\r\n\r\nok",
    OK + b"Content-Length: \r\n\r\nok", OK + b"Content-Length: 1_0\r\n\r\n0123456789",
    OK + b"Content-Length: \xb2\r\n\r\nok", OK + b"Content-Length: " + b"9" * 5000 + b"\r\n\r\n",
    OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    OK + b"Transfer-Encoding: gzip\r\n\r\nok",
    b"HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    OK + b"Transfer-Encoding : chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
    OK + b" folded: yes\r\nContent-Length: 2\r\n\r\nok",
    OK + b"X: a\r\n b\r\nContent-Length: 2\r\n\r\nok",
    OK + b"no colon\r\n\r\n", OK + b": no name\r\n\r\n", OK + b"X: \0\r\n\r\n",
    OK + b"X: a\rb\r\n\r\n",
    OK + b"X: bare\nContent-Length: 0\r\n\r\n",
    OK + b"".join(b"X-%d: 1\r\n" % each for each in range(101)) + b"\r\n",
    CHUNKED + b"+2\r\nok\r\n0\r\n\r\n", CHUNKED + b"0x2\r\nok\r\n0\r\n\r\n",
    CHUNKED + b"-2\r\nok\r\n0\r\n\r\n", CHUNKED + b"2\nok\r\n0\r\n\r\n",
    CHUNKED + b"\r\nok\r\n0\r\n\r\n",
    CHUNKED + b"2\r\nokay\r\n0\r\n\r\n", CHUNKED + b"2\r\nok0\r\n\r\n",
    CHUNKED + b"2\r\nok\r\n0\r\nno colon\r\n\r\n", CHUNKED + b"f" * 20 + b"\r\n",
    b"<html>Bad Gateway</html>", b"HTTP/2 200\r\n\r\n", b"HTTP/1.1 099 x\r\n\r\n",
])  # fmt: skip
def test_what_could_be_read_in_two_ways_is_no_answer(said: bytes) -> None:
    with pytest.raises(Unreachable) as caught:
        ours(said)
    assert caught.value.detail.startswith("aws.example:443: ")


@pytest.mark.parametrize("said", [b"", OK, CHUNKED, CHUNKED + b"2\r\nok\r\n0\r\n"])
def test_a_line_without_an_end_is_given_up(said: bytes) -> None:
    with pytest.raises(Unreachable, match="the connection failed") as caught:
        ours(said, *[b"x" * 10_000] * 10)
    assert "endless" in caught.value.detail


def test_what_follows_an_answer_is_left_alone() -> None:
    source = Source(cast(Wire, Canned(USUAL[0] + b"HTTP/1.1")), Patience(NEVER, idle_s=1))
    assert b"".join(pieces(read_head(source), source)) == b"ok"
    assert not source.is_empty()


def test_http_client_would_take_some_of_what_is_refused() -> None:
    """Otherwise the tests above would hold for a reader that is just as lenient."""
    lenient = OK + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"
    assert theirs(lenient).body == b"ok"
    with pytest.raises(HTTPException):
        theirs(b"<html>Bad Gateway</html>")
