"""Recordings that a plugin wants in words: asked again after a crash, three times at most, and told once."""

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

import pytest
import trio
from journal_rig import AWA, AWA_LID, message
from mortal_store import Killed, MortalStore
from occasions_rig import Listener, telling
from runner_rig import Shop, clock, pipeline
from trio.testing import MockClock

from comptoir.plugins.api import Context, Message, ReceivedFile, Transcript, Verdict
from comptoir.plugins.shop.model import Transcribe
from comptoir.sessions.journal import fetches, merging, pruning, revising, transcriptions
from comptoir.sessions.journal.transcriptions import ATTEMPTS, KEPT_MS, MOST, WAITS
from comptoir.sessions.spec import TranscriptionSpec
from comptoir.sessions.transcribing.failed import TranscriptionFailed
from comptoir.sessions.transcribing.transcriber import Transcriber

COMMAND = TranscriptionSpec(("/bin/cat", "{file}"))
ENDPOINT = TranscriptionSpec(url="http://127.0.0.1:1", model="whisper-1")
SAID = "deux poulets"


class Hearer(Listener):
    """Wants every recording in words."""

    name = "hearer"

    async def message(self, context: Context, message: Message) -> Verdict:
        if message.kind == "voice":
            context.do(Transcribe())
        return Verdict.CONTINUE

    async def transcribed(self, context: Context, transcript: Transcript) -> None:
        self.heard: list[Transcript]
        self.heard.append(transcript)
        context.reply(transcript.text or transcript.why)

    def __init__(self) -> None:
        super().__init__()
        self.heard = []


@dataclass
class Tape:
    """What the store would have; `load` fails as often as told, or does what it is told."""

    failures: int = 0
    loads: int = 0
    meanwhile: Callable[[], Awaitable[object]] | None = None

    async def write(self, message: int, descriptor: int) -> None:
        os.write(descriptor, SAID.encode())

    async def load(self, message: int) -> bytes:
        self.loads += 1
        if self.meanwhile:
            await self.meanwhile()
        if self.loads <= self.failures:
            raise TranscriptionFailed("no answer")
        raise TranscriptionFailed("nobody there", final=True)


@dataclass
class Turns:
    """The daemon's side: asked for turns, and giving them."""

    asked: int = 0
    told: int = 0
    came: trio.Event = field(default_factory=trio.Event)

    async def ask(self) -> None:
        self.asked += 1
        self.came.set()

    def tell(self) -> None:
        self.told += 1


def transcriber(shop: Shop, spec: TranscriptionSpec | None, tape: Tape | None = None, turns: Turns | None = None):
    turns = turns or Turns()
    made = Transcriber(shop.store, tape or Tape(), spec, ask_for_turn=turns.ask, on_told=turns.tell, now=clock)
    made.open()
    return made


async def recorded(shop: Shop, *, kept: bool = True, size: int = 4_000) -> int:
    """A voice note whose file is here, or never will be."""
    voice = ReceivedFile("audio/ogg; codecs=opus", size, seconds=3)
    id = message(await shop.hears(AWA, "", kind="voice", content=voice))

    def settle(db) -> None:
        if kept:
            fetches.mark_kept(db, id, "ab" * 32, size, clock())
        else:
            fetches.mark_failed(db, id, "failed", "gone", clock())

    await shop.store.write(settle)
    return id


async def asked_for(shop: Shop, **more) -> int:
    id = await recorded(shop, **more)
    await shop.store.write(lambda db: transcriptions.queue(db, "hearer", 1, id, clock()))
    return id


def transcript(shop: Shop, id: int) -> Transcript:
    return transcriptions.transcript(shop.store.db, id, "hearer")


def told(shop: Shop) -> int:
    return shop.store.db.execute("SELECT count(*) FROM occasions WHERE cause LIKE 'transcript:%'").fetchone()[0]


async def test_the_words_come_to_the_plugin_that_asked_for_them(shop: Shop) -> None:
    hearer, turns = Hearer(), Turns()
    id = await recorded(shop)
    served = pipeline(hearer)
    async with shop.serving(served):
        await shop.quiet()
    here = transcriber(shop, COMMAND, turns=turns)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(here.run)
        await turns.came.wait()
        assert await here.serve() is False
        nursery.cancel_scope.cancel()
    assert turns.told == 1
    async with telling(shop, served):
        await shop.store.until(lambda _: bool(shop.answers(AWA)))
    assert hearer.heard == [Transcript(id, SAID)]
    assert shop.answers(AWA) == [SAID]
    assert [event.message for event in shop.events("transcribed")] == [id]
    assert (told(shop), await here.serve()) == (0, False)


async def test_what_fails_is_tried_three_times_with_a_pause_and_then_told(
    shop: Shop, autojump_clock: MockClock
) -> None:
    id, tape, turns = await asked_for(shop), Tape(failures=9), Turns()
    here = transcriber(shop, ENDPOINT, tape, turns)
    times: list[float] = []

    async def serve() -> None:
        while True:
            await turns.came.wait()
            turns.came = trio.Event()
            times.append(trio.current_time())
            await here.serve()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(here.run)
        nursery.start_soon(serve)
        await shop.store.until(lambda _: told(shop) == 1)
        nursery.cancel_scope.cancel()
    assert tape.loads == ATTEMPTS
    assert [round(later - at) for at, later in pairwise(times)] == [2, 10]
    assert transcript(shop, id) == Transcript(id, "", "no answer")


