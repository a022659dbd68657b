"""The fetcher on a real journal and a real media host, with limits that a test can wait for."""

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import media_rig
import pytest
import trio
from journal_rig import AWA, KEY

from comptoir.lab import Lab, attachments
from comptoir.plugins.api import ReceivedFile
from comptoir.sessions import neonize_guard
from comptoir.sessions.journal import contacts, inbox, linkings, media
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.journal import Journal, open_journal
from comptoir.sessions.media import fetcher as fetching
from comptoir.sessions.media.fetcher import Fetcher
from comptoir.sessions.media.fetching import Limits
from comptoir.sessions.media.keeper import MediaKeeper
from comptoir.sessions.spec import LabServer, MediaLimits, WorkerSpec
from comptoir.sessions.times import now_ms

neonize_guard.import_python_side()


@dataclass
class Shop:
    journal: Journal
    fetcher: Fetcher
    keeper: MediaKeeper
    lab: Lab
    released: trio.Event

    async def receive(self, plaintext: bytes, age: int = 0, **changed: object) -> int:
        """A customer's picture is journaled, or was so many milliseconds ago; the message's id."""
        from neonize.proto.Neonize_pb2 import Message

        sealed = attachments.seal(plaintext, attachments.IMAGE)
        event = Message()
        facts = {"mediaKey": sealed.media_key, "fileSHA256": sealed.sha256, "fileEncSHA256": sealed.encrypted_sha256}
        facts |= {"fileLength": len(plaintext), "directPath": self.lab.server.media.put(sealed.body, "image")}
        for name, value in (facts | changed).items():
            setattr(event.Message.imageMessage, name, value)
        raw = event.SerializePartialToString()

        def record(db: Connection) -> int:
            contact = contacts.contact_for(db, AWA, now_ms())
            (id,) = db.execute(
                """INSERT INTO messages (contact, direction, kind, text, author, state, whatsapp_id, session,
                        recorded_at)
                    VALUES (?, 'in', 'image', '', 'customer', 'received', ?, 1, ?) RETURNING id""",
                (contact, secrets.token_hex(8), now_ms() - age),
            ).fetchone()
            db.execute("INSERT INTO inbox (message, raw, backlog) VALUES (?, ?, 0)", (id, raw))
            media.want(db, id, ReceivedFile("image/jpeg", len(plaintext)), now_ms())
            return int(id)

        id = await self.journal.write(record)
        self.fetcher.wake()
        return id

    async def row(self, message: int) -> media.MediaRow:
        row = await self.journal.read(lambda db: media.row(db, message))
        assert row is not None
        return row

    async def until(self, message: int, holds: Callable[[media.MediaRow], bool]) -> media.MediaRow:
        with trio.fail_after(10):
            seen = -1
            while not holds(row := await self.row(message)):
                seen = await self.journal.wait_commit(seen)
        return row

    async def due(self) -> list[int]:
        return await self.journal.read(lambda db: [m.id for chat in inbox.next_chats(db) for m in inbox.due(db, chat)])


@asynccontextmanager
async def open_shop(lab: Lab, folder: Path, limits: MediaLimits, idle: float = 0.3) -> AsyncIterator[Shop]:
    described = lab.describe()
    server = LabServer(described["proxy"], described["ca_file"], bytes.fromhex(described["root_key"]))
    folder.mkdir(exist_ok=True)
    spec = WorkerSpec("awa", folder, folder, folder, KEY, lab=server, media=limits)
    async with open_journal(folder / "tenant.db", KEY) as journal, trio.open_nursery() as nursery:
        await journal.write(lambda db: linkings.begin_session(db, "+221330000000", lab=True, now=0))
        keeper = MediaKeeper(journal, spec, config=lambda: None, on_queued=lambda: None)
        released = trio.Event()
        brief = Limits(limits.largest, connect=2.0, idle=idle, total=5.0)
        fetcher = Fetcher(journal, keeper, server, on_released=released.set, limits=brief)
        nursery.start_soon(keeper.run)
        nursery.start_soon(fetcher.run)
        fetcher.open()
        yield Shop(journal, fetcher, keeper, lab, released)
        nursery.cancel_scope.cancel()


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching, "_PAUSES", (0.1, 0.1, 0.5))


