"""What the library had acknowledged and the journal never saw: all of it is reported once and soon, nothing else is."""

import fcntl
import os
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import datetime
from pathlib import Path

import crowd
import judge
import pytest
import rig
import trio
import vaulted

from comptoir.lab.history import OldConversation, OldMessage
from comptoir.lab.messages import new_message_id, new_secret
from comptoir.sessions.protocol import Params

SHOP, OWNER = "+221770000001", "+221772000001"
CUSTOMERS = [f"+22177100{number:04}" for number in range(1, 13)]
OLD_MESSAGES = 20
REPORTED_WITHIN = 10.0
# Where SQLite's writers of a database in WAL mode lock out each other: https://sqlite.org/walformat.html#locks
WRITE_LOCK = 120
ASKED = "Bonjour, ici chez-awa : un de vos messages n'a pas pu être lu chez nous."


@contextmanager
def journal_held(journal: Path) -> Iterator[None]:
    """Nothing reaches the journal, as in the moment before a commit, which is made to last."""
    shm = os.open(journal.with_name(f"{journal.name}-shm"), os.O_RDWR)
    try:
        fcntl.lockf(shm, fcntl.LOCK_EX, 1, WRITE_LOCK)
        yield
    finally:
        os.close(shm)


async def open_shop(here: rig.Rig) -> rig.Shop:
    config = f'owner = "{OWNER}"\n' + crowd.config("chez-awa") + '[groups]\nanswer = "named"\n[status]\nshow = true\n'
    here.lab.customer(OWNER)
    shop = await here.add_shop("chez-awa", SHOP, config)
    for number in CUSTOMERS:
        await here.lab.customer(number).say(SHOP, "Bonjour, menu svp ?")
    await judge.settle(here, shop)
    return shop


async def acknowledged(here: rig.Rig, shop: rig.Shop, ids: list[str]) -> None:
    await here.lab.ledger.wait(
        lambda ledger: all(judge.was_taken(entry, shop) for id in ids for entry in ledger.entries(id=id)), 10
    )


def at(event: Params) -> datetime:
    return datetime.fromisoformat(event["time"])


def is_lost(event: Params) -> bool:
    return event["kind"] == "lost_unread"


@pytest.mark.shows(
    under="absence",
    what="what was acknowledged in the moment before a crash",
    happens="each message that carried a secret is reported as `lost`, within ten seconds of the new connection; none "
    "of groups, status updates or the owner's own hand is",
)
async def test_all_that_was_lost_is_reported_soon_after_reconnecting() -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here)
        first, *_, last = (here.lab.customer(number) for number in CUSTOMERS)
        group = here.lab.people.group("Famille", [SHOP, CUSTOMERS[0]], by=CUSTOMERS[0])
        with journal_held(here.home / "state" / "tenants" / shop.name / "tenant.db"):
            ids = [
                await here.lab.customer(number).say(SHOP, f"Bonjour, {word} svp ?", secret=True)
                for number in CUSTOMERS
                for word in ("horaire", "adresse")
            ]
            # Of these nothing is left that anybody could find.
            ids += [await last.say(SHOP, "Bonjour, livraison svp ?", secret=False)]
            ids += [await first.say(group.address, "chez-awa, le menu ?", secret=True)]
            ids += [await first.post_status("au marché", to=[SHOP])]
            ids += [await shop.phone.say(CUSTOMERS[-1], "Bonjour, c'est Awa en personne")]
            await acknowledged(here, shop, ids)
            seen = len(here.events)
            await here.kill_worker(shop.name)
        online = await here.wait_event(lambda event: event.get("state") == "online", after=seen)
        begun = trio.current_time()
        with trio.fail_after(REPORTED_WITHIN):
            while sum(map(is_lost, here.events)) < 2 * len(CUSTOMERS):
                await here.wait_event(is_lost, after=len(here.events))
        waited = trio.current_time() - begun
        lost = [event for event in here.events if is_lost(event)]
        took = (max(map(at, lost)) - at(online)).total_seconds()
        print(f"{len(lost)} lost messages reported {took:+.3f} s after the connection, told {waited:.3f} s after it")
        assert took < REPORTED_WITHIN
        assert Counter(event["chat"] for event in lost) == dict.fromkeys(CUSTOMERS, 2)
        # Who lost two is asked once, and the owner told of the rest.
        for number in CUSTOMERS[:10]:
            assert (await here.lab.customer(number).wait_heard(2))[1].text.startswith(ASKED)
        [notice] = await here.lab.customer(OWNER).wait_heard(1)
        assert notice.text.startswith("4 message(s)")
        # The next worker has nothing to add.
        await here.kill_worker(shop.name)
        await here.wait_event(lambda event: event.get("state") == "online", after=len(here.events))
        await here.settle(shop.name)
        assert sum(map(is_lost, here.events)) == (await here.status(shop.name))["lost"] == 2 * len(CUSTOMERS)
        assert [len(here.lab.customer(number).heard(SHOP)) for number in (*CUSTOMERS, OWNER)] == [2] * 10 + [1, 2, 1]


