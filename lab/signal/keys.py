"""Identities and prekeys: public halves for others to start a session with, private ones of a device here."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from comptoir.lab.crypto import KeyPair, xeddsa_sign, xeddsa_verify
from comptoir.lab.signal.errors import BadSignature, UnknownPreKey

KEY_TYPE = b"\x05"
"""Stands before a public key wherever Signal signs, hashes or sends one."""

PREKEYS_KEPT = 1_000
MAX_PREKEY_ID = 0xFFFFFF


@dataclass(frozen=True, slots=True)
class PreKey:
    """The public half of a one-time prekey."""

    id: int
    public: bytes

    def export(self) -> dict[str, Any]:
        return {"id": self.id, "public": self.public.hex()}

    @classmethod
    def load(cls, data: dict[str, Any]) -> PreKey:
        return cls(data["id"], bytes.fromhex(data["public"]))


@dataclass(frozen=True, slots=True)
class SignedPreKey:
    """The public half of a signed prekey; `signature` is the identity's, over the key with its type byte."""

    id: int
    public: bytes
    signature: bytes

    def check(self, identity: bytes) -> None:
        """Raises BadSignature unless `identity` signed this key."""
        if not xeddsa_verify(identity, KEY_TYPE + self.public, self.signature):
            raise BadSignature(f"signed prekey {self.id} is not signed by the identity it came with")

    def export(self) -> dict[str, Any]:
        return {"id": self.id, "public": self.public.hex(), "signature": self.signature.hex()}

    @classmethod
    def load(cls, data: dict[str, Any]) -> SignedPreKey:
        return cls(data["id"], bytes.fromhex(data["public"]), bytes.fromhex(data["signature"]))


@dataclass(frozen=True, slots=True)
class Bundle:
    """All that a sender needs to start a session with one device."""

    registration_id: int
    identity: bytes
    signed_prekey: SignedPreKey
    prekey: PreKey | None = None
    """None when the device's one-time prekeys are used up."""

    def export(self) -> dict[str, Any]:
        return {
            "registration_id": self.registration_id,
            "identity": self.identity.hex(),
            "signed_prekey": self.signed_prekey.export(),
            "prekey": self.prekey and self.prekey.export(),
        }

    @classmethod
    def load(cls, data: dict[str, Any]) -> Bundle:
        prekey = data["prekey"]
        return cls(
            data["registration_id"],
            bytes.fromhex(data["identity"]),
            SignedPreKey.load(data["signed_prekey"]),
            prekey and PreKey.load(prekey),
        )


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a device is: its long-term key pair, and a number that changes when it is set up anew."""

    pair: KeyPair
    registration_id: int

    @classmethod
    def generate(cls) -> Identity:
        return cls(KeyPair.generate(), secrets.randbelow((1 << 14) - 1) + 1)

    def export(self) -> dict[str, Any]:
        return {"private": self.pair.private.hex(), "registration_id": self.registration_id}

    @classmethod
    def load(cls, data: dict[str, Any]) -> Identity:
        return cls(KeyPair.of(bytes.fromhex(data["private"])), data["registration_id"])


@dataclass(slots=True)
class LocalKeys:
    """The private halves of a device: identity, one signed prekey, and the one-time prekeys it gave out."""

    identity: Identity
    signed_prekey: KeyPair
    signed_prekey_id: int = 1
    _prekeys: dict[int, KeyPair] = field(default_factory=dict, repr=False)
    _next_id: int = 1

    @classmethod
    def generate(cls) -> LocalKeys:
        return cls(Identity.generate(), KeyPair.generate())

    def bundle(self) -> Bundle:
        """Public keys for one new session, with a new one-time prekey; the oldest unused ones expire."""
        id, pair = self._next_id, KeyPair.generate()
        self._next_id = id % MAX_PREKEY_ID + 1
        self._prekeys[id] = pair
        if len(self._prekeys) > PREKEYS_KEPT:
            del self._prekeys[next(iter(self._prekeys))]
        return Bundle(self.identity.registration_id, self.identity.pair.public, self._signed(), PreKey(id, pair.public))

    def signed_pair(self, id: int) -> KeyPair:
        """Raises UnknownPreKey for any id but that of the one signed prekey."""
        if id != self.signed_prekey_id:
            raise UnknownPreKey(f"signed prekey {id} is unknown, this device's is {self.signed_prekey_id}")
        return self.signed_prekey

    def prekey_pair(self, id: int) -> KeyPair:
        """Raises UnknownPreKey for a one-time prekey that was never given out, was used up or has expired."""
        if id not in self._prekeys:
            raise UnknownPreKey(f"one-time prekey {id} is unknown or used up")
        return self._prekeys[id]

    def use_up(self, id: int) -> None:
        """Forget a one-time prekey, now that a first message under it was read."""
        self._prekeys.pop(id, None)

    def export(self) -> dict[str, Any]:
        return {
            "identity": self.identity.export(),
            "signed_prekey": {"id": self.signed_prekey_id, "private": self.signed_prekey.private.hex()},
            "prekeys": [{"id": id, "private": pair.private.hex()} for id, pair in self._prekeys.items()],
            "next_id": self._next_id,
        }

    @classmethod
    def load(cls, data: dict[str, Any]) -> LocalKeys:
        signed = data["signed_prekey"]
        return cls(
            Identity.load(data["identity"]),
            KeyPair.of(bytes.fromhex(signed["private"])),
            signed["id"],
            {each["id"]: KeyPair.of(bytes.fromhex(each["private"])) for each in data["prekeys"]},
            data["next_id"],
        )

    def _signed(self) -> SignedPreKey:
        public = self.signed_prekey.public
        signature = xeddsa_sign(self.identity.pair.private, KEY_TYPE + public)
        return SignedPreKey(self.signed_prekey_id, public, signature)
