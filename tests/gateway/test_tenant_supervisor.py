"""A worker's life under its supervisor: asked whether it lives, stopped, recycled, survived."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
import trio
import trio.testing
from supervised import LAB, alive, disk_full, ignore_errors

from comptoir.gateway import live_worker, liveness, preparing, tenant_supervisor
from comptoir.gateway.orders import pause
from comptoir.sessions.protocol import MAX_LINE, ErrorCode, RpcError


async def test_a_worker_that_does_not_answer_is_killed(open_shop, monkeypatch):
    monkeypatch.setattr(liveness, "PING_LIMIT", 0.3)
    monkeypatch.setattr(liveness, "PING_EVERY", 0.1)
    async with open_shop() as shop:
        with pytest.raises(RpcError):
            await shop.order("hang")
        died = await shop.events.until("worker_died")
        assert died["how"] == "no answer within 0.3 s, signal 9"
        assert await shop.tenant.call("ping") == {}


async def test_a_worker_that_refuses_is_alive(open_shop, monkeypatch):
    monkeypatch.setattr(live_worker, "STOP_LIMIT", 0.02)
    monkeypatch.setattr(liveness, "PING_EVERY", 0.02)
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


async def test_rates_are_off_only_in_the_lab(open_shop, installation):
    fast = replace(installation.settings, fast=True)
    async with open_shop(settings=fast) as shop:
        assert not (await shop.order("spec"))["fast"]
    async with open_shop(settings=fast, lab=LAB, add=False) as shop:
        assert (await shop.order("spec"))["fast"]


async def test_a_worker_that_is_offline_for_too_long_is_recycled(open_shop, installation, monkeypatch):
    monkeypatch.setattr(liveness, "PING_EVERY", 0.05)
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
    monkeypatch.setattr(liveness, "PING_EVERY", 0.05)
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
