"""The task that asks customers to write again: by the journal alone, so that a restart changes nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar, cast

import pytest
import trio
from journal_rig import AWA, MOUSSA, InlineStore, heard, message, open_new, record
from trio.testing import MockClock, wait_all_tasks_blocked

from comptoir.plugins.config import TenantConfig, parse_tenant
from comptoir.sessions.asker import Asker
from comptoir.sessions.asking import ASK_AGAIN_AFTER, MOST_ASKED
from comptoir.sessions.events import Address, Unreadable
from comptoir.sessions.journal import conversations, event_log, history
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.history import MessageRow
from comptoir.sessions.journal.linkings import Session
from comptoir.sessions.journal.recovery import judge_page, judge_rest
from comptoir.sessions.judging import SecretRow

T = TypeVar("T")
TENANT = 'version = 1\nname = "Chez Awa"\nlang = "{lang}"\ncountry = "SN"\ntimezone = "Africa/Dakar"\npipeline = []\n'
OWNER = Address("+221330000001")


def config(lang: str = "fr", owner: str = f'owner = "{OWNER.number}"\n') -> TenantConfig:
    return parse_tenant(TENANT.replace("{lang}", lang) + owner, Path("tenant.toml"), {})


class BusyStore(InlineStore):
    """`meanwhile` is called while the first look waits for its turn."""

    def __init__(self, db: Connection, meanwhile: Callable[[], object]) -> None:
        super().__init__(db)
        self._meanwhile = [meanwhile]

    async def read(self, fn: Callable[[Connection], T]) -> T:
        await trio.sleep(0.01)
        while self._meanwhile:
            self._meanwhile.pop()()
        return await super().read(fn)


class Rig:
    """A journal, and askers that come and go over it; its clock is trio's."""

    def __init__(self, db: Connection, nursery: trio.Nursery) -> None:
        self.db = db
        self.config: TenantConfig | None = config()
        self.woken = 0
        self._nursery = nursery
        self._asker: Asker | None = None
        self._scope = trio.CancelScope()

    @staticmethod
    def now() -> int:
        return round(trio.current_time() * 1000)

    async def start(self, *, hold: bool = False, store: InlineStore | None = None) -> Asker:
        def wake() -> None:
            self.woken += 1

        asker = Asker(store or InlineStore(self.db), config=lambda: self.config, wake_outbox=wake, now=self.now)
        self._scope = trio.CancelScope()

        async def run() -> None:
            with self._scope:
                await asker.run()

        self._nursery.start_soon(run)
        if not hold:
            asker.open()
        await wait_all_tasks_blocked()
        return asker

    def stop(self) -> None:
        self._scope.cancel()

    def lose(self, whatsapp_id: str, chat: Address = AWA) -> int:
        return message(record(self.db, Unreadable(whatsapp_id, chat, "person", self.now()), self.now()))

    @property
    def queued(self) -> list[MessageRow]:
        return [row for row in history.messages(self.db) if row.direction == "out" and row.state == "queued"]

    @property
    def asked(self) -> list[str]:
        return [event.chat or "" for event in event_log.page(self.db, 0) if event.kind == "asked_again"]


@pytest.fixture
async def rig(tmp_path: Path, nursery: trio.Nursery, autojump_clock: MockClock) -> Rig:
    autojump_clock.jump(1_000_000)
    return Rig(open_new(tmp_path / "tenant.db"), nursery)


async def test_a_customer_is_asked_in_the_shops_language_once_the_retries_have_not_helped(
    rig: Rig, autojump_clock: MockClock
) -> None:
    asker = await rig.start()
    rig.lose("A1")
    asker.wake()
    await trio.sleep(29.9)
    assert rig.queued == []
    await trio.sleep(0.2)
    [row] = rig.queued
    assert (row.chat, row.by) == (AWA.number, "plugin:fallback")
    assert row.text.startswith("Bonjour, ici Chez Awa : un de vos messages")
    assert rig.woken == 1
    assert rig.asked == [AWA.number]


