"""Nothing that was said, sent, shown or kept secret is readable outside RAM, whatever has happened meanwhile."""

import os
import signal
import sys
import time
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import rig
import trio
from leaks import material, traffic
from leaks.places import elsewhere, places
from leaks.scanner import Hit, Planted, Scanner

from comptoir.gateway.paths import find_paths
from comptoir.gateway.session_dirs import sessions_root

DAEMON = Path(__file__).parents[1] / "support/leaks/daemon.py"


class Search:
    """Looks again and again, for all that was planted by then."""

    def __init__(self, day: traffic.Day, *, sealed: bool) -> None:
        self.day = day
        self.sealed = sealed
        self.found: set[Hit] = set()
        self.bytes = 0
        self.keys: list[Planted] = []
        self._since = time.time()

    def learn_keys(self) -> None:
        """While the sessions are there to be read."""
        here = self.day.here
        root = (
            sessions_root(find_paths({"COMPTOIR_HOME": str(here.home)})) if self.sealed else here.home / "run/sessions"
        )
        self.keys += material.of_installation(here.home, sealed=self.sealed)
        for name in here.shops:
            self.keys += material.of_session(root / name / "session.db", name)

    def look(self) -> None:
        scanner = Scanner(self.day.planted + self.keys)
        owners = {each.what for each in self.day.planted if each.owners}
        for place in places(self.day.here, self._since):
            self.bytes += len(place.data)
            hits = scanner.hits(place.data, place.name)
            # What its owner wrote stands where it was written.
            self.found |= {hit for hit in hits if not (self.sealed and place.configuration and hit.what in owners)}

    @asynccontextmanager
    async def going_on(self) -> AsyncIterator[None]:
        """Look again and again while the block runs: what lies there meanwhile is on a disk, too."""

        async def keep_looking() -> None:
            while True:
                await trio.to_thread.run_sync(self.look)

        async with trio.open_nursery() as nursery:
            nursery.start_soon(keep_looking)
            yield
            nursery.cancel_scope.cancel()

    @property
    def found_where(self) -> dict[str, set[str]]:
        """The places of each planted thing."""
        where = defaultdict(set)
        for hit in self.found:
            where[hit.what].add(hit.place)
        return dict(where)


async def a_day(here: rig.Rig, folder: Path, *, sealed: bool) -> Search:
    """Traffic, a worker that would dump core, a kill of the daemon, a restart, a farewell: looked at often."""
    day = traffic.Day(here, folder)
    search = Search(day, sealed=sealed)
    await traffic.open_shops(day)
    await traffic.talk(day)
    await traffic.send_things(day)
    search.learn_keys()
    search.look()
    right = await traffic.go_wrong(day)
    seen = len(here.events)
    os.kill((await here.status(day.shop.name))["pid"], signal.SIGABRT)
    await here.wait_event(lambda event: event["kind"] == "recovered", after=seen)
    await here.wait_state(day.shop.name, "online")
    search.look()
    await traffic.mend(day, right)
    await day.aminata.say(day.shop.number, f"{day.text('a question to be cut short')} menu svp")
    await here.kill_daemon()
    search.look()
    await here.start_daemon()
    await here.settle(day.shop.name)
    await here.wait_state("second", "online")
    # The old keys must be nowhere, and what they opened nowhere in clear on its way to the new ones.
    async with search.going_on():
        await command(here, "keys", "rotate", day.shop.name)
    await command(here, "keys", "rotate", "--master")
    await command(here, "messages", day.shop.name)
    await here.wait_state(day.shop.name, "online")
    search.learn_keys()
    search.look()
    await here.call("tenant.remove", tenant="second")
    await here.stop_daemon()
    search.look()
    return search


async def command(here: rig.Rig, *words: str) -> None:
    """Where the daemon stands, too: what it leaves there is looked at, and not what it prints."""
    environment = os.environ | here.start.environment | {"COMPTOIR_HOME": str(here.home)}
    with trio.fail_after(60):
        await trio.run_process(
            [sys.executable, "-P", "-W", "ignore", "-m", "comptoir.cli", *words],
            capture_stdout=True,
            env=environment,
            cwd=here.start.folder,
        )


@pytest.mark.slow
async def test_nothing_is_readable_outside_ram(tmp_path: Path) -> None:
    def start(home: Path) -> rig.Start:
        return elsewhere(home, sys.executable, "-P", "-W", "ignore", str(DAEMON))

    async with rig.open_rig(start=start) as here:
        search = await a_day(here, tmp_path, sealed=True)
        assert search.found_where == {}
        assert list((here.home / "elsewhere").rglob("core*")) == []
        print(f"{len(search.day.planted)} things and {len(search.keys)} keys in {search.bytes} bytes: none found")
        assert len(search.keys) > 100
        assert search.bytes > 1_000_000


@pytest.mark.slow
async def test_without_encryption_all_of_it_is_found(tmp_path: Path) -> None:
    def start(home: Path) -> rig.Start:
        return elsewhere(home, sys.executable, "-P", "-W", "ignore", str(DAEMON), "unsealed")

    async with rig.open_rig(start=start) as here:
        search = await a_day(here, tmp_path, sealed=False)
        where = search.found_where
        missed = {
            each.what: sorted(where.get(each.what, ()))
            for each in (*search.day.planted, *search.keys)
            if not any(each.kept in place for place in where.get(each.what, ()))
        }
        assert missed == {}
        # Sessions rest in the vault, too.
        resting = [each.what for each in search.keys if each.what.startswith("whatsmeow_device.")]
        assert len(resting) > 10
        assert [what for what in resting if not any("vault.db" in place for place in where[what])] == []
