"""What rests on disk of a session: it comes back without a new QR code, and no counter is used twice."""

import os
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import crowd
import judge
import pytest
import rig
import trio
import vaulted
from acquainted import CUSTOMER, heard, open_acquainted, shop_of

from comptoir.sessions.protocol import Params


def of_kind(kind: str) -> Callable[[Params], bool]:
    return lambda event: event["kind"] == kind


def kinds(here: rig.Rig) -> set[str]:
    return {event["kind"] for event in here.events}


async def sealed(here: rig.Rig, least: int) -> None:
    """Until the vault holds this generation."""
    with trio.fail_after(10):
        while (await here.status("chez-awa"))["vault"]["generation"] < least:  # noqa: ASYNC110 (a seal is no event)
            await trio.sleep(0.05)


async def talk(here: rig.Rig, word: str) -> None:
    """A customer asks, and hears the answer."""
    customer = here.lab.customer(CUSTOMER)
    before = len(heard(here))
    await customer.say(shop_of(here).number, f"Bonjour, {word} svp ?")
    await customer.wait_heard(before + 1, seconds=30, sender=shop_of(here).number)
    assert heard(here)[-1] == crowd.answer(shop_of(here), word)


@pytest.mark.shows(
    under="absence",
    what="a power cut, or the machine starts again",
    happens="each session comes back from its vault without a new QR code, and no counter is used twice",
)
async def test_a_session_comes_back_after_a_power_cut() -> None:
    async with open_acquainted() as here:
        shop = shop_of(here)
        devices = list(shop.phone.companions)
        await talk(here, "horaire")
        await vaulted.cut_power(here)
        await here.start_daemon()
        restored = await here.wait_event(of_kind("session_restored"))
        assert restored["generation"] >= 1
        await here.wait_state("chez-awa", "online")
        assert shop.phone.companions == devices
        await talk(here, "adresse")
        await talk(here, "livraison")
        await judge.settle(here, shop)
        assert here.lab.ledger.reused_counters() == []
        assert here.lab.ledger.unheard() == []
        assert not (vaulted.memory(here) / "chez-awa" / "restored").exists()


async def test_what_was_said_last_comes_back_after_a_clean_stop_without_memory() -> None:
    async with open_acquainted() as here:
        assert await here.stop_daemon() == 0
        shutil.rmtree(vaulted.memory(here))
        await here.start_daemon()
        await here.wait_event(of_kind("session_restored"))
        await here.wait_state("chez-awa", "online")
        await talk(here, "horaire")
        assert here.lab.ledger.reused_counters() == []


async def test_a_session_in_memory_is_taken_after_everything_was_killed() -> None:
    """It is newer than the vault: nothing is set up anew."""
    async with open_acquainted() as here:
        await vaulted.kill_everything(here)
        await here.start_daemon()
        await here.wait_state("chez-awa", "online")
        await talk(here, "horaire")
        assert "session_restored" not in kinds(here)
        assert here.lab.ledger.reused_counters() == []


@pytest.mark.shows(
    under="absence",
    what="an older vault is put back, as from a backup",
    happens="it is used, and noticed: event `vault_older`, the log, the doctor; no counter is used twice",
)
async def test_an_older_vault_is_noticed_and_safely_used(tmp_path: Path) -> None:
    async with open_acquainted() as here:
        shop = shop_of(here)
        assert await here.stop_daemon() == 0
        shutil.copy(vaulted.vault_of(here, "chez-awa"), tmp_path / "older.db")
        await here.start_daemon()
        await here.wait_state("chez-awa", "online")
        async with trio.open_nursery() as nursery:
            for number in range(8):
                customer = here.lab.customer(f"+2217810000{number:02}")
                nursery.start_soon(customer.say, shop.number, f"Bonjour, menu svp ? {number}")
        await talk(here, "horaire")
        await judge.settle(here, shop)
        # Known outside the vault, too, before the power goes.
        await trio.sleep(2.5)
        await vaulted.cut_power(here)
        for file in vaulted.vault_of(here, "chez-awa").parent.glob("vault.db*"):
            file.unlink()
        shutil.copy(tmp_path / "older.db", vaulted.vault_of(here, "chez-awa"))
        await here.start_daemon()
        older = await here.wait_event(of_kind("vault_older"))
        assert older["generation"] < older["newest"]
        await here.wait_state("chez-awa", "online")
        for number in range(8):
            await here.lab.customer(f"+2217810000{number:02}").say(shop.number, f"Et l'adresse svp ? {number}")
        await talk(here, "adresse")
        await judge.settle(here, shop)
        assert here.lab.ledger.reused_counters() == []
        assert here.lab.ledger.unheard() == []
        assert await judge.disagreements(here, shop, followed=False) == []
        row = await here.status("chez-awa")
        assert row["vault"]["older_than"] == older["newest"]
        assert row["vault"]["generation"] > older["newest"]


