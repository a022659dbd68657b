"""A device's sender keys: it encrypts once for a group, and hands its key to every device that lacks it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from comptoir.lab import messages, stanzas
from comptoir.lab import protobufs as pb
from comptoir.lab.cipher import Cipher, NoKeys
from comptoir.lab.nodes import JID, Node
from comptoir.lab.server import Server
from comptoir.lab.signal.errors import DuplicateMessage, SignalError
from comptoir.lab.signal.sender_keys import SKMSG, SenderKeys
from comptoir.lab.signal.session import Opened


class GroupCipher:
    """Groups and status audiences are named by their JIDs. `changed` is called after every step."""

    def __init__(
        self, server: Server, own: JID, cipher: Cipher, changed: Callable[[], None], state: dict[str, Any] | None = None
    ) -> None:
        self._server = server
        self._own = own
        self._cipher = cipher
        self._changed = changed
        self._keys = SenderKeys.load(state["keys"]) if state else SenderKeys()
        told: dict[str, list[str]] = state["told"] if state else {}
        self._told = {group: set(devices) for group, devices in told.items()}

    def seal(self, id: str, group: JID, plaintext: bytes) -> Node:
        """The one `enc` of a message for all."""
        sealed = self._keys.encrypt(str(group), messages.pad(plaintext))
        self._changed()
        text = messages.read(plaintext).text
        self._server.ledger.sealed(id, self._own, group, text, sealed.ratchet_key, sealed.counter, SKMSG)
        return stanzas.enc(SKMSG, sealed.body)

    def hand_over(self, id: str, group: JID, devices: list[JID]) -> list[tuple[JID, Node]]:
        """The key for those of the devices that do not have it yet; call it before `seal`."""
        told = self._told.setdefault(str(group), set())
        encs = []
        for device in devices:
            address = self._address(device)
            if address in told:
                continue
            try:
                encs.append((device, self._cipher.seal(id, device, self.with_key(group))))
            except NoKeys:
                continue
            told.add(address)
        self._changed()
        return encs

    def open(self, id: str, group: JID, sender: JID, enc: Node) -> tuple[messages.Content, Opened]:
        """Decrypt an `enc` of type skmsg. Raises DuplicateMessage for a used key, else SignalError or ValueError."""
        ledger = self._server.ledger
        try:
            opened = self._keys.decrypt(str(group), self._address(sender), enc.data)
            content = messages.read(messages.unpad(opened.plaintext))
        except DuplicateMessage:
            ledger.failed(id, sender, self._own, "old counter")
            raise
        except (SignalError, ValueError) as error:
            ledger.failed(id, sender, self._own, f"{type(error).__name__}: {error}")
            raise
        self._changed()
        ledger.opened(id, sender, self._own, content.text, opened.ratchet_key, opened.counter, SKMSG)
        return content, opened

    def learn(self, group: JID, sender: JID, message: Any) -> None:
        """Keep the key that a Message hands over, if it does. Raises SignalError."""
        if message.HasField("senderKeyDistributionMessage"):
            key = message.senderKeyDistributionMessage.axolotlSenderKeyDistributionMessage
            self._keys.learn(str(group), self._address(sender), key)
            self._changed()

    def renew(self, group: JID) -> None:
        """Write under a new key from now on: somebody has left."""
        self._keys.renew(str(group))
        self._told.pop(str(group), None)
        self._changed()

    def pretend_told(self, group: JID, devices: list[JID]) -> None:
        """Begin a new key and hand it to nobody: each device has to ask for the next message."""
        self.renew(group)
        self._told[str(group)] = {self._address(device) for device in devices}

    def forget(self, group: JID) -> None:
        """Lose what others have handed over: their next messages cannot be read at first."""
        self._keys.forget(str(group))
        self._changed()

    def reset(self) -> None:
        """Lose everything, as an app does that is installed again."""
        self._keys, self._told = SenderKeys(), {}
        self._changed()

    def export(self) -> dict[str, Any]:
        """The argument `state` of a later instance."""
        return {
            "keys": self._keys.export(),
            "told": {group: sorted(devices) for group, devices in self._told.items()},
        }

    def with_key(self, group: JID, plaintext: bytes = b"") -> bytes:
        """A message that hands over the key: what a device gets that could not read the one for all."""
        message = pb.e2e.Message.FromString(plaintext)
        handed = message.senderKeyDistributionMessage
        handed.groupID = str(group)
        handed.axolotlSenderKeyDistributionMessage = self._keys.distribution(str(group))
        return bytes(message.SerializeToString())

    def _address(self, device: JID) -> str:
        return (self._server.lid_of(device) or device).signal_address
