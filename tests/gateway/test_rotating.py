"""A tenant's data key is changed while its worker rests; the rekeyer is the real one, the worker a stand-in."""

import errno
import os
import time
from functools import partial

import pytest
import standin_rekeyer
import trio
import trio.testing
from rotated import Folder
from standin_vault import run_standin_vault
from standin_worker import run_standin
from supervised import disk_full
from tried_key import opened_by

from comptoir.gateway import key_orders, policy, rotating
from comptoir.gateway.keys import unwrap
from comptoir.gateway.orders import pause
from comptoir.gateway.registry import Registry
from comptoir.gateway.targets import Targets
from comptoir.sessions.protocol import ErrorCode, RpcError

link = os.link


def targets(rekeyer):
    return Targets(run_standin, run_standin_vault, rekeyer)


class Told:
    def __init__(self):
        self.progress = []

    async def __call__(self, params):
        self.progress.append(params)


async def test_a_rotation_under_the_eyes_of_who_ordered_it(open_shop, monkeypatch):
    async with open_shop() as shop:
        folder, told = Folder(shop.installation), Told()
        old, first = await folder.fill(), shop.tenant.pid
        answer = await key_orders.rotate(shop.tenant, told)
        _, new = await folder.key()
        assert (answer["tenant"], answer["version"]) == ("awa", 2)
        assert 0 < answer["pause_ms"] < 30_000
        assert new != old
        assert opened_by(old, folder.path) == []
        await folder.assert_whole()
        said = await shop.order("spec")
        assert bytes.fromhex(said["key"]) == new
        assert shop.tenant.pid != first
        assert {row["what"] for row in told.progress} <= {"journal", "files", "vault"}
        assert all(row["tenant"] == "awa" and row["done"] <= row["total"] for row in told.progress)
        state = await shop.events.until("state", reason="its data is being encrypted with a new key")
        assert state["state"] == "new"
        await shop.events.until("keys_rotated", version=2)
        [row] = await shop.installation.registry.tenants()
        assert (row.key_version, row.next_wrapped_key) == (2, None)


async def test_a_second_rotation_and_one_while_linking_are_refused(open_shop, monkeypatch):
    async with open_shop() as shop:
        await shop.tenant.record.change(next_wrapped_key=b"k")
        with pytest.raises(RpcError, match="already") as refused:
            await key_orders.rotate(shop.tenant, Told())
        assert refused.value.code == ErrorCode.NOT_NOW
        with pytest.raises(RpcError, match="awa is being given a new key") as refused:
            await key_orders.rotate_master(shop.installation, shop.supervisor.tenants)
        assert refused.value.code == ErrorCode.NOT_NOW
        await shop.tenant.record.change(next_wrapped_key=None)
        with shop.tenant.hearing.follow_linking(), pytest.raises(RpcError, match="is being linked") as refused:
            await key_orders.rotate(shop.tenant, Told())
        assert refused.value.code == ErrorCode.NOT_NOW


@pytest.mark.parametrize("state", ["linked", "paused", "parked"])
async def test_whatever_the_tenant_does(open_shop, monkeypatch, state):
    async with open_shop() as shop:
        folder = Folder(shop.installation)
        await folder.fill()
        await shop.link()
        if state == "paused":
            await pause(shop.tenant)
        if state == "parked":
            await shop.tenant.park("banned")
        await key_orders.rotate(shop.tenant, Told())
        await folder.assert_whole()
        row = shop.tenant.record.row
        assert (row.key_version, row.linked, row.number) == (2, True, "+221770000001")
        assert (row.wanted, row.parked_reason) == (
            "paused" if state == "paused" else "active",
            "banned" if state == "parked" else None,
        )


@pytest.mark.parametrize("rekeyer", [standin_rekeyer.run_without_room, standin_rekeyer.run_on_a_full_disk])
async def test_what_fails_before_the_first_file_is_taken_back(open_shop, rekeyer):
    async with open_shop(targets=targets(rekeyer)) as shop:
        folder = Folder(shop.installation)
        old = await folder.fill()
        with pytest.raises(RpcError, match=r"has its old key still: .*(free some space|disk)") as refused:
            await key_orders.rotate(shop.tenant, Told())
        assert refused.value.code == ErrorCode.FAILED
        assert await folder.key() == (1, old)
        await folder.assert_whole()
        assert [row.next_wrapped_key for row in await shop.installation.registry.tenants()] == [None]
        assert (await shop.order("spec"))["key"] == old.hex()
        assert sorted(file.name for file in folder.path.iterdir()) == ["media", "stopped", "tenant.db", "vault.db"]


