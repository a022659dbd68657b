"""A whole Comptoir for a test: a lab in this process, a daemon beside it, shops linked by scanning.

The daemon runs as its user would start it, against real neonize; only the chat server is the lab's.
"""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import trio

from comptoir.gateway.paths import PathsWrong, find_paths
from comptoir.gateway.session_dirs import sessions_root
from comptoir.lab import Lab, open_lab
from comptoir.lab.phone import Phone
from comptoir.sessions.protocol import ErrorCode, Params, RpcError
from comptoir.sessions.rpc import Channel

START_LIMIT = 30.0
LINK_LIMIT = 60.0
# Events after which a queue may be empty.
ENDS = frozenset({"done", "skipped", "sent", "delivered", "uncertain", "failed"})


@dataclass(frozen=True)
class Start:
    """How the daemon is started: as its user would, unless a test wants something else."""

    command: Sequence[str] = (sys.executable, "-P", "-W", "ignore", "-m", "comptoir.gateway")
    environment: Mapping[str, str] = field(default_factory=dict)
    """What is there besides ours."""
    folder: Path | None = None
    """Where it stands; ours, where none is given."""


@dataclass(frozen=True)
class Shop:
    name: str
    number: str
    phone: Phone


@dataclass
class Attempt:
    """A `link` that runs: what it tells, until it ends."""

    notes: trio.MemoryReceiveChannel[Params]
    refusal: RpcError | None = None
    """How it failed, once `notes` has ended."""

    async def next(self, event: str) -> Params:
        """The next thing it tells, which is expected to be this."""
        with trio.fail_after(LINK_LIMIT):
            note = await self.notes.receive()
        assert note["event"] == event, note
        return note

    async def failed(self) -> RpcError:
        """How it fails, after what it still tells."""
        with trio.fail_after(LINK_LIMIT):
            async for _ in self.notes:
                pass
        assert self.refusal is not None, "it was linked"
        return self.refusal


