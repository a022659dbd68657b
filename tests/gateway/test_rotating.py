"""A tenant's data key is changed while its worker rests; the rekeyer is the real one, the worker a stand-in."""

import errno
import os

import journal_rig
import pytest
import standin_rekeyer
import trio
from journal_rig import heard, open_new, record
from standin_vault import run_standin_vault
from standin_worker import run_standin
from supervised import disk_full
from tried_key import opened_by

from comptoir.gateway import key_orders, rotating
from comptoir.gateway.keys import unwrap
from comptoir.gateway.orders import pause
from comptoir.gateway.targets import Targets
from comptoir.sessions.journal.database import open_database
from comptoir.sessions.media.store import Store
from comptoir.sessions.protocol import ErrorCode, RpcError

TEXTS = [f"bonjour {number}" for number in range(50)]
link = os.link
PICTURE = os.urandom(300_000)


class Folder:
    """What lies on disk of the shop that a test looks at."""

    def __init__(self, shop):
        self.path = shop.installation.paths.tenant_state("awa")
        self.shop = shop

    async def key(self):
        [row] = await self.shop.installation.registry.tenants()
        return unwrap(self.shop.installation.registry.master_key, row.wrapped_key, "awa", row.key_version)

    async def fill(self, monkeypatch):
        key = await self.key()
        monkeypatch.setattr(journal_rig, "KEY", key)
        db = open_new(self.path / "tenant.db")
        for number, text in enumerate(TEXTS):
            record(db, heard(f"id{number}", text=text))
        db.close()
        store = Store(self.path / "media", key)
        store.prepare()
        with store.incoming() as incoming:
            incoming.write(PICTURE)
            incoming.keep(incoming.finish())
        return key

    def assert_whole_under(self, key):
        db = open_database(self.path / "tenant.db", key)
        assert [text for (text,) in db.execute("SELECT text FROM messages ORDER BY id")] == TEXTS
        db.close()
        store = Store(self.path / "media", key)
        [name] = store.prepare()
        assert b"".join(store.read(name)) == PICTURE


def targets(rekeyer):
    return Targets(run_standin, run_standin_vault, rekeyer)


class Told:
    def __init__(self):
        self.progress = []

    async def __call__(self, params):
        self.progress.append(params)


async def test_a_rotation_under_the_eyes_of_who_ordered_it(open_shop, monkeypatch):
    async with open_shop() as shop:
        folder, told = Folder(shop), Told()
        old, first = await folder.fill(monkeypatch), shop.tenant.pid
        answer = await key_orders.rotate(shop.tenant, told)
        new = await folder.key()
        assert (answer["tenant"], answer["version"]) == ("awa", 2)
        assert 0 < answer["pause_ms"] < 30_000
        assert new != old
        assert opened_by(old, folder.path) == []
        folder.assert_whole_under(new)
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
            await key_orders.rotate_master(shop.installation, [shop.tenant])
        assert refused.value.code == ErrorCode.NOT_NOW
        await shop.tenant.record.change(next_wrapped_key=None)
        with shop.tenant.hearing.follow_linking(), pytest.raises(RpcError, match="is being linked") as refused:
            await key_orders.rotate(shop.tenant, Told())
        assert refused.value.code == ErrorCode.NOT_NOW


@pytest.mark.parametrize("state", ["linked", "paused", "parked"])
async def test_whatever_the_tenant_does(open_shop, monkeypatch, state):
    async with open_shop() as shop:
        folder = Folder(shop)
        await folder.fill(monkeypatch)
        await shop.link()
        if state == "paused":
            await pause(shop.tenant)
        if state == "parked":
            await shop.tenant.park("banned")
        await key_orders.rotate(shop.tenant, Told())
        folder.assert_whole_under(await folder.key())
        row = shop.tenant.record.row
        assert (row.key_version, row.linked, row.number) == (2, True, "+221770000001")
        assert (row.wanted, row.parked_reason) == (
            "paused" if state == "paused" else "active",
            "banned" if state == "parked" else None,
        )


