"""The Signal side of a device in the lab: every message key it uses goes into the ledger."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from comptoir.lab import messages, stanzas
from comptoir.lab.nodes import JID, Node
from comptoir.lab.server import Server
from comptoir.lab.signal.errors import BadMac, DuplicateMessage, SignalError
from comptoir.lab.signal.keys import Bundle, Identity, LocalKeys
from comptoir.lab.signal.session import Opened, Sessions


class NoKeys(Exception):
    """A device has no keys on the server, so that nothing can be encrypted for it; the text names it."""


class Cipher:
    """Seals for other devices and opens what they sent. `changed` is called after every step of a ratchet."""

    def __init__(
        self, server: Server, own: JID, changed: Callable[[], None], state: dict[str, Any] | None = None
    ) -> None:
        self._server = server
        self._own = own
        self._changed = changed
        self._sessions = Sessions.load(state) if state else Sessions(LocalKeys.generate())
        self.deaf = 0
        """How many of the next ciphertexts cannot be opened, whatever they hold."""

    @property
    def identity(self) -> Identity:
        return self._sessions.keys.identity

    def bundle(self) -> Bundle:
        """Public keys for one new session; the one-time prekey is made for the occasion."""
        bundle = self._sessions.keys.bundle()
        self._changed()
        return bundle

    def start(self, device: JID, bundle: Bundle | None = None) -> None:
        """Begin a new session with a device, with keys from the server unless given. Raises NoKeys."""
        bundle = bundle or self._server.take_bundle(device)
        if bundle is None:
            raise NoKeys(f"{device} has no keys on the server: it has never been online")
        self._sessions.start(self._address(device), bundle)
        self._changed()

    def knows(self, device: JID) -> bool:
        return self._sessions.has_session(self._address(device))

    def seal(self, id: str, device: JID, plaintext: bytes, count: int = 0) -> Node:
        """The `enc` of message `id` for one device. Raises NoKeys when no session can start."""
        if not self.knows(device):
            self.start(device)
        sealed = self._sessions.encrypt(self._address(device), messages.pad(plaintext))
        self._changed()
        text = _text(messages.read(plaintext))
        self._server.ledger.sealed(id, self._own, device, text, sealed.ratchet_key, sealed.counter, sealed.type)
        return stanzas.enc(sealed.type, sealed.body, count)

    def open(self, id: str, sender: JID, enc: Node) -> tuple[messages.Content, Opened]:
        """Decrypt an `enc`. Raises DuplicateMessage for a used key, else SignalError or ValueError."""
        try:
            kind = enc.attr("type")
            if self.deaf:
                self.deaf -= 1
                raise BadMac("nothing is opened for a while, as was ordered")
            opened = self._sessions.decrypt(self._address(sender), kind, enc.data)
            content = messages.read(messages.unpad(opened.plaintext))
        except DuplicateMessage:
            self._server.ledger.failed(id, sender, self._own, "old counter")
            raise
        except (SignalError, ValueError) as error:
            self._server.ledger.failed(id, sender, self._own, f"{type(error).__name__}: {error}")
            raise
        self._changed()
        self._server.ledger.opened(id, sender, self._own, _text(content), opened.ratchet_key, opened.counter, kind)
        return content, opened

    def renew(self) -> None:
        """Begin anew as an app does that was installed again: another identity, and no session with anybody."""
        self._sessions = Sessions(LocalKeys.generate())
        self._changed()

    def forget(self, device: JID) -> None:
        """Drop the session with a device: its next message cannot be read at first."""
        self._sessions.forget(self._address(device))
        self._changed()

    def export(self) -> dict[str, Any]:
        return self._sessions.export()

    def _address(self, device: JID) -> str:
        # By LID wherever there is one: the client knows its peers so, and both names share one session.
        return (self._server.lid_of(device) or device).signal_address


def _text(content: messages.Content) -> str | None:
    """None for what says nothing to anybody: a key for a group, handed over apart from the message itself."""
    return None if content.kind == "empty" else content.text
