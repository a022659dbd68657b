"""What a person has on the screen: decrypted messages in order, and a way to wait for more."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import AsyncGenerator
from dataclasses import asdict, dataclass, field
from typing import Any

import trio
from pydantic import TypeAdapter

from comptoir.lab.kinds.shown import Shown
from comptoir.lab.store import Store

KEPT = 20_000


class NotHeard(TimeoutError):
    """Fewer messages came than were waited for; the text lists those that did."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One message that a phone or a customer has decrypted."""

    number: int
    """Position in this person's list, from 1."""
    id: str
    sender: str
    """The other's number as "+E164", or "lid:DIGITS" where only that is known."""
    chat: str
    """The conversation, written as `sender`; another than the sender when one's own other device wrote.

    "group:DIGITS" in a group, "status", or "channel:DIGITS".
    """
    text: str
    kind: str
    """The protobuf's name of the content, "unknown" or "empty"."""
    time: int
    """The server's time on the stanza, in whole seconds."""
    at_ms: int
    """The lab's time when it was decrypted."""
    ratchet_key: str
    """Hex; with `counter` it names the message key, which nothing may use twice."""
    counter: int
    secret: bool = False
    """Whether it carried a message secret."""
    by_lid: bool = False
    """Whether it came from a LID rather than from a number."""
    offline: bool = False
    """Whether it had waited for this device on the server."""
    content: Shown = field(default_factory=lambda: Shown("unknown"))
    """What it says, in plain words."""

    @classmethod
    def load(cls, body: bytes) -> Heard:
        return _HEARD.validate_json(body)

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


_HEARD = TypeAdapter(Heard)


class HeardLog:
    """A bounded list of `Heard` that grows at its end and outlives the lab; the oldest go when it is full.

    Each entry is a document of its own in the store: a list written anew with every message would grow too dear.
    """

    def __init__(self, store: Store, owner: str) -> None:
        self._store = store
        self._prefix = f"heard/{owner}/"
        documents = store.documents(self._prefix).values()
        self._items: deque[Heard] = deque(map(Heard.load, documents), maxlen=KEPT)
        self._grown = trio.Event()

    def add(self, heard: Heard) -> None:
        """Append an entry, which has the `next_number`."""
        if len(self._items) == KEPT:
            self._store.forget(self._name(self._items[0]))
        self._items.append(heard)
        self._store.put(self._name(heard), json.dumps(heard.as_json()).encode())
        grown, self._grown = self._grown, trio.Event()
        grown.set()

    @property
    def next_number(self) -> int:
        return self._items[-1].number + 1 if self._items else 1

    def all(self, sender: str | None = None, chat: str | None = None) -> list[Heard]:
        return [
            item
            for item in self._items
            if (sender is None or item.sender == sender) and (chat is None or item.chat == chat)
        ]

    async def wait(self, count: int, seconds: float, sender: str | None = None, chat: str | None = None) -> list[Heard]:
        """All of them as soon as there are `count`. Raises NotHeard after `seconds`."""
        with trio.move_on_after(seconds):
            while len(self.all(sender, chat)) < count:
                await self._grown.wait()
            return self.all(sender, chat)
        so_far = self.all(sender, chat)
        texts = ", ".join(repr(item.text[:40]) for item in so_far[-5:]) or "nothing"
        raise NotHeard(f"of {count} messages {len(so_far)} came within {seconds:g} s; the last: {texts}")

    async def follow(self, after: int = 0) -> AsyncGenerator[Heard, None]:
        """Those with a number above `after`, then each new one as it comes; ends only with its caller."""
        while True:
            grown = self._grown
            for item in list(self._items):
                if item.number > after:
                    after = item.number
                    yield item
            if grown is self._grown:
                await grown.wait()

    def _name(self, heard: Heard) -> str:
        return f"{self._prefix}{heard.number:010d}"
