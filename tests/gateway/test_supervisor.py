import errno
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import asynccontextmanager, suppress
from dataclasses import replace
from pathlib import Path

import pytest
import trio
import trio.testing

from comptoir.gateway import live_worker, preparing, tenant_supervisor
from comptoir.gateway.control import methods, status
from comptoir.gateway.control.methods import Methods
from comptoir.gateway.control.status import tenant_status
from comptoir.gateway.keys import unwrap
from comptoir.gateway.locks import LockHeld
from comptoir.gateway.orders import pause, resume, unlink
from comptoir.gateway.policy import AGAIN, Deaths
from comptoir.sessions.protocol import MAX_LINE, ErrorCode, RpcError
from comptoir.sessions.spec import LabServer
from comptoir.sessions.start import EXIT_AGAIN, EXIT_LOCKED, EXIT_WRONG_KEY

LAB = LabServer("http://127.0.0.1:1", Path("/tmp/ca.pem"), bytes(32))


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@pytest.fixture
def no_delay(monkeypatch):
    monkeypatch.setattr(Deaths, "delay", lambda _self: 0.0)


async def test_a_new_tenant_gets_files_a_key_and_a_worker(open_shop):
    async with open_shop() as shop:
        assert shop.tenant.state == ("new", None)
        assert (shop.installation.paths.tenant_config("awa") / "tenant.toml").exists()
        said = await shop.order("spec")
        row = (await shop.installation.registry.tenants())[0]
        assert bytes.fromhex(said["key"]) == unwrap(shop.installation.registry.master_key, row.wrapped_key, "awa", 1)
        assert (said["linked"], said["paused"], said["parked"]) == (False, False, None)


@pytest.mark.parametrize("name", ["", "Awa", "../x", "a/b", "-a", "a" * 33])
async def test_names_that_would_be_paths_are_refused(open_shop, name):
    async with open_shop(add=False) as shop:
        with pytest.raises(RpcError, match="no tenant's name") as refused:
            await shop.supervisor.add(name, "empty", None, "fr")
        assert refused.value.code == ErrorCode.INVALID_PARAMS
        assert shop.supervisor.tenants() == []


async def test_an_existing_folder_keeps_the_owners_files(open_shop, installation):
    folder = installation.paths.tenant_config("awa")
    folder.mkdir(parents=True)
    (folder / "tenant.toml").write_text("version = 1\n# the owner's\n")
    (folder / "catalogue.csv").write_text("mine")
    async with open_shop(add=False) as shop:
        added = await shop.supervisor.add("awa", "restaurant", None, "fr")
        assert (added.folder, added.kept) == (folder, True)
        assert "the owner's" in (folder / "tenant.toml").read_text()
        await shop.supervisor.remove("awa")
        assert (folder / "catalogue.csv").read_text() == "mine"


async def test_a_template_that_does_not_exist_leaves_nothing_behind(open_shop):
    async with open_shop(add=False) as shop:
        with pytest.raises(RpcError) as refused:
            await shop.supervisor.add("awa", "castle", None, "fr")
        assert refused.value.code == ErrorCode.INVALID_PARAMS
        assert not shop.installation.paths.tenant_config("awa").exists()
        assert await shop.installation.registry.tenants() == []


async def test_a_name_is_taken_once(open_shop):
    async with open_shop() as shop:
        with pytest.raises(RpcError, match="already"):
            await shop.supervisor.add("awa", "empty", None, "fr")
        with pytest.raises(RpcError, match="no tenant 'bintou'; there is awa") as refused:
            shop.supervisor.get("bintou")
        assert refused.value.code == ErrorCode.NOT_FOUND


async def test_a_worker_that_dies_is_forked_again(open_shop):
    async with open_shop() as shop:
        first = shop.tenant.pid
        with pytest.raises(RpcError) as lost:
            await shop.order("exit 3")
        assert lost.value.code == ErrorCode.NOT_NOW
        died = await shop.events.until("worker_died")
        assert died["how"] == "exit code 3"
        # A call that comes in between waits for the next one.
        assert await shop.tenant.call("ping") == {}
        await shop.events.until("recovered")
        assert shop.tenant.pid not in (first, None)
        assert shop.tenant.ends.restarts == 1
        assert shop.tenant.state == ("new", None)


