"""Who seems a bot, and above all who does not: the rule alone."""

import random
from collections.abc import Callable, Iterable, Sequence
from hashlib import sha256
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.sessions.bots import INSTANT, Said, Why, is_same, why_bot

SECOND, MINUTE = 1_000, 60_000
ANSWER = "Thiéboudienne à 2 500 F, yassa poulet à 2 000 F. Que désirez-vous ?"
AWAY = "Merci de votre message. Nous sommes fermés et vous répondons dès demain matin."

Reply = Callable[[int], str]


def chat(*said: tuple[str, int] | str) -> list[Said]:
    """A customer's texts, each with how many milliseconds it came after what was said before; plain ones are ours."""
    at, found = 1_790_000_000_000, []
    for each in said:
        text, pause = (each, 5 * SECOND) if isinstance(each, str) else each
        at += pause
        found.append(Said(isinstance(each, str), text, at))
    return found


def answered(*texts: tuple[str, int]) -> list[Said]:
    """A customer whose every message is answered, up to the last."""
    return chat(*[part for text in texts for part in (text, ANSWER)][:-1])


def exchange(reply: Reply, after: int, *, begins: str = "", limit: int = 30, timed: bool = True) -> tuple[int, str]:
    """Let a bot that replies so soon talk with us: how many messages bots wrote before it ends, and why.

    `begins`: what a person wrote first; else the bot itself begins.
    """
    said: list[Said] = []
    at = 1_790_000_000_000
    for turn in range(limit):
        text = begins if begins and turn == 0 else reply(turn)
        at += after
        said.append(Said(False, text, at))
        if why := why_bot(said, timed=timed):
            return len(said) - bool(begins), why
        at += 4 * SECOND
        said.append(Said(True, ANSWER, at))
    return len(said), ""


NAMES = ("Awa", "Moussa Diop", "Fatou", "Ibrahima")


def varied(turn: int) -> str:
    name, greeting = NAMES[turn % 4], ("Bonjour", "Bonsoir")[turn % 2]
    return f"{greeting} {name}, votre demande n° {4711 + turn} est bien enregistrée à {turn + 8} h {turn * 7}. Merci !"


BEGINNINGS = pytest.mark.parametrize("begins", ["", "Bonjour, le menu svp ?"])


@BEGINNINGS
@pytest.mark.parametrize("timed", [True, False])
@pytest.mark.parametrize("reply", [lambda _: AWAY, varied, lambda _: f"« {ANSWER} »"], ids=["fixed", "varied", "echo"])
def test_a_quick_bot_is_left_alone_within_five_messages(reply: Reply, begins: str, timed: bool) -> None:
    messages, why = exchange(reply, 300, begins=begins, timed=timed)
    assert messages <= 5
    assert why in ("repeats itself", "repeats us")


def test_a_bot_that_takes_its_time_is_too() -> None:
    assert exchange(lambda _: AWAY, 20 * SECOND) == (5, "repeats itself")
    assert exchange(lambda _: f"« {ANSWER} »", 20 * SECOND) == (3, "repeats us")
    assert exchange(lambda _: "Ceci est une réponse automatique.", 20 * SECOND) == (3, "says so")
    # Only the number changes: people do that, too, so a slow one has one turn more.
    assert exchange(varied, 9 * SECOND) == (5, "repeats itself")
    assert exchange(varied, 20 * SECOND) == (7, "repeats itself")


def test_a_bot_of_few_words_is() -> None:
    assert exchange(lambda _: "Bonjour !", 300) == (5, "repeats itself")
    assert exchange(lambda _: "Bonjour !", 300, timed=False) == (5, "repeats itself")
    assert exchange(lambda _: "Bonjour !", 20 * SECOND) == (5, "repeats itself")
    assert exchange(lambda _: "OK !", 20 * SECOND) == (15, "repeats itself")


def test_a_bot_that_never_says_the_same_is_left_alone_for_its_quickness_or_in_the_end() -> None:
    rng = random.Random(1)

    def any_words(_: int) -> str:
        return " ".join("".join(rng.choices("abcdefgh", k=6)) for _ in range(6))

    assert exchange(any_words, 1_500) == (11, "answers at once")
    # Nobody chooses from a menu before it has come.
    assert exchange(lambda turn: ("menu", "horaire", "photo")[turn % 3], 50) == (11, "answers at once")
    assert exchange(lambda turn: ("menu", "horaire", "photo")[turn % 3], 1_500) == (60, "")
    assert exchange(any_words, 10 * SECOND, limit=100) == (81, "never ends")


# --- people


