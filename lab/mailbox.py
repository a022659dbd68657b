"""What waits for one device: kept until the device has receipted it, given out again after each new login."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

import trio

from comptoir.lab.nodes import JID, Node
from comptoir.lab.store import Store

KEPT = 20_000
# Typing and presence: worth nothing a moment later, so they wait in memory only and the oldest go first.
FLEETING_KEPT = 64


@dataclass(frozen=True, slots=True)
class Letter:
    """One stanza on its way to a device."""

    number: int
    """Position in the mailbox; 0 for a fleeting one, which nobody receipts."""
    node: Node
    offline: bool = False
    """Whether it waited before the device logged in."""

    @property
    def fresh(self) -> bool:
        """Whether it came after the device logged in, and is to last."""
        return bool(self.number) and not self.offline


class Mailbox:
    """The stanzas for one device, in order. One reader takes them; only settling takes them out for good."""

    def __init__(
        self, device: JID, store: Store, encode: Callable[[Node], bytes], decode: Callable[[bytes], Node]
    ) -> None:
        self._prefix = f"mailbox/{device}/"
        self._store = store
        self._encode = encode
        self._letters: dict[int, Node] = {}
        self._settling: dict[tuple[str, str, str], deque[int]] = {}
        self._fleeting: deque[Node] = deque(maxlen=FLEETING_KEPT)
        self._to_give: deque[int] = deque()
        self._waited = 0
        self._last = 0
        self._news = trio.Event()
        for name, body in store.documents(self._prefix).items():
            self._file(int(name.removeprefix(self._prefix)), decode(body))

    def letters(self) -> list[Node]:
        """All that is kept, in order."""
        return list(self._letters.values())

    def put(self, node: Node) -> None:
        """Keep a stanza until it is settled. A full mailbox loses its oldest: nobody comes for it."""
        number = self._last + 1
        self._file(number, node)
        # Most letters are settled before the next flush and never need to be encoded.
        self._store.remember(self._name(number), lambda: self._encode(node))
        if len(self._letters) > KEPT:
            self._drop(next(iter(self._letters)))
        self._news.set()

    def put_fleeting(self, node: Node) -> None:
        """Give the stanza to the device if it is there, or forget it."""
        self._fleeting.append(node)
        self._news.set()

    def settle(self, tag: str, id: str, sender: JID | str) -> bool:
        """Forget the oldest stanza of this kind, id and origin. False when none waits."""
        key = (tag, id, str(sender))
        numbers = self._settling.get(key)
        if not numbers:
            return False
        self._drop(numbers[0])
        return True

    def reopen(self) -> list[Node]:
        """Start over for a device that has just logged in; returns what waits and will come marked."""
        self._to_give, self._waited = deque(self._letters), self._last
        self._fleeting.clear()
        self.wake()
        return self.letters()

    def clear(self) -> None:
        for number in list(self._letters):
            self._drop(number)

    def next(self) -> Letter | None:
        """The next stanza to give to the device that is there, or None for now."""
        if self._fleeting:
            return Letter(0, self._fleeting.popleft())
        while self._to_give:
            number = self._to_give.popleft()
            if number in self._letters:
                return Letter(number, self._letters[number], offline=number <= self._waited)
        self._news = trio.Event()
        return None

    async def wait(self) -> None:
        """Return when `next` may have something again."""
        await self._news.wait()

    def wake(self) -> None:
        """Let a waiting reader look again whether it is still the one."""
        self._news.set()

    def _file(self, number: int, node: Node) -> None:
        self._last = number
        self._letters[number] = node
        self._to_give.append(number)
        self._settling.setdefault(_key(node), deque()).append(number)

    def _drop(self, number: int) -> None:
        node = self._letters.pop(number)
        numbers = self._settling[_key(node)]
        numbers.remove(number)
        if not numbers:
            del self._settling[_key(node)]
        self._store.forget(self._name(number))

    def _name(self, number: int) -> str:
        return f"{self._prefix}{number:012d}"


def _key(node: Node) -> tuple[str, str, str]:
    return node.tag, str(node.attrs.get("id", "")), str(node.attrs.get("from", ""))
