"""The built-in plugins on a context that is nothing but memory."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.plugins.api import Contact, Json, Message, Plugin, PluginConfig, Tenant, Verdict
from comptoir.plugins.builtin.answers import Answers, AnswersConfig, Entry, Phrasebook
from comptoir.plugins.builtin.calls import Calls, CallTable
from comptoir.plugins.builtin.optout import OptOut, read_wish
from comptoir.plugins.builtin.welcome import Welcome, WelcomeConfig
from comptoir.plugins.wording import fill

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


# --- calls


async def test_who_calls_is_told_once_an_hour() -> None:
    chat, plugin = Chat(), Calls(CallTable(answer="Bonjour {name}, écrivez à {shop}."), TENANT)
    told = []
    for minutes in (0, 59, 1, 30, -90):
        chat.now += timedelta(minutes=minutes)
        verdict, replies = await chat.says(plugin, "", "call")
        assert verdict is Verdict.STOP
        told.append(replies)
    words = ["Bonjour Awa, écrivez à Chez Fatou."]
    # A clock that was set back must not make the shop rude for longer than an hour.
    assert told == [words, [], words, [], words]


async def test_what_is_no_call_is_left_to_others() -> None:
    assert await Chat().says(Calls(CallTable(answer="Non."), TENANT), "bonjour") == (Verdict.CONTINUE, [])


@pytest.mark.parametrize(
    "plugin", [Welcome(WelcomeConfig(text="x"), TENANT), Answers(AnswersConfig(otherwise="x"), TENANT)]
)
async def test_no_other_speaks_after_a_call(plugin: Plugin) -> None:
    await plugin.start()
    assert await Chat().says(plugin, "", "call") == (Verdict.CONTINUE, [])


# --- welcome


def welcome(**settings: object) -> Welcome:
    return Welcome(WelcomeConfig.model_validate({"text": "Bonjour {name}, ici {shop}."} | settings), TENANT)


async def test_a_new_customer_is_greeted_once() -> None:
    chat, plugin = Chat(), welcome()
    assert await chat.says(plugin, "bonjour") == (Verdict.CONTINUE, ["Bonjour Awa, ici Chez Fatou."])
    chat.now += timedelta(days=400)
    assert await chat.says(plugin, "bonjour") == (Verdict.CONTINUE, [])


async def test_nobody_is_greeted_in_a_group() -> None:
    chat = Chat()
    named = Message((1,), "text", "bonjour", chat.now, sender="+221770000002")
    assert await welcome().message(chat, named) is Verdict.CONTINUE
    assert (chat.replies, chat.state) == ([], {})


@pytest.mark.parametrize(("then", "verdict"), [("continue", Verdict.CONTINUE), ("stop", Verdict.STOP)])
async def test_whom_the_phone_has_greeted_is_not_greeted_again(then: str, verdict: Verdict) -> None:
    chat, plugin = Chat(), welcome(then=then, again_after_days=30)
    chat.contact = replace(chat.contact, greeted=True)
    assert await chat.says(plugin, "bonjour") == (verdict, [])
    # It counts as seen, so that a month later they are greeted by us.
    chat.contact = replace(chat.contact, greeted=False, is_new=False)
    assert (await chat.says(plugin, "bonjour"))[1] == []
    chat.now += timedelta(days=30)
    assert (await chat.says(plugin, "bonjour"))[1] == ["Bonjour Awa, ici Chez Fatou."]


async def test_it_can_have_the_last_word() -> None:
    assert (await Chat().says(welcome(then="stop"), "x"))[0] is Verdict.STOP


async def test_a_known_customer_is_not_greeted_as_new() -> None:
    assert (await Chat(is_new=False).says(welcome(), "x"))[1] == []


async def test_after_a_long_silence_again() -> None:
    chat, plugin = Chat(), welcome(again_after_days=30)
    greeted = []
    for days in (0, 29, 29, 30, 1):
        chat.now += timedelta(days=days)
        greeted.append(bool((await chat.says(plugin, "x"))[1]))
    assert greeted == [True, False, False, True, False]


@pytest.mark.parametrize(
    ("kind", "text"),
    [("text", " \n"), ("empty", ""), ("unknown", ""), ("reaction", ""), ("edit", "x"), ("deletion", "")],
)
async def test_what_says_nothing_is_not_greeted(kind: str, text: str) -> None:
    chat = Chat()
    assert await chat.says(welcome(), text, kind) == (Verdict.CONTINUE, [])
    assert chat.state == {}
    assert (await chat.says(welcome(), "bonjour"))[1] != []


async def test_a_picture_is_greeted() -> None:
    assert (await Chat().says(welcome(), "", "image"))[1] != []


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


# --- optout


@pytest.mark.parametrize(
    ("text", "wish"),
    [
        ("STOP", "leave"),
        ("stop.", "leave"),
        ("Arrêt svp", "leave"),
        ("ARRET", "leave"),
        ("bonjour\nstop merci", "leave"),
        ("Reprise", "return"),
        ("START", "return"),
        ("stop\nreprise", "return"),
        ("vous êtes à l'arrêt de bus ?", None),
        ("don't stop", None),
        ("merci", None),
        ("", None),
    ],
)
def test_only_a_line_of_its_own_is_a_wish(text: str, wish: str | None) -> None:
    assert read_wish(text) == wish


@pytest.mark.parametrize(("language", "way_back"), [("fr", "REPRISE"), ("en", "START")])
async def test_leaving_is_confirmed_once_and_the_way_back_works(language: str, way_back: str) -> None:
    chat, plugin = Chat(language=language), OptOut(PluginConfig(), TENANT)
    verdict, (confirmed,) = await chat.says(plugin, "STOP")
    assert verdict is Verdict.STOP
    assert way_back in confirmed
    assert "Chez Fatou" in confirmed
    for text in ("STOP", "le prix ?", "bonjour"):
        assert await chat.says(plugin, text) == (Verdict.STOP, [])
    verdict, back = await chat.says(plugin, way_back)
    assert (verdict, len(back)) == (Verdict.STOP, 1)
    assert await chat.says(plugin, "le prix ?") == (Verdict.CONTINUE, [])
    assert len((await chat.says(plugin, "arrêt"))[1]) == 1


async def test_who_never_left_may_say_start() -> None:
    assert await Chat().says(OptOut(PluginConfig(), TENANT), "start") == (Verdict.CONTINUE, [])


# --- what is filled in


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Awa", "Bonjour Awa, ici Chez Fatou"),
        ("", "Bonjour, ici Chez Fatou"),
        (" \n ", "Bonjour, ici Chez Fatou"),
        ("Awa\nDiop", "Bonjour Awa Diop, ici Chez Fatou"),
        ("{shop}", "Bonjour {shop}, ici Chez Fatou"),
        ("x" * 500, f"Bonjour {'x' * 40}, ici Chez Fatou"),
    ],
)
def test_a_name_is_filled_in_as_it_is(name: str, said: str) -> None:
    assert fill("Bonjour {name}, ici {shop}", name=name, shop="Chez Fatou") == said
