"""A Comptoir to be ill-treated, and the memory of all that was said and done to it."""

import random
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import media_rig
import rig
import trio

from chaos.lab_host import LabHost
from comptoir.gateway.locks import holder
from comptoir.gateway.paths import Paths, PathsWrong, find_paths
from comptoir.gateway.session_dirs import sessions_root
from comptoir.sessions.protocol import ErrorCode, Params, RpcError
from comptoir.sessions.rpc import Channel, ChannelClosed

SYLLABLES = [consonant + vowel for consonant in "bdfgklmnprtv" for vowel in "aio"]
# No two alike, none the plural of another, and none a word of anybody's.
WORDS = [f"zo{first}{second}do" for first in SYLLABLES[:10] for second in SYLLABLES]
GONE = (ChannelClosed, trio.TooSlowError, OSError)
CONNECTIONS = 20
"""At once; the daemon takes 32, and the rig has some."""
ASKED_AGAIN_FOR = 60.0
"""Seconds after which a call that must be answered one day counts as not answered."""


@dataclass(frozen=True)
class Settings:
    seed: int
    seconds: float
    """Of ill-treatment; what follows takes as long as it takes."""
    customers: int = 18
    pace: float = 1.0
    """How many times as often things go wrong."""


@dataclass
class Said:
    """Something that a customer wrote, and what may become of it."""

    shop: str
    customer: str
    id: str
    kind: str
    words: list[str]
    """What it asked for, first and last; none where it wants no answer."""
    secret: bool
    file: bytes | None = None
    deleted: bool = False

    @property
    def texts(self) -> list[str]:
        return [question(word) for word in self.words]


def question(word: str) -> str:
    return f"Bonjour, {word} svp ?"


def answer(shop: str, word: str) -> str:
    return f"{shop} répond {word}"


def config(shop: str, on_uncertain: str, silence_minutes: int) -> str:
    """A tenant.toml that answers each word with a text of its own."""
    entries = "".join(
        f'[[plugins.answers.entries]]\nwords = ["{word}"]\ntext = "{answer(shop, word)}"\n' for word in WORDS
    )
    return (
        f'version = 1\nname = "{shop}"\nlang = "fr"\ncountry = "SN"\ntimezone = "Africa/Dakar"\n'
        f"silence_minutes = {silence_minutes}\njoin_seconds = 0\n"
        f'on_uncertain = "{on_uncertain}"\npipeline = ["answers"]\n\n{entries}'
    )