async def test_the_wait_goes_on_where_it_was_after_a_restart(rig: Rig, autojump_clock: MockClock) -> None:
    asker = await rig.start()
    rig.lose("A1")
    asker.wake()
    await trio.sleep(20)
    rig.stop()
    await trio.sleep(5)
    await rig.start()
    await trio.sleep(4.9)
    assert rig.queued == []
    await trio.sleep(0.2)
    assert len(rig.queued) == 1
    rig.stop()
    await rig.start()
    await trio.sleep(3600)
    assert len(rig.queued) == 1, "decided once"


async def test_what_comes_by_a_retry_in_time_is_not_asked_for(rig: Rig, autojump_clock: MockClock) -> None:
    asker = await rig.start()
    rig.lose("A1")
    asker.wake()
    await trio.sleep(10)
    record(rig.db, heard("A1"), rig.now())
    await trio.sleep(60)
    assert rig.queued == []


async def test_what_is_journaled_while_a_look_waits_is_given_its_time_too(rig: Rig, autojump_clock: MockClock) -> None:
    await rig.start(store=BusyStore(rig.db, lambda: rig.lose("A1")))
    await trio.sleep(29)
    assert rig.queued == []
    await trio.sleep(2)
    assert len(rig.queued) == 1


async def test_after_a_restored_session_apps_are_given_longer(rig: Rig, autojump_clock: MockClock) -> None:
    session = Session(1, "+221330000000", "99000", "", True, 0)
    judge_rest(rig.db, session, rig.now(), intact=False, resend=False)
    asker = await rig.start()
    rig.lose("A1")
    asker.wake()
    await trio.sleep(599)
    assert rig.queued == []
    await trio.sleep(2)
    assert len(rig.queued) == 1
    await trio.sleep(ASK_AGAIN_AFTER / 1000)
    rig.lose("A2")
    asker.wake()
    await trio.sleep(31)
    assert len(rig.queued) == 2, "a day later all is as ever"


async def test_a_chat_is_asked_once_a_day(rig: Rig, autojump_clock: MockClock) -> None:
    asker = await rig.start()
    for number in range(3):
        rig.lose(f"A{number}")
        asker.wake()
        await trio.sleep(60)
    assert len(rig.queued) == 1
    await trio.sleep(ASK_AGAIN_AFTER / 1000)
    rig.lose("A9")
    asker.wake()
    await trio.sleep(60)
    assert len(rig.queued) == 2


async def test_what_waited_for_us_more_than_a_day_is_not_asked_for(rig: Rig, autojump_clock: MockClock) -> None:
    asker = await rig.start()
    record(rig.db, Unreadable("A1", AWA, "person", rig.now() - ASK_AGAIN_AFTER), rig.now())
    asker.wake()
    await trio.sleep(3600)
    assert rig.queued == []


async def test_nobody_is_asked_before_the_backlog_was_read(rig: Rig, autojump_clock: MockClock) -> None:
    asker = await rig.start(hold=True)
    rig.lose("A1")
    asker.wake()
    await trio.sleep(3600)
    assert rig.queued == []
    asker.open()
    await trio.sleep(0.1)
    assert len(rig.queued) == 1


def by_hand(db: Connection, now: int) -> None:
    record(db, heard("H1", by_owner=True), now)


def silence(db: Connection, now: int) -> None:
    db.execute("UPDATE contacts SET silenced_until = ?", (now + 3_600_000,))


def opt_out(db: Connection, _now: int) -> None:
    db.execute("INSERT INTO plugin_state SELECT 'optout', id, 'since', '\"2026-11-21\"', 1 FROM contacts")


def hand_over(db: Connection, now: int) -> None:
    by = conversations.By("plugin:handover", now)
    (contact,) = db.execute("SELECT id FROM contacts").fetchone()
    conversations.hand_over(db, conversations.ensure(db, contact, by), "prix", by)


