"""The control socket from outside: raw lines over a real socket, against handlers of these tests."""

import json
import os
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
import trio
import trio.testing

from comptoir.gateway.control import connection, server
from comptoir.gateway.control.server import MAX_CONNECTIONS, MAX_REFUSALS, ControlServer, bind_control_socket
from comptoir.gateway.control.table import method, table_of
from comptoir.gateway.events import BUFFER, EventHub, TooSlow
from comptoir.sessions.protocol import MAX_LINE, ErrorCode, RpcError


class Handlers:
    def __init__(self):
        self.hub = EventHub()
        self.go_on = trio.Event()
        self.running = 0
        self.cancelled = trio.Event()

    @method("hello")
    async def hello(self, *, version: int):
        if version != 1:
            raise RpcError(ErrorCode.FAILED, "version 1 only")
        return {"version": 1}

    @method("echo")
    async def echo(self, *, text: str, count: int = 1, share: float = 0.0, from_: str | None = None):
        return {"text": text * count, "share": share, "from": from_}

    @method("wait")
    async def wait(self):
        self.running += 1
        try:
            await self.go_on.wait()
        except trio.Cancelled:
            self.cancelled.set()
            raise

    @method("fail")
    async def fail(self):
        raise ZeroDivisionError("oops")

    @method("repeat")
    async def repeat(self, *, text: str):
        raise RpcError(ErrorCode.NOT_FOUND, f"no {text}", {"text": text})

    @method("disk")
    async def disk(self):
        raise OSError(28, "No space left on device")

    @method("events", notification="event")
    async def events(self, tell):
        with self.hub.follow() as subscription:
            await tell({"kind": "following"})
            try:
                async for event in subscription:
                    await tell(event)
            except TooSlow as error:
                raise RpcError(ErrorCode.NOT_NOW, str(error)) from None


class Caller:
    """A client that may break the rules."""

    def __init__(self, stream):
        self.stream = stream
        self._buffer = b""

    async def raw(self, data):
        await self.stream.send_all(data)

    async def send(self, method, id=1, /, **params):
        await self.raw(json.dumps({"jsonrpc": "2.0", "id": id, "method": method, "params": params}).encode() + b"\n")

    async def line(self):
        """The next message, or None where the daemon has closed the connection."""
        with trio.fail_after(60):
            while b"\n" not in self._buffer:
                data = await self.stream.receive_some(65536)
                if not data:
                    return None
                self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\n")
        return json.loads(line)

    async def ask(self, method, id=1, /, **params):
        await self.send(method, id, **params)
        return await self.line()

    async def hello(self):
        assert (await self.ask("hello", version=1))["result"] == {"version": 1}
        return self


@pytest.fixture
def handlers():
    return Handlers()


@pytest.fixture
async def control(home, handlers):
    """Connects callers to a server that runs as long as the test."""
    listener = bind_control_socket(home / "control.sock")

    @asynccontextmanager
    async def connect():
        stream = await trio.open_unix_socket(str(home / "control.sock"))
        async with stream:
            yield Caller(stream)

    async with trio.open_nursery() as nursery:
        await nursery.start(ControlServer(table_of(handlers), os.getuid()).serve, listener)
        yield connect
        nursery.cancel_scope.cancel()


async def test_a_call_and_its_answer(control):
    async with control() as caller:
        await caller.hello()
        answer = await caller.ask("echo", "x", text="bonjour", count=2, share=1, **{"from": "+221"})
        expected = {"text": "bonjourbonjour", "share": 1, "from": "+221"}
        assert answer == {"jsonrpc": "2.0", "id": "x", "result": expected}


async def test_texts_pass_unchanged(control):
    async with control() as caller:
        await caller.hello()
        for text in ("", "é" * 32768, "مرحبا", "\u202eabc", "\0\n\u2028", "😀"):
            assert (await caller.ask("echo", text=text))["result"]["text"] == text


