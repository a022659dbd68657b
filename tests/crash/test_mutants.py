"""The judge finds what it is there for: a product with one commit taken out is caught."""

import re
from pathlib import Path

import pytest
from killing import course, house, mutants, steps
from killing.strikes import STANZA, Strike
from killing.tally import Tally

TIMES = 3
CAUGHT = [
    ("cause_in_a_commit_of_its_own", Strike("effects committed", "armed"), "queued 2 times"),
    ("sending_not_marked", Strike(STANZA, "stanza"), "was heard 2 times"),
    ("uncertain_taken_for_unsent", Strike("acknowledged, not committed", "armed"), "was heard 2 times"),
    ("lost_not_reported", Strike("inbound received, not committed", "armed"), "is not journaled and not reported"),
]
SHORT, *LONG = CAUGHT


@pytest.fixture(autouse=True)
def own_tally(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a mutant does counts for nothing."""
    monkeypatch.setattr(course, "tally", Tally())
    monkeypatch.setattr(house, "tally", Tally())


@pytest.mark.slow
@pytest.mark.parametrize(
    ("mutant", "strike", "found"), [SHORT, *(pytest.param(*each, marks=pytest.mark.long) for each in LONG)]
)
async def test_a_commit_less_is_caught(mutant: str, strike: Strike, found: str, tmp_path: Path) -> None:
    start = course.starter(**{mutants.VARIABLE: mutant})
    done = await course.run(1, [[strike] * TIMES], tmp_path, print, start)
    assert sum(done.kills.values()) == TIMES
    assert [blame for blame in done.wrong if found in blame], done.wrong


@pytest.mark.long
@pytest.mark.slow
@pytest.mark.parametrize(
    ("mutant", "found"),
    [
        # At the least, what it told of; at most, that it was linked.
        ("journal_not_synced", "is nowhere in the journal|was accepted as|session_lost"),
        ("ratchets_not_forgotten", "a counter was used twice"),
    ],
)
async def test_it_is_caught_by_power_cuts(mutant: str, found: str, tmp_path: Path) -> None:
    done = await house.run(1, [steps.CUT] * 4, tmp_path, print, **{mutants.VARIABLE: mutant})
    assert [blame for blame in done.wrong if re.search(found, blame)], done.wrong
