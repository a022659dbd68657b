"""The labelled single messages, by the offline brain: what becomes of each."""

from message_cases import cases, figures, tried

LEAST_RIGHT, MOST_WRONG = 0.945, 0.025
"""Shares; what is neither ended in a question, with the cart as it was."""


def test_messages_do_what_they_say() -> None:
    every = [tried(case) for case in cases()]
    print(figures(every))
    assert len({one.case.id for one in every}) == len(every)
    assert sum(one.verdict == "right" for one in every) >= LEAST_RIGHT * len(every), figures(every)
    assert sum(one.verdict == "WRONG" for one in every) <= MOST_WRONG * len(every), figures(every)
