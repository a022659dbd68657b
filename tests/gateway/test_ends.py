"""What follows a worker's end: the next one, a parked session, or none until told."""

import errno
import os
import signal

import pytest
import trio
from supervised import ignore_errors

from comptoir.gateway import preparing
from comptoir.gateway.locks import LockHeld
from comptoir.gateway.orders import resume
from comptoir.gateway.policy import AGAIN, Deaths
from comptoir.sessions.protocol import ErrorCode, RpcError
from comptoir.sessions.start import EXIT_AGAIN, EXIT_HELD, EXIT_LOCKED, EXIT_MEMORY, EXIT_WRONG_KEY


@pytest.fixture
def no_delay(monkeypatch):
    monkeypatch.setattr(Deaths, "delay", lambda _self: 0.0)


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


async def test_a_worker_that_frees_its_chats_is_followed_at_once(open_shop, monkeypatch):
    def delay(_self: Deaths, *, free: int = 0) -> float:
        return 0.0 if free else 3600.0

    monkeypatch.setattr(Deaths, "delay", delay)
    async with open_shop() as shop:
        await shop.link()
        for code in (EXIT_HELD, EXIT_MEMORY):
            await shop.tenant.call("ping")
            await ignore_errors(shop.order, f"exit {code}")
            again = await shop.events.until("worker_recycled")
            assert again["reason"] == AGAIN[code]
        await shop.tenant.call("ping")
        os.kill(shop.tenant.pid, signal.SIGPROF)
        again = await shop.events.until("worker_recycled")
        assert again["reason"] == AGAIN[-signal.SIGPROF]
        await shop.tenant.call("ping")
        assert shop.tenant.ends.restarts == 0


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