async def test_hello_comes_first(control):
    async with control() as caller:
        assert (await caller.ask("echo", text="x"))["error"]["code"] == ErrorCode.INVALID_REQUEST
        assert (await caller.ask("hello", version=9))["error"]["message"] == "version 1 only"
        assert (await caller.ask("echo", text="x"))["error"]["code"] == ErrorCode.INVALID_REQUEST
        await caller.hello()


async def test_hello_and_the_next_call_in_one_write(control):
    async with control() as caller:
        hello = b'{"jsonrpc":"2.0","id":1,"method":"hello","params":{"version":1}}\n'
        await caller.raw(hello + b'{"jsonrpc":"2.0","id":2,"method":"echo","params":{"text":"x"}}\n')
        assert (await caller.line())["result"] == {"version": 1}
        assert (await caller.line())["result"]["text"] == "x"


LONG = "é" * 100_000


@pytest.mark.parametrize(
    ("request_", "code"),
    [
        ({"id": 1, "method": LONG}, ErrorCode.METHOD_NOT_FOUND),
        ({"id": 1, "method": "echo", "params": {LONG: 1}}, ErrorCode.INVALID_PARAMS),
        ({"id": 1, "method": "repeat", "params": {"text": LONG}}, ErrorCode.NOT_FOUND),
        ({"id": LONG, "method": "echo", "params": {"text": "x"}}, ErrorCode.INVALID_REQUEST),
    ],
    ids=["method", "parameter", "error of a handler", "id"],
)
async def test_what_is_too_long_to_be_repeated_is_cut(control, request_, code):
    async with control() as caller:
        await caller.hello()
        # Each é takes two bytes here and would take six in the answer.
        await caller.raw(json.dumps({"jsonrpc": "2.0", **request_}, ensure_ascii=False).encode() + b"\n")
        error = (await caller.line())["error"]
        assert error["code"] == code
        assert len(error["message"]) < 400
        await caller.hello()


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"nonsense", ErrorCode.PARSE),
        (b"\xff\xfe", ErrorCode.PARSE),
        (b"", ErrorCode.PARSE),
        (b"[" * 100_000, ErrorCode.PARSE),
        (b"[]", ErrorCode.INVALID_REQUEST),
        (b'{"jsonrpc":"1.0","id":1,"method":"echo"}', ErrorCode.INVALID_REQUEST),
        (b'{"jsonrpc":"2.0","method":"echo"}', ErrorCode.INVALID_REQUEST),
        (b'{"jsonrpc":"2.0","id":1,"result":1}', ErrorCode.INVALID_REQUEST),
        (b'{"jsonrpc":"2.0","id":1.5,"method":"echo"}', ErrorCode.INVALID_REQUEST),
        (b'{"jsonrpc":"2.0","id":1,"method":"echo","params":[1]}', ErrorCode.INVALID_PARAMS),
        (b'{"jsonrpc":"2.0","id":1,"method":"nothing"}', ErrorCode.METHOD_NOT_FOUND),
    ],
)
async def test_after_a_bad_line_the_connection_goes_on(control, line, code):
    async with control() as caller:
        await caller.hello()
        await caller.raw(line + b"\n")
        assert (await caller.line())["error"]["code"] == code
        assert (await caller.ask("echo", text="still here"))["result"]["text"] == "still here"


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({}, "text is missing"),
        ({"text": 1}, "expected a string"),
        ({"text": None}, "expected a string"),
        ({"text": "x", "count": True}, "expected a whole number"),
        ({"text": "x", "count": 1.5}, "expected a whole number"),
        ({"text": "x", "share": "1"}, "expected a number"),
        ({"text": "x", "from": 1}, "expected a string"),
        ({"text": "x", "more": 1}, "no parameter more: expected text, count, share, from"),
        ({"text": "x", "from_": "+221"}, "no parameter from_"),
    ],
)
async def test_parameters_are_checked(control, params, text):
    async with control() as caller:
        await caller.hello()
        error = (await caller.ask("echo", **params))["error"]
        assert error["code"] == ErrorCode.INVALID_PARAMS
        assert text in error["message"]


