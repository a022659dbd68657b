"""The vault process as the daemon runs it, and sessions that somebody writes to."""

import os
import shutil
import signal
import sqlite3
import tempfile
from contextlib import asynccontextmanager, closing
from dataclasses import replace
from pathlib import Path

import pytest
import trio
import trio.testing
from session_file import SessionFile
from standin_vault import run_lying_vault

from comptoir.gateway.events import EventHub
from comptoir.gateway.forkserver import Forkserver
from comptoir.gateway.locks import holder
from comptoir.gateway.vault.client import Vault
from comptoir.gateway.vault.errors import VaultDamaged, VaultFailed
from comptoir.gateway.vault.orders import DataKey, VaultSpec
from comptoir.gateway.vault.process import run_vault
from comptoir.gateway.vault.restoring import open_kept


@pytest.fixture
def spec(tmp_path):
    folder = Path(tempfile.mkdtemp(dir="/dev/shm"))
    yield VaultSpec(folder / ".vault")
    shutil.rmtree(folder)


@pytest.fixture
def open_vault_process(spec):
    @asynccontextmanager
    async def open_it(target=run_vault):
        vault, hub = Vault(), EventHub()
        with hub.follow() as events:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(vault.run, Forkserver(preload=()), target, spec, hub)
                yield vault, events
                await vault.stop()
                nursery.cancel_scope.cancel()

    return open_it


async def until(events, kind):
    with trio.fail_after(20):
        async for event in events:
            if event["kind"] == kind:
                return event
        raise AssertionError(kind)


async def generation(vault, least, within=5.0):
    """Once so many are sealed; when that was."""
    with trio.fail_after(within):
        await vault.wait_sealed("awa", least)
    return trio.current_time()


def sealed_contacts(kept):
    """How many contacts the vault knows of, read as the next start would."""
    copy = kept.vault.parent / "copied"
    copy.mkdir(exist_ok=True)
    for file in kept.vault.parent.glob("vault.db*"):
        shutil.copy(file, copy / file.name)
    with closing(open_kept(replace(kept, vault=copy / "vault.db"))) as vault:
        image = vault.read()
    path = copy / "session.db"
    path.write_bytes(image.content)
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT count(*) FROM whatsmeow_identity_keys").fetchone()[0]


async def test_every_change_is_on_disk_within_a_second(open_vault_process, kept, session):
    async with open_vault_process() as (vault, _):
        await vault.keep(kept)
        assert await vault.seal("awa") == 1
        for number in range(5):
            session.meet(100 + number)
            changed = trio.current_time()
            assert await generation(vault, number + 2) - changed < 1.0
            assert sealed_contacts(kept) == 21 + number
        # Long after the last one: a vault that has rested is as quick.
        await trio.sleep(1.5)
        session.meet(200)
        changed = trio.current_time()
        assert await generation(vault, 7) - changed < 1.0


async def test_nothing_is_written_while_nothing_changes(open_vault_process, kept, session):
    async with open_vault_process() as (vault, _):
        await vault.keep(kept)
        await vault.seal("awa")
        before = {file.name: file.stat().st_mtime_ns for file in kept.vault.parent.iterdir()}
        await trio.sleep(1.0)
        assert {file.name: file.stat().st_mtime_ns for file in kept.vault.parent.iterdir()} == before


async def test_a_busy_session_is_sealed_about_once_a_second(open_vault_process, kept, session):
    async with open_vault_process() as (vault, _):
        await vault.keep(kept)
        first = await vault.seal("awa")
        until = trio.current_time() + 2.0
        while trio.current_time() < until:
            session.message(1)
            await trio.sleep(0.01)
        assert 2 <= vault.sealed("awa").generation - first <= 4


async def test_a_killed_vault_is_replaced_and_goes_on(open_vault_process, kept, session):
    async with open_vault_process() as (vault, events):
        await vault.keep(kept)
        await vault.seal("awa")
        first = vault.pid
        os.kill(first, signal.SIGKILL)
        session.meet(99)
        await until(events, "vault_died")
        await generation(vault, 2)
        assert vault.pid not in (None, first)
        assert sealed_contacts(kept) == 21


