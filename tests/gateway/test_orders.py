"""What an operator orders: pausing, resuming, unlinking."""

from contextlib import asynccontextmanager

import pytest
import trio

from comptoir.gateway import liveness, tenant_supervisor
from comptoir.gateway.orders import pause, resume, unlink
from comptoir.sessions.protocol import ErrorCode, RpcError


async def test_pausing_keeps_the_worker(open_shop):
    async with open_shop() as shop:
        first = shop.tenant.pid
        await pause(shop.tenant)
        await shop.events.until("state", state="paused")
        assert shop.tenant.pid == first
    async with open_shop(add=False) as shop:
        assert (await shop.order("spec"))["paused"]
        assert shop.tenant.state == ("paused", None)
        await resume(shop.tenant)
        await shop.events.until("state", state="new")


@pytest.mark.parametrize(("order", "opposite", "state"), [(pause, resume, "paused"), (resume, pause, "new")])
async def test_what_is_ordered_while_a_worker_is_forked_is_not_lost(open_shop, monkeypatch, order, opposite, state):
    fork, forking, go_on = tenant_supervisor.fork_process, trio.Event(), trio.Event()

    @asynccontextmanager
    async def slow_fork(*arguments):
        forking.set()
        await go_on.wait()
        async with fork(*arguments) as process:
            yield process

    async with open_shop() as shop:
        await opposite(shop.tenant)
        monkeypatch.setattr(tenant_supervisor, "fork_process", slow_fork)
        shop.tenant.recycle("test")
        await forking.wait()
        await order(shop.tenant)
        go_on.set()
        with trio.fail_after(5):
            while shop.tenant.hearing.state != (state, None):
                await shop.tenant.call("ping")


async def test_resuming_reaches_a_worker_that_works(open_shop, monkeypatch):
    """It asks plugins again that were suspended."""
    async with open_shop() as shop:
        told = []

        async def call(method, *_args, **_kwargs):
            told.append(method)

        monkeypatch.setattr(shop.tenant, "call", call)
        await resume(shop.tenant)
        assert told == ["resume"]


async def test_an_order_that_a_worker_refused_is_given_again(open_shop, monkeypatch):
    monkeypatch.setattr(liveness, "PING_EVERY", 0.05)
    async with open_shop() as shop:
        call = shop.tenant.call

        async def refuse(*_args, **_kwargs):
            raise RpcError(ErrorCode.NOT_NOW, "busy")

        monkeypatch.setattr(shop.tenant, "call", refuse)
        with pytest.raises(RpcError, match="busy"):
            await pause(shop.tenant)
        monkeypatch.setattr(shop.tenant, "call", call)
        with trio.fail_after(5):
            while shop.tenant.hearing.state != ("paused", None):
                await shop.tenant.call("ping")


async def test_unlinking_forgets_the_credentials_and_does_not_park(open_shop):
    async with open_shop() as shop:
        await shop.link()
        assert await unlink(shop.tenant)
        await shop.events.until("unlinked")
        await shop.tenant.call("ping")
        assert not (shop.installation.sessions / "awa/session.db").exists()
        assert (shop.installation.sessions / "awa/lock").exists()
        assert shop.tenant.state == ("new", None)
        assert "parked" not in shop.events.kinds()
        with pytest.raises(RpcError, match="not linked"):
            await unlink(shop.tenant)


async def test_a_parked_session_is_unlinked_without_the_server(open_shop):
    async with open_shop() as shop:
        await shop.link()
        await shop.tenant.park("banned")
        assert not await unlink(shop.tenant)
        await shop.tenant.call("ping")
        assert shop.tenant.state == ("new", None)
        assert not (shop.installation.sessions / "awa/session.db").exists()
