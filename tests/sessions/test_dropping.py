"""Lines of the library's log that say that a message was dropped, and what is made of them."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
import trio
from journal_rig import AWA_LID, InlineStore, heard, open_new, record
from trio.testing import MockClock

from comptoir.sessions.dropping import AFTER, MOST, DroppedMail, dropped_in
from comptoir.sessions.journal import event_log, linkings
from comptoir.sessions.judging import SecretRow

END = "failed to decrypt normal message: received message with old counter (index: 7, count: 5)"


@pytest.mark.parametrize(
    ("line", "row"),
    [
        (f"Ignoring message 3EB0 from 5001@lid: {END}", SecretRow("5001@lid", "5001@lid", "3EB0", b"")),
        (f"Ignoring message 3EB0 from 5001:3@lid in 5001@lid: {END}", SecretRow("5001@lid", "5001:3@lid", "3EB0", b"")),
        (f"Ignoring message A from 5001:3@lid in 12036@g.us: {END}", SecretRow("12036@g.us", "5001:3@lid", "A", b"")),
        ("Ignoring message 3EB0 from 5001@lid: event was already processed", None),
        (f"Error decrypting message 3EB0 from 5001@lid: {END}", None),
        (f"Ignoring message {'A' * 200} from 5001@lid: {END}", None),
        (f"Ignoring message A from 7001@lid: old counter from 5001@lid: {END}", None),
        (f"Ignoring message A from 7001@lid: old counter, 3EB0 from 5001@lid: {END}", None),
        ("Ignoring message", None),
        ("", None),
    ],
)
def test_only_what_was_decrypted_before_is_dropped_mail(line: str, row: SecretRow | None) -> None:
    assert dropped_in(line) == row


class Mail:
    """A journal with one message in it, and who judges what is dropped."""

    def __init__(self, folder: Path) -> None:
        self.store = InlineStore(open_new(folder / "tenant.db"))
        self.woken = 0
        self.dropped = DroppedMail(self.store, self._wake)
        record(self.store.db, heard("KNOWN", AWA_LID))

    def _wake(self) -> None:
        self.woken += 1

    def drops(self, id: str, chat: str = "5001@lid", sender: str = "") -> None:
        self.dropped.note(SecretRow(chat, sender or chat, id, b""))

    @property
    def lost(self) -> list[str]:
        return [event.chat or "" for event in event_log.page(self.store.db, 0, 10_000) if event.kind == "lost_unread"]


@pytest.fixture
async def mail(tmp_path: Path, nursery: trio.Nursery, autojump_clock: MockClock) -> Mail:
    mail = Mail(tmp_path)
    run: Callable[[], Awaitable[None]] = mail.dropped.run
    nursery.start_soon(run)
    return mail


async def test_what_the_journal_does_not_know_is_lost_once(mail: Mail, autojump_clock: MockClock) -> None:
    for id in ("KNOWN", "LOST", "LOST"):
        mail.drops(id)
    await trio.sleep(AFTER - 0.1)
    assert mail.lost == []
    await trio.sleep(0.2)
    assert (mail.lost, mail.woken) == ([str(AWA_LID)], 1)
    mail.drops("LOST")
    await trio.sleep(60)
    assert (mail.lost, mail.woken) == ([str(AWA_LID)], 1)


async def test_what_comes_to_the_journal_meanwhile_is_not(mail: Mail, autojump_clock: MockClock) -> None:
    mail.drops("LATE")
    await trio.sleep(1)
    record(mail.store.db, heard("LATE", AWA_LID))
    await trio.sleep(60)
    assert (mail.lost, mail.woken) == ([], 0)


async def test_nothing_of_groups_or_of_our_own_is(mail: Mail, autojump_clock: MockClock) -> None:
    mail.drops("G", "12036@g.us", "5001:3@lid")
    mail.drops("S", "status@broadcast", "5001@lid")
    mail.drops("O", "5001@lid", "99000:12@lid")
    await trio.sleep(60)
    assert mail.lost == []


async def test_without_a_session_nothing_is(mail: Mail, autojump_clock: MockClock) -> None:
    linkings.end_session(mail.store.db, "unlinked", 0)
    mail.drops("LOST")
    await trio.sleep(60)
    assert mail.lost == []


async def test_no_more_is_remembered_than_a_bound(mail: Mail, autojump_clock: MockClock) -> None:
    for number in range(MOST + 5):
        mail.drops(f"D{number}")
    await trio.sleep(60)
    assert len(mail.lost) == MOST
