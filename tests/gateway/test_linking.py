import sqlite3

import pytest
import trio

from comptoir.gateway import linking
from comptoir.gateway.linking import link
from comptoir.gateway.vault.errors import VaultFailed
from comptoir.sessions.protocol import ErrorCode, RpcError

QR = {"event": "qr", "code": "2@code", "expires_in": 60}
LINKED = '{"event": "linked", "number": "+221770000001", "name": "Awa"}'


class Told:
    def __init__(self):
        self.events = []
        self.grown = trio.Event()

    async def __call__(self, event):
        self.events.append(event)
        self.grown.set()
        self.grown = trio.Event()

    async def until(self, count):
        with trio.fail_after(10):
            while len(self.events) < count:
                await self.grown.wait()


async def test_every_code_is_told_and_the_number_at_the_end(open_shop):
    told = Told()
    async with open_shop() as shop:
        first = shop.tenant.pid
        async with trio.open_nursery() as nursery:
            results = []

            async def run():
                results.append(await link(shop.tenant, told))

            nursery.start_soon(run)
            await told.until(1)
            await shop.order('notify link {"event": "qr", "code": "2@next", "expires_in": 20}')
            await told.until(2)
            await shop.order(f"notify link {LINKED}")
        assert results == [{"number": "+221770000001", "name": "Awa"}]
        assert [event["event"] for event in told.events] == ["qr", "qr", "linked"]
        assert told.events[0] == QR
        # The worker that paired goes on by itself.
        assert shop.tenant.pid == first
        row = (await shop.installation.registry.tenants())[0]
        assert (row.number, row.lab) == ("+221770000001", False)
        with pytest.raises(RpcError, match="comptoir unlink awa"):
            await link(shop.tenant, told)


@pytest.mark.parametrize(("reason", "code"), [("expired", ErrorCode.NOT_NOW), ("passkey", ErrorCode.FAILED)])
async def test_a_failed_attempt_gets_a_fresh_worker(open_shop, reason, code):
    told = Told()
    async with open_shop() as shop:
        first = shop.tenant.pid
        async with trio.open_nursery() as nursery:

            async def run():
                with pytest.raises(RpcError) as failed:
                    await link(shop.tenant, told)
                assert failed.value.code == code

            nursery.start_soon(run)
            await told.until(1)
            await shop.order(f'notify link {{"event": "failed", "reason": "{reason}"}}')
        assert told.events[-1] == {"event": "failed", "reason": reason}
        await shop.tenant.call("ping")
        assert shop.tenant.pid != first
        assert shop.tenant.ends.restarts == 0
        assert not (shop.installation.sessions / "awa/session.db").exists()


async def test_a_pairing_code_is_asked_for_the_number(open_shop):
    told = Told()
    async with open_shop() as shop:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(link, shop.tenant, told, "+221770000001")
            await told.until(1)
            await shop.order(f"notify link {LINKED}")
        assert told.events[0] == {"event": "pairing_code", "code": "CODE0001", "expires_in": 160}
        assert shop.tenant.record.row.number == "+221770000001"


@pytest.mark.parametrize("reason", ["expired", "too_many_codes"])
async def test_a_pairing_code_that_is_of_no_use_says_how_to_go_on(open_shop, reason):
    told = Told()
    async with open_shop() as shop, trio.open_nursery() as nursery:

        async def run():
            with pytest.raises(RpcError, match=r"\+221770000001 .*`comptoir link awa`") as failed:
                await link(shop.tenant, told, "+221770000001")
            assert failed.value.code == ErrorCode.NOT_NOW

        nursery.start_soon(run)
        await told.until(1)
        await shop.order(f'notify link {{"event": "failed", "reason": "{reason}"}}')


@pytest.mark.parametrize("code", ["", "221770000001", "+0770000001", "+22177", "+221 77 000 00 01"])
async def test_a_code_for_what_is_no_number_changes_nothing(open_shop, code):
    async with open_shop() as shop:
        await shop.tenant.park("logged_out")
        with pytest.raises(RpcError, match="expected a number") as refused, trio.fail_after(5):
            await link(shop.tenant, Told(), code)
        assert refused.value.code == ErrorCode.INVALID_PARAMS
        assert shop.tenant.record.parked == "logged_out"


async def test_an_attempt_that_is_left_is_called_off(open_shop):
    told = Told()
    async with open_shop() as shop:
        first = shop.tenant.pid
        async with trio.open_nursery() as nursery:
            nursery.start_soon(link, shop.tenant, told)
            await told.until(1)
            with pytest.raises(RpcError, match="being linked already"):
                await link(shop.tenant, Told())
            nursery.cancel_scope.cancel()
        await shop.events.until("worker_recycled", pid=first)
        await shop.tenant.call("ping")
        assert shop.tenant.state == ("new", None)


async def test_a_worker_that_dies_while_linking(open_shop):
    told = Told()
    async with open_shop() as shop:
        async with trio.open_nursery() as nursery:

            async def run():
                with pytest.raises(RpcError, match="worker_died"):
                    await link(shop.tenant, told)

            nursery.start_soon(run)
            await told.until(1)
            with pytest.raises(RpcError):
                await shop.order("abort")
        assert told.events[-1] == {"event": "failed", "reason": "worker_died"}
        assert await shop.tenant.call("ping") == {}


