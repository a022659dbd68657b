"""Which texts of the phone are its own, and which were typed by hand: the rule alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.plugins.greetings import GreetingTable
from comptoir.sessions.greetings import (
    CHATS,
    LONG,
    LONGER,
    PROMPT,
    TYPED,
    Elsewhere,
    Why,
    Written,
    is_prompt,
    why_automatic,
)

GREETING = "Bienvenue chez Awa ! Dites-nous ce qu'il vous faut, nous vous répondons."
SHORT_GREETING = "Bonjour et bienvenue !"
NOW = 1_790_000_000_000
SETTINGS = GreetingTable()
SECOND, MINUTE = 1_000, 60_000

texts = st.text(max_size=120)
delays = st.integers(0, 20 * MINUTE)


def judge(
    text: str = GREETING,
    *ago: int,
    live: bool = True,
    known: bool = False,
    attended: bool = False,
    answered: bool = False,
    elsewhere: tuple[Elsewhere, ...] = (),
    settings: GreetingTable = SETTINGS,
) -> Why | None:
    """`ago`: how long before it the customer wrote."""
    written = Written(text, NOW, [NOW - each for each in ago], live, known, attended, answered)
    return why_automatic(written, 1, elsewhere, settings)


def others(*prompt: bool) -> tuple[Elsewhere, ...]:
    """The same text in other chats."""
    return tuple(Elsewhere(chat, each) for chat, each in enumerate(prompt, start=2))


def test_a_long_text_at_once_is_the_phones() -> None:
    assert judge(GREETING, 0) == "at once"
    assert judge(GREETING, 3 * SECOND) == "at once"
    assert judge(GREETING, SECOND, live=False) == "at once"


@pytest.mark.parametrize(
    ("text", "ago", "attended"),
    [
        ("Oui, jusqu'à 22 h", (SECOND,), False),
        (GREETING[: LONG - 1], (0,), False),
        (GREETING, (4 * SECOND,), False),
        (GREETING, (), False),
        # Typed for what was asked a minute before, while "svp ?" came.
        (GREETING, (2 * SECOND, MINUTE), False),
        # The owner had already spoken: no greeting comes after that.
        (GREETING, (SECOND,), True),
    ],
)
def test_what_a_person_can_have_typed_is_typed(text: str, ago: tuple[int, ...], *, attended: bool) -> None:
    assert judge(text, *ago, attended=attended) is None


def test_our_own_answer_may_be_quicker_than_the_phone() -> None:
    longer = GREETING[:LONGER]
    assert judge(longer, SECOND, answered=True) == "at once"
    assert judge(longer[: LONGER - 1], SECOND, answered=True) is None


def test_a_customers_burst_hides_no_greeting() -> None:
    assert judge(GREETING, 0, SECOND, 2 * SECOND) == "at once"


def test_a_text_that_showed_itself_is_known_from_then_on() -> None:
    assert judge(SHORT_GREETING, 3 * MINUTE, known=True, live=False) == "known"


def test_the_same_text_at_once_in_three_chats_is_the_phones() -> None:
    assert judge(SHORT_GREETING, 8 * SECOND, elsewhere=others(True, True)) == "everywhere"


@pytest.mark.parametrize(
    ("text", "ago", "live", "elsewhere"),
    [
        # Two chats only; the same chat again and again.
        (SHORT_GREETING, SECOND, True, others(True)),
        (SHORT_GREETING, SECOND, True, (Elsewhere(1, True), Elsewhere(1, True), Elsewhere(2, True))),
        # A quick reply that is chosen by hand is late at times.
        (SHORT_GREETING, SECOND, True, others(True, True, False)),
        (SHORT_GREETING, 11 * SECOND, True, others(True, True)),
        # What owners type to one customer after the other.
        ("C'est oui", SECOND, True, others(True, True, True)),
        # Fifty customers answered by hand during an absence.
        (SHORT_GREETING, SECOND, False, others(*[True] * 50)),
    ],
)
def test_an_owner_who_repeats_a_text_is_no_machine(
    text: str, ago: int, elsewhere: tuple[Elsewhere, ...], *, live: bool
) -> None:
    assert judge(text, ago, live=live, elsewhere=elsewhere) is None


def test_what_the_owner_names_is_the_phones_however_it_came() -> None:
    named = GreetingTable(detect=False, texts=("bonjour  et bienvenue !\n",))
    assert judge(SHORT_GREETING, settings=named) == "named"
    assert judge(GREETING, SECOND, known=True, settings=named) is None


@given(text=texts, ago=st.lists(delays, max_size=4), chats=st.integers(0, 5), attended=st.booleans())
def test_a_short_text_that_nobody_named_is_always_the_owners(
    text: str, ago: list[int], chats: int, *, attended: bool
) -> None:
    short = text.strip()[: TYPED - 1]
    assert judge(short, *ago, attended=attended, elsewhere=others(*[True] * chats)) is None


@given(text=texts, ago=st.lists(st.integers(PROMPT + 1, 20 * MINUTE), max_size=4), chats=st.integers(0, 5))
def test_what_comes_late_is_the_owners_until_it_is_known(text: str, ago: list[int], chats: int) -> None:
    assert judge(text, *ago, elsewhere=others(*[True] * chats)) is None


@given(text=texts, ago=st.lists(delays, max_size=4), chats=st.integers(0, CHATS - 2), live=st.booleans())
def test_what_went_to_few_and_not_at_once_is_the_owners(text: str, ago: list[int], chats: int, *, live: bool) -> None:
    why = judge(text, *ago, live=live, elsewhere=others(*[True] * chats))
    assert why in (None, "at once")
    assert why is None or len(text.strip()) >= LONG


def test_only_what_came_before_counts() -> None:
    assert not is_prompt(NOW, [NOW + 1])
    assert is_prompt(NOW, [NOW + 1, NOW - PROMPT])
