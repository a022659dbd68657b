"""How long the control socket waits for a worker, and how many may wait at once."""

from pathlib import Path

import pytest
import trio
import trio.testing

from comptoir.gateway.control import methods, status
from comptoir.gateway.control.methods import Methods
from comptoir.gateway.control.status import tenant_status
from comptoir.sessions.protocol import ErrorCode, RpcError


async def test_who_waits_for_messages_leaves_room_for_other_calls(open_shop, monkeypatch):
    monkeypatch.setattr(methods, "MAX_WAITS", 2)
    async with open_shop() as shop:
        asked = Methods(shop.supervisor, shop.installation.hub, "0", lab=False)
        waiting, go_on = [], trio.Event()

        async def call(method, _params, within):
            waiting.append(method)
            await go_on.wait()

        monkeypatch.setattr(shop.tenant, "call", call)

        async def wait():
            await asked.message_wait(tenant="awa", id=1, state="read")

        async with trio.open_nursery() as nursery:
            nursery.start_soon(wait)
            nursery.start_soon(wait)
            await trio.testing.wait_all_tasks_blocked()
            with pytest.raises(RpcError, match="2 calls wait") as refused:
                await wait()
            assert refused.value.code == ErrorCode.NOT_NOW
            go_on.set()
        await wait()
        assert waiting == ["wait"] * 3


async def test_a_tenant_that_is_asked_alone_gets_more_time(open_shop, monkeypatch):
    monkeypatch.setattr(status, "ANSWER_WITHIN", 0.0)
    async with open_shop() as shop:
        assert (await tenant_status(shop.tenant))["inbox"] is None
        assert (await status.full_status(shop.tenant, Path("config")))["country"] == "SN"
