"""The channel between daemon and worker."""

from typing import Any

import pytest
import trio
from trio.testing import memory_stream_pair

from comptoir.sessions.protocol import ErrorCode, Params, RpcError
from comptoir.sessions.rpc import MAX_CALLS, Channel, ChannelClosed


async def echo(method: str, params: Params) -> Any:
    if method == "refuse":
        raise RpcError(ErrorCode.NOT_FOUND, "no such tenant: see `comptoir tenant list`", {"tenant": "x"})
    if method == "break":
        raise ZeroDivisionError("oops")
    if method == "hang":
        await trio.sleep_forever()
    return {"method": method, **params}


async def test_both_sides_call(autojump_clock: trio.testing.MockClock) -> None:
    here, there = memory_stream_pair()
    left, right = Channel(here), Channel(there)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(left.serve, echo)
        nursery.start_soon(right.serve, echo)
        assert await left.call("a", {"x": 1}) == {"method": "a", "x": 1}
        assert await right.call("b") == {"method": "b"}
        nursery.cancel_scope.cancel()


async def test_errors_reach_the_caller(autojump_clock: trio.testing.MockClock) -> None:
    here, there = memory_stream_pair()
    left, right = Channel(here), Channel(there)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(left.serve, echo)
        nursery.start_soon(right.serve, echo)
        with pytest.raises(RpcError) as refused:
            await left.call("refuse")
        assert (refused.value.code, refused.value.data) == (3, {"tenant": "x"})
        with pytest.raises(RpcError, match="ZeroDivisionError"):
            await left.call("break")
        with pytest.raises(trio.TooSlowError):
            await left.call("hang", within=5)
        assert await left.call("still") == {"method": "still"}
        nursery.cancel_scope.cancel()


async def test_a_call_ends_when_the_other_side_is_gone() -> None:
    here, there = memory_stream_pair()
    left = Channel(here)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(left.serve, echo)

        async def close() -> None:
            await there.receive_some()
            await there.aclose()

        nursery.start_soon(close)
        with pytest.raises(ChannelClosed):
            await left.call("a")
        with pytest.raises(ChannelClosed):
            await left.notify("b")


async def test_too_many_calls_are_refused() -> None:
    here, there = memory_stream_pair()
    left, right = Channel(here), Channel(there)
    codes: list[int] = []

    async def hang() -> None:
        try:
            await left.call("hang")
        except RpcError as error:
            codes.append(error.code)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(left.serve, echo)
        nursery.start_soon(right.serve, echo)
        for _ in range(MAX_CALLS + 3):
            nursery.start_soon(hang)
        with trio.fail_after(5):
            while len(codes) < 3:
                await trio.testing.wait_all_tasks_blocked()
        assert codes == [ErrorCode.NOT_NOW] * 3
        nursery.cancel_scope.cancel()


async def test_a_result_that_no_line_can_carry_is_an_error_to_the_caller() -> None:
    here, there = memory_stream_pair()
    left, right = Channel(here), Channel(there)

    async def answer(method: str, params: Params) -> Any:
        return object() if method == "object" else "x" * 600_000

    async with trio.open_nursery() as nursery:
        nursery.start_soon(left.serve, echo)
        nursery.start_soon(right.serve, answer)
        for method in ("object", "long"):
            with pytest.raises(RpcError, match="cannot be sent"):
                await left.call(method)
        nursery.cancel_scope.cancel()


async def test_what_is_urgent_is_answered_however_busy_the_other_side_is() -> None:
    here, there = memory_stream_pair()
    left, right = Channel(here), Channel(there, urgent=("ping",))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(left.serve, echo)
        nursery.start_soon(right.serve, echo)
        for _ in range(MAX_CALLS):
            nursery.start_soon(left.call, "hang")
        await trio.testing.wait_all_tasks_blocked()
        with pytest.raises(RpcError):
            await left.call("status")
        assert await left.call("ping") == {"method": "ping"}
        nursery.cancel_scope.cancel()