async def test_what_fails_before_the_first_file_is_taken_back(open_shop, monkeypatch):
    """No room, as far as the rekeyer can tell."""
    async with open_shop(targets=targets(standin_rekeyer.run_without_room)) as shop:
        folder = Folder(shop)
        old = await folder.fill(monkeypatch)
        with pytest.raises(RpcError, match=r"has its old key still: .* free some space") as refused:
            await key_orders.rotate(shop.tenant, Told())
        assert refused.value.code == ErrorCode.FAILED
        assert await folder.key() == old
        folder.assert_whole_under(old)
        assert [row.next_wrapped_key for row in await shop.installation.registry.tenants()] == [None]
        assert (await shop.order("spec"))["key"] == old.hex()
        assert sorted(file.name for file in folder.path.iterdir()) == ["media", "stopped", "tenant.db"]


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
        folder = Folder(shop)
        old = await folder.fill(monkeypatch)
        with pytest.raises(RpcError, match=r"has its old key still: .* ended in build"):
            await key_orders.rotate(shop.tenant, Told())
        folder.assert_whole_under(old)
        assert await shop.tenant.call("ping") == {}
        assert shop.events.kinds().count("worker_died") == 0
        assert shop.tenant.record.rotation.deaths == rotating.TRIES


async def test_killed_after_the_commit_it_goes_on(open_shop, monkeypatch):
    async with open_shop(targets=targets(standin_rekeyer.run_and_die_in_commit)) as shop:
        folder = Folder(shop)
        old = await folder.fill(monkeypatch)
        answer = await key_orders.rotate(shop.tenant, Told())
        assert answer["version"] == 2
        assert opened_by(old, folder.path) == []
        folder.assert_whole_under(await folder.key())
        assert (folder.path.parent / "axe").exists()


async def test_a_daemon_that_stops_meanwhile_goes_on_at_its_next_start(open_shop, monkeypatch):
    async with open_shop(targets=targets(standin_rekeyer.run_and_hang)) as shop:
        folder = Folder(shop)
        old = await folder.fill(monkeypatch)
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
        folder = Folder(shop)
        assert opened_by(old, folder.path) == []
        folder.assert_whole_under(await folder.key())


async def test_a_new_master_key_that_finds_no_room_for_its_file_is_the_key_all_the_same(open_shop, monkeypatch):
    async with open_shop() as shop:
        data = await Folder(shop).key()

        def full(*_paths):
            raise OSError(errno.ENOSPC, "No space left on device")

        with monkeypatch.context() as patched:
            patched.setattr(os, "link", lambda *paths: full() if "old-" in str(paths[-1]) else link(*paths))
            answer = await key_orders.rotate_master(shop.installation, shop.supervisor.tenants())
        following = shop.installation.paths.keys / "master.key.next"
        assert (answer["key"], answer["old"], answer["credential"]) == (str(following), None, False)
        shop.tenant.recycle("test")
        assert bytes.fromhex((await shop.order("spec"))["key"]) == data
        # The next rotation first puts it in its place.
        answer = await key_orders.rotate_master(shop.installation, shop.supervisor.tenants())
        assert answer["key"] == str(shop.installation.paths.master_key_file)
        assert await Folder(shop).key() == data


async def test_a_new_master_key_while_workers_run(open_shop, monkeypatch):
    async with open_shop() as shop:
        paths, registry = shop.installation.paths, shop.installation.registry
        data, pid, old = await Folder(shop).key(), shop.tenant.pid, registry.master_key
        before = paths.master_key_file.read_bytes()
        answer = await key_orders.rotate_master(shop.installation, shop.supervisor.tenants())
        assert registry.master_key != old
        assert (await Folder(shop).key(), shop.tenant.pid) == (data, pid)
        assert answer["tenants"] == 1
        assert paths.master_key_file.read_bytes() != before
        kept = [file for file in paths.keys.iterdir() if file != paths.master_key_file]
        assert [str(file) for file in kept] == [answer["old"]]
        assert kept[0].read_bytes() == before
        # The record knows too: the next worker is given its key, and the next rotation begins from it.
        shop.tenant.recycle("test")
        assert bytes.fromhex((await shop.order("spec"))["key"]) == data
        assert (await key_orders.rotate(shop.tenant, Told()))["version"] == 2
