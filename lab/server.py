"""The lab's chat server as its people see it: accounts, devices, and stanzas from one to the other.

Wire clients arrive through `comptoir.lab.connection`; phones and customers are attached in process.
Both speak the same stanzas, so the server does not know which of the two it serves.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from comptoir.lab.nodes import JID, Node
from comptoir.lab.signal.keys import Bundle


class LocalDevice(Protocol):
    """A device that lives in the lab's own process."""

    @property
    def jid(self) -> JID:
        """Its number JID with the device number, 0 for a phone or a customer."""

    @property
    def lid(self) -> JID:
        """The same device by its LID."""

    async def deliver(self, node: Node) -> None:
        """Take one stanza. It stays in the server's queue until the device submits a receipt or an ack for it."""

    def bundle(self) -> Bundle | None:
        """Give out keys for one new Signal session; None when the device wants none."""


@dataclass(frozen=True, slots=True)
class Account:
    number: str
    """Digits only, with the country code."""
    lid: str
    """Digits only."""
    name: str
    """The push name that others see."""


@dataclass(frozen=True, slots=True)
class Companion:
    """A wire device that a phone has just linked."""

    jid: JID
    lid: JID
    identity_key: bytes
    device_identity: bytes
    """ADVSignedDeviceIdentity as the companion signed it, without the account's key."""


class PairingRefused(Exception):
    """A scan that cannot work; the text says why and what to do."""


class Server:
    def add_account(self, number: str, *, lid: str | None = None, name: str = "") -> Account:
        """Register a number ("+221 77 000 00 01" or digits); an account that exists already is returned."""
        raise NotImplementedError

    def account_of(self, user: JID) -> Account | None:
        """The account behind a number JID or a LID, whatever its device."""
        raise NotImplementedError

    def lid_of(self, number: JID) -> JID | None:
        """The LID of a number, same device."""
        raise NotImplementedError

    def number_of(self, lid: JID) -> JID | None:
        """The number of a LID, same device."""
        raise NotImplementedError

    def devices_of(self, user: JID) -> list[JID]:
        """Device JIDs of an account in the form of `user` (number or LID), the phone (device 0) first."""
        raise NotImplementedError

    def take_bundle(self, device: JID) -> Bundle | None:
        """Keys for one new session with a device; uses up one of its one-time prekeys, without when none is left."""
        raise NotImplementedError

    def attach(self, device: LocalDevice) -> None:
        """Bring a local device online: what waits for it is delivered at once, `offline` marks included."""
        raise NotImplementedError

    def detach(self, device: LocalDevice) -> None:
        """Take a local device offline: stanzas for it wait until it is attached again."""
        raise NotImplementedError

    async def submit(self, sender: JID, node: Node) -> Node | None:
        """Take a message, receipt, ack, chatstate or presence stanza from a local device.

        `sender` is the device's number JID or its LID: the form that the receivers see as `from`. Messages are
        built as clients do: `<message to id type>` with `<participants><to jid><enc/></to>…</participants>` for
        every device of the receiver and every other device of the sender, or one bare `<enc>` for the device in `to`
        (retries), plus `<device-identity>` where an enc is a pkmsg of a companion. The answer to a message is its ack.
        """
        raise NotImplementedError

    async def link_companion(self, *, ref: str, phone: JID, identity: bytes) -> Companion:
        """Link the client that shows `ref` to the phone's account and wait until the client has signed.

        `identity` is a serialised ADVSignedDeviceIdentityHMAC. Raises PairingRefused.
        """
        raise NotImplementedError

    async def unlink(self, companion: JID) -> None:
        """Remove a companion: its connection ends with 401 device_removed, its next login fails with 401."""
        raise NotImplementedError

    async def put_app_state(self, account: Account, collection: str, patch: bytes) -> None:
        """Append a SyncdPatch to an account's collection and tell its companions that it changed."""
        raise NotImplementedError
