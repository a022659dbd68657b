"""Faults that a test orders: what a network, a server or an angry moderator does to a shop, on demand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Protocol

import trio

from comptoir.lab.media_faults import MediaFaults
from comptoir.lab.nodes import Node
from comptoir.lab.numbers import digits


@dataclass(slots=True)
class Standing:
    """The faults that wait for an account's next stanzas or logins. Zero and None mean none."""

    failure: Node | None = None
    """What every login is answered with."""
    refused_until: float = 0.0
    """trio time before which its connections are closed before login."""
    duplicates: int = 0
    """How many of the next messages to its companions come twice."""
    lost_acks: int = 0
    """How many of the next messages of its companions are taken, yet never acknowledged."""
    late_acks: int = 0
    late_seconds: float = 0.0
    refused_sends: int = 0
    """How many of its companions' next messages are answered with `send_error` and go nowhere."""
    send_error: int = 0
    refused_to: str = ""
    """Digits of the only receiver whose messages are refused; empty for any."""
    size_limit: int = 0
    """How many bytes of ciphertext for one device its companions may send; 0 for any number."""
    cut_uploads: int = 0
    """How many of its companions' next prekey uploads end in a dropped connection instead of an answer."""
    cut_after_storing: bool = False
    refused_codes: int = 0
    """How many of the next wishes for a pairing code are answered with `code_error`."""
    code_error: int = 0
    asks_passkey: bool = False
    """Who is scanned is asked for the account's passkey and not linked."""


class Line(Protocol):
    """A wire client's connection, as a fault sees it."""

    async def drop(self) -> None: ...

    def stall(self) -> None: ...

    def resume(self) -> None: ...

    async def end(self, last: Node) -> None: ...


class Faults:
    """Faults strike companions (wire clients), not phones and customers.

    Numbers come in any spelling; one without an account raises ValueError, so that no fault is ordered in vain.
    """

    def __init__(self, lines_of: Callable[[str], Iterable[Line]], use_up_prekeys: Callable[[str, bool], None]) -> None:
        self._lines_of = lines_of
        self._use_up_prekeys = use_up_prekeys
        self._standing: defaultdict[str, Standing] = defaultdict(Standing)
        self.media = MediaFaults(self._lines)
        """Those of the media host."""
        self.refusing_all = False
        """While true every new connection is closed at once, as by a server that is down; open ones stay."""

    def standing(self, number: str) -> Standing:
        """What waits for an account, given by its digits; asked for every message."""
        return self._standing[number]

    # At once.

    async def drop(self, number: str) -> None:
        """Cut the TCP connections without a word."""
        for line in self._lines(number):
            await line.drop()

    def stall(self, number: str) -> None:
        """Neither read nor write any more, and keep the connections open."""
        for line in self._lines(number):
            line.stall()

    def resume(self, number: str) -> None:
        """Let stalled connections go on where they were."""
        for line in self._lines(number):
            line.resume()

    async def stream_error(self, number: str, code: int = 515) -> None:
        """End the connections with a stream error: 515 (log in again) or 503 (the server restarts)."""
        for line in self._lines(number):
            await line.end(Node("stream:error", {"code": str(code)}))

    async def replace(self, number: str) -> None:
        """End the connections as if the same session had been opened elsewhere."""
        for line in self._lines(number):
            await line.end(Node("stream:error", {}, (Node("conflict", {"type": "replaced"}),)))

    # At every login, until lifted.

    async def ban(self, number: str, *, code: int = 101, expire: int = 3600) -> None:
        """A temporary ban for `expire` seconds (101: too many strangers written to); open connections end."""
        attrs = {"reason": "402", "code": str(code), "expire": str(expire)}
        await self._fail_logins(number, Node("failure", attrs))

    async def outdate(self, number: str) -> None:
        """Tell the client that it is too old."""
        await self._fail_logins(number, Node("failure", {"reason": "405"}))

    async def fail_logins(self, number: str, reason: int) -> None:
        """Any other failure: 401, 403 and 406 log the client out, 500 and 503 pass."""
        await self._fail_logins(number, Node("failure", {"reason": str(reason)}))

    def lift(self, number: str) -> None:
        """Forget every fault that was ordered for this number and has not struck yet."""
        self._standing.pop(digits(number), None)
        self.media.lift(number)

    # At the next connections.

    async def refuse_connections(self, number: str, seconds: float) -> None:
        """Drop an account's connections and close new ones before they are logged in, for a while."""
        self._order(number).refused_until = trio.current_time() + seconds
        await self.drop(number)

    # At the next messages.

    def duplicate(self, number: str, times: int = 1) -> None:
        """Deliver the next messages to the account's companions twice."""
        self._order(number).duplicates = times

    def lose_acks(self, number: str, times: int = 1) -> None:
        """Take the companions' next messages and never acknowledge them."""
        self._order(number).lost_acks = times

    def delay_acks(self, number: str, seconds: float, times: int = 1) -> None:
        """Acknowledge the companions' next messages late."""
        standing = self._order(number)
        standing.late_acks, standing.late_seconds = times, seconds

    def refuse_sends(self, number: str, error: int = 463, times: int = 1, to: str = "") -> None:
        """Answer the companions' next messages, or those `to` one number, with an error and deliver nothing.

        463: too many strangers; 403: to somebody whom the account has blocked; 429: too many at once.
        """
        standing = self._order(number)
        standing.refused_sends, standing.send_error, standing.refused_to = times, error, digits(to)

    def limit_size(self, number: str, size: int) -> None:
        """Answer messages of the companions with 413 whose ciphertext for one device is larger; 0 lifts it.

        What the real server says is not known: clients refuse to send a frame of more than 16 MiB.
        """
        self._order(number).size_limit = size

    # At the next prekeys.

    def exhaust_prekeys(self, number: str, upload: bool = True) -> None:
        """Use up all one-time prekeys of the companions: others start sessions without one.

        With `upload` the clients are told and upload new ones (whatsmeow, notification.go).
        """
        self._lines(number)  # raises where there is no such account
        self._use_up_prekeys(digits(number), upload)

    def cut_upload(self, number: str, stored: bool = False, times: int = 1) -> None:
        """Drop the connection at the companions' next prekey uploads, before or after they are stored."""
        standing = self._order(number)
        standing.cut_uploads, standing.cut_after_storing = times, stored

    # At the next attempts to link.

    def refuse_codes(self, number: str, error: int = 429, times: int = 1) -> None:
        """Answer clients that want a pairing code for this number with an error (429: too many were asked for)."""
        standing = self._order(number)
        standing.refused_codes, standing.code_error = times, error

    def ask_passkey(self, number: str) -> None:
        """Ask clients that are scanned for a passkey and link none (whatsmeow, pair-passkey.go), until lifted.

        What phones and the server do when no answer comes is not known.
        """
        self._order(number).asks_passkey = True

    async def _fail_logins(self, number: str, failure: Node) -> None:
        self._order(number).failure = failure
        await self.drop(number)

    def _order(self, number: str) -> Standing:
        self._lines(number)  # raises where there is no such account
        return self._standing[digits(number)]

    def _lines(self, number: str) -> list[Line]:
        return list(self._lines_of(digits(number)))