async def test_taken_back_also_where_the_registry_cannot_be_written(open_shop, monkeypatch):
    async with open_shop(targets=targets(standin_rekeyer.run_without_room)) as shop:
        change = shop.installation.registry.change

        async def full_then(tenant, **fields):
            return await (disk_full() if fields == {"next_wrapped_key": None} else change(tenant, **fields))

        monkeypatch.setattr(shop.installation.registry, "change", full_then)
        with pytest.raises(RpcError, match="has its old key still"):
            await key_orders.rotate(shop.tenant, Told())
        assert await shop.tenant.call("ping") == {}


async def test_a_rekeyer_that_always_dies_does_not_close_the_shop(open_shop, monkeypatch):
    async with open_shop(targets=targets(standin_rekeyer.run_and_die)) as shop:
        folder = Folder(shop.installation)
        await folder.fill()
        with pytest.raises(RpcError, match=r"has its old key still: .* ended in build"):
            await key_orders.rotate(shop.tenant, Told())
        await folder.assert_whole()
        assert await shop.tenant.call("ping") == {}
        assert shop.events.kinds().count("worker_died") == 0
        assert shop.tenant.record.rotation.deaths == rotating.TRIES


async def test_killed_after_the_commit_it_goes_on(open_shop, monkeypatch):
    async with open_shop(targets=targets(standin_rekeyer.run_and_die_in_commit)) as shop:
        folder = Folder(shop.installation)
        old = await folder.fill()
        answer = await key_orders.rotate(shop.tenant, Told())
        assert answer["version"] == 2
        assert opened_by(old, folder.path) == []
        await folder.assert_whole()
        assert (folder.path.parent / "axe").exists()


async def test_a_new_key_that_cannot_be_noted_at_the_end_is_noted_later(open_shop, monkeypatch):
    async with open_shop() as shop:
        folder, change, refused = Folder(shop.installation), shop.installation.registry.change, []
        old = await folder.fill()

        async def full_once(tenant, **fields):
            if "key_version" in fields and not refused:
                refused.append(fields)
                await disk_full()
            return await change(tenant, **fields)

        monkeypatch.setattr(shop.installation.registry, "change", full_once)
        assert (await key_orders.rotate(shop.tenant, Told()))["version"] == 2
        assert refused
        assert opened_by(old, folder.path) == []
        await folder.assert_whole()


# 1 is before the first step, the last are beyond the end.
SOME_STEPS, ALL_STEPS = range(1, 80, 19), range(1, 80)


@pytest.mark.parametrize("steps", [SOME_STEPS, pytest.param(ALL_STEPS, marks=pytest.mark.long)])
async def test_killed_before_any_step_it_goes_on(open_shop, monkeypatch, steps):
    monkeypatch.setattr(policy, "full_jitter", lambda *_: 0.01)
    async with open_shop(targets=targets(standin_rekeyer.run_under_the_axe)) as shop:
        folder = Folder(shop.installation)
        old, fell = await folder.fill(), []
        axe = folder.path.parent / "axe"
        for step in steps:
            axe.write_text(str(step))
            await key_orders.rotate(shop.tenant, Told())
            fell.append(not axe.exists())
            assert opened_by(old, folder.path) == []
            await folder.assert_whole()
            _, old = await folder.key()
        assert fell[0]
        # All steps were met: the axe did not fall any more.
        assert not fell[-1]
        assert shop.events.kinds().count("worker_died") == 0


async def test_a_daemon_that_stops_meanwhile_goes_on_at_its_next_start(open_shop, monkeypatch):
    async with open_shop(targets=targets(standin_rekeyer.run_and_hang)) as shop:
        folder = Folder(shop.installation)
        old = await folder.fill()
        refusals = []

        async def order():
            with pytest.raises(RpcError, match="goes on before") as refused:
                await key_orders.rotate(shop.tenant, Told())
            refusals.append(refused.value.code)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(order)
            await shop.events.until("worker_recycled")
            with trio.fail_after(8):
                await shop.supervisor.stop()
        assert refusals == [ErrorCode.NOT_NOW]
    async with open_shop(add=False) as shop:
        assert await shop.tenant.call("ping") == {}
        assert opened_by(old, folder.path) == []
        await folder.assert_whole()


async def test_a_tenant_that_is_removed_meanwhile(open_shop):
    async with open_shop(targets=targets(standin_rekeyer.run_and_hang)) as shop:
        await Folder(shop.installation).fill()
        refusals = []

        async def order():
            with pytest.raises(RpcError) as refused:
                await key_orders.rotate(shop.tenant, Told())
            refusals.append(refused.value.code)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(order)
            await shop.events.until("worker_recycled")
            with trio.fail_after(8):
                await shop.supervisor.remove("awa")
        assert refusals == [ErrorCode.NOT_NOW]
        assert not shop.installation.paths.tenant_state("awa").exists()


