"""The state behind the chat server: who exists, what waits for whom, and who is there to take it."""

from __future__ import annotations

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import trio

from comptoir.lab.accounts import Account, Device, Registry
from comptoir.lab.blocks import Blocks
from comptoir.lab.channels import Channels
from comptoir.lab.clock import Clock
from comptoir.lab.codec import Codec
from comptoir.lab.faults import Faults, Line
from comptoir.lab.groups import Groups
from comptoir.lab.ledger import Ledger
from comptoir.lab.mailbox import Letter, Mailbox
from comptoir.lab.media import Media
from comptoir.lab.nodes import JID, NUMBER_SERVER, Node
from comptoir.lab.signal.keys import Bundle
from comptoir.lab.store import Store

SERVER = JID("", NUMBER_SERVER)
"""The server itself, where a stanza wants an address."""

# Below five, clients upload new prekeys when they are told (whatsmeow, prekeys.go, MinPreKeyCount).
_FEW_PREKEYS = 4


class LocalDevice(Protocol):
    """A device that lives in the lab's own process."""

    @property
    def jid(self) -> JID:
        """Its number JID with the device number, 0 for a phone or a customer."""

    @property
    def lid(self) -> JID:
        """The same device by its LID."""

    async def deliver(self, node: Node) -> None:
        """Take one stanza. The server keeps it until the device submits a receipt or an ack for it."""

    def bundle(self) -> Bundle | None:
        """Give out keys for one new Signal session; None when the device wants none."""


@dataclass(frozen=True, slots=True, eq=False)
class Taker:
    """Whoever takes a device's stanzas: a login of a wire client, or a local device."""

    device: JID
    waiting: tuple[Node, ...]
    """What had come for the device before."""