@pytest.mark.shows(
    under="absence",
    what="a message that the library decrypted and a crash left no trace of, delivered again",
    happens="dropped by the library as known to it; reported as `lost` within ten seconds, and asked for",
)
async def test_what_the_library_drops_as_known_and_is_not_is_lost() -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here)
        customer = here.lab.customer(CUSTOMERS[0])
        with journal_held(here.home / "state" / "tenants" / shop.name / "tenant.db"):
            # Without a secret it leaves no trace, as one that the process died too early to note.
            lost = await customer.say(SHOP, "Bonjour, livraison svp ?", secret=False)
            await acknowledged(here, shop, [lost])
            seen = len(here.events)
            await here.kill_worker(shop.name)
        await here.wait_event(lambda event: event.get("state") == "online", after=seen)
        known = await customer.say(SHOP, "Bonjour, horaire svp ?")
        await customer.wait_heard(2)
        for id in (lost, known):
            await customer.repeat(id)
        event = await here.wait_event(is_lost, within=REPORTED_WITHIN)
        assert event["chat"] == CUSTOMERS[0]
        assert (await customer.wait_heard(3))[2].text.startswith(ASKED)
        await here.settle(shop.name)
        assert sum(map(is_lost, here.events)) == (await here.status(shop.name))["lost"] == 1


@pytest.mark.shows(
    under="absence",
    what="a power cut, and the vault is older than the journal",
    happens="nothing that the journal knows is called `lost`",
)
async def test_an_older_session_calls_nothing_lost_that_is_journaled() -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here)
        vault = vaulted.vault_of(here, shop.name)
        older = {file: file.read_bytes() for file in vault.parent.glob("vault.db*")}
        for number in CUSTOMERS:
            await here.lab.customer(number).say(SHOP, "Bonjour, horaire svp ?", secret=True)
        await judge.settle(here, shop)
        await vaulted.cut_power(here)
        # Of a moment before all this was said.
        for file in vault.parent.glob("vault.db*"):
            file.unlink()
        for file, content in older.items():
            file.write_bytes(content)
        await here.start_daemon()
        await here.wait_event(lambda event: event["kind"] == "session_restored")
        await here.wait_state(shop.name, "online")
        await here.lab.customer(CUSTOMERS[0]).say(SHOP, "Bonjour, adresse svp ?")
        await here.lab.customer(CUSTOMERS[0]).wait_heard(3)
        await judge.settle(here, shop)
        assert [event for event in here.events if is_lost(event)] == []
        assert (await here.status(shop.name))["lost"] == 0
        assert here.lab.ledger.reused_counters() == []


@pytest.mark.shows(
    under="absence",
    what="a crash while the phone brings in its old conversations, right after linking",
    happens="none of them is called `lost`, and nobody is asked to write again",
)
async def test_a_crash_during_the_history_calls_no_old_message_lost() -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here)
        shop.phone.old_conversations = tuple(map(old_conversation, range(12)))
        before = secrets_in(here, shop)
        with journal_held(here.home / "state" / "tenants" / shop.name / "tenant.db"):
            await shop.phone.share_history(shop.phone.companions[-1])
            with trio.fail_after(10):
                while secrets_in(here, shop) < before + 12 * OLD_MESSAGES:  # noqa: ASYNC110 (the library does not tell)
                    await trio.sleep(0.05)
            await here.kill_worker(shop.name)
        await here.wait_event(lambda event: event.get("state") == "online", after=len(here.events))
        await here.lab.customer(CUSTOMERS[0]).say(SHOP, "Bonjour, adresse svp ?")
        await here.lab.customer(CUSTOMERS[0]).wait_heard(2)
        await here.settle(shop.name)
        assert [event for event in here.events if is_lost(event) or event["kind"] == "asked_again"] == []
        assert (await here.status(shop.name))["lost"] == 0


def old_conversation(number: int) -> OldConversation:
    messages = (
        OldMessage(new_message_id(), f"ancien {each}", 1_790_000_000 + each, secret=new_secret())
        for each in range(OLD_MESSAGES)
    )
    jids = f"2217799999{number:02}@s.whatsapp.net", f"9990000000000{number:02}@lid"
    return OldConversation(*jids, f"Ancienne {number}", tuple(messages), by_lid=number % 2 == 1)


def secrets_in(here: rig.Rig, shop: rig.Shop) -> int:
    """How many the library has kept."""
    with closing(sqlite3.connect(f"file:{vaulted.memory(here) / shop.name / 'session.db'}?mode=ro", uri=True)) as db:
        (count,) = db.execute("SELECT count(*) FROM whatsmeow_message_secrets").fetchone()
        return int(count)
