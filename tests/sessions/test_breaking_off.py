"""What becomes of a chat whose other side seems a bot."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import trio
from journal_rig import AWA, MOUSSA
from runner_rig import ECHO, OWNER, START, Shop, clock, customer, pipeline
from trio.testing import MockClock

from comptoir.plugins.api import Plugin
from comptoir.sessions.events import Address
from comptoir.sessions.journal import contacts, outbox
from comptoir.sessions.journal.outbox import Outgoing
from comptoir.sessions.runner import Runner

AWAY = "Merci de votre message. Nous sommes fermés et vous répondons dès demain matin."
MINUTE, DAY = 60.0, 24 * 3600.0


class Chat:
    """A shop that is served, and whose answers leave at once."""

    def __init__(self, shop: Shop, runner: Runner) -> None:
        self.shop = shop
        self.runner = runner

    async def says(self, text: str, *, who: Address = AWA, after: float = 20.0, automatic: bool = False) -> str:
        """What becomes of a message: its state, and why it is skipped."""
        await trio.sleep(after)
        message = (await self.shop.hears(who, text)).message
        if automatic:
            await self.shop.store.write(
                lambda db: db.execute("UPDATE messages SET automatic = 1 WHERE id = ?", (message,))
            )
        self.runner.wake()
        await self.shop.quiet()
        await self.shop.store.write(lambda db: [outbox.mark_sending(db, id, 1, b"", clock()) for id in self._queued()])
        [end] = [event for kind in ("done", "skipped") for event in self.shop.events(kind) if event.message == message]
        return str(end.data.get("reason", end.kind))

    def _queued(self) -> list[int]:
        return [row.id for row in self.shop.rows() if row.state == "queued"]

    @property
    def notices(self) -> list[str]:
        return self.shop.answers(Address(OWNER))

    @property
    def suspected(self) -> list[str]:
        return [event.data["why"] for event in self.shop.events("bot_suspected")]


@asynccontextmanager
async def served(shop: Shop, *plugins: Plugin, fast: bool = False, lang: str = "fr") -> AsyncIterator[Chat]:
    async with shop.serving(pipeline(*plugins or (ECHO,), lang=lang), fast=fast) as runner:
        yield Chat(shop, runner)


async def test_a_bot_is_left_for_an_hour_and_the_owner_told(shop: Shop, autojump_clock: MockClock) -> None:
    async with served(shop) as chat:
        assert [await chat.says(AWAY) for _ in range(4)] == ["done", "done", "bot", "silenced"]
        assert await chat.says(AWAY, who=MOUSSA) == "done"
        assert len(shop.answers(AWA)) == 2
        assert chat.suspected == ["repeats itself"]
        [notice] = chat.notices
        assert notice.startswith(f"{AWA} semble être un robot")


async def test_after_the_hour_a_person_is_answered_and_the_same_words_are_not(
    shop: Shop, autojump_clock: MockClock
) -> None:
    async with served(shop, lang="en") as chat:
        for _ in range(3):
            await chat.says(AWAY)
        assert await chat.says("Bonjour, êtes-vous ouverts ce soir ?", after=59 * MINUTE) == "silenced"
        assert await chat.says("Bonjour, êtes-vous ouverts ce soir ?", after=2 * MINUTE) == "done"
        assert await chat.says(AWAY, after=MINUTE) == "bot"
        assert chat.suspected == ["repeats itself", "again"]
        # One notice a day.
        assert len(chat.notices) == 1
        assert chat.notices[0].startswith(f"{AWA} seems to be a bot")
        assert [await chat.says(AWAY, after=after) for after in (DAY, 1, 1)] == ["done", "done", "bot"]
        assert len(chat.notices) == 2


async def test_who_asks_a_bot_for_silence_has_it(shop: Shop, autojump_clock: MockClock) -> None:
    async with served(shop) as chat:
        for _ in range(2):
            await chat.says(f"{AWAY}\nRépondez OUI")
        assert await chat.says(f"{AWAY}\nRépondez OUI\nSTOP") == "done"
        assert shop.answers(AWA)[-1].startswith("C'est noté")


async def test_a_person_of_ours_in_the_chat_begins_it_anew(shop: Shop, autojump_clock: MockClock) -> None:
    async with served(shop) as chat:
        await chat.says(AWAY)
        await chat.says(AWAY)
        contact = contacts.find_address(shop.store.db, AWA) or 0
        said = Outgoing(contact, "Bonjour, c'est Fatou", "operator")
        await shop.store.write(lambda db: outbox.enqueue(db, said, clock()))
        await shop.store.write(lambda db: outbox.mark_sending(db, shop.rows()[-1].id, 1, b"", clock()))
        assert [await chat.says(AWAY) for _ in range(3)] == ["done", "done", "bot"]


async def test_what_another_pipeline_wrote_is_not_answered_and_nobody_is_told(
    shop: Shop, autojump_clock: MockClock
) -> None:
    async with served(shop) as chat:
        assert await chat.says("Notre menu : thiéboudienne", automatic=True) == "bot"
        assert await chat.says("Et le vôtre ?") == "done"
        assert (chat.suspected, chat.notices) == ([], [])


async def test_answers_that_did_not_leave_yet_make_nobody_a_bot(shop: Shop, autojump_clock: MockClock) -> None:
    async with shop.serving(pipeline(ECHO)) as runner:
        for _ in range(6):
            await trio.sleep(20)
            await shop.hears(AWA, AWAY)
            runner.wake()
            await shop.quiet()
    assert len(shop.answers(AWA)) == 6


async def test_who_writes_before_an_answer_can_be_read_is_a_bot_before_it_is_a_flood(
    shop: Shop, autojump_clock: MockClock
) -> None:
    async with served(shop) as chat:
        ends = [await chat.says(f"message {number}", after=0.25) for number in range(200)]
    assert ends == ["done"] * 5 + ["bot"] + ["silenced"] * 194


async def test_five_hundred_customers_with_one_question_are_five_hundred_people(
    shop: Shop, autojump_clock: MockClock
) -> None:
    async with shop.serving(pipeline(ECHO)) as runner:
        for number in range(500):
            await shop.hears(customer(number), AWAY)
        runner.wake()
        await shop.quiet()
    assert len(shop.answers()) == 500
    assert START <= clock() < START + 1_000