class Rig:
    """`home` is the daemon's COMPTOIR_HOME. `events` grows with what the daemon tells; `wait_event` awaits."""

    def __init__(self, home: Path, lab: Lab, nursery: trio.Nursery, start: Start | None = None) -> None:
        self.home = home
        self.lab = lab
        self.start = start or Start()
        self.printed = bytearray()
        """All that the daemons printed."""
        self.events: list[Params] = []
        self.shops: dict[str, Shop] = {}
        self._nursery = nursery
        self._grown = trio.Event()
        self._daemon: trio.Process | None = None
        self._channel: Channel | None = None
        self._links: dict[str, trio.MemorySendChannel[Params]] = {}

    # --- the daemon

    @property
    def pid(self) -> int | None:
        """None while no daemon runs."""
        running = self._daemon is not None and self._daemon.returncode is None
        return self._daemon.pid if self._daemon is not None and running else None

    async def start_daemon(self) -> None:
        self._daemon = await trio.lowlevel.open_process(
            list(self.start.command),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            cwd=self.start.folder,
            env=os.environ
            | {"COMPTOIR_HOME": str(self.home), "COMPTOIR_LAB": str(self.home / "lab.json")}
            | self.start.environment,
        )
        with trio.fail_after(START_LIMIT):
            await self._nursery.start(self._read_printed, self._daemon)
            await self._connect()

    async def stop_daemon(self) -> int:
        """SIGTERM; its exit code."""
        assert self._daemon is not None
        self._daemon.terminate()
        with trio.fail_after(15):
            return await self._daemon.wait()

    async def kill_daemon(self) -> None:
        assert self._daemon is not None
        self._daemon.kill()
        await self._daemon.wait()

    @property
    def daemon_pid(self) -> int:
        assert self._daemon is not None
        return self._daemon.pid

    async def wait_daemon(self) -> int:
        """Its exit code, once it has ended."""
        assert self._daemon is not None
        return await self._daemon.wait()

    async def end_daemon(self) -> None:
        """Stop it where it runs; for the end of a test."""
        if self._daemon is not None and self._daemon.returncode is None:
            await self.stop_daemon()

    async def kill_worker(self, shop: str) -> int:
        """kill -9; the pid it had."""
        pid = (await self.status(shop))["pid"]
        os.kill(pid, signal.SIGKILL)
        return int(pid)

    async def kill_forkserver(self) -> int:
        """kill -9; the pid it had. Workers it forked live on and pass to the daemon, a subreaper."""
        assert self._daemon is not None
        threads = Path(f"/proc/{self._daemon.pid}/task").iterdir()
        children = [child for thread in threads for child in (thread / "children").read_text().split()]
        # Workers keep the command line that they were forked with, and pass to the daemon when it is killed.
        pid = next(int(child) for child in children if _is_forkserver(Path(f"/proc/{child}")))
        os.kill(pid, signal.SIGKILL)
        return pid

    # --- talking to it

    async def call(self, method: str, *, within: float = 60.0, **params: Any) -> Any:
        assert self._channel is not None
        return await self._channel.call(method, params, within=within)

    async def call_until_now(self, method: str, *, within: float = 60.0, **params: Any) -> Any:
        """As `call`, tried again while the daemon says "not now": a worker is being replaced."""
        with trio.fail_after(within):
            while True:
                grown = self._grown
                try:
                    return await self.call(method, **params)
                except RpcError as error:
                    if error.code != ErrorCode.NOT_NOW:
                        raise
                # A worker that begins to answer changes no state, and so no event may tell of it.
                with trio.move_on_after(1.0):
                    await grown.wait()

    async def status(self, shop: str) -> Params:
        tenants = (await self.call("status", tenant=shop))["tenants"]
        return next(row for row in tenants if row["name"] == shop)

    async def wait_event(self, matches: Callable[[Params], object], within: float = 30.0, after: int = 0) -> Params:
        """The first event from position `after` on that matches, as soon as it comes."""
        try:
            with trio.fail_after(within):
                while True:
                    grown = self._grown
                    for event in self.events[after:]:
                        if matches(event):
                            return event
                    after = max(after, len(self.events))
                    await grown.wait()
        except trio.TooSlowError:
            shown = "\n".join(map(str, self.events[-15:]))
            raise AssertionError(f"the event did not come within {within} s; the last were\n{shown}") from None

    async def wait_state(self, shop: str, state: str, within: float = 30.0) -> Params:
        """The shop's status once it is in `state`. Woken by events, so it never sleeps past a change."""
        try:
            with trio.fail_after(within):
                while True:
                    grown = self._grown
                    status = await self.status(shop)
                    if status["state"] == state:
                        return status
                    with trio.move_on_after(1.0):
                        await grown.wait()
        except trio.TooSlowError:
            raise AssertionError(f"{shop} is {status['state']} ({status['reason']}), not {state}") from None

    async def messages(self, shop: str) -> list[Params]:
        """The shop's whole history, oldest first."""
        rows: list[Params] = []
        before: int | None = None
        while True:
            page = await self.call_until_now(
                "messages", tenant=shop, limit=500, **({"before": before} if before else {})
            )
            rows = page["messages"] + rows
            before = page.get("next")
            if before is None:
                return rows

    async def settle(self, shop: str, within: float = 90.0) -> list[Params]:
        """The shop's history once it is online and nothing waits any more but uncertain answers."""
        with trio.fail_after(within):
            await self.wait_state(shop, "online", within)
            while True:
                seen = len(self.events)
                rows = await self.messages(shop)
                if not {"received", "queued", "sending"} & {row["state"] for row in rows}:
                    return rows
                await self.wait_event(lambda event: event["kind"] in ENDS, within, after=seen)

    # --- shops

    async def add_shop(self, name: str, number: str, config: str | None = None) -> Shop:
        """A tenant with this `tenant.toml`, its phone in the lab, linked by scanning the code it is shown."""
        phone = self.lab.phone(number, name=name.title())
        if config is not None:
            folder = self.home / "config" / "tenants" / name
            folder.mkdir(parents=True, exist_ok=True)
            (folder / "tenant.toml").write_text(config)
        await self.call("tenant.add", tenant=name)
        # On a busy machine its worker may take longer than a `link` waits for it.
        await self.call_until_now("messages", tenant=name, limit=1)
        shop = self.shops[name] = Shop(name, phone.number, phone)
        await self.link(name)
        return shop

    async def link(self, name: str, **params: Any) -> Params:
        """Run `link` and give the phone the first code; the `linked` notification."""
        with trio.fail_after(LINK_LIMIT):
            async with self.linking(name, **params) as attempt:
                linked = await self._take_code(attempt, self.shops[name].phone)
        await self.wait_state(name, "online")
        # Before its keys are at the server, customers cannot encrypt for a new device and leave it out.
        with trio.fail_after(LINK_LIMIT):
            await self.lab.server.wait_ready(self.shops[name].phone.companions[-1])
        return linked

    @asynccontextmanager
    async def linking(self, name: str, **params: Any) -> AsyncIterator[Attempt]:
        """Run `link` on a connection of its own; leaving calls the attempt off."""
        send, receive = trio.open_memory_channel[Params](32)
        attempt = Attempt(receive)
        stream = await trio.open_unix_socket(str(self._socket))
        channel = Channel(stream)

        async def note(method: str, params: Params) -> None:
            if method == "link":
                await send.send(params)

        async with stream, trio.open_nursery() as nursery:
            nursery.start_soon(channel.serve, note)
            await channel.call("hello", {"version": 1})

            async def run() -> None:
                with send:
                    try:
                        await channel.call("link", {"tenant": name, **params}, within=LINK_LIMIT)
                    except RpcError as error:
                        attempt.refusal = error

            nursery.start_soon(run)
            yield attempt
            nursery.cancel_scope.cancel()

    async def _take_code(self, attempt: Attempt, phone: Phone) -> Params:
        taken = False
        async for note in attempt.notes:
            if note["event"] == "qr" and not taken:
                taken = True
                await phone.scan(note["code"])
            elif note["event"] == "pairing_code":
                await phone.enter_code(note["code"])
            elif note["event"] == "linked":
                # Leaving early would cancel the request; the answer follows at once.
                return note
            elif note["event"] == "failed":
                raise AssertionError(f"linking failed: {note}")
        raise AssertionError(f"linking ended without a word: {attempt.refusal}")

    @property
    def _socket(self) -> Path:
        return self.home / "run" / "control.sock"

    async def _connect(self) -> None:
        stream = await trio.open_unix_socket(str(self._socket))
        self._channel = Channel(stream)
        self._nursery.start_soon(self._listen, stream, self._channel)
        await self._channel.call("hello", {"version": 1})
        self._nursery.start_soon(self._follow, self._channel)
        # The first notification says that nothing is missed from here on.
        await self.wait_event(lambda event: event["kind"] == "following", after=len(self.events))

    async def _listen(self, stream: trio.SocketStream, channel: Channel) -> None:
        async with stream:
            await channel.serve(self._note)

    async def _follow(self, channel: Channel) -> None:
        try:
            await channel.call("events", {}, within=float("inf"))
        except Exception as error:
            # The daemon was stopped or killed by the test; the next `_connect` follows again.
            print("events ended:", type(error).__name__, file=sys.stderr)

    async def _note(self, method: str, params: Params) -> None:
        if method == "event":
            self.events.append(params)
            grown, self._grown = self._grown, trio.Event()
            grown.set()

    async def _read_printed(
        self, process: trio.Process, task_status: trio.TaskStatus[None] = trio.TASK_STATUS_IGNORED
    ) -> None:
        assert process.stdout is not None
        ready, text = False, ""
        async for data in process.stdout:
            self.printed += data
            text += data.decode("utf-8", "replace")
            sys.stderr.write(data.decode("utf-8", "replace"))
            if not ready and any(line.strip() == "ready" for line in text.splitlines()):
                ready = True
                task_status.started()
        if not ready:
            raise AssertionError(f"the daemon ended before it was ready: {text}")