async def test_a_bug_in_a_method_ends_nothing(control, caplog):
    async with control() as caller:
        await caller.hello()
        error = (await caller.ask("fail"))["error"]
        assert error["code"] == ErrorCode.INTERNAL
        assert "oops" not in error["message"]
        assert "oops" in caplog.text
        full = (await caller.ask("disk"))["error"]
        assert full["code"] == ErrorCode.FAILED
        assert "no space left on device: free some space" in full["message"]
        await caller.hello()


async def test_a_line_that_is_too_long_closes_the_connection(control):
    async with control() as caller:
        await caller.hello()
        with trio.fail_after(30):
            async with trio.open_nursery() as nursery:

                async def flood():
                    try:
                        await caller.raw(b"x" * (MAX_LINE + 2))
                    except trio.BrokenResourceError:
                        return

                nursery.start_soon(flood)
                error = (await caller.line())["error"]
        assert error["code"] == ErrorCode.INVALID_REQUEST
        assert "524288 bytes" in error["message"]
        assert await caller.line() is None


async def test_an_answer_that_no_line_holds(control):
    async with control() as caller:
        await caller.hello()
        error = (await caller.ask("echo", text="x" * 1000, count=1000))["error"]
        assert error["code"] == ErrorCode.FAILED
        assert "ask for less" in error["message"]
        await caller.hello()


@pytest.fixture
def clock():
    # Not zero: what is on its way between two sockets must arrive before time jumps.
    return trio.testing.MockClock(autojump_threshold=0.05)


async def test_a_line_must_end_within_five_seconds(control, clock):
    async with control() as caller:
        await caller.hello()
        begun = trio.current_time()
        await caller.raw(b'{"jsonrpc"')
        error = (await caller.line())["error"]
        assert 5 <= trio.current_time() - begun < 6
        assert "within 5 s" in error["message"]
        assert await caller.line() is None


async def test_a_slow_trickle_does_not_lengthen_it(control, clock):
    async with control() as caller:
        await caller.hello()
        begun = trio.current_time()
        for _ in range(3):
            await caller.raw(b" ")
            await trio.sleep(2)
        assert "within 5 s" in (await caller.line())["error"]["message"]
        assert trio.current_time() - begun < 7


async def test_silence_between_lines_has_no_limit(control, clock):
    async with control() as caller:
        await caller.hello()
        await trio.sleep(86_400)
        await caller.hello()


async def test_eight_calls_in_flight(control, handlers):
    async with control() as caller:
        await caller.hello()
        for id in range(8):
            await caller.send("wait", id)
        refused = await caller.ask("wait", 8)
        assert (refused["id"], refused["error"]["code"]) == (8, ErrorCode.NOT_NOW)
        assert handlers.running == 8
        handlers.go_on.set()
        assert {(await caller.line())["id"] for _ in range(8)} == set(range(8))
        assert (await caller.ask("wait"))["result"] is None


async def test_leaving_cancels_what_runs(control, handlers):
    async with control() as caller:
        await caller.hello()
        await caller.send("wait")
        await trio.testing.wait_all_tasks_blocked(0.05)
        assert handlers.running == 1
    with trio.fail_after(5):
        await handlers.cancelled.wait()


async def test_thirty_two_connections(control):
    async with trio.open_nursery() as nursery:
        done = trio.Event()

        async def hold(task_status):
            async with control() as caller:
                await caller.hello()
                task_status.started()
                await done.wait()

        for _ in range(MAX_CONNECTIONS):
            await nursery.start(hold)
        async with control() as caller:
            error = (await caller.line())["error"]
            assert error["code"] == ErrorCode.NOT_NOW
            assert await caller.line() is None
        done.set()
    with trio.fail_after(5):
        while True:
            async with control() as caller:
                if "result" in (await caller.ask("hello", version=1)):
                    break


