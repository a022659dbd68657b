"""A device in the lab's own process: it opens what arrives and receipts it."""

from __future__ import annotations

import json
from collections import Counter, OrderedDict, deque
from dataclasses import dataclass
from typing import Any

from comptoir.lab import messages, stanzas
from comptoir.lab.accounts import Account
from comptoir.lab.addresses import is_audience, is_lid, spoken
from comptoir.lab.calls import Calls
from comptoir.lab.cipher import Cipher, NoKeys
from comptoir.lab.group_cipher import GroupCipher
from comptoir.lab.heard import Heard, HeardLog
from comptoir.lab.kinds.kinds import Kinds
from comptoir.lab.kinds.reading import is_for_people
from comptoir.lab.nodes import JID, Node
from comptoir.lab.outgoing import RETRIES_AT_MOST, NotSent, Outgoing
from comptoir.lab.server import Server
from comptoir.lab.signal.errors import DuplicateMessage, SignalError
from comptoir.lab.signal.keys import Bundle
from comptoir.lab.signal.sender_keys import SKMSG
from comptoir.lab.signal.session import Opened

SEEN_KEPT = 1_000
NOT_ENCRYPTED = Opened(b"", b"", 0)
NOT_FOR_PEOPLE = frozenset({"senderKeyDistributionMessage", "empty"})


@dataclass(frozen=True, slots=True)
class Seen:
    """A receipt or a typing notice that reached this device."""

    kind: str
    """A receipt's type ("delivery" where it has none), or "composing" or "paused"."""
    sender: str
    """"+E164"."""
    ids: tuple[str, ...]
    at_ms: int
    """Lab time."""


