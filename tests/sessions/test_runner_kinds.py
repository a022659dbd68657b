"""What plugins see of messages that are more than text, and what they can answer with."""

from pathlib import Path
from typing import Any

import pytest
import trio
from journal_rig import AWA
from runner_rig import ECHO, Shop, pipeline, plugin
from trio.testing import MockClock

from comptoir.plugins.api import (
    Card,
    Cards,
    Context,
    Deletion,
    Edit,
    FileToSend,
    Message,
    Place,
    Poll,
    Quote,
    Reaction,
    ReceivedFile,
    ToSend,
    Verdict,
)
from comptoir.sessions.events import Quoted
from comptoir.sessions.journal import fetches
from comptoir.sessions.journal.media import FileRefused, TakenFile

PLACE = Place(14.5, -17.25, "Chez Awa")
POLL = Poll("Où ?", ("ici", "là"))


def seeing(seen: list[Message]) -> Any:
    async def look(context: Context, message: Message) -> None:
        seen.append(message)

    return plugin("look", look)


def answering(text: str, content: ToSend | None, *, quote: bool = False) -> Any:
    async def answer(context: Context, message: Message) -> Verdict:
        context.reply(text, content, quote=quote)
        return Verdict.STOP

    return plugin("answering", answer)


class Files:
    """A store that takes every file but those named `missing`."""

    def __init__(self) -> None:
        self.taken: list[str] = []

    async def take(self, file: FileToSend) -> TakenFile:
        await trio.lowlevel.checkpoint()
        self.taken.append(file.path.name)
        if file.path.stem == "missing":
            raise FileRefused(f"{file.path}: no such file")
        return TakenFile(file.path.stem, file.kind or "image", "image/jpeg", 12, name=file.name)

    async def load(self, message: int) -> bytes:
        await trio.lowlevel.checkpoint()
        return f"file of {message}".encode()


# --- what is seen


async def test_a_plugin_sees_what_a_message_holds_and_quotes(shop: Shop, autojump_clock: MockClock) -> None:
    seen: list[Message] = []
    async with shop.serving(pipeline(seeing(seen))):
        await shop.hears(AWA, "la robe bleue")
        await shop.hears(AWA, "", kind="location", content=PLACE)
        await shop.hears(AWA, "celle-ci", quote=Quoted("M1", "text", "la robe rouge", None))
        await shop.hears(AWA, "et ça", quote=Quoted("UNKNOWN", "image", "à côté", AWA))
        await shop.hears(AWA, "❤️", kind="reaction", content=Reaction(None, "❤️"), target="M1")
        await shop.quiet()
    assert [(message.kind, message.text) for message in seen] == [
        ("text", "la robe bleue"),
        ("location", ""),
        ("text", "celle-ci"),
        ("text", "et ça"),
        ("reaction", "❤️"),
    ]
    assert seen[1].content == PLACE
    assert seen[2].quote == Quote(1, "text", "la robe bleue", ours=False)
    assert seen[3].quote == Quote(None, "image", "à côté", ours=False)
    assert seen[4].content == Reaction(1, "❤️")


async def test_a_quote_of_ours_is_known_as_such(shop: Shop, autojump_clock: MockClock) -> None:
    seen: list[Message] = []
    own = Quoted("BEFORE", "image", "robe", await shop.store.read(own_address))
    async with shop.serving(pipeline(seeing(seen))):
        await shop.hears(AWA, "celle-ci", quote=own)
        await shop.quiet()
    assert seen[0].quote == Quote(None, "image", "robe", ours=True)


def own_address(db: Any) -> Any:
    from comptoir.sessions.journal.references import own_address

    return own_address(db, 1)


async def test_the_quote_of_a_burst_is_the_last_in_it(shop: Shop, autojump_clock: MockClock) -> None:
    seen: list[Message] = []
    async with shop.serving(pipeline(seeing(seen), join_seconds=5)):
        await shop.hears(AWA, "un", quote=Quoted("X", "text", "premier", None))
        await shop.hears(AWA, "deux", quote=Quoted("Y", "text", "second", None))
        await shop.hears(AWA, "trois")
        await shop.quiet()
    assert [(message.text, message.quote and message.quote.text) for message in seen] == [("un\ndeux\ntrois", "second")]