async def test_one_stream_at_a_time(control, handlers):
    async with control() as caller:
        await caller.hello()
        assert (await caller.ask("events"))["params"] == {"kind": "following"}
        assert (await caller.ask("events", 2))["error"]["code"] == ErrorCode.NOT_NOW
        # Calls go on beside the stream.
        assert (await caller.ask("echo", 3, text="x"))["id"] == 3
        handlers.hub.publish("awa", "linked", number="+221")
        event = await caller.line()
        assert event["method"] == "event"
        assert (event["params"]["tenant"], event["params"]["kind"]) == ("awa", "linked")


async def test_a_reader_that_does_not_read_is_dropped(control, handlers, monkeypatch):
    monkeypatch.setattr(connection, "WRITE_LIMIT", 0.2)
    async with control() as slow, control() as quick:
        await slow.hello()
        await slow.ask("events")
        await quick.hello()
        await quick.ask("events")
        # More than the socket's buffer and the subscription's hold.
        for number in range(BUFFER):
            handlers.hub.publish("awa", "noise", text="x" * 4000, number=number)
            assert (await quick.line())["params"]["number"] == number
        await trio.sleep(0.4)
        handlers.hub.publish("awa", "noise", number="last")
        assert (await quick.line())["params"]["number"] == "last"
        assert len(handlers.hub._subscriptions) == 1
        # What was sent before is still there; then the connection has ended.
        with trio.fail_after(10):
            try:
                while await slow.line():
                    pass
            except trio.BrokenResourceError:
                pass


async def test_a_subscription_that_runs_over_says_so():
    hub = EventHub()
    with hub.follow() as subscription:
        for number in range(BUFFER + 10):
            hub.publish("awa", "noise", number=number)
        for number in range(BUFFER):
            assert (await anext(subscription))["number"] == number
        with pytest.raises(TooSlow):
            await anext(subscription)


async def test_following_one_tenant():
    hub = EventHub()
    with hub.follow("awa") as one, hub.follow() as everyone:
        hub.publish("bintou", "linked")
        hub.publish("awa", "linked", time="2026-11-21T07:00:00.000Z")
        assert await anext(one) == {"time": "2026-11-21T07:00:00.000Z", "tenant": "awa", "kind": "linked"}
        assert [(await anext(everyone))["tenant"] for _ in range(2)] == ["bintou", "awa"]
    hub.publish("awa", "linked")
    with pytest.raises(StopAsyncIteration):
        await anext(one)


async def test_the_socket_is_closed_to_others(home):
    listener = bind_control_socket(home / "control.sock")
    assert (home / "control.sock").stat().st_mode & 0o777 == 0o660
    await listener.aclose()
    # What a killed daemon left behind is replaced.
    listener = bind_control_socket(home / "control.sock")
    await listener.aclose()


async def test_a_peer_that_may_not_speak_is_told_so(control, monkeypatch):
    monkeypatch.setattr(server, "refusal", lambda peer, owner: f"user {peer.uid} is no operator")
    async with control() as caller:
        error = (await caller.line())["error"]
        assert error["code"] == ErrorCode.NOT_PERMITTED
        assert await caller.line() is None


async def test_refusals_are_counted_too(control, monkeypatch, clock, caplog):
    monkeypatch.setattr(server, "refusal", lambda peer, owner: f"user {peer.uid} is no operator")
    monkeypatch.setattr(server, "REFUSAL_LIMIT", 3600)
    said = []
    async with AsyncExitStack() as callers:
        for _ in range(MAX_REFUSALS + 4):
            caller = await callers.enter_async_context(control())
            said.append(await caller.line())
    assert [line is not None for line in said] == [True] * MAX_REFUSALS + [False] * 4
    # One line for all, and after a while one more.
    assert caplog.text.count("refused process") == 1
    await trio.sleep(server.WARN_EVERY)
    async with control() as caller:
        assert await caller.line()
    assert caplog.text.count("refused process") == 2
    assert f"({MAX_REFUSALS + 3} more were refused before)" in caplog.text
