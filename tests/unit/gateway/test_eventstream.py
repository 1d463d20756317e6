"""botocore is the oracle: the same bytes, however they come, give the same messages or an error."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from itertools import pairwise

import frames
import pytest
from botocore.eventstream import EventStreamBuffer
from hypothesis import given, settings
from hypothesis import strategies as st

from gateway.eventstream import Messages
from gateway.failures import Unreachable, UpstreamFailure

HELLO = frames.event({"contentBlockDelta": {"contentBlockIndex": 0, "delta": {"text": "hello"}}})

Message = tuple[dict[str, object], bytes]

names = st.text(st.characters(exclude_categories=["Cs"]), min_size=1, max_size=12)
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
lengthy = st.binary(max_size=40).map(lambda value: struct.pack(">H", len(value)) + value)
values = st.one_of(
    st.tuples(st.sampled_from([0, 1]), st.just(b"")),
    *(
        st.tuples(st.just(kind), st.binary(min_size=size, max_size=size))
        for kind, size in {2: 1, 3: 2, 4: 4, 5: 8, 8: 8, 9: 16}.items()
    ),
    st.tuples(st.just(6), lengthy),
    st.tuples(
        st.just(7), texts.map(lambda text: struct.pack(">H", len(text.encode())) + text.encode())
    ),
)
headers = st.dictionaries(names, values, max_size=5).map(
    lambda each: b"".join(frames.field(name, *value) for name, value in each.items())
)
wholes = st.builds(frames.sealed, headers, st.binary(max_size=200))
streams = st.lists(wholes, min_size=1, max_size=6).map(b"".join)


def theirs(data: bytes) -> list[Message]:
    buffer = EventStreamBuffer()
    buffer.add_data(data)
    return [(message.headers, message.payload) for message in buffer]


def ours(pieces: Iterable[bytes]) -> list[Message]:
    messages, found = Messages(), []
    for piece in pieces:
        messages.add(piece)
        while message := messages.next():
            found.append((dict(message[0]), message[1]))
    messages.end()
    return found


def texts_of(message: Message) -> tuple[set[str], dict[str, object], bytes]:
    """The values that are no text are compared by their names: the gateway reads none of them."""
    names, payload = message
    return (
        set(names),
        {k: v for k, v in names.items() if isinstance(v, str)},
        payload,
    )


@settings(max_examples=300, deadline=None, derandomize=True)
@given(data=streams, cuts=st.lists(st.integers(0, 2000), max_size=8))
def test_any_split_gives_the_messages_that_botocore_finds(data: bytes, cuts: list[int]) -> None:
    edges = [0, *sorted(cut for cut in cuts if cut < len(data)), len(data)]
    pieces = [data[start:end] for start, end in pairwise(edges)]
    assert list(map(texts_of, ours(pieces))) == list(map(texts_of, theirs(data)))


def test_byte_by_byte_gives_the_same_messages() -> None:
    data = HELLO + frames.exception("throttlingException", "slow down") + HELLO
    assert ours(data[at : at + 1] for at in range(len(data))) == theirs(data)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(first=st.just(b"") | wholes, data=wholes, at=st.integers(0, 2**31), bits=st.integers(1, 255))
def test_a_flipped_byte_is_an_error_on_both_sides(
    first: bytes, data: bytes, at: int, bits: int
) -> None:
    broken = first + frames.flipped(data, at % len(data), bits)
    with pytest.raises(Exception, match="Checksum mismatch"):
        theirs(broken)
    with pytest.raises(UpstreamFailure, match="cannot be read"):
        ours([broken])


@pytest.mark.parametrize("at", range(len(HELLO)))
def test_every_flipped_byte_of_an_event_is_an_error(at: int) -> None:
    with pytest.raises(UpstreamFailure, match="cannot be read"):
        ours([frames.flipped(HELLO, at)])


def test_what_came_before_a_broken_message_is_given_out() -> None:
    messages = Messages()
    messages.add(HELLO + frames.flipped(HELLO, 40))
    assert messages.next() == theirs(HELLO)[0]
    with pytest.raises(UpstreamFailure):
        messages.next()


@settings(max_examples=100, deadline=None, derandomize=True)
@given(data=streams, cut=st.integers(1, 2000))
def test_half_a_message_at_the_end_is_a_broken_connection(data: bytes, cut: int) -> None:
    half = data + HELLO[: cut % len(HELLO) or 1]
    with pytest.raises(Unreachable):
        ours([half])


def test_nothing_at_all_is_no_message() -> None:
    assert ours([]) == ours([b"", b""]) == []


@pytest.mark.parametrize(("total", "headers"), [
    (0, 0), (15, 0), (16, 1), (100, 85), (2**32 - 1, 0), (16 + 24 * 2**20 + 1, 0),
    (2**20, 128 * 2**10 + 1), (2**32 - 1, 2**32 - 1),
])  # fmt: skip
def test_absurd_lengths_are_refused_before_more_is_waited_for(total: int, headers: int) -> None:
    messages = Messages()
    messages.add(frames.prelude(total, headers) + b"\0" * 4)
    with pytest.raises(UpstreamFailure, match="cannot be read"):
        messages.next()


@pytest.mark.parametrize(("total", "headers"), [
    (16 + 24 * 2**20, 0), (2**20, 128 * 2**10), (16, 0), (116, 100),
])  # fmt: skip
def test_the_longest_lengths_are_botocores(total: int, headers: int) -> None:
    data = frames.signed(frames.prelude(total, headers) + b"\0" * (total - 16))
    for read in (theirs, lambda data: ours([data])):
        if headers:  # a hundred headers without a name are the same one
            with pytest.raises(Exception, match=r"Duplicate|cannot be read"):
                read(data)
        else:
            assert len(read(data)) == 1


@pytest.mark.parametrize("bad", [
    frames.field("a", 10, b""), frames.header("a", "1") * 2, frames.field("a", 4, b"\0" * 3),
    frames.field("a", 7, b"\0\x05four"), frames.field("a", 7, b"\0"), b"\x05four", b"\x01a",
    frames.field("a", 7, b"\0\x01\xff"), b"\x01\xff\x00",
])  # fmt: skip
def test_headers_that_cannot_be_read_are_an_error_although_the_checksums_are_right(
    bad: bytes,
) -> None:
    with pytest.raises(UpstreamFailure, match="cannot be read"):
        ours([frames.sealed(bad, b"{}")])


@settings(max_examples=300, deadline=None, derandomize=True)
@given(noise=st.binary(max_size=60))
def test_whatever_the_headers_are_both_agree_or_it_is_refused(noise: bytes) -> None:
    data = frames.sealed(noise, b"{}")
    try:
        found = ours([data])
    except UpstreamFailure:
        return
    assert list(map(texts_of, found)) == list(map(texts_of, theirs(data)))


def test_an_error_names_nothing_that_came() -> None:
    secret = frames.sealed(frames.header("a", "arn:aws:iam::1:role/x") * 2, b"")
    with pytest.raises(UpstreamFailure) as caught:
        ours([secret])
    assert "arn" not in str(caught.value) + caught.value.detail