async def test_one_tenants_death_does_not_touch_another(open_shop):
    async with open_shop() as shop:
        await shop.supervisor.add("bintou", "empty", None, "fr")
        other = shop.supervisor.get("bintou")
        await other.call("ping")
        pid = other.pid
        os.kill(shop.tenant.pid, signal.SIGKILL)
        await shop.events.until("recovered", tenant="awa")
        assert other.pid == pid
        assert other.ends.restarts == 0


async def test_a_linked_tenant_whose_worker_keeps_dying_is_parked(open_shop, no_delay):
    async with open_shop() as shop:
        await shop.link()
        for _ in range(5):
            await shop.tenant.call("ping")
            os.kill(shop.tenant.pid, signal.SIGKILL)
            await shop.events.until("worker_died")
        parked = await shop.events.until("parked")
        assert parked["reason"] == "crashed"
        assert "tenant resume awa" in parked["advice"]
        said = await shop.order("spec")
        assert (said["linked"], said["parked"]) == (False, "crashed")
        await resume(shop.tenant)
        said = await shop.order("spec")
        assert (said["linked"], said["parked"]) == (True, None)


async def test_one_customers_message_does_not_close_a_shop(open_shop, no_delay):
    async with open_shop() as shop:
        await shop.link()
        for death in range(6):
            await shop.tenant.call("ping")
            os.kill(shop.tenant.pid, signal.SIGKILL)
            await shop.events.until("worker_died")
            if death % 2:
                await shop.order('notify event {"kind": "message_given_up", "reason": "deaths"}')
                await shop.events.until("message_given_up")
        assert shop.tenant.record.parked is None


async def test_only_what_caused_deaths_makes_them_forgiven(open_shop, no_delay):
    async with open_shop() as shop:
        await shop.link()
        for _ in range(5):
            await shop.tenant.call("ping")
            await shop.order('notify event {"kind": "message_given_up", "reason": "conflicts"}')
            os.kill(shop.tenant.pid, signal.SIGKILL)
            await shop.events.until("worker_died")
        await shop.events.until("parked", reason="crashed")


async def test_without_a_session_to_park_the_daemon_gives_up_until_told(open_shop, no_delay):
    async with open_shop() as shop:
        for _ in range(5):
            await shop.tenant.call("ping")
            os.kill(shop.tenant.pid, signal.SIGKILL)
            await shop.events.until("worker_died")
        await shop.events.until("gave_up")
        assert shop.tenant.state == ("stopped", "signal 9")
        with trio.fail_after(1), pytest.raises(RpcError, match="no worker answers"):
            await shop.tenant.call("ping")
        await resume(shop.tenant)
        assert await shop.tenant.call("ping") == {}


@pytest.mark.parametrize("code", [EXIT_AGAIN, EXIT_LOCKED])
async def test_an_end_that_is_no_crash_is_not_counted(open_shop, no_delay, code):
    async with open_shop() as shop:
        await shop.link()
        for _ in range(6):
            await shop.tenant.call("ping")
            await ignore_errors(shop.order, f"exit {code}")
            again = await shop.events.until("worker_recycled")
            assert again["reason"] == AGAIN[code]
        await shop.tenant.call("ping")
        assert shop.tenant.record.parked is None
        assert shop.tenant.ends.restarts == 0
        assert not {"worker_died", "parked"} & set(shop.events.kinds())


async def test_what_a_worker_waits_for_is_shown_until_the_next_answers(open_shop, monkeypatch):
    monkeypatch.setattr(Deaths, "delay", lambda _self: 3600.0)
    async with open_shop() as shop:
        await shop.link()
        await shop.order('notify state {"state": "offline", "reason": "the disk is full"}')
        await ignore_errors(shop.order, f"exit {EXIT_AGAIN}")
        await shop.events.until("worker_recycled", reason="the disk is full")
        assert shop.tenant.state == ("offline", "the disk is full")