async def test_a_new_master_key_that_finds_no_room_for_its_file_is_the_key_all_the_same(open_shop, monkeypatch):
    async with open_shop() as shop:
        _, data = await Folder(shop.installation).key()

        def full(*_paths):
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(os, "link", lambda *paths: full() if "old-" in str(paths[-1]) else link(*paths))
            answer = await key_orders.rotate_master(shop.installation, shop.supervisor.tenants)
        following = shop.installation.paths.keys / "master.key.next"
        assert (answer["key"], answer["old"], answer["credential"]) == (str(following), None, False)
        shop.tenant.recycle("test")
        assert bytes.fromhex((await shop.order("spec"))["key"]) == data
        # The next rotation first puts it in its place.
        answer = await key_orders.rotate_master(shop.installation, shop.supervisor.tenants)
        assert answer["key"] == str(shop.installation.paths.master_key_file)
        assert await Folder(shop.installation).key() == (1, data)


async def test_a_new_master_key_beside_tenants_that_come_and_go(open_shop):
    async with open_shop() as shop:
        await shop.supervisor.add("bintou", "empty", None, "fr")
        rewrap, begun, go_on = shop.installation.registry.change_master_key, trio.Event(), trio.Event()

        async def slow(key):
            begun.set()
            await go_on.wait()
            return await rewrap(key)

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(shop.installation.registry, "change_master_key", slow)
            async with trio.open_nursery() as nursery:
                nursery.start_soon(key_orders.rotate_master, shop.installation, shop.supervisor.tenants)
                await begun.wait()
                nursery.start_soon(shop.supervisor.add, "coumba", "empty", None, "fr")
                nursery.start_soon(shop.supervisor.remove, "bintou")
                await trio.testing.wait_all_tasks_blocked(0.2)
                go_on.set()
        assert [tenant.name for tenant in shop.supervisor.tenants()] == ["awa", "coumba"]
        master = shop.installation.registry.master_key
        for tenant in shop.supervisor.tenants():
            row = tenant.record.row
            assert len(unwrap(master, row.wrapped_key, tenant.name, row.key_version)) == 32


async def test_whatever_begins_while_the_master_key_changes(open_shop, monkeypatch):
    """Its transaction takes as long as the disk does."""
    rewrap = Registry.change_master_key

    def slow(registry, key):
        changed = rewrap(registry, key)
        time.sleep(0.5)
        return changed

    monkeypatch.setattr(Registry, "change_master_key", slow)
    async with open_shop() as shop:
        installation, record = shop.installation, shop.tenant.record
        data = installation.data_key(record.row)
        for wanted in ("paused", "active"):
            async with trio.open_nursery() as nursery:
                nursery.start_soon(key_orders.rotate_master, installation, shop.supervisor.tenants)
                await trio.sleep(0.1)
                shop.tenant.recycle("test")
                nursery.start_soon(partial(record.change, wanted=wanted))
                assert installation.data_key(record.row) == data
            assert bytes.fromhex((await shop.order("spec"))["key"]) == data
            assert installation.data_key(record.row) == data
            assert record.row.wanted == wanted
        assert shop.tenant.ends.trouble is None
        assert not {"worker_died", "gave_up"} & set(shop.events.kinds())


async def test_a_new_master_key_while_workers_run(open_shop, monkeypatch):
    async with open_shop() as shop:
        paths, registry = shop.installation.paths, shop.installation.registry
        _, data = await Folder(shop.installation).key()
        pid, old = shop.tenant.pid, registry.master_key
        before = paths.master_key_file.read_bytes()
        answer = await key_orders.rotate_master(shop.installation, shop.supervisor.tenants)
        assert registry.master_key != old
        assert (await Folder(shop.installation).key(), shop.tenant.pid) == ((1, data), pid)
        assert answer["tenants"] == 1
        assert paths.master_key_file.read_bytes() != before
        kept = [file for file in paths.keys.iterdir() if file != paths.master_key_file]
        assert [str(file) for file in kept] == [answer["old"]]
        assert kept[0].read_bytes() == before
        # The record knows too: the next worker is given its key, and the next rotation begins from it.
        shop.tenant.recycle("test")
        assert bytes.fromhex((await shop.order("spec"))["key"]) == data
        assert (await key_orders.rotate(shop.tenant, Told()))["version"] == 2
