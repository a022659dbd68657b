"""One message's entry in the ledger, and the marks that hang on it. Times are lab milliseconds, devices number JIDs."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

from comptoir.lab.numbers import digits


@dataclass(frozen=True, slots=True)
class Sealed:
    """A local device encrypted the message for one device."""

    to: str
    at: int
    text: str | None
    ratchet_key: str
    counter: int
    kind: str


@dataclass(frozen=True, slots=True)
class Delivered:
    """The server handed the stanza to one device."""

    to: str
    at: int
    offline: bool


@dataclass(frozen=True, slots=True)
class Received:
    """A receipt: kind is "delivery", "inactive", "read", "sender", "retry", "peer_msg", …"""

    by: str
    at: int
    kind: str


@dataclass(frozen=True, slots=True)
class Opened:
    """A local device decrypted the message."""

    by: str
    at: int
    text: str | None
    ratchet_key: str
    counter: int
    kind: str


@dataclass(frozen=True, slots=True)
class Failed:
    """A local device could not use the message: an old counter, or one of `why`."""

    by: str
    at: int
    why: str


MARKS = {"sealed": Sealed, "delivered": Delivered, "receipts": Received, "opened": Opened, "failed": Failed}


@dataclass(slots=True)
class Entry:
    """One message. Devices are number JIDs as text, times are lab milliseconds."""

    number: int
    id: str
    sender: str
    to: str = ""
    """Digits of the account it is for; empty for what an account sends to its own devices."""
    stanzas: list[int] = field(default_factory=list)
    """When the server took it; more than one when the sender sent it again."""
    acks: list[int] = field(default_factory=list)
    error: int | None = None
    """The error that the server's ack carried."""
    sealed: list[Sealed] = field(default_factory=list)
    delivered: list[Delivered] = field(default_factory=list)
    receipts: list[Received] = field(default_factory=list)
    opened: list[Opened] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)

    @property
    def sender_number(self) -> str:
        return digits(self.sender)

    @property
    def text(self) -> str | None:
        """The text, as far as anyone in the lab knows it."""
        texts = [mark.text for mark in self.sealed] + [mark.text for mark in self.opened]
        return next((text for text in texts if text is not None), None)

    def receipts_of(self, kind: str) -> list[Received]:
        return [mark for mark in self.receipts if mark.kind == kind]

    def as_json(self) -> str:
        data = {name: getattr(self, name) for name in self.__slots__}
        for name in MARKS:
            data[name] = [{key: getattr(mark, key) for key in mark.__slots__} for mark in data[name]]
        return json.dumps(data, ensure_ascii=False)

    def export(self) -> bytes:
        return self.as_json().encode()

    @classmethod
    def load(cls, body: bytes) -> Entry:
        data: dict[str, Any] = json.loads(body)
        for name, kind in MARKS.items():
            data[name] = [kind(**mark) for mark in data[name]]
        return cls(**data)

    def __str__(self) -> str:
        opened = ", ".join(digits(mark.by) for mark in self.opened) or "nobody"
        receipts = ", ".join(mark.kind for mark in self.receipts) or "none"
        return f"{self.sender} → {self.to} {self.text!r} (opened by {opened}; receipts: {receipts})"
