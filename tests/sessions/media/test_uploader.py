"""The uploader's patience, by a clock that jumps; its link is one that does what a test says."""

from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trio
from journal_rig import AWA, InlineStore, open_new

from comptoir.sessions.journal import contacts, history, media, outbox
from comptoir.sessions.journal.media import TakenFile, Uploaded
from comptoir.sessions.media import uploader
from comptoir.sessions.media.store import Store
from comptoir.sessions.media.uploader import Uploader
from comptoir.sessions.outbox.port import NotConnected, SendRefused

UPLOADED = Uploaded("https://x", "/v/x?", b"k" * 32, b"h" * 32, b"e" * 32, 300)
Act = Callable[[], Uploaded]


def refuse(code: int, *, permanent: bool) -> Act:
    def act() -> Uploaded:
        raise SendRefused(code, "the host does not take the file", permanent=permanent)

    return act


def offline() -> Uploaded:
    raise NotConnected("not connected")


def hang() -> Uploaded:
    raise AssertionError


@dataclass
class Link:
    """Does one thing after the other, and from then on what is asked of it."""

    acts: list[Act] = field(default_factory=list)
    asked: list[float] = field(default_factory=list)
    most_at_once: int = 0
    now: int = 0

    async def upload(self, content: Iterator[bytes], size: int, kind: str) -> Uploaded:
        self.asked.append(trio.current_time())
        self.now += 1
        self.most_at_once = max(self.most_at_once, self.now)
        try:
            act = self.acts.pop(0) if self.acts else lambda: UPLOADED
            await trio.sleep(float("inf") if act is hang else 1)
            return act()
        finally:
            self.now -= 1


@dataclass
class Shop:
    db: InlineStore
    link: Link
    uploader: Uploader
    hangs: list[float]

    def queue(self, file: str = "f1") -> int:
        db = self.db.db
        contact = contacts.contact_for(db, AWA, 0)
        id = outbox.enqueue(db, outbox.Outgoing(contact, "", "operator", kind="image"), 0)
        media.attach(db, id, TakenFile(file, "image", "image/jpeg", 300), 0)
        self.uploader.wake()
        return id

    async def ended(self, message: int) -> str:
        """Its state once it no longer waits for its file."""
        while (row := media.row(self.db.db, message)) is None or row.holds:  # noqa: ASYNC110 (the clock jumps)
            await trio.sleep(0.5)
        shown = history.message(self.db.db, message)
        assert shown is not None
        return shown.state


@pytest.fixture
async def shop(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, autojump_clock: trio.testing.MockClock
) -> AsyncIterator[Shop]:
    monkeypatch.setattr(uploader, "now_ms", lambda: round(trio.current_time() * 1000))
    db, link, hangs = InlineStore(open_new(tmp_path / "tenant.db")), Link(), []
    files = Store(tmp_path / "media", bytes(32))
    async with trio.open_nursery() as nursery:
        made = Uploader(db, files, link, on_uploaded=lambda: None, on_hang=lambda: hangs.append(trio.current_time()))
        made.open()
        nursery.start_soon(made.run)
        yield Shop(db, link, made, hangs)
        nursery.cancel_scope.cancel()
    db.db.close()


async def test_a_refusal_that_passes_is_met_with_patience(shop: Shop, autojump_clock: trio.testing.MockClock) -> None:
    shop.link.acts = [refuse(500, permanent=False)] * 3
    message = shop.queue()
    assert await shop.ended(message) == "queued"
    gaps = [later - earlier for earlier, later in zip(shop.link.asked, shop.link.asked[1:], strict=False)]
    assert len(gaps) == 3
    assert gaps == sorted(gaps)


async def test_after_six_attempts_the_message_fails_and_says_why(
    shop: Shop, autojump_clock: trio.testing.MockClock
) -> None:
    shop.link.acts = [refuse(500, permanent=False)] * 6
    message = shop.queue()
    assert await shop.ended(message) == "failed"
    shown = history.message(shop.db.db, message)
    assert shown is not None
    assert shown.error == "its file could not be uploaded: the host does not take the file"
    assert len(shop.link.asked) == 6


async def test_a_refusal_for_good_is_not_argued_with(shop: Shop, autojump_clock: trio.testing.MockClock) -> None:
    shop.link.acts = [refuse(413, permanent=True)]
    assert await shop.ended(shop.queue()) == "failed"
    assert len(shop.link.asked) == 1


async def test_what_nobody_foresaw_ends_the_message_and_not_the_worker(
    shop: Shop, autojump_clock: trio.testing.MockClock
) -> None:
    def surprise() -> Uploaded:
        raise ValueError("a surprise")

    shop.link.acts = [surprise] * 6
    assert await shop.ended(shop.queue()) == "failed"


async def test_what_never_left_counts_for_nothing(shop: Shop, autojump_clock: trio.testing.MockClock) -> None:
    shop.link.acts = [offline] * 20
    assert await shop.ended(shop.queue()) == "queued"
    assert len(shop.link.asked) == 21


async def test_a_hang_asks_for_a_new_worker_and_the_file_is_tried_again(
    shop: Shop, autojump_clock: trio.testing.MockClock
) -> None:
    shop.link.acts = [hang]
    assert await shop.ended(shop.queue()) == "queued"
    assert len(shop.hangs) == 1
    assert 60 <= shop.hangs[0] < 62


async def test_two_at_once_and_the_same_file_once(shop: Shop, autojump_clock: trio.testing.MockClock) -> None:
    messages = [shop.queue(f"f{number}") for number in range(4)]
    for message in messages:
        assert await shop.ended(message) == "queued"
    assert (shop.link.most_at_once, len(shop.link.asked)) == (2, 4)
    assert await shop.ended(shop.queue("f0")) == "queued"
    assert len(shop.link.asked) == 4
    for message in [shop.queue("f9") for _ in range(5)]:
        assert await shop.ended(message) == "queued"
    assert len(shop.link.asked) == 5


async def test_nothing_is_uploaded_while_closed(shop: Shop, autojump_clock: trio.testing.MockClock) -> None:
    shop.uploader.hold()
    await trio.testing.wait_all_tasks_blocked()
    message = shop.queue()
    await trio.sleep(100)
    # The one turn that was waited for already may go on; it found nothing.
    row = media.row(shop.db.db, message)
    assert row is not None
    assert row.holds
    assert shop.link.asked == []
