"""The ledger: who sent each message, who receipted it, who decrypted it, when and with which key.

It lets a test judge from outside what a client claims.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import trio

from comptoir.lab.clock import Clock
from comptoir.lab.entries import Delivered, Entry, Failed, Opened, Received, Sealed
from comptoir.lab.nodes import JID
from comptoir.lab.numbers import digits
from comptoir.lab.store import Store

__all__ = ["Entry", "Hearing", "Ledger", "NotSeen"]

ENTRIES_KEPT = 100_000
# What hangs on one entry (receipts, deliveries …) is bounded too: a client may repeat itself for ever.
MARKS_KEPT = 64
# Waiting predicates look at whole lists: once for a burst of changes is enough.
WAIT_STEP_SECONDS = 0.01


class NotSeen(TimeoutError):
    """What a test waited for did not happen in time; the text says what the ledger held instead."""


@dataclass(frozen=True, slots=True)
class Hearing:
    """One decryption of one message by a person of the lab."""

    entry: Entry
    opened: Opened

    @property
    def text(self) -> str | None:
        return self.opened.text


class Ledger:
    """Devices are given as JIDs in either form; `name_of` turns one into its number JID as text."""

    def __init__(self, clock: Clock, store: Store, name_of: Callable[[JID], str] = str) -> None:
        self._clock = clock
        self._store = store
        self._name_of = name_of
        self._entries: OrderedDict[tuple[str, str], Entry] = OrderedDict()
        self._numbers = 0
        self._changed = trio.Event()
        for body in store.documents("ledger/").values():
            self._adopt(Entry.load(body))

    # What the server and the people report.

    def took(self, id: str, sender: JID, to: JID | None) -> None:
        """A message stanza arrived from a device; `to` is None for what stays within its account."""
        entry = self._entry(id, sender)
        entry.sender = self._name_of(sender)
        if to is not None:
            entry.to = digits(self._name_of(to))
        self._mark(entry, entry.stanzas, self._clock.now_ms())

    def acked(self, id: str, sender: JID, error: int | None = None) -> None:
        entry = self._entry(id, sender)
        entry.error = error
        self._mark(entry, entry.acks, self._clock.now_ms())

    def delivered(self, id: str, sender: JID, to: JID, offline: bool) -> None:
        entry = self._entry(id, sender)
        self._mark(entry, entry.delivered, Delivered(self._name_of(to), self._clock.now_ms(), offline))

    def receipt(self, id: str, sender: JID, by: JID, kind: str) -> None:
        """`sender` is any device of the message's sender."""
        entry = self._entry(id, sender)
        self._mark(entry, entry.receipts, Received(self._name_of(by), self._clock.now_ms(), kind))

    def sealed(  # noqa: PLR0913, PLR0917  (one row of the ledger)
        self, id: str, sender: JID, to: JID, text: str | None, ratchet_key: bytes, counter: int, kind: str
    ) -> None:
        entry = self._entry(id, sender)
        mark = Sealed(self._name_of(to), self._clock.now_ms(), text, ratchet_key.hex(), counter, kind)
        self._mark(entry, entry.sealed, mark)

    def opened(  # noqa: PLR0913, PLR0917  (likewise)
        self, id: str, sender: JID, by: JID, text: str | None, ratchet_key: bytes, counter: int, kind: str
    ) -> None:
        entry = self._entry(id, sender)
        mark = Opened(self._name_of(by), self._clock.now_ms(), text, ratchet_key.hex(), counter, kind)
        self._mark(entry, entry.opened, mark)

    def failed(self, id: str, sender: JID, by: JID, why: str) -> None:
        entry = self._entry(id, sender)
        self._mark(entry, entry.failed, Failed(self._name_of(by), self._clock.now_ms(), why))

    # What tests ask.

    def entries(self, *, sender: str | None = None, to: str | None = None, id: str | None = None) -> list[Entry]:
        """Messages in the order of their first sight; `sender` and `to` are numbers in any spelling."""
        wanted_sender, wanted_to = sender and digits(sender), to and digits(to)
        return [
            entry
            for entry in self._entries.values()
            if (wanted_sender is None or entry.sender_number == wanted_sender)
            and (wanted_to is None or entry.to == wanted_to)
            and (id is None or entry.id == id)
        ]

    def heard(self, *, by: str, sender: str | None = None) -> list[Hearing]:
        """What the account `by` decrypted on its local devices, in the order of decryption; no mere keys."""
        found = [
            Hearing(entry, opened)
            for entry in self.entries(sender=sender)
            for opened in entry.opened
            if digits(opened.by) == digits(by) and opened.text is not None
        ]
        return sorted(found, key=lambda hearing: hearing.opened.at)

    def reused_counters(self) -> list[tuple[str, str, str, int]]:
        """(sender, receiver, ratchet key, counter) that more than one message used: must always be empty."""
        users: dict[tuple[str, str, str, int], set[str]] = {}
        for entry in self._entries.values():
            keys = [(mark.to, mark.ratchet_key, mark.counter) for mark in entry.sealed]
            keys += [(mark.by, mark.ratchet_key, mark.counter) for mark in entry.opened]
            for key in keys:
                users.setdefault((entry.sender, *key), set()).add(entry.id)
        return [key for key, ids in users.items() if len(ids) > 1]

    def unheard(self) -> list[Entry]:
        """Messages that some local device failed to decrypt and never decrypted later."""
        return [
            entry
            for entry in self._entries.values()
            if {mark.by for mark in entry.failed} - {mark.by for mark in entry.opened}
        ]

    async def wait(self, condition: Callable[[Ledger], object], seconds: float, *, what: str = "") -> None:
        """Return once `condition(ledger)` is true. Raises NotSeen after `seconds`."""
        with trio.move_on_after(seconds):
            while not condition(self):
                await self._changed.wait()
                await trio.sleep(WAIT_STEP_SECONDS)
            return
        last = "; ".join(map(str, list(self._entries.values())[-5:])) or "nothing"
        raise NotSeen(f"{what or 'a condition'} did not come true within {seconds:g} s; the ledger ends with {last}")

    def as_json(self) -> Iterator[str]:
        """One line of JSON for each message."""
        for entry in list(self._entries.values()):
            yield entry.as_json()

    def _entry(self, id: str, sender: JID) -> Entry:
        name = self._name_of(sender)
        key = (digits(name), id)
        if key not in self._entries:
            self._adopt(Entry(self._numbers + 1, id, name))
        return self._entries[key]

    def _adopt(self, entry: Entry) -> None:
        self._numbers = max(self._numbers, entry.number)
        self._entries[entry.sender_number, entry.id] = entry
        if len(self._entries) > ENTRIES_KEPT:
            _, oldest = self._entries.popitem(last=False)
            self._store.forget(_name(oldest))

    def _mark(self, entry: Entry, marks: list[Any], mark: Any) -> None:
        if len(marks) < MARKS_KEPT:
            marks.append(mark)
        self._store.remember(_name(entry), entry.export)
        self._changed.set()
        self._changed = trio.Event()


def _name(entry: Entry) -> str:
    return f"ledger/{entry.number:012d}"
