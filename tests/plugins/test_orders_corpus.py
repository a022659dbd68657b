"""The labelled order conversations, by the offline brain: what becomes of each, with the open and the held-out part."""

import pytest
from order_corpus import Played, conversations, figures, play_all

OPEN_RIGHT, HELD_OUT_RIGHT = 0.92, 0.70
"""Shares that must be right."""
MOST_WRONG = 0.05
"""The share that may be placed otherwise than was wanted, each after a yes to a summary that showed it."""


@pytest.fixture(scope="module")
def played() -> list[Played]:
    return play_all(conversations())


def test_the_corpus_is_large_and_a_third_of_it_is_held_out() -> None:
    every = conversations()
    held_out = sum(one.held_out for one in every)
    assert len(every) >= 150
    assert len({one.id for one in every}) == len(every)
    assert 0.25 < held_out / len(every) < 0.42


def test_the_right_orders_come_of_it(played: list[Played]) -> None:
    for held_out, floor in ((False, OPEN_RIGHT), (True, HELD_OUT_RIGHT)):
        of_part = figures([one for one in played if one.conversation.held_out is held_out])
        print(f"{'held out' if held_out else 'open'}: {of_part}")
        assert of_part.right >= floor * of_part.conversations, of_part


def test_no_total_is_wrong(played: list[Played]) -> None:
    assert [one.conversation.id for one in played if not one.totals_are_right] == []


def test_what_is_not_right_ends_in_a_question_or_with_a_person(played: list[Played]) -> None:
    assert figures(played).wrong <= MOST_WRONG * len(played)