@dataclass
class World:
    """`wrong` must be empty at the end; `story` tells what was done, with seconds since the beginning."""

    settings: Settings
    here: rig.Rig
    host: LabHost
    begun: float = field(default_factory=trio.current_time)
    over: trio.Event = field(default_factory=trio.Event)
    counts: Counter[str] = field(default_factory=Counter)
    story: list[str] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)
    chats: list[tuple[str, str]] = field(default_factory=list)
    """Shop and customer."""
    hands: set[tuple[str, str]] = field(default_factory=set)
    """Chats in which the owner writes by hand."""
    reinstalled: set[str] = field(default_factory=set)
    """Customers who lost what was on its way to them."""
    policy: dict[str, str] = field(default_factory=dict)
    said: list[Said] = field(default_factory=list)
    asked: Counter[tuple[str, str]] = field(default_factory=Counter)
    sent: dict[tuple[str, str], set[int]] = field(default_factory=dict)
    """(shop, text) → ids that `send` answered with."""
    files_sent: dict[str, bytes] = field(default_factory=dict)
    """By caption, which no other has."""
    kills: Counter[str] = field(default_factory=Counter)
    """Of each shop's workers, since the daemon was started."""
    cuts: int = 0
    """Power cuts: what one takes along unjournaled can often not be known."""
    daemon_up: bool = True
    acks_lost_at: float = -1000.0
    connections: trio.CapacityLimiter = field(default_factory=lambda: trio.CapacityLimiter(CONNECTIONS))

    def rng(self, actor: str) -> random.Random:
        """Chance of an actor's own, which the others do not disturb."""
        return random.Random(f"{self.settings.seed}/{actor}")

    @property
    def now(self) -> float:
        return trio.current_time() - self.begun

    def tell(self, text: str) -> None:
        self.story.append(f"{self.now:7.2f} {text}")

    def did(self, what: str, more: str = "") -> None:
        self.counts[what] += 1
        self.tell(f"{what} {more}")

    def blame(self, text: str) -> None:
        self.wrong.append(f"{self.now:.1f}: {text}")
        self.tell(f"WRONG {text}")

    async def nap(self, seconds: float) -> bool:
        """Sleep; whether to go on."""
        with trio.move_on_after(seconds):
            await self.over.wait()
        return not self.over.is_set()

    @property
    def paths(self) -> Paths:
        return find_paths({"COMPTOIR_HOME": str(self.here.home)})

    def worker(self, shop: str) -> int:
        """The process that holds the shop's session, or 0."""
        try:
            return holder(sessions_root(self.paths) / shop / "lock")
        except OSError:
            return 0

    def file(self, rng: random.Random, head: bytes) -> bytes:
        return media_rig.content(rng.choice([300, 20_000, 150_000]), rng.randrange(10**9), head)

    async def call(self, method: str, *, within: float = 30.0, **params: Any) -> Params:
        """On a connection of its own. Raises RpcError, or one of GONE where the daemon dies."""
        async with self.connections:
            return await self._call(method, params, within)

    async def _call(self, method: str, params: Params, within: float) -> Params:
        stream = await trio.open_unix_socket(str(self.paths.control_socket))
        channel = Channel(stream)
        outcome: list[Params | Exception] = []
        async with stream, trio.open_nursery() as nursery:
            nursery.start_soon(channel.serve, _ignore)
            try:
                await channel.call("hello", {"version": 1})
                outcome.append(await channel.call(method, params, within=within))
            except Exception as error:
                outcome.append(error)
            nursery.cancel_scope.cancel()
        [found] = outcome
        if isinstance(found, Exception):
            raise found
        return found

    async def ask(self, method: str, **params: Any) -> Params | None:
        """The answer however often it takes; None, and somebody to blame, where none ever comes."""
        with trio.move_on_after(ASKED_AGAIN_FOR):
            while True:
                try:
                    return await self.call(method, **params)
                except RpcError as error:
                    if error.code != ErrorCode.NOT_NOW:
                        raise
                except GONE:
                    pass
                await trio.sleep(0.1)
        self.blame(f"{method} of {params.get('tenant')} was not answered within {ASKED_AGAIN_FOR:g} s")
        return None


async def _ignore(method: str, params: Params) -> None:
    return


def _as_its_user_would(home: Path) -> rig.Start:
    return rig.Start()


@asynccontextmanager
async def open_world(
    settings: Settings, start: Callable[[Path], rig.Start] = _as_its_user_would
) -> AsyncIterator[World]:
    """A lab and a daemon on an empty home, no shops yet; all gone at the end."""
    home = Path(tempfile.mkdtemp(prefix="comptoir-chaos-", dir="/tmp"))
    offline = random.Random(f"{settings.seed}/world").choice([3, 8, 20])
    (home / "config").mkdir()
    (home / "config" / "comptoir.toml").write_text(
        f"version = 1\n\n[daemon]\noffline_seconds = {offline}\n\n[lab]\nfast = true\n"
    )
    try:
        async with trio.open_nursery() as nursery:
            host = LabHost(home / "lab")
            lab = await nursery.start(host.run)
            lab.write_description(home / "lab.json")
            world = World(settings, rig.Rig(home, lab, nursery, start(home)), host)
            await world.here.start_daemon()
            try:
                yield world
            finally:
                with trio.CancelScope(shield=True):
                    await world.here.end_daemon()
                nursery.cancel_scope.cancel()
    finally:
        # A daemon that never started has made none.
        with suppress(PathsWrong):
            shutil.rmtree(sessions_root(find_paths({"COMPTOIR_HOME": str(home)})), ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)
