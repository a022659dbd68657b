"""What the demo shows: conversations as they happen and, on a terminal, how the shops stand below them."""

import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Self

from rich.console import Group, RenderableType
from rich.live import Live
from rich.rule import Rule
from rich.text import Text

from comptoir.cli import qr
from comptoir.cli.demo import board
from comptoir.cli.demo.closing import closing_table, summary
from comptoir.cli.demo.control import Params
from comptoir.cli.demo.judge import Verdict
from comptoir.cli.demo.picture import picture_console, svg
from comptoir.cli.demo.rows import Row, drawn, written
from comptoir.cli.demo.script import SHOPS, Shop
from comptoir.cli.numbers import pretty
from comptoir.cli.render.console import console as make_console

_OPENING = (
    "The daemon, its processes and the client library are the real ones, and messages are end-to-end encrypted. "
    "Only WhatsApp's server is played by a stand-in on this machine, the lab, and all people are invented."
)


class Screen:
    """Enter it to begin. `fast`: the shops make no pauses. With `picture` what is essential is drawn twice."""

    def __init__(self, *, fast: bool, picture: bool = False) -> None:
        self.fast = fast
        self.standings = {shop: board.Standing() for shop in SHOPS}
        self._title = ""
        self._offer: board.Offer | None = None
        self._began = time.monotonic()
        self._console = make_console()
        self._live: Live | None = None
        if self._console.is_terminal and not self._console.is_dumb_terminal:
            self._live = Live(get_renderable=self._below, console=self._console, auto_refresh=False, transient=True)
        self._picture = picture_console() if picture else None

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def refresh(self) -> None:
        """Draw what stands below the conversations anew."""
        if self._live:
            self._live.refresh()

    def svg(self) -> str:
        """The picture; only where one was asked for."""
        assert self._picture is not None
        return svg(self._picture)

    # --- what happens

    def opening(self) -> None:
        """What this is, for somebody who has never seen it."""
        self._print(Text.assemble(("Comptoir", "bold"), ": many small shops on WhatsApp, from one machine"))
        self._print(Text(_OPENING, "dim"))

    def act(self, title: str) -> None:
        """A part of the demo begins."""
        self._title = title
        self._print(Group("", Rule(Text(title, "bold"), align="left", style="dim")), plain=f"\n== {title}")

    def note(self, text: str, style: str = "dim", *, essential: bool = True) -> None:
        """A word of explanation."""
        self._print(Text(f"  {text}", style), essential=essential)

    def offer_code(self, shop: Shop, code: str) -> None:
        self.standings[shop].state = "linking"
        self._offer = board.Offer(shop, qr.encode(code))
        self._print(Text(f"  $ comptoir link {shop.tenant}"), essential=False)
        self.refresh()

    def linked(self, shop: Shop, seconds: float) -> None:
        self._offer = None
        self.standings[shop].state = "online"
        name, number = (shop.name, shop.colour), pretty(shop.number)
        self._print(Text.assemble(("  ✓ ", "green"), name, f" is linked to {number}, {seconds:.1f} s after the scan"))

    def killed(self, shop: Shop, pid: int) -> None:
        self._print(Text.assemble(("  $ ", ""), (f"kill -9 {pid}", "bold red"), f"   # the process of {shop.name}"))

    def back(self, shop: Shop, seconds: float) -> None:
        name, pid = (shop.name, shop.colour), self.standings[shop].pid
        self._print(
            Text.assemble(("  ✓ ", "green"), name, f" is online again, {seconds:.1f} s after the kill, as pid {pid}")
        )

    def message(self, row: Row, *, essential: bool = True) -> None:
        """Somebody wrote."""
        standing = self.standings[row.customer.shop]
        standing.asked += row.by == "customer"
        standing.answered += row.by == "bot"
        self._print(drawn(row), plain=written(row), essential=essential)

    def closing(self, verdicts: Sequence[Verdict], rows: Mapping[str, Params]) -> None:
        """`rows` are the daemon's of `status`."""
        self.act("What became of it, as the server saw it")
        drawn, plain = (closing_table(verdicts, rows, plain=plain) for plain in (False, True))
        self._print(drawn, plain=plain)
        if self.fast:
            self.note("At this speed the shops neither wait for more from the same customer nor show typing.")
        else:
            self.note("The times include waiting for more from the same customer, and typing as a person would.")
        if not any(verdict.faults for verdict in verdicts):
            self.note(summary(verdicts), "bold green")

    # --- how it is drawn

    def _print(self, what: RenderableType, *, plain: RenderableType | None = None, essential: bool = True) -> None:
        if self._console.is_terminal:
            self._console.print(what)
        else:
            self._console.print(what if plain is None else plain, soft_wrap=True)
        if self._picture and essential:
            self._picture.print(what)

    def _below(self) -> RenderableType:
        if self._offer:
            # Alone: a window of 80 × 24 has no room for anything beside the code.
            columns, lines = self._console.size
            return board.code(self._offer, columns, lines - 1)
        elapsed = Text(f"  {time.monotonic() - self._began:.0f} s  {self._title}", "dim", no_wrap=True)
        return Group(Rule(style="dim"), board.standings(self.standings), elapsed)