class Device:
    """Device 0 of an account: what phones and customers have in common."""

    role = "device"

    def __init__(self, server: Server, account: Account, state: dict[str, Any] | None = None) -> None:
        self.server = server
        self.account = account
        self.cipher = Cipher(server, account.jid(), self.changed, state["cipher"] if state else None)
        keys = state.get("group_cipher") if state else None
        self.group_cipher = GroupCipher(server, account.jid(), self.cipher, self.changed, keys)
        self.outgoing = Outgoing(server, account, self.cipher, self.group_cipher)
        self.calls = Calls(server, account)
        self.kinds = Kinds(server, account, self.changed, state.get("timers") if state else None)
        self.heard_log = HeardLog(server.store, account.number)
        self.receipts: deque[Seen] = deque(maxlen=SEEN_KEPT)
        self.typing_seen: deque[Seen] = deque(maxlen=SEEN_KEPT)
        self.gives_receipts = True
        """When false, what arrives is taken without a word, as if the receipts were lost."""
        self._asked: Counter[str] = Counter()
        self._came: OrderedDict[str, Node] = OrderedDict()
        """The stanzas of the last messages by id, without their content."""

    @property
    def jid(self) -> JID:
        return self.account.jid()

    @property
    def lid(self) -> JID:
        return self.account.jid(as_lid=True)

    @property
    def number(self) -> str:
        """ "+E164"."""
        return f"+{self.account.number}"

    def bundle(self) -> Bundle:
        """Public keys for one new session with this device."""
        return self.cipher.bundle()

    async def ask_again(self, id: str) -> None:
        """Ask for a message once more, whether it could be read or not. Raises ValueError for an old id."""
        if id not in self._came:
            raise ValueError(f"message {id} is not among the last {SEEN_KEPT} that came to {self.number}")
        await self._ask_again(self._came[id])

    # What the server hands over.

    async def deliver(self, node: Node) -> None:
        """Take one stanza from the server; its answer tells the server to forget it."""
        match node.tag:
            case "message":
                await self._on_message(node)
            case "receipt":
                await self._on_receipt(node)
            case "chatstate":
                self._on_typing(node)
            case "call":
                await self.calls.take(node)
                await self.server.submit(self.jid, stanzas.ack(node))
            case "notification":
                self._on_notification(node)
                await self.server.submit(self.jid, stanzas.ack(node))

    async def _on_message(self, stanza: Node) -> None:
        id, sender, post = stanza.attr("id"), _sender(stanza), stanza.child("plaintext")
        self._came[id] = Node(stanza.tag, stanza.attrs)
        if len(self._came) > SEEN_KEPT:
            self._came.popitem(last=False)
        if post is not None:
            # In the clear: a channel's post, which wants an ack and no receipt.
            await self.on_content(stanza, messages.read(post.data), NOT_ENCRYPTED)
            await self.server.submit(self.jid, stanzas.ack(stanza))
            return
        for enc in stanza.children("enc"):
            try:
                content, opened = self._open(stanza, sender, enc)
            except DuplicateMessage:
                continue  # in the ledger by now; like the client, receipt it so that it does not come again
            except (SignalError, ValueError):
                await self._ask_again(stanza)
                return
            await self.on_content(stanza, content, opened)
        own = self.server.account_of(sender) == self.account
        receipt = stanzas.receipt(stanza, "sender" if own else "")
        await self.server.submit(self._own(sender), receipt if self.gives_receipts else stanzas.ack(stanza))

    def _open(self, stanza: Node, sender: JID, enc: Node) -> tuple[messages.Content, Opened]:
        id, chat = stanza.attr("id"), _chat(stanza)
        if enc.get("type") == SKMSG:
            return self.group_cipher.open(id, chat, sender, enc)
        content, opened = self.cipher.open(id, sender, enc)
        if is_audience(chat):
            self.group_cipher.learn(chat, sender, content.message)
        return content, opened

    async def on_content(self, stanza: Node, content: messages.Content, opened: Opened) -> None:
        """Take note of a decrypted message; what no app would show is dropped."""
        if content.kind in NOT_FOR_PEOPLE or not is_for_people(content.message):
            return
        sender = _sender(stanza)
        chat = JID.parse(content.sent_to) if content.sent_to else _chat(stanza)
        shown = self.kinds.shown(stanza.attr("id"), chat, sender, content.message)
        self.heard_log.add(
            Heard(
                number=self.heard_log.next_number,
                id=stanza.attr("id"),
                sender=spoken(self.server, sender),
                chat=spoken(self.server, chat),
                text=shown.text,
                kind=content.kind,
                time=int(stanza.attr("t")),
                at_ms=self.server.clock.now_ms(),
                ratchet_key=opened.ratchet_key.hex(),
                counter=opened.counter,
                secret=content.secret is not None,
                by_lid=is_lid(sender),
                offline="offline" in stanza.attrs,
                content=shown,
            )
        )

    async def _ask_again(self, stanza: Node) -> None:
        id = stanza.attr("id")
        own = self._own(_sender(stanza))
        self._asked[id] += 1
        if len(self._asked) > SEEN_KEPT:
            del self._asked[next(iter(self._asked))]
        if self._asked[id] < RETRIES_AT_MOST:
            bundle = self.bundle() if self._asked[id] > 1 else None
            registration_id = self.cipher.identity.registration_id
            request = stanzas.retry_receipt(stanza, self._asked[id], registration_id, bundle)
            await self.server.submit(own, request)
        # A request is no receipt: without this, the unreadable copy would come again and again.
        await self.server.submit(own, stanzas.ack(stanza))

    async def _on_receipt(self, stanza: Node) -> None:
        self._note(self.receipts, stanza.get("type", "delivery"), stanza, tuple(stanzas.receipt_ids(stanza)))
        await self.server.submit(self._own(_sender(stanza)), stanzas.ack(stanza))
        request = stanzas.read_retry(stanza) if stanza.get("type") == "retry" else None
        if request is not None:
            # The one who asks may be gone, or its keys no keys: then nobody gets an answer.
            try:
                await self.outgoing.send_again(request)
            except (NoKeys, NotSent, SignalError, ValueError):
                return

    def _on_typing(self, stanza: Node) -> None:
        for state in stanza.children():
            self._note(self.typing_seen, state.tag, stanza, ())

    def _on_notification(self, stanza: Node) -> None:
        if stanza.get("type") == "w:gp2" and stanza.child("remove") is not None:
            self.group_cipher.renew(_chat(stanza))

    def _note(self, seen: deque[Seen], kind: str, stanza: Node, ids: tuple[str, ...]) -> None:
        seen.append(Seen(kind, spoken(self.server, _sender(stanza)), ids, self.server.clock.now_ms()))

    def _own(self, other: JID) -> JID:
        """This device, named in the form in which the other one is."""
        return self.account.jid(as_lid=is_lid(other))

    # What a restarted lab needs to go on.

    def changed(self) -> None:
        """Have the state written soon."""
        self.server.store.remember(f"people/{self.account.number}", self.export)

    def export(self) -> bytes:
        return json.dumps(self.state()).encode()

    def state(self) -> dict[str, Any]:
        """The argument `state` of a later instance."""
        return {
            "role": self.role,
            "cipher": self.cipher.export(),
            "group_cipher": self.group_cipher.export(),
            "timers": self.kinds.timers,
        }


def _sender(stanza: Node) -> JID:
    """Who a stanza is from, in a group the member. Raises NodeError when it does not say."""
    return stanza.jid("participant") or _chat(stanza)


def _chat(stanza: Node) -> JID:
    """What a stanza names as its origin. Raises NodeError when it does not say."""
    return JID.parse(stanza.attr("from"))
