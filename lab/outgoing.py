"""What a device in the lab sends: messages to a chat, peer messages, repeated attempts."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

import trio

from comptoir.lab import messages, stanzas
from comptoir.lab.accounts import Account
from comptoir.lab.addresses import is_audience, is_lid
from comptoir.lab.cipher import Cipher, NoKeys
from comptoir.lab.damage import damaged
from comptoir.lab.group_cipher import GroupCipher
from comptoir.lab.groups import GROUP_SERVER
from comptoir.lab.kinds.marks import Marks, marks_of
from comptoir.lab.nodes import JID, Node
from comptoir.lab.server import Server
from comptoir.lab.stanzas import RetryRequest

# As many as the client keeps for the same purpose (whatsmeow, retry.go).
SENT_KEPT = 256
RETRIES_AT_MOST = 5


class NotSent(Exception):
    """A message did not go out; the text says why."""


@dataclass(frozen=True, slots=True)
class Sent:
    """What repeating a message needs: its plaintext for one device, and the stanza that carried it."""

    chat: JID
    plaintext: bytes
    marks: Marks
    stanza: Node
    peer: bool = False


class Outgoing:
    """The sending side of one account's device 0; all leaves in the order in which its ratchets stepped."""

    def __init__(self, server: Server, account: Account, cipher: Cipher, group_cipher: GroupCipher) -> None:
        self._server = server
        self._account = account
        self._cipher = cipher
        self._group_cipher = group_cipher
        self._sent: OrderedDict[str, Sent] = OrderedDict()
        self._failures: OrderedDict[str, int] = OrderedDict()
        """How many of the next repetitions of a message arrive damaged, too."""
        self._lock = trio.Lock()

    async def send(self, chat: JID, message: Any, *, damage: bool = False, withheld: str | None = None) -> str:
        """Encrypt for each device of the chat, copies for the own companions; returns the id after the ack.

        With `damage` no companion can read it. `withheld` is a type of `unavailable`: companions get that
        instead of the message. Raises NotSent when no device of the chat has keys or the server answers with an error.
        In a group neither is possible.
        """
        if chat.server == GROUP_SERVER:
            return await self.send_to_all(chat, self._server.group_devices(chat), message)
        id, plaintext = messages.new_message_id(), message.SerializeToString()
        copy, marks = messages.device_sent(str(chat), message).SerializeToString(), marks_of(message)
        async with self._lock:
            own = self._server.devices_of(self._own(chat))[1:]
            to_self = self._server.account_of(chat) == self._account
            encs = [] if to_self else self._seal_all(id, self._server.devices_of(chat), plaintext)
            if not encs and not to_self:
                raise NotSent(f"{chat} has no device with keys: nothing can be encrypted for it")
            encs += self._seal_all(id, own, copy)
            if damage:
                encs = [(device, damaged(enc) if device.device else enc) for device, enc in encs]
            encs = [(device, marks.on_enc(enc)) for device, enc in encs]
            if withheld is not None:
                nothing = stanzas.unavailable(withheld)
                encs = [(device, nothing if device.device else enc) for device, enc in encs]
            stanza = marks.on_stanza(stanzas.message(id, chat, marks.type, encs))
            self._remember(id, Sent(chat, plaintext, marks, stanza))
            await self._submit(self._own(chat), stanza)
        return id

    async def send_to_all(self, audience: JID, devices: list[JID], message: Any) -> str:
        """Encrypt once for all devices of a group or a status audience; else as `send`."""
        id, plaintext, marks = messages.new_message_id(), message.SerializeToString(), marks_of(message)
        itself = (self._account.jid(), self._account.jid(as_lid=True))
        others = [device for device in devices if device not in itself]
        async with self._lock:
            keys = dict(self._group_cipher.hand_over(id, audience, others))
            sealed = marks.on_enc(self._group_cipher.seal(id, audience, plaintext))
            listed = {device: keys.get(device) for device in others}
            stanza = marks.on_stanza(stanzas.message_to_all(id, audience, marks.type, listed, sealed))
            self._remember(id, Sent(audience, plaintext, marks, stanza))
            await self._submit(self._own(audience), stanza)
        return id

    async def send_to_own(self, device: JID, message: Any) -> str:
        """Send a peer message to one of the own companions; returns its id. Raises NoKeys, NotSent."""
        id, plaintext = messages.new_message_id(), message.SerializeToString()
        async with self._lock:
            sealed = self._cipher.seal(id, device, plaintext)
            stanza = stanzas.message_to_device(id, device, "text", sealed, {"category": "peer"})
            self._remember(id, Sent(device, plaintext, Marks(), stanza, peer=True))
            await self._submit(self._account.jid(), stanza)
        return id

    def forget(self, id: str) -> None:
        """Never send a message again, whoever asks for it."""
        self._sent.pop(id, None)

    def forget_all(self) -> None:
        """Never send anything again that was sent so far."""
        self._sent.clear()

    def fail_again(self, id: str, times: int) -> None:
        """Damage the next repetitions of a message, too."""
        self._failures[id] = times
        while len(self._failures) > SENT_KEPT:
            self._failures.popitem(last=False)

    async def send_twice(self, id: str) -> None:
        """Send the very stanza of one of the last 256 messages once more. Raises NotSent."""
        sent = self._sent.get(id)
        if sent is None:
            raise NotSent(f"message {id} is not among the last {SENT_KEPT} that +{self._account.number} sent")
        async with self._lock:
            await self._submit(self._own(sent.chat), sent.stanza)

    async def send_again(self, request: RetryRequest) -> None:
        """Encrypt a message once more for the device that could not read it; late attempts are ignored."""
        sent = self._sent.get(request.id)
        if sent is None or request.count >= RETRIES_AT_MOST:
            return
        async with self._lock:
            # A session that failed twice is beyond repair, with or without keys in the request.
            if request.bundle is not None or request.count > 1:
                self._cipher.start(request.device, request.bundle)
            to, plaintext, extra = self._for_device(sent, request.device)
            sealed = sent.marks.on_enc(self._cipher.seal(request.id, request.device, plaintext, request.count))
            if self._failures.get(request.id):
                self._failures[request.id] -= 1
                sealed = damaged(sealed)
            stanza = stanzas.message_to_device(request.id, to, sent.marks.type, sealed, extra)
            await self._submit(self._own(request.device), sent.marks.on_stanza(stanza))

    def _for_device(self, sent: Sent, device: JID) -> tuple[JID, bytes, stanzas.Attrs]:
        """Where the repetition goes, the plaintext that this device is to get, and what the stanza says about it."""
        if is_audience(sent.chat):
            return sent.chat, self._group_cipher.with_key(sent.chat, sent.plaintext), {"participant": device}
        extra: stanzas.Attrs = {"device_fanout": "false"}
        if sent.peer:
            return device, sent.plaintext, extra | {"category": "peer"}
        if self._server.account_of(device) != self._account:
            return device, sent.plaintext, extra
        copy = messages.device_sent(str(sent.chat), messages.read(sent.plaintext).message)
        return device, copy.SerializeToString(), extra | {"recipient": sent.chat}

    def _seal_all(self, id: str, devices: list[JID], plaintext: bytes) -> list[tuple[JID, Node]]:
        encs = []
        for device in devices:
            try:
                encs.append((device, self._cipher.seal(id, device, plaintext)))
            except NoKeys:
                # Linked a moment ago, its keys not uploaded yet: official clients leave it out, too.
                continue
        return encs

    async def _submit(self, own: JID, stanza: Node) -> None:
        answer = await self._server.submit(own, stanza)
        error = answer.get("error") if answer is not None else ""
        if error:
            raise NotSent(f"the server answered message {stanza.attr('id')} with error {error}")

    def _own(self, other: JID) -> JID:
        """This device, named in the form in which the other one is."""
        return self._account.jid(as_lid=is_lid(other))

    def _remember(self, id: str, sent: Sent) -> None:
        self._sent[id] = sent
        while len(self._sent) > SENT_KEPT:
            self._sent.popitem(last=False)