async def test_a_plugin_loads_the_file(shop: Shop, autojump_clock: MockClock) -> None:
    loaded: list[object] = []

    async def load(context: Context, message: Message) -> None:
        try:
            loaded.append(await context.load())
        except LookupError as error:
            loaded.append(str(error))
        loaded.append(message.content)

    async with shop.serving(pipeline(plugin("load", load)), files=Files()) as runner:
        file = ReceivedFile("image/jpeg", 12, seconds=0)
        await shop.hears(AWA, "voici", kind="image", content=file)
        await shop.hears(AWA, "sans")
        await shop.store.write(lambda db: fetches.mark_failed(db, 1, "failed", "gone", 0))
        runner.wake()
        await shop.quiet()
    assert loaded == [b"file of 1", file, "this message holds no file", None]


# --- what changes while it is walked


async def test_edit_of_what_is_being_answered_is_answered_in_its_new_form(
    shop: Shop, autojump_clock: MockClock
) -> None:
    walked: list[str] = []

    async def slow(context: Context, message: Message) -> Verdict:
        walked.append(message.text)
        await trio.sleep(2)
        context.reply(f"pour {message.text}")
        return Verdict.STOP

    async with shop.serving(pipeline(plugin("slow", slow))) as runner:
        await shop.hears(AWA, "deux poulets")
        runner.wake()
        await trio.sleep(1)
        await shop.hears(AWA, "trois poulets", kind="edit", content=Edit(None), target="M1")
        runner.wake()
        await shop.quiet()
    assert walked == ["deux poulets", "trois poulets"]
    assert shop.answers() == ["pour trois poulets"]
    assert [(row.kind, row.text, row.state) for row in shop.rows() if row.direction == "in"] == [
        ("text", "trois poulets", "done"),
        ("edit", "trois poulets", "done"),
    ]


async def test_what_is_taken_back_while_it_is_answered_gets_no_answer(shop: Shop, autojump_clock: MockClock) -> None:
    async def slow(context: Context, message: Message) -> Verdict:
        await trio.sleep(2)
        context.reply("voilà")
        return Verdict.STOP

    async with shop.serving(pipeline(plugin("slow", slow))) as runner:
        await shop.hears(AWA, "un secret")
        runner.wake()
        await trio.sleep(1)
        await shop.hears(AWA, "", kind="deletion", content=Deletion(None), target="M1")
        await trio.sleep(5)
        await shop.quiet()
    assert shop.answers() == []
    assert [(row.text, row.state) for row in shop.rows()] == [("", "skipped"), ("", "done")]


# --- what is answered


@pytest.mark.parametrize(
    ("text", "content", "queued"),
    [
        ("voilà", None, [("text", "voilà")]),
        ("", PLACE, [("location", "")]),
        ("Nous sommes ici :", PLACE, [("text", "Nous sommes ici :"), ("location", "")]),
        ("", POLL, [("poll", "Où ?")]),
        ("", Cards((Card("Awa", "BEGIN:VCARD"),)), [("contact", "")]),
        ("", Reaction(1, "👍"), [("reaction", "👍")]),
        ("le menu", FileToSend(Path("menu.jpg")), [("image", "le menu")]),
        ("écoutez", FileToSend(Path("mot.ogg"), "voice"), [("text", "écoutez"), ("voice", "")]),
    ],
)
async def test_answers_of_every_kind(
    shop: Shop, autojump_clock: MockClock, text: str, content: ToSend | None, queued: list[tuple[str, str]]
) -> None:
    async with shop.serving(pipeline(answering(text, content, quote=True)), files=Files()):
        await shop.hears(AWA, "bonjour")
        await shop.quiet()
    out = [row for row in shop.rows() if row.direction == "out"]
    assert [(row.kind, row.text) for row in out] == queued
    assert [row.state for row in out] == ["queued"] * len(queued)
    assert out[0].more["quote"] == {"message": 1, "kind": "text", "text": "bonjour", "ours": False}
    if isinstance(content, FileToSend):
        assert out[-1].more["media"]["state"] == "kept"