def _is_forkserver(process: Path) -> bool:
    named = (process / "comm").read_text().startswith("tenant:")
    return not named and b"forkserver" in (process / "cmdline").read_bytes()


@asynccontextmanager
async def open_rig(
    settings: str = "version = 1\n\n[lab]\nfast = true\n", start: Callable[[Path], Start] = lambda home: Start()
) -> AsyncIterator[Rig]:
    """A lab, and a daemon on an empty home under it; both gone at the end, whatever happened."""
    home = Path(tempfile.mkdtemp(prefix="comptoir-", dir="/tmp"))
    (home / "config").mkdir()
    (home / "config" / "comptoir.toml").write_text(settings)
    try:
        async with open_lab(home / "lab") as lab, trio.open_nursery() as nursery:
            lab.write_description(home / "lab.json")
            rig = Rig(home, lab, nursery, start(home))
            await rig.start_daemon()
            try:
                yield rig
            finally:
                with trio.CancelScope(shield=True):
                    await rig.end_daemon()
                nursery.cancel_scope.cancel()
    finally:
        # Before the home: where there is no tmpfs under it, its sessions lie in a folder named after it.
        with suppress(PathsWrong, FileNotFoundError):
            shutil.rmtree(sessions_root(find_paths({"COMPTOIR_HOME": str(home)})), ignore_errors=True)
        shutil.rmtree(home, ignore_errors=True)