async def test_a_journal_that_does_not_open_is_left_alone_until_told(open_shop):
    said = '{"state": "parked", "reason": "tenant.db: wrong key", "park": false}'
    async with open_shop() as shop:
        await shop.link()
        await shop.order(f"notify state {said}")
        await ignore_errors(shop.order, f"exit {EXIT_WRONG_KEY}")
        gave_up = await shop.events.until("gave_up")
        assert gave_up["advice"].startswith("tenant.db: wrong key: ")
        assert shop.tenant.state == ("stopped", "tenant.db: wrong key")
        assert shop.tenant.record.parked is None
        with trio.fail_after(1), pytest.raises(RpcError, match="wrong key"):
            await shop.tenant.call("ping")
        await resume(shop.tenant)
        assert (await shop.order("spec"))["linked"]


async def test_why_a_session_is_parked_is_shown_without_a_worker_too(open_shop):
    async with open_shop() as shop:
        await shop.link()
        await shop.tenant.park("banned")
        await shop.tenant.call("ping")
        await ignore_errors(shop.order, f"exit {EXIT_WRONG_KEY}")
        await shop.events.until("gave_up")
        assert shop.tenant.state == ("stopped", "banned; its journal does not open")


async def test_a_worker_that_does_not_answer_is_killed(open_shop, monkeypatch):
    monkeypatch.setattr(live_worker, "PING_LIMIT", 0.3)
    monkeypatch.setattr(live_worker, "PING_EVERY", 0.1)
    async with open_shop() as shop:
        with pytest.raises(RpcError):
            await shop.order("hang")
        died = await shop.events.until("worker_died")
        assert died["how"] == "no answer within 0.3 s, signal 9"
        assert await shop.tenant.call("ping") == {}


async def test_a_worker_that_refuses_is_alive(open_shop, monkeypatch):
    monkeypatch.setattr(live_worker, "STOP_LIMIT", 0.02)
    monkeypatch.setattr(live_worker, "PING_EVERY", 0.02)
    async with open_shop() as shop:
        pid = shop.tenant.pid
        await shop.order("refuse ping 5")
        with trio.fail_after(5):
            while (await shop.order("refuse ping"))["left"]:
                await shop.tenant.call("status")
        assert shop.tenant.pid == pid
        assert shop.tenant.ends.restarts == 0


async def test_an_order_to_finish_that_was_refused_is_given_again(open_shop):
    async with open_shop() as shop:
        pid = shop.tenant.pid
        state = shop.installation.paths.tenant_state("awa")
        await shop.order("refuse stop 2")
        with trio.fail_after(5):
            await shop.supervisor.stop()
        assert (state / "stopped").read_text() == str(pid)


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


async def test_stopping_lets_the_worker_finish(open_shop):
    async with open_shop() as shop:
        pid = shop.tenant.pid
        state = shop.installation.paths.tenant_state("awa")
        with trio.fail_after(5):
            await shop.supervisor.stop()
        assert (state / "stopped").read_text() == str(pid)
        assert not alive(pid)
        assert shop.tenant.ends.restarts == 0


async def test_stopping_kills_what_does_not_finish(open_shop, monkeypatch):
    monkeypatch.setattr(live_worker, "STOP_LIMIT", 0.3)
    async with open_shop() as shop:
        pid = shop.tenant.pid
        async with trio.open_nursery() as nursery:
            nursery.start_soon(ignore_errors, shop.order, "hang")
            await trio.testing.wait_all_tasks_blocked()
            with trio.fail_after(5):
                await shop.supervisor.stop()
        assert not alive(pid)


async def ignore_errors(function, *args):
    try:
        await function(*args)
    except RpcError:
        return


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


async def test_an_order_that_a_worker_refused_is_given_again(open_shop, monkeypatch):
    monkeypatch.setattr(live_worker, "PING_EVERY", 0.05)
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


async def test_a_removed_tenant_leaves_only_its_own_files(open_shop):
    async with open_shop() as shop:
        await shop.link()
        pid = shop.tenant.pid
        assert await shop.supervisor.remove("awa")
        assert not alive(pid)
        paths = shop.installation.paths
        assert not paths.tenant_state("awa").exists()
        assert not (shop.installation.sessions / "awa").exists()
        assert (paths.tenant_config("awa") / "tenant.toml").exists()
        assert await shop.installation.registry.tenants() == []
        # The name is free again.
        await shop.supervisor.add("awa", "empty", None, "fr")
        assert await shop.tenant.call("ping") == {}