async def test_what_can_never_be_is_told_at_once(shop: Shop) -> None:
    ids = [await asked_for(shop), await asked_for(shop, kept=False), await asked_for(shop, size=17_000_000)]
    here = transcriber(shop, ENDPOINT)
    assert [await here.serve() for _ in ids] == [True, True, False]
    assert [transcript(shop, id).why for id in ids] == [
        "nobody there", "the recording is not kept", "it is larger than 16 MB",
    ]  # fmt: skip


async def test_silence_is_nothing_to_try_again(shop: Shop) -> None:
    id = await asked_for(shop)
    await transcriber(shop, TranscriptionSpec(("/bin/true", "{file}"))).serve()
    assert transcript(shop, id).why == "nothing was said in it"


async def test_what_takes_too_long_is_left_to_a_person(shop: Shop, autojump_clock: MockClock) -> None:
    id = await asked_for(shop)
    await transcriber(shop, ENDPOINT, Tape(meanwhile=partial(trio.sleep, 121))).serve()
    assert transcript(shop, id).why == "it took more than 120 s"


async def test_a_worker_that_dies_of_it_three_times_is_not_killed_a_fourth_time(shop: Shop) -> None:
    id, tape = await asked_for(shop), Tape(failures=9)
    for _ in range(ATTEMPTS):
        # The third write would say what came of it.
        mortal = Shop(MortalStore(shop.store.db, 1))
        with pytest.raises(Killed):
            await transcriber(mortal, ENDPOINT, tape).serve()
    await transcriber(shop, ENDPOINT, tape).serve()
    assert (tape.loads, transcript(shop, id).why, told(shop)) == (ATTEMPTS, "the worker died of it", 1)


async def test_being_called_off_in_good_order_is_no_attempt(shop: Shop) -> None:
    id, began = await asked_for(shop), trio.Event()

    async def for_ever() -> None:
        began.set()
        await trio.sleep_forever()

    async with trio.open_nursery() as nursery:
        nursery.start_soon(transcriber(shop, ENDPOINT, Tape(meanwhile=for_ever)).serve)
        await began.wait()
        nursery.cancel_scope.cancel()
    found = transcriptions.due(shop.store.db, clock())
    assert found is not None
    assert (found.message, found.attempts) == (id, 0)


@pytest.mark.parametrize(
    ("spec", "why"),
    [
        (None, "no transcription is configured"),
        (TranscriptionSpec(url="https://x", wrong="there is no credential k"), "there is no credential k"),
    ],
)
async def test_where_nothing_can_be_put_into_words_it_is_told_at_once(
    shop: Shop, spec: TranscriptionSpec | None, why: str
) -> None:
    id = await asked_for(shop)
    here = transcriber(shop, spec)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(here.run)
        await shop.store.until(lambda _: told(shop) == 1)
        nursery.cancel_scope.cancel()
    assert (here.works, transcript(shop, id).why) == (False, why)


async def test_the_line_is_bounded_in_length_and_time(shop: Shop, autojump_clock: MockClock) -> None:
    first = await asked_for(shop)
    for _ in range(MOST - 1):
        await asked_for(shop)
    assert told(shop) == 0
    last = await asked_for(shop)
    assert transcript(shop, last).why == "too many recordings wait already"
    async with trio.open_nursery() as nursery:
        nursery.start_soon(transcriber(shop, ENDPOINT).run)
        await trio.sleep(WAITS / 1000 - 60)
        assert told(shop) == 1
        await trio.sleep(120)
        nursery.cancel_scope.cancel()
    assert (told(shop), transcript(shop, first).why) == (MOST + 1, "the line was too long")


async def test_of_a_recording_that_is_taken_back_nothing_is_said_or_kept(shop: Shop) -> None:
    ids = [await asked_for(shop) for _ in range(2)]
    await transcriber(shop, COMMAND).serve()
    assert told(shop) == 1
    for id in ids:
        await shop.store.write(lambda db, id=id: revising.erase(db, id, clock()))
    assert (told(shop), transcriptions.due(shop.store.db, clock())) == (0, None)
    assert shop.store.db.execute("SELECT count(*) FROM transcriptions").fetchone() == (0,)


async def test_a_recording_follows_its_contact_and_is_forgotten_in_the_end(shop: Shop) -> None:
    id = await asked_for(shop)
    await shop.hears(AWA_LID, "c'est moi")
    await shop.store.write(lambda db: merging.merge(db, 1, 2, clock()))
    await transcriber(shop, COMMAND).serve()
    assert transcript(shop, id).text == SAID
    await shop.store.write(lambda db: pruning.prune(db, clock() + KEPT_MS + 1_000))
    assert transcript(shop, id).why == "the message is gone"