async def test_what_is_asked_of_a_dying_vault_is_done_by_the_next(open_vault_process, kept, session):
    async with open_vault_process() as (vault, _):
        await vault.keep(kept)
        await vault.seal("awa")
        os.kill(vault.pid, signal.SIGSTOP)
        session.meet(99)

        async def kill():
            await trio.testing.wait_all_tasks_blocked(0.1)
            os.kill(vault.pid, signal.SIGKILL)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(kill)
            assert await vault.seal("awa") == 2
        assert sealed_contacts(kept) == 21


async def test_one_that_hangs_is_replaced(open_vault_process, kept, session, monkeypatch):
    monkeypatch.setattr("comptoir.gateway.liveness.PING_EVERY", 0.05)
    monkeypatch.setattr("comptoir.gateway.liveness.PING_LIMIT", 0.3)
    async with open_vault_process() as (vault, events):
        await vault.keep(kept)
        await vault.seal("awa")
        await trio.sleep(0.2)
        os.kill(vault.pid, signal.SIGSTOP)
        session.meet(99)
        assert (await until(events, "vault_died"))["how"] == "signal 9"
        await generation(vault, 2)


async def test_whatever_it_says_is_not_the_daemons_end(open_vault_process, kept):
    async with open_vault_process(run_lying_vault) as (vault, events):
        await vault.keep(kept)
        assert (await until(events, "vault_died"))["how"] == "signal 9"
        assert (await until(events, "vault_died"))["how"] == "signal 9"


async def test_the_end_of_the_daemon_is_a_last_seal(open_vault_process, kept, session, spec):
    async with open_vault_process() as (vault, _):
        await vault.keep(kept)
        await vault.seal("awa")
        pidfd = os.pidfd_open(vault.pid)
        session.meet(99)
        # As when the daemon was killed.
        vault._runner.process.hang_up()
        with trio.fail_after(10):
            await trio.lowlevel.wait_readable(pidfd)
        os.close(pidfd)
    assert sealed_contacts(kept) == 21


async def test_two_never_run(open_vault_process, kept, session, spec):
    """The second waits for the first to finish, and kills it where that takes too long."""
    async with open_vault_process() as (first, _):
        await first.keep(kept)
        await first.seal("awa")
        held = first.pid
        assert holder(spec.lock_path) == held
        async with open_vault_process() as (second, _):
            await second.keep(kept)
            await second.seal("awa")
            assert holder(spec.lock_path) == second.pid != held


async def test_the_daemon_stops_with_everything_sealed(open_vault_process, kept, session):
    async with open_vault_process() as (vault, _):
        await vault.keep(kept)
        await vault.seal("awa")
        session.meet(99)
    assert sealed_contacts(kept) == 21
    # One file, for whoever copies it.
    assert [file.name for file in kept.vault.parent.glob("vault.db*")] == ["vault.db"]


async def test_a_session_that_is_released_is_left_alone(open_vault_process, kept, session):
    async with open_vault_process() as (vault, _):
        await vault.keep(kept)
        await vault.seal("awa")
        session.meet(99)
        await vault.release("awa")
        assert sealed_contacts(kept) == 21
        session.meet(100)
        with pytest.raises(VaultFailed, match="not kept"):
            await vault.seal("awa")
        await vault.keep(kept)
        assert await vault.seal("awa") > 1
        assert sealed_contacts(kept) == 22


async def test_forgetting_deletes_the_vault(open_vault_process, kept, session):
    async with open_vault_process() as (vault, _):
        await vault.keep(kept)
        await vault.seal("awa")
        await vault.forget(kept)
        assert list(kept.vault.parent.iterdir()) == []
        session.meet(99)
        # Nothing comes back of what is forgotten.
        await trio.sleep(0.5)
        assert list(kept.vault.parent.iterdir()) == []


async def test_restoring_through_the_process(open_vault_process, kept, session):
    async with open_vault_process() as (vault, _):
        await vault.keep(kept)
        await vault.seal("awa")
        await vault.release("awa")
        session.close()
        shutil.rmtree(kept.session_dir)
        kept.session_dir.mkdir()
        assert await vault.restore(kept) == 1
        with pytest.raises(VaultFailed, match="newer"):
            await vault.restore(kept)
        for file in kept.session_dir.iterdir():
            file.unlink()
        with pytest.raises(VaultDamaged):
            await vault.restore(replace(kept, data_key=DataKey(1, bytes(32))))
        assert len(list(kept.vault.parent.glob("vault.db.damaged-*"))) == 1
        assert await vault.restore(replace(kept, vault=kept.vault.with_name("none.db"))) is None