async def test_data_that_no_key_opens_is_not_overwritten(open_shop):
    async with open_shop(add=False) as shop:
        old = shop.installation.paths.tenant_state("awa")
        old.mkdir()
        with pytest.raises(RpcError, match="move it away"):
            await shop.supervisor.add("awa", "empty", None, "fr")


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


async def test_rates_are_off_only_in_the_lab(open_shop, installation):
    fast = replace(installation.settings, fast=True)
    async with open_shop(settings=fast) as shop:
        assert not (await shop.order("spec"))["fast"]
    async with open_shop(settings=fast, lab=LAB, add=False) as shop:
        assert (await shop.order("spec"))["fast"]


async def test_a_worker_that_is_offline_for_too_long_is_recycled(open_shop, installation, monkeypatch):
    monkeypatch.setattr(live_worker, "PING_EVERY", 0.05)
    async with open_shop(settings=replace(installation.settings, offline_seconds=0)) as shop:
        await shop.link()
        first = shop.tenant.pid
        await shop.order('notify state {"state": "offline", "reason": "keepalive"}')
        await shop.events.until("worker_recycled", reason="offline")
        said = await shop.order("spec")
        assert said["linked"]
        assert shop.tenant.pid != first
        # No crash of its own: it does not count as one.
        assert shop.tenant.ends.restarts == 0


async def test_a_paused_shop_that_is_offline_for_too_long_comes_back_too(open_shop, installation, monkeypatch):
    monkeypatch.setattr(live_worker, "PING_EVERY", 0.05)
    async with open_shop(settings=replace(installation.settings, offline_seconds=0)) as shop:
        await shop.link()
        await pause(shop.tenant)
        await shop.order('notify state {"state": "paused", "link": "online"}')
        first = shop.tenant.pid
        await shop.order('notify state {"state": "paused", "link": "offline"}')
        await shop.events.until("worker_recycled", reason="offline", pid=first)


# What a worker looks like that does not finish when its daemon was killed.
STUBBORN = """
import sys, time
from pathlib import Path
from comptoir.gateway.locks import hold
descriptor = hold(Path(sys.argv[1]))
sys.stdout.write("held")
sys.stdout.flush()
time.sleep(60)
"""


async def test_a_worker_that_survived_its_daemon_is_ended_before_the_next_is_forked(open_shop, monkeypatch):
    monkeypatch.setattr(preparing, "ORPHAN_GRACE", 0.2)
    async with open_shop() as shop:
        lock = shop.installation.sessions / "awa/lock"
    orphan = await trio.lowlevel.open_process([sys.executable, "-c", STUBBORN, str(lock)], stdout=subprocess.PIPE)
    async with orphan.stdout:
        assert await orphan.stdout.receive_some() == b"held"
        async with open_shop(add=False) as shop:
            killed = await shop.events.until("orphan_killed")
            assert killed["pid"] == orphan.pid
            assert await shop.tenant.call("ping") == {}
        assert await orphan.wait() == -signal.SIGKILL


async def test_a_session_that_somebody_holds_is_never_run_twice(open_shop, monkeypatch, no_delay):
    async def held(_path, _grace):
        raise LockHeld("the lock is held by process 7: end that one first", 7)

    monkeypatch.setattr(preparing, "make_sure_nobody_holds", held)
    async with open_shop(add=False) as shop:
        await shop.supervisor.add("awa", "empty", None, "fr")
        died = await shop.events.until("worker_died")
        assert died["how"] == "no worker: the lock is held by process 7: end that one first"
        assert shop.tenant.pid is None
        monkeypatch.undo()
        assert await shop.tenant.call("ping") == {}


async def test_a_shortage_of_the_machine_parks_nobody(open_shop, monkeypatch):
    async def short(_path, _grace):
        raise OSError(errno.EMFILE, "Too many open files")

    monkeypatch.setattr(Deaths, "delay", lambda _self: 0.05)
    async with open_shop() as shop:
        await shop.link()
        with monkeypatch.context() as patch:
            patch.setattr(preparing, "make_sure_nobody_holds", short)
            shop.tenant.recycle("test")
            for _ in range(6):
                await shop.events.until("worker_recycled", reason="no worker: [Errno 24] Too many open files")
            assert shop.tenant.state == ("offline", "no worker: [Errno 24] Too many open files")
        assert (await shop.order("spec"))["linked"]
        assert shop.tenant.ends.restarts == 0


