"""The labelled single messages, by the offline brain: what becomes of each."""

import hashlib

import pytest
from message_cases import cases, figures, tried

PARTS = [
    pytest.param(4, 0.94, 0.03, id="quarter"),
    pytest.param(1, 0.945, 0.025, marks=pytest.mark.long, id="whole"),
]
"""One of so many; the least share that must be right, and the most that may be wrong. What is neither ended in a
question, with the cart as it was.
"""


@pytest.mark.parametrize(("part", "least_right", "most_wrong"), PARTS)
def test_messages_do_what_they_say(part: int, least_right: float, most_wrong: float) -> None:
    # Chosen by hash, whatever comes of it; `./run corpora` plays all.
    every = [tried(case) for case in cases() if hashlib.sha256(case.id.encode()).digest()[1] % part == 0]
    print(figures(every))
    assert len({one.case.id for one in every}) == len(every)
    assert sum(one.verdict == "right" for one in every) >= least_right * len(every), figures(every)
    assert sum(one.verdict == "WRONG" for one in every) <= most_wrong * len(every), figures(every)