@pytest.mark.shows(
    under="absence",
    what="the vault is damaged",
    happens="with the session in memory a new one is begun; else the tenant is parked (`vault_damaged`), a copy "
    "kept, and goes on once the file is put back",
)
async def test_a_damaged_vault_parks_its_tenant_alone(tmp_path: Path) -> None:
    async with open_acquainted() as here:
        vault = vaulted.vault_of(here, "chez-awa")
        await here.add_shop("friperie", "+221770000002", crowd.config("friperie"))
        assert await here.stop_daemon() == 0
        shutil.copy(vault, tmp_path / "good.db")
        with vault.open("r+b") as file:
            file.seek(vault.stat().st_size // 2)
            file.write(b"damage" * 100)
        damaged = vault.read_bytes()
        shutil.rmtree(vaulted.memory(here))
        await here.start_daemon()
        row = await here.wait_state("chez-awa", "parked")
        assert row["reason"] == "vault_damaged"
        assert "comptoir tenant resume chez-awa" in row["advice"]
        await here.wait_state("friperie", "online")
        assert [copy.read_bytes() for copy in vault.parent.glob("vault.db.damaged-*")] == [damaged]
        shutil.copy(tmp_path / "good.db", vault)
        await here.call("tenant.resume", tenant="chez-awa")
        await here.wait_state("chez-awa", "online")
        await talk(here, "horaire")
        assert here.lab.ledger.reused_counters() == []


@pytest.mark.shows(
    under="absence",
    what="kill -9 of the vault process, or of the forkserver",
    happens="nobody is disturbed; the vault is forked again and seals what it missed",
)
async def test_nobody_is_disturbed_by_the_end_of_the_vault() -> None:
    async with open_acquainted() as here:
        worker = (await here.status("chez-awa"))["pid"]
        first = vaulted.vault_pid(here)
        await here.kill_forkserver()
        await talk(here, "horaire")
        assert vaulted.vault_pid(here) == first
        os.kill(first, signal.SIGKILL)
        seen = len(here.events)
        await talk(here, "adresse")
        await here.wait_event(of_kind("vault_died"))
        generation = (await here.status("chez-awa"))["vault"]["generation"]
        await sealed(here, generation + 1)
        assert vaulted.vault_pid(here) != first
        assert (await here.status("chez-awa"))["pid"] == worker
        assert not {"worker_died", "worker_started"} & {event["kind"] for event in here.events[seen:]}
        await vaulted.cut_power(here)
        await here.start_daemon()
        await here.wait_state("chez-awa", "online")
        await talk(here, "livraison")
        assert here.lab.ledger.reused_counters() == []


async def test_a_killed_daemon_takes_its_vault_along() -> None:
    async with open_acquainted() as here:
        pidfd = os.pidfd_open(vaulted.vault_pid(here))
        await here.kill_daemon()
        with trio.fail_after(10):
            await trio.lowlevel.wait_readable(pidfd)
        os.close(pidfd)
        await here.start_daemon()
        await here.wait_state("chez-awa", "online")
        await talk(here, "horaire")


async def test_unlinking_and_removing_leave_no_vault() -> None:
    async with open_acquainted() as here:
        vault = vaulted.vault_of(here, "chez-awa")
        await here.call("unlink", tenant="chez-awa")
        await here.wait_state("chez-awa", "new")
        assert list(vault.parent.glob("vault.db*")) == []
        await here.link("chez-awa")
        assert vault.exists()
        await talk(here, "horaire")
        await here.call("tenant.remove", tenant="chez-awa")
        assert not vault.parent.exists()
        assert list(vaulted.memory(here).glob("chez-awa")) == []
