"""The plugin `answers` on a context that is nothing but memory."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.plugins.api import Contact, Json, Message, Plugin, Tenant, Verdict
from comptoir.plugins.builtin.answers import Answers, AnswersConfig, Entry, Phrasebook

TENANT = Tenant("Chez Fatou", "fr", "SN", "Africa/Dakar", None, (), None, {})
MORNING = datetime(2026, 11, 21, 7, tzinfo=UTC)


class Chat:
    """A context over plain dictionaries: one contact's chat with one plugin."""

    def __init__(self, *, is_new: bool = True, language: str = "fr") -> None:
        self.contact = Contact(1, "+221770000001", "Awa", is_new)
        self.tenant = replace(TENANT, language=language)
        self.now = MORNING
        self.replied = False
        self.state: dict[tuple[str, bool], Json] = {}
        self.replies: list[str] = []

    async def get(self, key: str, *, shared: bool = False) -> Json:
        return self.state.get((key, shared))

    def put(self, key: str, value: Json, *, shared: bool = False) -> None:
        self.state[key, shared] = value

    def reply(self, text: str) -> None:
        self.replies.append(text)

    def notify(self, text: str) -> None:
        raise AssertionError("nobody is to be told")

    def silence(self, until: datetime) -> None:
        raise AssertionError("no silence is asked for")

    async def says(self, plugin: Plugin, text: str, kind: str = "text", sender: str = "") -> tuple[Verdict, list[str]]:
        """What one message brings."""
        self.replies = []
        verdict = await plugin.message(self, Message((1,), kind, text, self.now, sender=sender))
        return verdict, self.replies


async def test_no_other_speaks_after_a_call() -> None:
    assert await Chat().says(await answers(otherwise="x"), "", "call") == (Verdict.CONTINUE, [])


# --- answers

ENTRIES = {
    "hours": ["horaire", "heures d'ouverture", "ouvert"],
    "price": ["prix", "combien"],
    "delivery price": ["prix de la livraison"],
    "delivery": ["livraison", "livrer"],
    "also hours": ["horaire"],
    "cake": ["gâteau d'anniversaire"],
}


async def answers(**settings: object) -> Answers:
    entries = [Entry(words=tuple(phrases), text=text) for text, phrases in ENTRIES.items()]
    plugin = Answers(AnswersConfig.model_validate({"entries": entries} | settings), TENANT)
    await plugin.start()
    return plugin


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("Quels sont vos HORAIRES ?", ["hours"]),
        ("heure ouverture", ["hours"]),
        ("Les heures de l’ouverture svp", ["hours"]),
        ("c'est combien ?", ["price"]),
        ("le prix de la livraison ?", ["delivery price"]),
        ("livraison : quel prix", ["delivery\n\nprice"]),
        ("des gateaux d anniversaires", ["cake"]),
        ("un gâteau", []),
        ("prixunic", []),
        ("", []),
        ("ouvert ? le prix ? vous pouvez livrer ?", ["hours\n\ndelivery"]),
        ("prix prix prix", ["price"]),
    ],
)
async def test_words_bring_their_answer(asked: str, answer: list[str]) -> None:
    verdict, said = await Chat().says(await answers(), asked)
    assert said == answer
    assert verdict is (Verdict.STOP if answer else Verdict.CONTINUE)


async def test_otherwise_once_a_day_and_not_after_a_greeting() -> None:
    chat, plugin = Chat(), await answers(otherwise="Une personne vous répond.")
    chat.replied = True
    assert (await chat.says(plugin, "?!"))[1] == []
    chat.replied = False
    heard = [(await chat.says(plugin, "hein"))[1] for _ in range(3)]
    assert heard == [["Une personne vous répond."], [], []]
    chat.now += timedelta(days=1)
    assert (await chat.says(plugin, "hein"))[1] == ["Une personne vous répond."]
    chat.now += timedelta(days=1)
    assert (await chat.says(plugin, "", "reaction"))[1] == []


async def test_otherwise_in_a_group_only_for_a_question_in_words() -> None:
    """Who named the shop in a question awaits a word; under a picture or a poll for others it would be in the way."""
    chat, plugin = Chat(), await answers(otherwise="Une personne vous répond.")
    for kind in ("poll", "image", "location"):
        assert await chat.says(plugin, "chez Fatou ou ailleurs", kind, "+221771000001") == (Verdict.CONTINUE, [])
    assert (await chat.says(plugin, "c'est combien ?", "image", "+221771000001"))[1] == ["price"]
    assert (await chat.says(plugin, "hein", "text", "+221771000001"))[1] == ["Une personne vous répond."]


async def test_otherwise_is_said_of_a_picture() -> None:
    assert (await Chat().says(await answers(otherwise="?"), "", "image"))[1] == ["?"]


async def test_a_long_text_is_read_to_its_end() -> None:
    assert (await Chat().says(await answers(), "bla " * 16_000 + "prix"))[1] == ["price"]


@given(st.text(max_size=300))
def test_nothing_said_breaks_the_phrasebook(text: str) -> None:
    book = Phrasebook(list(ENTRIES.values()))
    assert len(book.best(text)) <= 2
    assert 1 in book.best(f"{text} prix")