class Exchange:
    def __init__(self, store: Store, clock: Clock, codec: Codec) -> None:
        self.store = store
        self.clock = clock
        self.codec = codec
        self.registry = Registry(store)
        self.groups = Groups(store, self.registry)
        self.channels = Channels(store)
        self.ledger = Ledger(clock, store, self.name_of)
        self.media = Media(store.folder / "media")
        self.blocks = Blocks(store)
        self.faults = Faults(self._lines_of, self._use_up_prekeys)
        self.locals: dict[JID, LocalDevice] = {}
        """Attached local devices, by number JID."""
        self.lines: dict[JID, Line] = {}
        """Connected wire clients, by number JID."""
        self._takers: dict[JID, Taker] = {}
        """Who takes a device's stanzas right now, by number JID."""
        self.available: set[JID] = set()
        """Devices that show themselves as online, by number JID."""
        self._mailboxes: dict[JID, Mailbox] = {}
        self._arrival = trio.Event()
        self._uploaded = trio.Event()

    def name_of(self, jid: JID) -> str:
        """A device's number JID as text, or what it was called where the lab does not know it."""
        return str(self.registry.number_of(jid) or jid)

    def mailbox(self, device: JID) -> Mailbox:
        """What waits for a device, given in either form."""
        device = self.registry.number_of(device) or device
        if device not in self._mailboxes:
            self._mailboxes[device] = Mailbox(device, self.store, self.codec.encode, self.codec.decode)
        return self._mailboxes[device]

    def note_upload(self, device: Device) -> None:
        """Keep the prekeys that a companion has just brought."""
        self.registry.changed(device)
        uploaded, self._uploaded = self._uploaded, trio.Event()
        uploaded.set()

    async def wait_prekeys(self, jid: JID, count: int) -> None:
        """Return once a companion has at least so many one-time prekeys here."""
        while (device := self.registry.companion(jid)) is None or len(device.prekeys) < count:
            await self._uploaded.wait()

    def take_bundle(self, jid: JID) -> Bundle | None:
        """Keys for one new session with a device; uses up one of its one-time prekeys, if one is left."""
        companion = self.registry.companion(jid)
        if companion is None:
            local = self.locals.get(self.registry.number_of(jid) or jid)
            return local.bundle() if local is not None else None
        bundle = companion.take_bundle()
        self.registry.changed(companion)
        if len(companion.prekeys) == _FEW_PREKEYS:
            self._ask_for_prekeys(companion)
        return bundle

    def app_state(self, account: Account, collection: str) -> list[bytes]:
        """The patches of a collection, in order; the first makes version 1."""
        return list(self.store.documents(_collection(account, collection)).values())

    def put_app_state(self, account: Account, collection: str, patch: bytes) -> None:
        """Append a SyncdPatch to a collection and tell the account's companions."""
        version = len(self.app_state(account, collection)) + 1
        self.store.put(f"{_collection(account, collection)}{version:06d}", patch)
        changed = Node("collection", {"name": collection, "version": str(version)})
        for companion in self.registry.companions_of(account):
            self.notify(companion.jid, "server_sync", changed)

    def tell_new_identity(self, account: Account) -> None:
        """Tell the companions of all who have exchanged messages with an account."""
        met = {entry.to for entry in self.ledger.entries(sender=account.number)}
        met |= {entry.sender_number for entry in self.ledger.entries(to=account.number)}
        for other in filter(None, (self.registry.account_of(JID(number, NUMBER_SERVER)) for number in met)):
            for companion in self.registry.companions_of(other):
                self.notify(companion.jid, "encrypt", Node("identity"), **{"from": account.jid()})

    def notify(self, device: JID, kind: str, child: Node, **more: str | JID) -> None:
        """Put a notification into a device's mailbox, from the server itself where `more` does not say otherwise."""
        attrs = {"id": secrets.token_hex(8), "type": kind, "t": str(int(self.clock.now()))}
        self.mailbox(device).put(Node("notification", {"from": SERVER, **attrs, **more}, (child,)))

    def put_message(self, device: JID, message: Node) -> None:
        """Put a message into a device's mailbox, twice where a fault says so. Nothing for who is not there."""
        account = self.registry.account_of(device)
        if account is None or (device.device and self.registry.companion(device) is None):
            return
        self.mailbox(device).put(message)
        standing = self.faults.standing(account.number)
        if device.device and standing.duplicates:
            standing.duplicates -= 1
            self.mailbox(device).put(message)

    def unlink(self, companion: JID) -> None:
        """Forget a companion and all that waits for it."""
        self.registry.unlink(companion)
        self.mailbox(companion).clear()
        self.available.discard(companion)

    def arrive(self, device: JID) -> Taker:
        """From now on a device's stanzas are handed out, to whom this taker stands for and to nobody before."""
        taker = self._takers[device] = Taker(device, tuple(self.mailbox(device).reopen()))
        self._arrival.set()
        self._arrival = trio.Event()
        return taker

    async def hand_out(self, taker: Taker, deliver: Callable[[Node], Awaitable[None]], *, announce: bool) -> None:
        """Deliver what has waited and then what comes, until another taker arrives or `leave` ends it.

        With `announce` the wait is announced and ended by `ib` stanzas, as wire clients expect.
        """
        device, mailbox = taker.device, self.mailbox(taker.device)
        if announce:
            await deliver(_preview(taker.waiting))
        while self._takers.get(device) is taker:
            letter = mailbox.next()
            if announce and (letter is None or letter.fresh):
                announce = False
                await deliver(_ib("offline", count=len(taker.waiting)))
            if letter is None:
                await mailbox.wait()
                continue
            self._note_delivery(letter, device)
            await deliver(letter.node.with_attrs(offline="1") if letter.offline else letter.node)

    def leave(self, device: JID) -> None:
        """Let a device's stanzas wait from now on."""
        self._takers.pop(device, None)
        self.available.discard(device)
        self.mailbox(device).wake()

    async def wait_present(self, device: JID) -> None:
        """Return once somebody takes a device's stanzas; a wire client does once it has uploaded its keys."""
        while device not in self._takers:
            await self._arrival.wait()

    def _note_delivery(self, letter: Letter, device: JID) -> None:
        sender = letter.node.jid("participant") or letter.node.jid("from")
        if letter.node.tag == "message" and sender is not None:
            self.ledger.delivered(letter.node.attr("id"), sender, device, letter.offline)

    def _ask_for_prekeys(self, companion: Device) -> None:
        self.notify(companion.jid, "encrypt", Node("count", {"value": str(len(companion.prekeys))}))

    def _use_up_prekeys(self, number: str, tell: bool) -> None:
        account = self.registry.account_of(JID(number, NUMBER_SERVER))
        for companion in self.registry.companions_of(account) if account is not None else ():
            companion.prekeys.clear()
            self.registry.changed(companion)
            if tell:
                self._ask_for_prekeys(companion)

    def _lines_of(self, number: str) -> list[Line]:
        if self.registry.account_of(JID(number, NUMBER_SERVER)) is None:
            raise ValueError(f"{number!r} has no account in this lab: add its phone first")
        return [line for jid, line in self.lines.items() if jid.user == number]


def _collection(account: Account, name: str) -> str:
    return f"appstate/{account.number}/{name}/"


def _preview(waiting: Sequence[Node]) -> Node:
    tags = [node.tag for node in waiting]
    counts = {tag: tags.count(tag) for tag in ("message", "receipt", "notification")}
    return _ib("offline_preview", count=len(waiting), appdata=0, **counts)


def _ib(tag: str, **counts: int) -> Node:
    child = Node(tag, {name: str(count) for name, count in counts.items()})
    return Node("ib", {"from": SERVER}, (child,))