@pytest.mark.parametrize("act", [by_hand, silence, hand_over, opt_out])
async def test_who_wants_none_or_has_a_person_is_not_asked(
    rig: Rig, autojump_clock: MockClock, act: Callable[[Connection, int], None]
) -> None:
    asker = await rig.start()
    rig.lose("A1")
    act(rig.db, rig.now())
    asker.wake()
    await trio.sleep(3600)
    assert rig.queued == []


async def test_without_a_configuration_the_question_waits_for_one(rig: Rig, autojump_clock: MockClock) -> None:
    rig.config = None
    asker = await rig.start()
    rig.lose("A1")
    asker.wake()
    await trio.sleep(3600)
    assert rig.queued == []
    rig.config = config("en")
    await trio.sleep(31)
    [row] = rig.queued
    assert row.text.startswith("Hello, this is Chez Awa: one of your messages")


def lose_unread(rig: Rig, count: int) -> None:
    """As recovery finds them after a crash, of customers who wrote just before."""
    session = Session(1, "+221330000000", "99000", "", True, 0)
    for number in range(count):
        record(rig.db, heard(f"before-{number}", Address(f"+2217700100{number:02}")), rig.now())
    rig.db.execute("UPDATE messages SET state = 'done'")
    rows = [
        SecretRow(f"2217700100{n:02}@s.whatsapp.net", f"2217700100{n:02}@s.whatsapp.net", f"L{n}", b"k%d" % n, n + 1)
        for n in range(count)
    ]
    assert len(judge_page(rig.db, rows, session, rig.now(), resend=False).lost) == count


async def test_after_a_crash_some_are_asked_and_the_owner_is_told_of_the_rest_in_one_notice(
    rig: Rig, autojump_clock: MockClock
) -> None:
    lose_unread(rig, MOST_ASKED + 2)
    await rig.start()
    await trio.sleep(1)
    *asked, notice = rig.queued
    assert [row.chat for row in asked] == [f"+2217700100{number:02}" for number in range(MOST_ASKED)]
    assert notice.chat == OWNER.number
    assert notice.text.startswith("2 message(s) reçu(s) pendant une panne")
    assert notice.text.endswith("+221770010010, +221770010011")
    rig.stop()
    await rig.start()
    await trio.sleep(3600)
    assert len(rig.queued) == MOST_ASKED + 1


async def test_however_many_were_lost_ten_are_asked_and_one_notice_is_given(
    rig: Rig, autojump_clock: MockClock
) -> None:
    lose_unread(rig, 600)
    asker = await rig.start()
    await trio.sleep(1)
    asker.wake()
    await trio.sleep(3600)
    *asked, notice = rig.queued
    assert len(asked) == MOST_ASKED
    assert notice.text.startswith("590 message(s)")


async def test_where_there_is_no_owner_to_tell_an_event_says_so(rig: Rig, autojump_clock: MockClock) -> None:
    rig.config = config(owner="")
    lose_unread(rig, 1)
    rig.db.execute("UPDATE contacts SET asked_at = ?", (rig.now(),))
    await rig.start()
    await trio.sleep(1)
    assert rig.queued == []
    assert "owner_not_told" in [event.kind for event in event_log.page(rig.db, 0)]


async def test_a_chat_that_has_been_quiet_for_a_day_is_told_of_and_not_asked(
    rig: Rig, autojump_clock: MockClock
) -> None:
    record(rig.db, heard("old", MOUSSA), rig.now())
    rig.db.execute("UPDATE messages SET state = 'done'")
    await trio.sleep(ASK_AGAIN_AFTER / 1000 + 1)
    number = cast(str, MOUSSA.number).removeprefix("+")
    row = SecretRow(f"{number}@s.whatsapp.net", f"{number}@s.whatsapp.net", "L1", b"k", 1)
    judge_page(rig.db, [row], Session(1, "+221330000000", "99000", "", True, 0), rig.now(), resend=False)
    await rig.start()
    await trio.sleep(1)
    assert [row.chat for row in rig.queued] == [OWNER.number]