@pytest.fixture
async def shop(lab: Lab, tmp_path: Path) -> AsyncIterator[Shop]:
    async with open_shop(lab, tmp_path / "awa", MediaLimits(10_000_000, 1_000_000)) as shop:
        yield shop


async def test_a_host_that_hangs_three_times_holds_the_chat_no_longer_and_may_still_answer(shop: Shop) -> None:
    shop.lab.faults.media.hang_downloads(None, times=3)
    plaintext = media_rig.content(50_000, 1)
    first = await shop.receive(plaintext)
    # What came behind it waits, too.
    assert await shop.due() == []
    row = await shop.until(first, lambda row: not row.holds)
    assert (row.state, row.error) == ("wanted", "network: the host does not answer")
    assert await shop.due() == [first]
    assert shop.released.is_set()
    row = await shop.until(first, lambda row: row.state == "kept")
    assert await shop.keeper.load(first) == plaintext


async def test_a_slow_file_lets_its_message_go_and_comes_all_the_same(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "HOLD_LIMIT", 0.3)
    shop.lab.faults.media.slow_downloads(None, 100_000)
    plaintext = media_rig.content(100_000, 2)
    message = await shop.receive(plaintext)
    row = await shop.until(message, lambda row: not row.holds)
    assert row.state == "wanted"
    await shop.until(message, lambda row: row.state == "kept")
    assert await shop.keeper.load(message) == plaintext


async def test_a_message_whose_turn_to_be_fetched_never_came_goes_on_no_later_than_the_others(
    lab: Lab, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "HOLD_LIMIT", 1.0)
    lab.faults.media.hang_downloads(None, times=None)
    async with open_shop(lab, tmp_path / "awa", MediaLimits(10_000_000, 1_000_000), idle=60) as shop:
        messages = [await shop.receive(media_rig.content(1000, seed)) for seed in range(10)]
        for message in messages:
            await shop.until(message, lambda row: not row.holds)
        tried = await shop.journal.read(lambda db: db.execute("SELECT attempts FROM media ORDER BY message").fetchall())
        assert tried == [(1,)] * 3 + [(0,)] * 7
        assert await shop.due() == messages
        assert shop.released.is_set()


async def test_a_message_that_came_long_before_the_worker_began_is_not_answered_before_its_file_was_tried(
    shop: Shop,
) -> None:
    message = await shop.receive(media_rig.content(1000, 10), age=3_600_000)
    await shop.until(message, lambda row: row.state == "kept")
    kinds = await shop.journal.read(lambda db: [kind for (kind,) in db.execute("SELECT kind FROM events")])
    assert kinds == ["media_kept"]


async def test_what_a_dead_host_did_not_give_is_asked_for_again_as_soon_as_it_gives_something(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetching, "_PAUSES", (0.1, 0.1, 3600.0))
    shop.lab.faults.media.hang_downloads(None, times=9)
    missed = [await shop.receive(media_rig.content(1000, seed)) for seed in (11, 12, 13)]
    for message in missed:
        await shop.until(message, lambda row: not row.holds)
    await shop.receive(media_rig.content(1000, 14))
    for message in missed:
        await shop.until(message, lambda row: row.state == "kept")


async def test_three_are_fetched_at_once_and_the_oldest_first(shop: Shop) -> None:
    shop.lab.faults.media.hang_downloads(None, times=None)
    for seed in range(5):
        await shop.receive(media_rig.content(1000, seed))
    await media_rig.until(lambda: len(shop.lab.faults.media.seen("download")) >= 3)
    shop.fetcher.hold()
    attempts = await shop.journal.read(lambda db: db.execute("SELECT attempts FROM media ORDER BY message").fetchall())
    assert attempts == [(1,), (1,), (1,), (0,), (0,)]