@pytest.mark.parametrize(
    "said",
    [
        pytest.param(answered(("Bonjour, vous livrez à Cocody ?", 0)), id="one question"),
        pytest.param(
            answered(("Bonjour, vous livrez à Cocody ?", 0), ("Bonjour, vous livrez à Cocody ?", 40 * SECOND)),
            id="the same question twice",
        ),
        pytest.param(answered(("Bonjour, vous livrez à Cocody ?", 0), ("Bonjour, vous livrez à Cocody ?", 800)),
                     id="the same question twice, the second on its way when ours came"),
        pytest.param(answered(*[("oui", 3 * SECOND)] * 5), id="yes, five times in an order"),
        pytest.param(
            chat(*[part for step in range(5) for part in (f"Étape {step} : continuer ?", ("oui merci", 3 * SECOND))]),
            id="yes please, five times, and each time we ask another thing",
        ),
        pytest.param(answered(("1", 9), ("2", 1_500), ("1", 1_500), ("3", 1_500), ("1", 1_500)), id="choices"),
        pytest.param(answered(*[("", 400)] * 30), id="stickers"),
        pytest.param(
            answered(*[(text, 9 * SECOND) for text in ("Et le menu d'aujourd'hui ?", "Et les horaires du soir ?") * 9]),
            id="the same two questions in turn",
        ),
        pytest.param(answered(*[("Bonjour, vous livrez à Cocody ?", 2 * MINUTE)] * 4), id="one question now and again"),
        pytest.param(answered(*[("👍", 400)] * 7), id="thumbs"),
        pytest.param(
            answered(*[(f"Bonjour, avez-vous la robe rouge en taille {size} ?", 12 * SECOND) for size in (40, 42, 44)]),
            id="three sizes",
        ),
        pytest.param(
            answered(*[(f"L'avez-vous en taille {size} ?", 900) for size in (36, 38, 40, 42)]), id="four sizes, fast"
        ),
        pytest.param(
            chat(*[(f"Article {letter * 9} : pagne wax, 6 yards, {price} F la pièce", 300)
                   for letter, price in zip("abcdefghij", range(4_000, 9_000, 500), strict=True)]),
            id="a catalogue of ten texts at once",
        ),
        pytest.param(
            chat(*[part for turn in range(8) for part in (
                *((f"Bonjour, {word} svp ? ({turn})", 3_000) for word in ("menu", "horaire")), ANSWER)][:-1]),
            id="bursts of questions that look like one another",
        ),
        pytest.param(
            chat(*[part for turn in range(4) for part in (("Bonjour !", 5_000), (f"Le {turn} ?", 900), ANSWER)][:-1]),
            id="a greeting before each question",
        ),
        pytest.param(chat((ANSWER, 0), (ANSWER, 9), (ANSWER, 9)), id="our own words, before we said any"),
        pytest.param(
            chat(("Le menu ?", 0), ANSWER, (f"{ANSWER} – je prends le premier", 30 * SECOND)), id="our words, once"
        ),
        pytest.param(
            answered(("C'est une réponse automatique ?", 0), ("Bon. Et vous livrez ?", 20 * SECOND)),
            id="asks for a person",
        ),
        pytest.param(
            answered(*[(text, 700) for text in (
                "Je voudrais deux plats de thiéboudienne", "et un yassa poulet sans oignons",
                "pour ce soir vers vingt heures svp", "à livrer à la Médina, rue 22")]),
            id="who writes on while we answer",
        ),
    ],
)  # fmt: skip
@pytest.mark.parametrize("timed", [True, False])
def test_people_are_people(said: list[Said], timed: bool) -> None:
    # At each of their messages, not only at the last.
    ends = [index + 1 for index, each in enumerate(said) if not each.ours]
    assert [why_bot(said[:end], timed=timed) for end in ends] == [None] * len(ends)


def test_the_same_text_counts_once_where_nobody_answered_it() -> None:
    assert why_bot(chat(*[(AWAY, 100)] * 10)) is None
    assert why_bot(chat(*[(AWAY, 100)] * 10, ANSWER, (AWAY, 9 * SECOND))) is None


def test_a_bot_of_two_messages_at_a_time_is_one() -> None:
    assert why_bot(chat((AWAY, 0), ("Site : awa.sn", 1), ANSWER, (AWAY, 90), ("Site : awa.sn", 1))) is None
    pair = [(AWAY, 300), ("Site : awa.sn", 1), ANSWER]
    assert why_bot(chat(*pair, *pair, *pair[:2])) == "repeats itself"
    # Mostly the first is judged before the second is there.
    assert why_bot(chat(*pair, *pair, pair[0])) == "repeats itself"


def test_a_picture_sent_again_and_again_counts_as_words_do() -> None:
    pictures = [sha256(b"%d" % number).hexdigest() for number in range(20)]
    assert exchange(lambda _: pictures[0], 20 * SECOND) == (5, "repeats itself")
    assert exchange(lambda turn: pictures[turn], 20 * SECOND, limit=20)[1] == ""


@pytest.mark.parametrize(
    ("text", "other", "same"),
    [
        ("Merci, à demain, l'équipe de Moussa.", "MERCI à demain ; l'équipe de Moussa", True),
        (varied(0), varied(3), True),
        ("oui", "oui", False),
        ("Vous l'avez en taille 40 ?", "Vous l'avez en taille 42 ?", False),
    ],
)
def test_which_texts_are_one(text: str, other: str, same: bool) -> None:
    assert is_same(text, other) == same
    assert is_same(other, text) == same


pauses = st.integers(INSTANT + 1, 5 * MINUTE)


@given(st.lists(st.tuples(st.text(max_size=5), pauses), min_size=1, max_size=7), st.booleans())
def test_no_seven_short_messages_make_a_bot(texts: list[tuple[str, int]], timed: bool) -> None:
    assert why_bot(answered(*texts), timed=timed) is None


@given(st.lists(st.text("abcdefghijklmnopqrstuvwxyz ", max_size=60), min_size=2, max_size=8), st.data())
def test_whoever_reads_before_writing_and_says_nothing_twice_is_a_person(texts: list[str], data: st.DataObject) -> None:
    apart = [text for text, before in pairwise([*texts, ""]) if not _near(text, [before, *texts[: texts.index(text)]])]
    said = answered(*[(text, data.draw(pauses)) for text in apart or ["bonjour"]])
    assert why_bot(said) is None


def _near(text: str, others: Iterable[str]) -> bool:
    return any(text == other or is_same(text, other) for other in others)


@given(st.lists(st.builds(Said, st.booleans(), st.text(max_size=80), st.integers(0, 10**13)), max_size=30))
def test_anything_at_all_can_be_judged(said: Sequence[Said]) -> None:
    verdict: Why | None = why_bot([*said, Said(False, "bonjour", 0)])
    assert verdict is None or isinstance(verdict, str)
