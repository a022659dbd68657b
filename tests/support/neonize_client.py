"""Drives an unmodified neonize client in a process of its own, for tests of the lab."""

import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import trio

from comptoir.lab import Lab

SCRIPT = Path(__file__).with_name("client_process.py")
EVENT_SECONDS = 20.0
LINE_LIMIT = 1 << 20


class NeonizeClient:
    """One client process. `events` holds all that it has reported, in order."""

    def __init__(self, process: trio.Process) -> None:
        self.events: list[dict[str, Any]] = []
        self._process = process
        self._news = trio.Event()
        self._orders = 0

    async def wait(self, event: str, seconds: float = EVENT_SECONDS, **fields: Any) -> dict[str, Any]:
        """The first report of this name with these fields; it is taken out of `events`."""
        with trio.move_on_after(seconds):
            while True:
                for report in self.seen(event):
                    if report.items() >= fields.items():
                        self.events.remove(report)
                        return report
                await self._news.wait()
        raise AssertionError(f"no {event} {fields or ''} within {seconds:g} s; there were {self.events}")

    def seen(self, event: str) -> list[dict[str, Any]]:
        return [report for report in self.events if report["event"] == event]

    async def do(self, command: str, seconds: float = EVENT_SECONDS, **arguments: Any) -> Any:
        """Have a command carried out; returns its result. Raises ClientError with what neonize said."""
        number = await self.order(command, **arguments)
        answer = await self.wait("answer", seconds, number=number)
        if "error" in answer:
            raise ClientError(answer["error"])
        return answer["result"]

    async def order(self, command: str, **arguments: Any) -> int:
        """Give a command without waiting for its end."""
        assert self._process.stdin is not None
        self._orders += 1
        line = json.dumps({"number": self._orders, "do": command, "with": arguments}) + "\n"
        await self._process.stdin.send_all(line.encode())
        return self._orders

    async def kill(self) -> None:
        """kill -9, at once."""
        self._process.kill()
        await self._process.wait()

    async def listen(self) -> None:
        """Collect reports until the process ends."""
        assert self._process.stdout is not None
        buffer = b""
        async for chunk in self._process.stdout:
            *complete, buffer = (buffer + chunk).split(b"\n")
            self.events += [json.loads(line) for line in complete]
            assert len(buffer) < LINE_LIMIT, "a report has no end"
            self._news.set()
            self._news = trio.Event()


class ClientError(Exception):
    """What neonize raised."""


@asynccontextmanager
async def neonize(lab: Lab, session: Path, *, own_root_key: bool = False) -> AsyncIterator[NeonizeClient]:
    """Run a client against a lab; it resumes what lies in `session`, else it shows QR codes.

    With `own_root_key` it keeps the root key that is compiled in.
    """
    description = lab.describe()
    settings = {
        "session": str(session),
        "proxy": description["proxy"],
        "root_key": None if own_root_key else description["root_key"],
    }
    # Go reads these when the process starts and never again.
    environment = os.environ | {"SSL_CERT_FILE": description["ca_file"], "NEONIZE_BOT_TAG": "off"}
    log = await trio.to_thread.run_sync(session.with_suffix(".log").open, "ab")
    async with trio.open_nursery() as nursery:
        with log:
            process: trio.Process = await trio.lowlevel.open_process(
                [sys.executable, "-P", str(SCRIPT), json.dumps(settings)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                env=environment,
            )
        client = NeonizeClient(process)
        nursery.start_soon(client.listen)
        try:
            yield client
        finally:
            with trio.CancelScope(shield=True):
                await client.kill()
        nursery.cancel_scope.cancel()


async def link(lab: Lab, client: NeonizeClient, number: str) -> None:
    """Scan the code that the client shows with the phone of this number and wait until it is logged in."""
    code = (await client.wait("qr"))["code"]
    await lab.phone(number).scan(code)
    await client.wait("connected")


async def until(condition: Callable[[], object], seconds: float = 5.0) -> None:
    """Return once a condition is true that nothing announces. Raises trio.TooSlowError."""
    with trio.fail_after(seconds):
        while not condition():  # noqa: ASYNC110  (what the lab's people note, they note silently)
            await trio.sleep(0.005)