async def test_a_file_on_which_workers_died_three_times_no_longer_holds_its_chat(lab: Lab, tmp_path: Path) -> None:
    limits = MediaLimits(10_000_000, 1_000_000)
    async with open_shop(lab, tmp_path / "awa", limits) as before:
        before.fetcher.hold()
        await trio.testing.wait_all_tasks_blocked()
        message = await before.receive(media_rig.content(1000, 3))
        for _ in range(3):
            await before.journal.write(lambda db: media.begin_attempt(db, message))
    lab.faults.media.hang_downloads(None, times=None)
    async with open_shop(lab, tmp_path / "awa", limits, idle=60) as after:
        # Before the attempt ends, of which this worker might die, too.
        await after.until(message, lambda row: not row.holds)
        assert after.fetcher.busy == {message}
        assert await after.due() == [message]


async def test_a_wrong_file_is_given_up_after_three_tries(shop: Shop) -> None:
    shop.lab.faults.media.alter_downloads(None, times=None)
    message = await shop.receive(media_rig.content(1000, 4))
    row = await shop.until(message, lambda row: row.state == "failed")
    assert row.error == "content: the host's file has another hash than the message says"
    assert len(shop.lab.faults.media.seen("download")) == 3


async def test_what_is_too_large_is_not_even_asked_for(shop: Shop) -> None:
    message = await shop.receive(media_rig.content(1000, 5), fileLength=2_000_000)
    row = await shop.until(message, lambda row: row.state == "refused")
    assert row.error == "too_large: larger than 1 MB"
    assert shop.lab.faults.media.seen("download") == []


async def test_what_finds_no_room_beside_what_still_waits_is_fetched_when_that_is_done(
    lab: Lab, tmp_path: Path
) -> None:
    async with open_shop(lab, tmp_path / "awa", MediaLimits(100_000, 90_000)) as shop:
        first = await shop.receive(media_rig.content(80_000, 6))
        await shop.until(first, lambda row: row.state == "kept")
        second = await shop.receive(media_rig.content(80_001, 7))
        row = await shop.until(second, lambda row: not row.holds)
        assert (row.state, row.error) == ("wanted", "no_room: the room for files is used up by what still waits")
        assert len(shop.lab.faults.media.seen("download")) == 1
        await shop.journal.write(lambda db: db.execute("UPDATE messages SET state = 'done' WHERE id = ?", (first,)))
        await shop.until(second, lambda row: row.state == "kept")
        # The oldest goes for it.
        await shop.until(first, lambda row: row.state == "dropped")


async def test_what_still_finds_no_room_after_a_day_is_given_up(lab: Lab, tmp_path: Path) -> None:
    async with open_shop(lab, tmp_path / "awa", MediaLimits(100_000, 90_000)) as shop:
        first = await shop.receive(media_rig.content(80_000, 6))
        await shop.until(first, lambda row: row.state == "kept")
        second = await shop.receive(media_rig.content(80_001, 7), age=fetching.GIVE_UP_AFTER + 1000)
        await shop.until(second, lambda row: row.state == "refused")


async def test_what_is_larger_than_all_the_room_is_not_even_asked_for(lab: Lab, tmp_path: Path) -> None:
    async with open_shop(lab, tmp_path / "awa", MediaLimits(quota=1_000_000, largest=3_000_000)) as shop:
        message = await shop.receive(media_rig.content(1000, 5), fileLength=1_500_000)
        row = await shop.until(message, lambda row: row.state == "refused")
        assert row.error == "too_large: larger than all the room for files, 1 MB"
        assert shop.lab.faults.media.seen("download") == []


async def test_a_file_whose_message_was_deleted_meanwhile_does_not_stay(shop: Shop) -> None:
    shop.lab.faults.media.slow_downloads(None, 100_000)
    message = await shop.receive(media_rig.content(50_000, 8))
    await media_rig.until(lambda: shop.lab.faults.media.seen("download"))
    await shop.journal.write(lambda db: media.erase(db, message))
    folder = shop.keeper.store.folder
    await media_rig.until(lambda: not shop.fetcher.busy)
    await media_rig.until(lambda: not list(folder.iterdir()))
    row = await shop.row(message)
    assert (row.state, row.file, row.error) == ("dropped", None, "the message was deleted")


async def test_a_message_that_may_be_seen_once_is_never_fetched(shop: Shop) -> None:
    message = await shop.receive(media_rig.content(1000, 9), viewOnce=True)
    await shop.until(message, lambda row: row.state == "failed")
    assert shop.lab.faults.media.seen("download") == []