async def test_file_of_two_answers_is_sealed_once(shop: Shop, autojump_clock: MockClock) -> None:
    async def twice(context: Context, message: Message) -> None:
        context.reply("la carte", FileToSend(Path("menu.jpg")))
        context.reply("encore la carte", FileToSend(Path("menu.jpg")))

    files = Files()
    async with shop.serving(pipeline(plugin("twice", twice)), files=files):
        await shop.hears(AWA, "bonjour")
        await shop.quiet()
    assert shop.answers() == ["la carte", "encore la carte"]
    assert files.taken == ["menu.jpg"]


async def test_words_go_out_where_their_file_cannot(shop: Shop, autojump_clock: MockClock) -> None:
    missing = FileToSend(Path("missing.jpg"))
    async with shop.serving(pipeline(answering("le menu", missing)), files=Files()):
        await shop.hears(AWA, "bonjour")
        await shop.quiet()
    assert shop.answers() == ["le menu"]
    [event] = shop.events("reply_refused")
    assert (event.data["plugin"], event.data["fault"]) == ("answering", "missing.jpg: no such file")


async def test_what_cannot_be_done_to_a_message_is_noted(shop: Shop, autojump_clock: MockClock) -> None:
    async with shop.serving(pipeline(answering("nouveau", Edit(1)))):
        await shop.hears(AWA, "bonjour")
        await shop.quiet()
    assert shop.answers() == []
    assert shop.states() == ["done"]
    [event] = shop.events("reply_refused")
    assert "not ours" in str(event.data["fault"])


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("", None),
        ("", Edit(1)),
        ("", Place(91, 0)),
        ("", Place(float("nan"), 0)),
        ("", Place(0, 0, live=True)),
        ("", Poll("Où ?", ("ici",))),
        ("", Poll("Où ?", ("ici", "ici"))),
        ("", Poll("", ("ici", "là"))),
        ("", Poll("Où ?", ("ici", "là"), 3)),
        ("", Cards(())),
        ("", Cards((Card("", "x"),))),
        ("", Reaction(1, "é" * 100)),
        ("", "menu.jpg"),
        ("", FileToSend("menu.jpg")),  # type: ignore[arg-type]  # the likeliest mistake
        ("", FileToSend(Path("\ud800.jpg"))),
        ("", FileToSend(Path("menu.jpg"), name=7)),  # type: ignore[arg-type]
        ("", Deletion(None)),
        ("", Reaction("1", "👍")),  # type: ignore[arg-type]
        ("neuf", Edit(2**70)),
        ("\ud800", Place(0, 0)),
    ],
)
async def test_what_cannot_be_sent_is_the_plugins_fault(
    shop: Shop, autojump_clock: MockClock, text: str, content: Any
) -> None:
    async with shop.serving(pipeline(answering(text, content), ECHO)):
        await shop.hears(AWA, "bonjour")
        await shop.quiet()
    assert shop.answers() == ["echo bonjour"]
    assert len(shop.events("plugin_failed")) == 1


async def test_try_shows_what_would_be_sent(shop: Shop, autojump_clock: MockClock) -> None:
    served = pipeline(answering("le menu", FileToSend(Path("menu.jpg")), quote=True))
    runner = shop.runner(served, files=Files())
    shown = (await runner.imagine("bonjour", AWA)).as_json()
    assert shown["replies"] == ["[menu.jpg] le menu"]
    [effect] = shown["steps"][-1]["effects"]
    assert effect == {"effect": "reply", "text": "le menu", "file": "menu.jpg", "kind": None, "name": "", "quote": True}
    placed = (await shop.runner(pipeline(answering("", PLACE))).imagine("bonjour", AWA)).as_json()
    assert placed["replies"] == ["[place]"]
    assert placed["steps"][-1]["effects"][0]["place"]["name"] == "Chez Awa"
    assert shop.rows() == []
