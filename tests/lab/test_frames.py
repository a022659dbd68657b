"""The framing on the websocket, under any cutting of the bytes."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.lab.frames import INTRO, MAX_PAYLOAD, FrameBuffer, FrameError, frame


def cut(data: bytes, places: list[int]) -> list[bytes]:
    edges = [0, *sorted(place % (len(data) + 1) for place in places), len(data)]
    return [data[start:end] for start, end in itertools.pairwise(edges)]


@given(st.lists(st.binary(max_size=300)), st.lists(st.integers(min_value=0)))
def test_payloads_come_out_whole_and_in_order(payloads: list[bytes], places: list[int]) -> None:
    stream = INTRO + b"".join(map(frame, payloads))
    buffer = FrameBuffer()
    assert [payload for chunk in cut(stream, places) for payload in buffer.feed(chunk)] == payloads


@given(st.binary(min_size=1, max_size=300), st.integers(min_value=1))
def test_an_unfinished_frame_stays_inside(payload: bytes, missing: int) -> None:
    whole = frame(payload)
    kept = len(whole) - (missing % len(whole) + 1)
    buffer = FrameBuffer(intro=b"")
    assert buffer.feed(whole[:kept]) == []
    assert buffer.feed(whole[kept:]) == [payload]


def test_the_intro_is_stripped_once() -> None:
    buffer = FrameBuffer()
    assert buffer.feed(INTRO + frame(b"one")) == [b"one"]
    # A payload may look like an intro; only the first four bytes of a connection are one.
    assert buffer.feed(frame(INTRO)) == [INTRO]


@pytest.mark.parametrize("start", [b"GET / HTTP/1.1", b"WA\x05\x03", b"WA\x06\x02"])
def test_another_protocol_or_dictionary_is_refused(start: bytes) -> None:
    with pytest.raises(FrameError, match="a client begins with"):
        FrameBuffer().feed(start)


def test_a_frame_beyond_the_limit_is_refused_when_announced() -> None:
    buffer = FrameBuffer(intro=b"", limit=10)
    assert buffer.feed(frame(bytes(10))) == [bytes(10)]
    with pytest.raises(FrameError, match="a frame of 11 bytes was announced, the limit is 10"):
        buffer.feed(frame(bytes(11))[:3])


def test_a_payload_three_bytes_cannot_measure_is_refused() -> None:
    with pytest.raises(FrameError, match="at most"):
        frame(bytes(MAX_PAYLOAD + 1))
