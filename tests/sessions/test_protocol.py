"""JSON-RPC lines: any chunking gives the same lines, and nothing that arrives can raise anything unexpected."""

import json
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.sessions.protocol import (
    ErrorCode,
    Failure,
    LineReceiver,
    LineTooLong,
    Notification,
    ProtocolFault,
    Request,
    Response,
    encode,
    parse,
)

lines = st.lists(st.binary(max_size=40).map(lambda data: data.replace(b"\n", b" ")), max_size=8)
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)
params = st.dictionaries(st.text(min_size=1), json_values, max_size=4)
ids = st.integers() | st.text()


@given(lines, st.lists(st.integers(1, 20), min_size=1))
def test_any_chunking_gives_the_same_lines(expected: list[bytes], sizes: list[int]) -> None:
    stream = b"".join(line + b"\n" for line in expected)
    receiver, received, at = LineReceiver(), [], 0
    while at < len(stream):
        size = sizes[at % len(sizes)]
        received += receiver.feed(stream[at : at + size])
        at += size
    assert received == expected
    assert not receiver.partial


def test_a_line_at_the_limit_passes_and_one_byte_more_does_not() -> None:
    assert LineReceiver(limit=10).feed(b"0123456789\n") == [b"0123456789"]
    with pytest.raises(LineTooLong):
        LineReceiver(limit=10).feed(b"0123456789x\n")


def test_an_endless_line_is_not_hoarded() -> None:
    receiver = LineReceiver(limit=10)
    receiver.feed(b"12345")
    receiver.feed(b"12345")
    with pytest.raises(LineTooLong):
        receiver.feed(b"1")


@given(
    st.builds(Request, ids, st.text(), params)
    | st.builds(Notification, st.text(), params)
    | st.builds(Response, ids, json_values)
    | st.builds(Failure, ids | st.none(), st.integers(), st.text(), json_values)
)
def test_what_is_encoded_is_parsed_back(message: Request | Notification | Response | Failure) -> None:
    line = encode(message)
    assert line.count(b"\n") == 1
    assert parse(line[:-1]) == message


@given(st.binary() | json_values.map(lambda value: json.dumps(value).encode()))
def test_any_bytes_are_a_message_or_a_fault(line: bytes) -> None:
    # Whatever else is raised fails the test.
    with suppress(ProtocolFault):
        parse(line)


@pytest.mark.parametrize(
    ("line", "code", "id"),
    [
        (b"hello", ErrorCode.PARSE, None),
        (b"[" * 100_000, ErrorCode.PARSE, None),
        (b'[{"jsonrpc":"2.0","id":1,"method":"status"}]', ErrorCode.INVALID_REQUEST, None),
        (b'{"jsonrpc":"1.0","id":1,"method":"status"}', ErrorCode.INVALID_REQUEST, None),
        (b'{"jsonrpc":"2.0","id":7,"method":3}', ErrorCode.INVALID_REQUEST, 7),
        (b'{"jsonrpc":"2.0","id":7,"method":"status","params":[1]}', ErrorCode.INVALID_PARAMS, 7),
        (b'{"jsonrpc":"2.0","id":true,"method":"status"}', ErrorCode.INVALID_REQUEST, None),
        (b'{"jsonrpc":"2.0","id":7}', ErrorCode.INVALID_REQUEST, 7),
    ],
)
def test_a_fault_names_code_and_id(line: bytes, code: ErrorCode, id: int | None) -> None:
    with pytest.raises(ProtocolFault) as caught:
        parse(line)
    assert (caught.value.code, caught.value.id) == (code, id)


def test_what_no_receiver_would_take_is_not_sent() -> None:
    with pytest.raises(LineTooLong):
        encode(Notification("event", {"text": "x" * 600_000}))
