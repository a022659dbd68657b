"""The messages that a person still has on the phone: to quote them, to vote in them, to open their files."""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from comptoir.lab import protobufs as pb
from comptoir.lab.nodes import JID
from comptoir.lab.store import Store

KEPT = 2_000


class NoSuchMessage(ValueError):
    """A message is spoken of that this person neither sent nor heard, or that is too long ago; the text names it."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """One message as it was sent or heard."""

    id: str
    sender: JID
    """Who wrote it, without the device, in the form in which its stanza named them."""
    plaintext: bytes
    """The serialised Message, unwrapped from a DeviceSentMessage."""

    @property
    def message(self) -> Any:
        return pb.e2e.Message.FromString(self.plaintext)


class Memory:
    """The last messages of one account, kept in the store."""

    def __init__(self, store: Store, owner: str) -> None:
        self._store = store
        self._prefix = f"remembered/{owner}/"
        self._places: OrderedDict[str, int] = OrderedDict()
        self._items: dict[str, Remembered] = {}
        self._last = 0
        for name, body in store.documents(self._prefix).items():
            self._last = int(name.removeprefix(self._prefix))
            head, _, plaintext = body.partition(b"\n")
            id, sender = json.loads(head)
            self._places[id] = self._last
            self._items[id] = Remembered(id, JID.parse(sender), plaintext)

    def add(self, id: str, sender: JID, message: Any) -> None:
        """Remember a message; of two with the same id the first counts."""
        if id in self._items:
            return
        if len(self._items) == KEPT:
            oldest, place = self._places.popitem(last=False)
            del self._items[oldest]
            self._store.forget(self._name(place))
        self._last += 1
        item = Remembered(id, sender.bare, message.SerializeToString())
        self._items[id] = item
        self._places[id] = self._last
        head = json.dumps([id, str(item.sender)]).encode()
        self._store.put(self._name(self._last), head + b"\n" + item.plaintext)

    def get(self, id: str) -> Remembered | None:
        return self._items.get(id)

    def find(self, id: str) -> Remembered:
        """Raises NoSuchMessage."""
        item = self._items.get(id)
        if item is None:
            raise NoSuchMessage(f"message {id!r} is not known here: the id of one that was sent or heard was expected")
        return item

    def _name(self, place: int) -> str:
        return f"{self._prefix}{place:010d}"
