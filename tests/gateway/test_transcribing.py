"""The line of recordings: each tenant's turn comes, and one that fails holds up nobody."""

from collections import Counter

import trio
from trio.testing import wait_all_tasks_blocked

from comptoir.gateway.transcribing import TranscriptionLine
from comptoir.sessions.protocol import RpcError


async def test_turns_go_round_one_at_a_time() -> None:
    line, waiting = TranscriptionLine(), Counter({"awa": 3, "bintou": 2, "moussa": 1})
    order: list[str] = []
    at_work = 0

    async def serve(tenant: str) -> bool:
        nonlocal at_work
        at_work += 1
        order.append(tenant)
        await wait_all_tasks_blocked()
        assert at_work == 1
        at_work -= 1
        waiting[tenant] -= 1
        return waiting[tenant] > 0

    for tenant in ("awa", "awa", "bintou", "moussa"):
        line.ask(tenant)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(line.run, serve, 1)
        while +waiting:
            await wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert order == ["awa", "bintou", "moussa", "awa", "bintou", "awa"]


async def test_several_at_once_are_of_several_tenants() -> None:
    line, at_work, ended = TranscriptionLine(), Counter[str](), trio.Event()

    async def serve(tenant: str) -> bool:
        at_work[tenant] += 1
        await ended.wait()
        return False

    async with trio.open_nursery() as nursery:
        nursery.start_soon(line.run, serve, 2)
        for tenant in ("awa", "awa", "bintou", "moussa"):
            line.ask(tenant)
            await wait_all_tasks_blocked()
        assert at_work == {"awa": 1, "bintou": 1}
        ended.set()
        await wait_all_tasks_blocked()
        # Asked for while it was served: that may have been too late for it.
        assert at_work == {"awa": 2, "bintou": 1, "moussa": 1}
        nursery.cancel_scope.cancel()


async def test_a_worker_that_is_gone_ends_its_turn() -> None:
    line, served = TranscriptionLine(), []

    async def serve(tenant: str) -> bool:
        served.append(tenant)
        if tenant == "awa":
            raise RpcError(75, "the worker ended")
        return False

    async with trio.open_nursery() as nursery:
        nursery.start_soon(line.run, serve, 1)
        for tenant in ("awa", "bintou", "awa"):
            line.ask(tenant)
            await wait_all_tasks_blocked()
        nursery.cancel_scope.cancel()
    assert served == ["awa", "bintou", "awa"]
