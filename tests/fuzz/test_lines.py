"""A million lines at the control socket: the daemon answers each, forgets them all, and the shop never notices."""

import itertools
import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import crowd
import judge
import pytest
import rig
import trio
from fuzz.firing import Battery, Fired
from fuzz.lines import MEASURED, OTHERS, Lines

SHORT, LONG = 20_000, 1_000_000
WARM = {SHORT: 6_000, LONG: 50_000}
"""What is fired before the daemon is measured: what an allocator keeps for next time is no growth."""
GROWS_AT_MOST_KB = 5 * 1024
ANSWERED_WITHIN = 60.0
NUMBER = "+221770000001"
TOLD_EVERY = 15.0


@dataclass(frozen=True)
class Measured:
    """What a process holds; of one that may not be looked into, root alone sees more than its size."""

    rss_kb: int
    pss_kb: int | None = None
    files: int | None = None


def measure(pid: int) -> Measured:
    process = Path(f"/proc/{pid}")
    rss = int((process / "statm").read_text().split()[1]) * resource.getpagesize() // 1024
    try:
        rollup = (process / "smaps_rollup").read_text().splitlines()[1:]
        pss = next(int(line.split()[1]) for line in rollup if line.startswith("Pss:"))
        return Measured(rss, pss, len(list((process / "fd").iterdir())))
    except PermissionError:
        return Measured(rss)


@pytest.mark.shows(
    under="configuration",
    what="a million lines at the control socket, half of them calls with mutated parameters",
    happens="each is answered in a line; the daemon does not grow, and the shop goes on answering",
)
@pytest.mark.slow
@pytest.mark.parametrize(
    "count", [pytest.param(SHORT, id="short"), pytest.param(LONG, id="long", marks=pytest.mark.long)]
)
async def test_lines_that_nobody_expects(count: int, capsys: pytest.CaptureFixture[str]) -> None:
    def say(text: str) -> None:
        with capsys.disabled():
            print(f"\n  {text}", end="", flush=True)

    async with rig.open_rig() as here:
        shop = await here.add_shop(MEASURED, NUMBER, crowd.config(MEASURED))
        daemon, worker = here.pid, (await here.status(MEASURED))["pid"]
        assert daemon is not None
        assert (await fire(here, seed=1, count=WARM[count])).faults == []
        warm = measure(daemon)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(keep_asking, here, shop)
            fired = await fire(here, seed=2, count=count, told=teller(say, count, daemon))
            nursery.cancel_scope.cancel()
        hot = measure(daemon)
        say(f"{fired.lines} lines, {fired.calls} of them calls, answered {dict(fired.codes.most_common())}")
        say(f"the daemon before: {warm}, after: {hot}\n")
        assert fired.faults == []
        # Nobody died, nothing was changed where nothing may be, and the shop answers.
        status = await here.status(MEASURED)
        assert (here.pid, status["pid"], status["restarts"], status["state"]) == (daemon, worker, 0, "online")
        await judge.settle(here, shop)
        assert await judge.disagreements(here, shop, followed=False) == []
        assert {row["name"] for row in (await here.call("tenant.list"))["tenants"]} <= {MEASURED, *OTHERS}
        assert hot.rss_kb - warm.rss_kb < GROWS_AT_MOST_KB
        # A tenant that was added meanwhile has its worker's sockets.
        assert (hot.files or 0) <= (warm.files or 0) + 4 * len(OTHERS)
        if count == LONG:
            assert fired.lines >= LONG
            assert fired.calls >= 0.45 * LONG


async def fire(here: rig.Rig, seed: int, count: int, told: Callable[[Fired], None] = lambda _: None) -> Fired:
    lines = Lines(seed)
    source = (lines.next() for _ in range(count))
    return await Battery(here.home / "run/control.sock", source, told).fire()


async def keep_asking(here: rig.Rig, shop: rig.Shop) -> None:
    """One customer after the other asks, and must be answered beside all that noise."""
    for index in itertools.count():
        customer = here.lab.customer(f"+22177300{index:04}")
        await customer.say(shop.number, "Bonjour, menu svp ?")
        (heard,) = await customer.wait_heard(1, ANSWERED_WITHIN)
        assert heard.text == crowd.answer(shop, "menu")
        await trio.sleep(1.0)


def teller(say: Callable[[str], None], count: int, daemon: int) -> Callable[[Fired], None]:
    begun = told = time.monotonic()

    def tell(fired: Fired) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= TOLD_EVERY:
            told = now
            say(f"{fired.lines} of {count} lines, {fired.lines / (now - begun):.0f} a second, {measure(daemon)}")

    return tell
