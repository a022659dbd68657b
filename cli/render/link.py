"""What `comptoir link` shows while a phone is awaited: a code on a terminal, lines elsewhere."""

import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from rich.console import Group, RenderableType
from rich.live import Live
from rich.style import Style
from rich.text import Text

from comptoir.cli import qr
from comptoir.cli.numbers import pretty
from comptoir.cli.output import print_json, print_line
from comptoir.cli.render.console import console
from comptoir.cli.render.text import safe

Event = dict[str, Any]

# Readers want black on white, whatever the terminal's own colours are.
_PAPER = Style(color="#000000", bgcolor="#ffffff")
_STEPS = (
    "WhatsApp › Appareils connectés › Connecter un appareil",
    "WhatsApp › Linked devices › Link a device",
)


class LinkView:
    """Shows what happens while it is entered."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def show(self, event: Event) -> None:
        raise NotImplementedError

    def fail(self, reason: str) -> None:
        """The attempt is over without a last event; the command's last line on stderr says so to people."""


class CodeScreen(LinkView):
    """A code, redrawn in place with a countdown, on the terminal's second screen: nothing of it stays."""

    def __init__(self, tenant: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._tenant = tenant
        self._clock = clock
        # Without colours a dark terminal would show the code inverted, which phones do not read.
        self._console = console(no_color=False)
        self._live = Live(get_renderable=self.render, console=self._console, screen=True, refresh_per_second=2)

    def __enter__(self) -> Self:
        self._live.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.__exit__(kind, error, trace)

    def show(self, event: Event) -> None:
        if event["event"] == "linked":
            self._live.stop()
            self._console.print(linked_line(self._tenant, event), style="green")
        elif self.offer(event):
            self._live.refresh()

    def offer(self, event: Event) -> bool:
        """Take what is to be shown from now on; whether there is anything in this event."""
        raise NotImplementedError

    def render(self) -> RenderableType:
        """What is on screen now; Live asks for it twice a second, and after a change of the window."""
        raise NotImplementedError


class QrScreen(CodeScreen):
    """The QR code that is good now, or where it is to be seen."""

    def __init__(self, tenant: str, png: Path | None = None) -> None:
        # First, because the screen is drawn while it is made.
        self._png = png
        self._offer: tuple[qr.Modules, float] | None = None
        super().__init__(tenant)

    def offer(self, event: Event) -> bool:
        if event["event"] != "qr":
            return False
        self._offer = qr.encode(event["code"]), self._clock() + event["expires_in"]
        return True

    def render(self) -> RenderableType:
        if self._offer is None:
            return Text(f"{self._tenant}: waiting for a code…")
        modules, deadline = self._offer
        captions = [Text(self._countdown(deadline), style="bold"), *(Text(step) for step in _STEPS)]
        width, height = self._console.size
        if self._png is not None:
            return Group(*captions, Text(f"The code is in {self._png}", overflow="fold"))
        # One line of words at least: the countdown.
        picture = qr.fit(modules, width, height - 1)
        if picture is None:
            return Text(too_small(modules, width, height))
        room = height - picture.lines
        return Group(*(Text(row, style=_PAPER, no_wrap=True) for row in picture.rows), *captions[:room])

    def _countdown(self, deadline: float) -> str:
        left = round(deadline - self._clock())
        if left <= 0:
            return f"{self._tenant}: a fresh code is on its way…"
        return f"{self._tenant}: scan within {left} s"


def too_small(modules: qr.Modules, width: int, height: int) -> str:
    """What to do about a window that no readable form of the code fits."""
    least = qr.sextants(modules)
    return (
        f"The window is too small for the code ({width} × {height}): enlarge it to {least.columns} × "
        f"{least.lines + 1}, or stop with Ctrl-C and use --png FILE"
    )


class EventLines(LinkView):
    """One plain line for each thing that happens, for pipes and logs."""

    def show(self, event: Event) -> None:
        match event["event"]:
            case "qr":
                print_line(f"code {safe(event['code'])} ({event['expires_in']} s)")
            case "pairing_code":
                print_line(f"pairing code {safe(event['code'])} ({event['expires_in']} s)")
            case "linked":
                print_line(f"linked {safe(event['number'])} {safe(event.get('name') or '')}".rstrip())
            case kind:
                print_line(safe(" ".join(map(str, (kind, *list(event.values())[1:])))))


class JsonLines(LinkView):
    """The events as they come."""

    def show(self, event: Event) -> None:
        print_json(event)

    def fail(self, reason: str) -> None:
        print_json({"event": "failed", "reason": reason})


def linked_line(tenant: str, event: Event) -> str:
    name = event.get("name")
    return f"{tenant} is linked to {pretty(event['number'])}" + (f" ({safe(name)})" if name else "")