async def test_a_damaged_vault_beside_a_session_in_memory_is_made_anew(open_vault_process, kept, session):
    kept.vault.write_bytes(b"damaged")
    async with open_vault_process() as (vault, events):
        await vault.keep(replace(kept, least=41))
        said = await until(events, "vault_damaged")
        assert kept.vault.with_name(said["kept"]).read_bytes() == b"damaged"
        await generation(vault, 42)
        assert sealed_contacts(kept) == 20


async def test_an_older_vault_that_is_put_back_is_noticed(open_vault_process, kept, session, tmp_path):
    async with open_vault_process() as (vault, _):
        await vault.keep(kept)
        await vault.seal("awa")
    shutil.copy(kept.vault, tmp_path / "older.db")
    async with open_vault_process() as (vault, events):
        await vault.keep(kept)
        session.meet(99)
        await generation(vault, 2)
        # Under the running daemon: what is sealed into the file that was replaced nobody would find.
        (tmp_path / "older.db").replace(kept.vault)
        for suffix in ("-wal", "-shm"):
            kept.vault.with_name(f"vault.db{suffix}").unlink()
        session.meet(100)
        assert (await until(events, "vault_older"))["newest"] == 2
        await generation(vault, 3)
        assert sealed_contacts(kept) == 22
        assert vault.sealed("awa").as_json() == {"generation": 3, "trouble": None, "older_than": 2}


async def test_another_content_in_its_place_is_noticed(open_vault_process, kept, session, tmp_path):
    """As `cp` of a backup over the living file: seals went on into a file that was another one by then."""
    async with open_vault_process() as (vault, _):
        await vault.keep(kept)
        await vault.seal("awa")
    older = kept.vault.read_bytes()
    async with open_vault_process() as (vault, _):
        await vault.keep(kept)
        session.meet(99)
        await generation(vault, 2)
        kept.vault.write_bytes(older)
        session.meet(100)
        await generation(vault, 3)
        assert sealed_contacts(kept) == 22
        session.meet(101)
        await generation(vault, 4)
        assert sealed_contacts(kept) == 23


async def test_a_session_that_cannot_be_pruned_is_sealed(open_vault_process, kept, session):
    session.db.execute("DROP TABLE whatsmeow_message_secrets")
    async with open_vault_process() as (vault, _):
        await vault.keep(kept)
        await generation(vault, 1)
        assert vault.sealed("awa").trouble == ""


async def test_a_session_that_cannot_be_read_is_told(open_vault_process, kept):
    kept.session.write_bytes(b"no database" * 1_000)
    async with open_vault_process() as (vault, events):
        await vault.keep(kept)
        assert "session.db" in (await until(events, "vault_failing"))["what"]
        kept.session.unlink()
        made = SessionFile(kept.session)
        await until(events, "vault_recovered")
        made.close()
        assert vault.sealed("awa").generation == 1


async def test_a_disk_that_refuses_is_told_and_tried_again(open_vault_process, kept, session):
    async with open_vault_process() as (vault, events):
        await vault.keep(kept)
        await vault.seal("awa")
        folder, away = kept.vault.parent, kept.vault.parent.with_name("away")
        folder.rename(away)
        session.meet(99)
        assert "vault.db" in (await until(events, "vault_failing"))["what"]
        assert vault.sealed("awa").trouble
        with pytest.raises(VaultFailed):
            await vault.seal("awa")
        away.rename(folder)
        await until(events, "vault_recovered")
        assert vault.sealed("awa").trouble == ""
        assert sealed_contacts(kept) == 21


async def test_calls_give_up_where_there_is_no_vault(kept, session, monkeypatch):
    monkeypatch.setattr("comptoir.gateway.vault.client.CALL_LIMIT", 0.2)
    vault = Vault()
    # Nothing that works waits for it.
    await vault.keep(kept)
    with pytest.raises(VaultFailed, match="did not answer"):
        await vault.seal("awa")