async def test_a_tenant_that_is_removed_while_linking(open_shop):
    told = Told()
    async with open_shop() as shop, trio.open_nursery() as nursery:

        async def run():
            with trio.fail_after(10), pytest.raises(RpcError, match="removed while") as failed:
                await link(shop.tenant, told)
            assert failed.value.code == ErrorCode.NOT_FOUND

        nursery.start_soon(run)
        await told.until(1)
        await shop.supervisor.remove("awa")
    assert told.events[-1] == {"event": "failed", "reason": "removed"}


async def test_nobody_scans(open_shop, monkeypatch):
    monkeypatch.setattr(linking, "WINDOW", 0.2)
    told = Told()
    async with open_shop() as shop:
        with pytest.raises(RpcError) as expired:
            await link(shop.tenant, told)
        assert expired.value.code == ErrorCode.NOT_NOW
        assert told.events == [QR, {"event": "failed", "reason": "expired"}]


async def test_linking_is_the_way_out_after_a_logout(open_shop):
    told = Told()
    async with open_shop() as shop:
        await shop.link()
        await shop.order('notify state {"state": "parked", "reason": "logged_out", "park": true}')
        await shop.events.until("parked")
        async with trio.open_nursery() as nursery:
            nursery.start_soon(link, shop.tenant, told)
            await told.until(1)
            assert (await shop.order("spec"))["parked"] is None
            await shop.order(f"notify link {LINKED}")
        assert shop.tenant.record.parked is None


async def test_a_number_is_linked_for_one_tenant_only(open_shop):
    told = Told()
    async with open_shop() as shop:
        await shop.link()
        await shop.supervisor.add("baobab", "empty", None, "fr")
        other = shop.supervisor.get("baobab")

        async def run():
            with pytest.raises(
                RpcError, match=r"already linked as tenant awa: `comptoir unlink awa` first$"
            ) as refused:
                await link(other, told)
            assert refused.value.code == ErrorCode.FAILED

        async with trio.open_nursery() as nursery:
            nursery.start_soon(run)
            await told.until(1)
            await other.call("try", {"text": f"notify link {LINKED}"})
            online = '{"state": "online", "number": "+221770000001", "park": false}'
            await ignore_errors(other.call, "try", {"text": f"notify state {online}"})
        assert told.events[-1]["event"] == "failed"
        await other.call("ping")
        assert (other.state, other.record.row.number) == (("new", None), None)
        # The new device is off the phone again, and the first tenant goes on.
        assert (shop.installation.paths.tenant_state("baobab") / "unlinked").exists()
        assert shop.tenant.record.row.number == "+221770000001"
        assert not (shop.installation.paths.tenant_state("awa") / "unlinked").exists()


async def disk_full(*_args):
    raise sqlite3.OperationalError("database or disk is full")


async def test_a_session_that_cannot_be_written_down_is_not_linked(open_shop, monkeypatch):
    """A restart would not know of it and delete it, with the phone believing in it."""
    async with open_shop() as shop:
        monkeypatch.setattr(shop.installation.registry, "change_number", disk_full)
        told = Told()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(expect_refusal, shop.tenant, told, "cannot be written down")
            await told.until(1)
            await shop.order(f"notify link {LINKED}")
        assert told.events[-1]["event"] == "failed"
        await shop.tenant.call("ping")
        assert shop.tenant.state == ("new", None)
        assert (shop.installation.paths.tenant_state("awa") / "unlinked").exists()


async def test_a_session_that_cannot_be_sealed_is_not_linked(open_shop, monkeypatch):
    monkeypatch.setattr(linking, "SEAL_LIMIT", 0.2)
    monkeypatch.setattr(linking, "SEAL_AGAIN", 0.05)

    async def refuse(_tenant):
        raise VaultFailed("vault.db: database or disk is full", full=True)

    async with open_shop() as shop:
        monkeypatch.setattr(shop.installation.vault, "seal", refuse)
        told = Told()
        async with trio.open_nursery() as nursery:
            nursery.start_soon(expect_refusal, shop.tenant, told, "disk is full.*make room.*comptoir link awa")
            await told.until(1)
            await shop.order(f"notify link {LINKED}")
        assert [event["event"] for event in told.events] == ["qr", "failed"]
        await shop.tenant.call("ping")
        assert shop.tenant.state == ("new", None)
        assert shop.tenant.record.row.lab is None
        # The phone does not believe in a device that is none.
        assert (shop.installation.paths.tenant_state("awa") / "unlinked").exists()


async def expect_refusal(tenant, told, words):
    with pytest.raises(RpcError, match=words) as refused:
        await link(tenant, told)
    assert refused.value.code == ErrorCode.FAILED


async def test_a_number_that_cannot_be_written_down_is_kept(open_shop, monkeypatch):
    async with open_shop() as shop:
        await shop.link()
        monkeypatch.setattr(shop.installation.registry, "change_number", disk_full)
        await shop.order('notify state {"state": "online", "number": "+221770000002"}')
        await shop.tenant.call("ping")
        assert shop.tenant.record.row.number == "+221770000002"
        monkeypatch.undo()
        await shop.order('notify state {"state": "online", "number": "+221770000001"}')
        row = (await shop.installation.registry.tenants())[0]
        assert (row.number, row.lab) == ("+221770000001", False)


async def ignore_errors(function, *args):
    try:
        await function(*args)
    except RpcError:
        return


async def test_a_parked_session_is_resumed_and_not_linked_again(open_shop):
    async with open_shop() as shop:
        await shop.link()
        await shop.tenant.park("replaced")
        with pytest.raises(RpcError, match="tenant resume awa") as refused:
            await link(shop.tenant, Told())
        assert refused.value.code == ErrorCode.FAILED
