"""Faults of the media host, on order: for the next downloads or uploads of an account, or of everybody."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

import trio

from comptoir.lab.numbers import digits

TRANSFERS_KEPT = 1_000
EVERYBODY = ""

Direction: TypeAlias = Literal["download", "upload"]


@dataclass(slots=True)
class Order:
    """What is to happen to the next transfers."""

    what: Literal["fail", "hang", "cut", "alter", "slow"]
    left: int | None
    """How many more times; None until lifted."""
    status: int = 0
    after_bytes: int | None = None
    """Where in the body it stops; None means half way."""
    bytes_per_second: float = 0.0


@dataclass(frozen=True, slots=True)
class Transfer:
    """One request, noted as its answer begins."""

    direction: Direction
    path: str
    accounts: frozenset[str]
    """Digits of the numbers it belongs to."""
    outcome: str
    """The status, or what was ordered: "hang", "cut", "alter" or "slow"."""
    bytes: int
    """Of the body: of an upload what came, of a download what is to go out."""


class MediaFaults:
    """Faults strike wire clients; people in the lab go to the host by another door.

    A download belongs to the accounts of the chat that its file was sent in, an upload to who uploads. `number` is
    given in any spelling, None stands for everybody; one without an account raises ValueError. `times` is how often,
    None until lifted.
    """

    def __init__(self, check: Callable[[str], object]) -> None:
        self._check = check
        self._orders: dict[tuple[Direction, str], deque[Order]] = {}
        self._lifted: dict[str, trio.Event] = {}
        self.transfers: deque[Transfer] = deque(maxlen=TRANSFERS_KEPT)

    def fail_downloads(self, number: str | None, status: int = 500, times: int | None = 1) -> None:
        """Answer with a status and no file: 403 and 404 (gone), 429 (too many), 500 …"""
        self._order("download", number, Order("fail", times, status=status))

    def hang_downloads(self, number: str | None, times: int | None = 1, after_bytes: int = 0) -> None:
        """Say nothing more after so many bytes of the body, and keep the connection open; 0 is before the answer."""
        self._order("download", number, Order("hang", times, after_bytes=after_bytes))

    def cut_downloads(self, number: str | None, times: int | None = 1, after_bytes: int | None = None) -> None:
        """End the connection in the body, half way unless told."""
        self._order("download", number, Order("cut", times, after_bytes=after_bytes))

    def alter_downloads(self, number: str | None, times: int | None = 1) -> None:
        """Serve other bytes, as many as there should be."""
        self._order("download", number, Order("alter", times))

    def slow_downloads(self, number: str | None, bytes_per_second: float, times: int | None = 1) -> None:
        self._order("download", number, Order("slow", times, bytes_per_second=bytes_per_second))

    def fail_uploads(self, number: str | None, status: int = 500, times: int | None = 1) -> None:
        """Take the body, keep nothing, and answer with a status."""
        self._order("upload", number, Order("fail", times, status=status))

    def hang_uploads(self, number: str | None, times: int | None = 1) -> None:
        """Take the body and never answer."""
        self._order("upload", number, Order("hang", times))

    def lift(self, number: str | None) -> None:
        """Forget what was ordered, and end what hangs because of it."""
        key = EVERYBODY if number is None else digits(number)
        self._orders.pop(("download", key), None)
        self._orders.pop(("upload", key), None)
        self._lifted.pop(key, trio.Event()).set()

    # What the host asks.

    def strike(self, direction: Direction, accounts: Collection[str]) -> tuple[Order | None, trio.Event]:
        """The order that this transfer carries out, which is then used up by one, and the event that lifts it."""
        for key in (*accounts, EVERYBODY):
            orders = self._orders.get((direction, key))
            if not orders:
                continue
            order = orders[0]
            if order.left is not None:
                order.left -= 1
                if order.left <= 0:
                    orders.popleft()
            return order, self._lifted.setdefault(key, trio.Event())
        return None, trio.Event()

    def note(self, direction: Direction, path: str, accounts: Iterable[str], outcome: Any, size: int) -> None:
        self.transfers.append(Transfer(direction, path, frozenset(accounts), str(outcome), size))

    def seen(self, direction: Direction) -> list[Transfer]:
        """The last transfers of one direction, in order."""
        return [transfer for transfer in self.transfers if transfer.direction == direction]

    def _order(self, direction: Direction, number: str | None, order: Order) -> None:
        if order.left is not None and order.left < 1:
            raise ValueError(f"times is {order.left}: a number of at least 1 was expected, or None until lifted")
        key = EVERYBODY if number is None else digits(number)
        if key:
            self._check(key)
        self._orders.setdefault((direction, key), deque()).append(order)
