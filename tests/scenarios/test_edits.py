"""A tenant's files are edited at random while customers write: every answer is by a version that was right."""

import os
import random

import judge
import pytest
import rig
import trio
from editing import NAME, Editing, version

ASKING = 3
"""Customers at a time."""
# They never pause: more than a tenant's plugins are asked about in a minute.
SETTINGS = "version = 1\n\n[lab]\nfast = true\n\n[inbound]\ntenant_per_minute = 60000\n"


@pytest.mark.shows(
    under="configuration",
    what="random edits while messages flow: right, broken, half-written, in other encodings, deleted, renamed, links",
    happens="each question is answered once, by a version that was right and in force; what is saved right is in force "
    "within a second, without a command",
)
@pytest.mark.parametrize(
    ("edits", "pause", "seed"),
    [
        pytest.param(60, 0.1, 1, id="short"),
        pytest.param(500, 0.6, None, id="long", marks=pytest.mark.long),
    ],
)
async def test_every_answer_is_by_a_version_that_was_right(edits: int, pause: float, seed: int | None) -> None:
    seed = random.randrange(10**6) if seed is None else seed
    print(f"seed {seed}")
    async with rig.open_rig(SETTINGS) as here:
        shop = await here.add_shop(NAME, "+221770000001", version(0))
        editing = Editing(here, shop, random.Random(seed), pause)
        async with trio.open_nursery() as nursery:
            for first in range(ASKING):
                nursery.start_soon(editing.ask, first)
            await editing.run(edits)
            editing.over = True
        await judge.settle(here, shop)
        print(editing.report())
        assert editing.wrong_answers() == []
        assert await judge.disagreements(here, shop) == []
        rows = await here.messages(NAME)
        assert [row["state"] for row in rows if row["direction"] == "in"] == ["done"] * len(editing.answers)
        answered = [row["text"] for row in rows if row["by"] == "plugin:answers"]
        assert sorted(answered) == sorted(answer.text for answer in editing.answers)
        # Not slower than the machine is at that moment.
        assert editing.took[-1] < max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))
