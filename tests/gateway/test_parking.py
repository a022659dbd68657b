"""Sessions that must not connect until a person acts, and those that come back."""

import pytest
import trio
import trio.testing
from supervised import LAB, disk_full, ignore_errors

from comptoir.gateway.control.status import tenant_status
from comptoir.gateway.orders import resume
from comptoir.sessions.protocol import ErrorCode, RpcError


@pytest.mark.parametrize("reason", ["replaced", "banned", "outdated", "connect_failure"])
async def test_a_session_that_ended_is_parked_at_once(open_shop, reason):
    async with open_shop() as shop:
        await shop.link()
        first = shop.tenant.pid
        await shop.order(f'notify state {{"state": "parked", "reason": "{reason}", "park": true}}')
        await shop.events.until("parked", reason=reason)
        said = await shop.order("spec")
        assert (said["linked"], said["parked"]) == (False, reason)
        assert shop.tenant.pid != first
        assert shop.tenant.state == ("parked", reason)
        assert shop.tenant.ends.restarts == 0
        # Credentials are kept: resuming connects with them.
        await resume(shop.tenant)
        assert (await shop.order("spec"))["linked"]


async def test_a_device_that_was_logged_out_needs_a_new_link(open_shop):
    async with open_shop() as shop:
        await shop.link()
        session = shop.installation.sessions / "awa/session.db"
        assert session.exists()
        await shop.order('notify state {"state": "parked", "reason": "logged_out", "park": true}')
        await shop.events.until("parked", reason="logged_out")
        await shop.tenant.call("ping")
        assert not session.exists()
        with pytest.raises(RpcError, match="comptoir link awa") as refused:
            await resume(shop.tenant)
        assert refused.value.code == ErrorCode.NOT_NOW


async def test_resuming_never_overtakes_a_parking(open_shop, monkeypatch):
    async with open_shop() as shop:
        await shop.link()
        registry = shop.installation.registry
        change, writing, go_on = registry.change, trio.Event(), trio.Event()

        async def slowly(row, **fields):
            writing.set()
            await go_on.wait()
            return await change(row, **fields)

        monkeypatch.setattr(registry, "change", slowly)
        async with trio.open_nursery() as nursery:
            # Its answer comes behind the notification, which waits for the registry.
            said = 'notify state {"state": "parked", "reason": "logged_out", "park": true}'
            nursery.start_soon(ignore_errors, shop.order, said)
            await writing.wait()
            assert shop.tenant.state[0] == "parked"

            async def try_to_resume():
                with pytest.raises(RpcError, match="comptoir link awa"):
                    await resume(shop.tenant)

            nursery.start_soon(try_to_resume)
            await trio.testing.wait_all_tasks_blocked(0.05)
            go_on.set()
        assert shop.tenant.record.row.parked_reason == "logged_out"


async def test_what_the_server_said_is_kept(open_shop):
    said = '{"state": "parked", "reason": "banned", "detail": "code 104, ends in 7200 s", "park": true}'
    async with open_shop() as shop:
        await shop.link()
        await shop.order(f"notify state {said}")
        await shop.events.until("parked", detail="code 104, ends in 7200 s")
    async with open_shop(add=False) as shop:
        row = await tenant_status(shop.tenant)
        assert (row["reason"], row["detail"]) == ("banned", "code 104, ends in 7200 s")
        assert "tenant resume awa" in row["advice"]
        await resume(shop.tenant)
        assert "detail" not in await tenant_status(shop.tenant)


async def test_parking_survives_a_restart_of_the_daemon(open_shop):
    async with open_shop() as shop:
        await shop.link()
        await shop.tenant.park("banned")
    async with open_shop(add=False) as shop:
        assert (await shop.order("spec"))["parked"] == "banned"
        assert shop.tenant.state == ("parked", "banned")


async def test_a_session_lost_with_the_machines_memory(open_shop):
    async with open_shop() as shop:
        await shop.link()
    (shop.installation.sessions / "awa/session.db").unlink()
    async with open_shop(add=False) as shop:
        said = await shop.order("spec")
        assert (said["linked"], said["parked"]) == (False, "session_lost")
        assert shop.tenant.state == ("parked", "session_lost")


async def test_a_session_comes_back_after_a_restart_of_the_daemon(open_shop):
    async with open_shop() as shop:
        await shop.link()
    async with open_shop(add=False) as shop:
        assert (await shop.order("spec"))["linked"]
        await shop.events.until("state", state="online")


@pytest.mark.parametrize(
    ("linked_in", "opened_in", "reason"), [(None, LAB, "real_session"), (LAB, None, "lab_session")]
)
async def test_lab_and_whatsapp_never_meet(open_shop, linked_in, opened_in, reason):
    async with open_shop(lab=linked_in) as shop:
        await shop.link()
    async with open_shop(add=False, lab=opened_in) as shop:
        said = await shop.order("spec")
        assert (said["linked"], said["parked"]) == (False, reason)
        await shop.order(f'notify state {{"state": "parked", "reason": "{reason}", "park": true}}')
        with pytest.raises(RpcError):
            await resume(shop.tenant)
        assert (shop.installation.sessions / "awa/session.db").exists()
    async with open_shop(add=False, lab=linked_in) as shop:
        assert (await shop.order("spec"))["linked"]


async def test_a_session_is_parked_even_where_that_cannot_be_written(open_shop, monkeypatch):
    """A banned number must not be connected again because the disk is full."""
    async with open_shop() as shop:
        await shop.link()
        monkeypatch.setattr(shop.installation.registry, "change", disk_full)
        await shop.order('notify state {"state": "parked", "reason": "banned", "park": true}')
        await shop.events.until("parked", reason="banned")
        said = await shop.order("spec")
        assert (said["linked"], said["parked"]) == (False, "banned")
