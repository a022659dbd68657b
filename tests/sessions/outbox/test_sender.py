"""The sender sends one at a time, while it is open, what is committed."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import pytest
import trio
from journal_rig import AWA, AWA_LID, KEY, MOUSSA, InlineStore, receipt, record
from sender_rig import FakeLink, desk
from trio.testing import MockClock

from comptoir.sessions.journal.database import Connection, open_database

T = TypeVar("T")


async def test_everything_is_sent_in_order_one_at_a_time(db: Connection, autojump_clock: MockClock) -> None:
    async with desk(db, FakeLink()) as shop:
        ids = [shop.queue(f"{to} {number}", to) for number in range(3) for to in (AWA, MOUSSA, AWA_LID)]
        shop.sender.open()
        await trio.sleep(5)
        assert [shop.state(id) for id in ids] == ["sent"] * 9
        for to in (AWA, MOUSSA, AWA_LID):
            assert [text for _, chat, text in shop.link.sent if chat == str(to)] == [f"{to} {n}" for n in range(3)]
        assert shop.link.most_busy == 1


async def test_closed_until_opened_and_after_being_held(db: Connection, autojump_clock: MockClock) -> None:
    async with desk(db, FakeLink()) as shop:
        id = shop.queue("un")
        await trio.sleep(100)
        assert shop.link.sent == []
        shop.sender.open()
        await trio.sleep(1)
        assert shop.state(id) == "sent"
        shop.sender.hold()
        late = shop.queue("deux")
        await trio.sleep(100)
        assert shop.state(late) == "queued"


async def test_new_row_is_sent_at_once(db: Connection, autojump_clock: MockClock) -> None:
    async with desk(db, FakeLink()) as shop:
        shop.sender.open()
        await trio.sleep(30)
        shop.queue("un")
        await trio.sleep(0.5)
        assert shop.link.texts == ["un"]


async def test_secret_is_committed_before_anything_leaves(
    db: Connection, tmp_path: Path, autojump_clock: MockClock
) -> None:
    secrets: list[bytes] = []
    elsewhere = open_database(tmp_path / "tenant.db", KEY, read_only=True)

    async def inside(secret: bytes, _: str) -> None:
        secrets.append(secret)
        rows = elsewhere.execute(
            "SELECT secret, session FROM messages JOIN outbox ON message = id WHERE state = 'sending'"
        )
        assert rows.fetchall() == [(secret, 1)]

    async with desk(db, FakeLink(inside=inside)) as shop:
        shop.queue("un")
        shop.queue("deux", MOUSSA)
        shop.sender.open()
        await trio.sleep(1)
    elsewhere.close()
    assert [len(secret) for secret in secrets] == [32, 32]
    assert secrets[0] != secrets[1]


async def test_receipt_that_overtakes_the_acknowledgement(db: Connection, autojump_clock: MockClock) -> None:
    async def inside(_: bytes, whatsapp_id: str) -> None:
        record(db, receipt("delivered", whatsapp_id))

    async with desk(db, FakeLink(inside=inside)) as shop:
        id = shop.queue("un")
        shop.sender.open()
        await trio.sleep(1)
        assert shop.state(id) == "delivered"


async def test_held_while_it_looked(db: Connection, autojump_clock: MockClock) -> None:
    """The owner answered, or the connection went, between the look into the outbox and the send."""

    class Holding(InlineStore):
        async def read(self, fn: Callable[[Connection], T]) -> T:
            result = await super().read(fn)
            if holding:
                shop.sender.hold()
            return result

    holding = True
    async with desk(db, FakeLink(), store=Holding(db)) as shop:
        id = shop.queue("un")
        shop.sender.open()
        await trio.sleep(1)
        assert shop.state(id) == "queued"
        holding = False
        shop.sender.open()
        await trio.sleep(1)
        assert shop.state(id) == "sent"


async def test_clean_stop_lets_the_send_finish(db: Connection, autojump_clock: MockClock) -> None:
    async with desk(db, FakeLink(latency=4)) as shop:
        first, second = shop.queue("un"), shop.queue("deux")
        shop.sender.open()
        await trio.sleep(1)
        shop.sender.hold()
        await shop.sender.idle()
        assert trio.current_time() == pytest.approx(4, abs=0.1)
        assert [shop.state(id) for id in (first, second)] == ["sent", "queued"]
        await shop.sender.idle()


async def test_hard_stop_leaves_the_row_for_the_next_start(db: Connection, autojump_clock: MockClock) -> None:
    async with desk(db, FakeLink(latency=4)) as shop:
        id = shop.queue("un")
        shop.sender.open()
        await trio.sleep(1)
    assert shop.state(id) == "sending"
    assert db.execute("SELECT length(secret) FROM outbox").fetchone() == (32,)
