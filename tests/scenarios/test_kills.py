"""kill -9 in the middle of a rush: every journaled message is answered once, or its answer is held and shown.

What neonize had acknowledged and the journal never saw cannot be answered: it is counted, printed, and reported as
lost unread, as many as the lab knows of. All messages here carry a secret, without which nobody could tell.
"""

from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import crowd
import judge
import pytest
import rig
import trio

SHOPS = ("chez-awa", "friperie", "mairie")
CUSTOMERS = 30
# Each kill comes once so many of the 360 answers were heard.
MOMENTS = (1, 60, 150, 240)
# What neonize holds for us at most: a channel of 100, and the one in its hand.
LOST_A_KILL = 101
# A session sends one message at a time.
HELD_A_KILL = 1
Kill = Callable[[rig.Rig], Awaitable[object]]


async def kill_a_worker(here: rig.Rig) -> None:
    seen = len(here.events)
    await here.kill_worker("chez-awa")
    await here.wait_event(lambda event: event["kind"] == "worker_started", after=seen)


async def kill_the_forkserver(here: rig.Rig) -> None:
    await here.kill_forkserver()
    # What it forked lives on; the next fork needs a new one.
    seen = len(here.events)
    await here.kill_worker("friperie")
    await here.wait_event(lambda event: event["kind"] == "worker_started", after=seen)


async def kill_the_daemon(here: rig.Rig) -> None:
    await here.kill_daemon()
    await here.start_daemon()


@dataclass(frozen=True)
class Verdict:
    """What became of each question: answered once, or why not."""

    outcomes: Counter[str]
    wrong: list[str]

    def __str__(self) -> str:
        return ", ".join(f"{outcome}: {count}" for outcome, count in sorted(self.outcomes.items()))


async def judge_answers(here: rig.Rig, conversations: list[crowd.Conversation]) -> Verdict:
    """Hold what customers heard against what the journals say."""
    outcomes: Counter[str] = Counter()
    wrong: list[str] = []
    journals = {shop: await here.messages(shop) for shop in SHOPS}
    for conversation in conversations:
        fallbacks = sum("Une personne de" in text for text in conversation.heard)
        rows = [row for row in journals[conversation.shop.name] if row["chat"] == conversation.customer.number]
        asked = [row for row in rows if row["direction"] == "in"]
        for word in crowd.WORDS:
            heard = conversation.heard.count(crowd.answer(conversation.shop, word))
            journaled = [row for row in asked if f" {word} " in row["text"]]
            held = [row for row in rows if row["state"] == "uncertain" and row["text"].endswith(word)]
            outcome = _outcome(heard, bool(journaled), bool(held))
            if outcome == "journaled and lost" and fallbacks:
                # Two kills met its walk: as for any message on which a worker died twice, a person answers it.
                outcome, fallbacks = "answered by the fallback", fallbacks - 1
            outcomes[outcome] += 1
            if outcome not in ("answered once", "never journaled", "held as uncertain", "answered by the fallback"):
                wrong.append(f"{conversation.customer.number} {word}: {outcome} {journaled} {held}")
    return Verdict(outcomes, wrong)


def _outcome(heard: int, journaled: bool, held: bool) -> str:
    if heard > 1:
        return "answered twice"
    if not journaled:
        return "never journaled" if heard == 0 else "answered without being journaled"
    if heard == 1:
        return "answered once"
    return "held as uncertain" if held else "journaled and lost"


@pytest.mark.shows(
    under="absence",
    what="kill -9 of worker, forkserver or daemon in a rush",
    happens="each journaled message is answered once, by the fallback where two kills met its walk, or its answer held "
    "as `uncertain`; what was acknowledged and not yet journaled is reported as `lost`",
)
@pytest.mark.parametrize("kill", [kill_a_worker, kill_the_forkserver, kill_the_daemon])
async def test_nothing_journaled_is_lost_or_answered_twice(kill: Kill, capsys: pytest.CaptureFixture[str]) -> None:
    async with rig.open_rig() as here:
        shops = [
            await here.add_shop(name, f"+2217700000{index:02}", crowd.config(name))
            for index, name in enumerate(SHOPS, start=1)
        ]
        conversations = crowd.gather(here, shops, CUSTOMERS, secret=True)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(crowd.write_all, conversations)
            for answers in MOMENTS:
                await here.lab.ledger.wait(
                    lambda _, count=answers: crowd.answers(conversations) >= count, 60, what=f"{answers} answers"
                )
                await kill(here)
        await judge.settle(here, *shops, within=90)
        verdict = await judge_answers(here, conversations)
        lost = {shop: sum(row["state"] == "lost" for row in await here.messages(shop)) for shop in SHOPS}
        with capsys.disabled():
            print(f"\n  {kill.__name__}: {verdict}; reported as lost unread: {sum(lost.values())}")
        assert verdict.wrong == []
        # The ledger's account and the journals' are the same: what was taken and is not here was reported as lost.
        assert [found for shop in shops for found in await judge.disagreements(here, shop, followed=False)] == []
        assert verdict.outcomes["never journaled"] == sum(lost.values())
        assert verdict.outcomes["never journaled"] <= LOST_A_KILL * len(MOMENTS) * len(SHOPS)
        # Whose walk a worker died in is walked alone, so that two kills give up one message at most.
        assert verdict.outcomes["answered by the fallback"] <= len(MOMENTS) // 2
        assert verdict.outcomes["held as uncertain"] <= HELD_A_KILL * len(MOMENTS) * len(SHOPS)
        assert crowd.strangers(conversations) == []
