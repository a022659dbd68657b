"""Sender keys: in a group each device encrypts once for all, under a chain that it has handed to the others.

The hand-over (`distribution`) travels in a one-to-one session; what follows is signed with the chain's own key.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from typing import Any, Final

from comptoir.lab.crypto import KeyPair, aes_cbc_decrypt, aes_cbc_encrypt, hkdf
from comptoir.lab.signal import export
from comptoir.lab.signal.errors import BadSignature, MalformedMessage, NoSenderKey
from comptoir.lab.signal.group_wire import Distribution, GroupMessage
from comptoir.lab.signal.ratchet import Chain, ReceiverChain, seed_of
from comptoir.lab.signal.session import Opened, Sealed

SKMSG: Final = "skmsg"

# As many as the client keeps for one sender in one group (libsignal, SenderKeyRecord).
MAX_STATES = 5


@dataclass(frozen=True, slots=True)
class OwnKey:
    """The chain under which this device writes to one group."""

    id: int
    signing: KeyPair
    chain: Chain

    @classmethod
    def generate(cls) -> OwnKey:
        return cls(secrets.randbelow(1 << 31), KeyPair.generate(), Chain(secrets.token_bytes(32)))


@dataclass(frozen=True, slots=True)
class TheirKey:
    """A chain of another device; its `ratchet_key` is the public key that signs."""

    id: int
    chain: ReceiverChain = field(repr=False)


class SenderKeys:
    """The sender keys of one device. A group and an address are any texts that name them."""

    def __init__(self) -> None:
        self._own: dict[str, OwnKey] = {}
        self._theirs: dict[tuple[str, str], tuple[TheirKey, ...]] = {}

    def distribution(self, group: str) -> bytes:
        """What another device needs to read all that is encrypted from now on."""
        key = self._own.setdefault(group, OwnKey.generate())
        return bytes(Distribution(key.id, key.chain.index, key.chain.key, key.signing.public))

    def renew(self, group: str) -> None:
        """Begin a new chain with the next message: whoever had the old one reads no more."""
        self._own.pop(group, None)

    def encrypt(self, group: str, plaintext: bytes) -> Sealed:
        """Seal for all who have the chain; the place in it is the signing key and the iteration."""
        key = self._own.setdefault(group, OwnKey.generate())
        iv, cipher_key = _message_key(key.chain.seed())
        ciphertext = aes_cbc_encrypt(cipher_key, iv, plaintext)
        message = GroupMessage.sign(key.id, key.chain.index, ciphertext, key.signing)
        self._own[group] = replace(key, chain=key.chain.next())
        return Sealed(SKMSG, bytes(message), key.signing.public, key.chain.index)

    def learn(self, group: str, address: str, distribution: bytes) -> None:
        """Take a chain from another device. Raises MalformedMessage."""
        told = Distribution.parse(distribution)
        known = self._theirs.get((group, address), ())
        # The same chain comes with every message of some clients: the place reached in it stays.
        if not any((key.id, key.chain.ratchet_key) == (told.id, told.signing_key) for key in known):
            key = TheirKey(told.id, ReceiverChain(told.signing_key, Chain(told.chain_key, told.iteration)))
            self._theirs[group, address] = (key, *known)[:MAX_STATES]

    def decrypt(self, group: str, address: str, body: bytes) -> Opened:
        """Open what a device sent to a group. Raises NoSenderKey, BadSignature, DuplicateMessage, TooFarAhead,
        MalformedMessage; then nothing has changed.
        """
        message = GroupMessage.parse(body)
        keys = self._theirs.get((group, address), ())
        key = next((each for each in keys if each.id == message.id), None)
        if key is None:
            raise NoSenderKey(f"{address} has not handed over key {message.id} for {group}")
        if not message.is_signed_by(key.chain.ratchet_key):
            raise BadSignature(f"a message to {group} is not signed with the key that {address} handed over")
        advanced, seed = seed_of(key.chain, message.iteration)
        iv, cipher_key = _message_key(seed)
        try:
            plaintext = aes_cbc_decrypt(cipher_key, iv, message.ciphertext)
        except ValueError as error:
            raise MalformedMessage(f"a ciphertext cannot be decrypted: {error}") from error
        used = replace(key, chain=advanced)
        self._theirs[group, address] = tuple(used if each is key else each for each in keys)
        return Opened(plaintext, key.chain.ratchet_key, message.iteration)

    def forget(self, group: str) -> None:
        """Drop what others have handed over for a group."""
        self._theirs = {name: keys for name, keys in self._theirs.items() if name[0] != group}

    def export(self) -> dict[str, Any]:
        """All keys as plain JSON."""
        own = {
            group: {"id": key.id, "signing": key.signing.private.hex(), "chain": export.chain(key.chain)}
            for group, key in self._own.items()
        }
        theirs = [
            [group, address, [{"id": key.id, "chain": export.receiver_chain(key.chain)} for key in keys]]
            for (group, address), keys in self._theirs.items()
        ]
        return {"own": own, "theirs": theirs}

    @classmethod
    def load(cls, data: dict[str, Any]) -> SenderKeys:
        """What `export` gave."""
        keys = cls()
        for group, own in data["own"].items():
            signing = KeyPair.of(bytes.fromhex(own["signing"]))
            keys._own[group] = OwnKey(own["id"], signing, export.load_chain(own["chain"]))
        for group, address, theirs in data["theirs"]:
            keys._theirs[group, address] = tuple(
                TheirKey(each["id"], export.load_receiver_chain(each["chain"])) for each in theirs
            )
        return keys


def _message_key(seed: bytes) -> tuple[bytes, bytes]:
    """IV and cipher key of one message."""
    derived = hkdf(seed, 48, b"WhisperGroup")
    return derived[:16], derived[16:]