async def test_more_than_a_line_can_carry_is_refused(open_shop):
    async with open_shop() as shop:
        with pytest.raises(RpcError, match="too much at once") as refused:
            await shop.order("x" * MAX_LINE)
        assert refused.value.code == ErrorCode.INVALID_PARAMS
        assert await shop.tenant.call("ping") == {}


async def test_workers_outlive_the_forkserver(open_shop):
    async with open_shop() as shop:
        await shop.supervisor.add("bintou", "empty", None, "fr")
        other = shop.supervisor.get("bintou")
        await other.call("ping")
        pids = (shop.tenant.pid, other.pid)
        forkserver = int(Path(f"/proc/{other.pid}/stat").read_text().rpartition(")")[2].split()[1])
        os.kill(forkserver, signal.SIGKILL)
        assert await shop.tenant.call("ping") == {}
        assert (shop.tenant.pid, other.pid) == pids
        assert other.ends.restarts == 0
        # A death after that is noticed, and a new forkserver forks the next.
        os.kill(shop.tenant.pid, signal.SIGKILL)
        await shop.events.until("recovered", tenant="awa")
        assert await shop.tenant.call("ping") == {}
        assert other.pid == pids[1]


async def disk_full(*_args, **_changes):
    raise sqlite3.OperationalError("database or disk is full")


async def test_a_fault_of_our_own_takes_nobody_down(open_shop, monkeypatch, caplog):
    monkeypatch.setattr(tenant_supervisor, "OWN_FAULT_PAUSE", 0.1)
    async with open_shop() as shop:
        await shop.supervisor.add("bintou", "empty", None, "fr")
        other = shop.supervisor.get("bintou")
        await other.call("ping")
        pid = other.pid
        await shop.events.until("worker_started", tenant="bintou")
        monkeypatch.setattr(shop.tenant.record, "learn_number", disk_full)
        with suppress(RpcError):
            await shop.order('notify state {"state": "online", "number": "+221770000001"}')
        await shop.events.until("worker_started", tenant="awa")
        assert "disk is full" in caplog.text
        monkeypatch.undo()
        assert await shop.tenant.call("ping") == {}
        assert other.pid == pid


async def test_a_session_is_parked_even_where_that_cannot_be_written(open_shop, monkeypatch):
    """A banned number must not be connected again because the disk is full."""
    async with open_shop() as shop:
        await shop.link()
        monkeypatch.setattr(shop.installation.registry, "change", disk_full)
        await shop.order('notify state {"state": "parked", "reason": "banned", "park": true}')
        await shop.events.until("parked", reason="banned")
        said = await shop.order("spec")
        assert (said["linked"], said["parked"]) == (False, "banned")


@pytest.mark.parametrize(
    "said", ["nonsense {}", "event {}", 'event {"kind": 7, "name": 1}', 'state {"state": []}', "link {}"]
)
async def test_what_a_confused_worker_says_harms_nobody(open_shop, said):
    async with open_shop() as shop:
        pid = shop.tenant.pid
        await shop.order(f"notify {said}")
        assert await shop.tenant.call("ping") == {}
        assert shop.tenant.pid == pid


async def test_what_customers_wrote_is_not_logged(open_shop, caplog):
    caplog.set_level("DEBUG")
    async with open_shop() as shop:
        await shop.order('notify event {"kind": "received", "chat": "+221770000009", "text": "secret words"}')
        event = await shop.events.until("received")
        assert event["text"] == "secret words"
    assert "secret words" not in caplog.text
    assert "worker_started" in caplog.text


async def test_a_tenant_that_is_asked_alone_gets_more_time(open_shop, monkeypatch):
    monkeypatch.setattr(status, "ANSWER_WITHIN", 0.0)
    async with open_shop() as shop:
        assert (await tenant_status(shop.tenant))["inbox"] is None
        assert (await status.full_status(shop.tenant, Path("config")))["country"] == "SN"
