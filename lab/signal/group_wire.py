"""The two messages of sender keys as they travel: a version byte, a protobuf, and for the one to read a signature."""

from __future__ import annotations

from dataclasses import dataclass

from comptoir.lab.crypto import SIGNATURE_LENGTH, KeyPair, xeddsa_sign, xeddsa_verify
from comptoir.lab.signal.keys import KEY_TYPE
from comptoir.lab.signal.wire import BYTES, UINT32, VERSION, message_class, parse_body, read_public_key

# WhisperTextProtocol.proto of libsignal.
_GroupMessage = message_class(
    "SenderKeyMessage",
    {"id": (1, UINT32), "iteration": (2, UINT32), "ciphertext": (3, BYTES)},
)
_Distribution = message_class(
    "SenderKeyDistributionMessage",
    {"id": (1, UINT32), "iteration": (2, UINT32), "chain_key": (3, BYTES), "signing_key": (4, BYTES)},
)


@dataclass(frozen=True, slots=True)
class GroupMessage:
    """A ciphertext for a whole group, and its place in the sender's chain."""

    id: int
    iteration: int
    ciphertext: bytes
    signed: bytes
    """The bytes that the signature covers."""
    signature: bytes

    @classmethod
    def sign(cls, id: int, iteration: int, ciphertext: bytes, key: KeyPair) -> GroupMessage:
        message = _GroupMessage(id=id, iteration=iteration, ciphertext=ciphertext)
        signed = VERSION + message.SerializeToString()
        return cls(id, iteration, ciphertext, signed, xeddsa_sign(key.private, signed))

    @classmethod
    def parse(cls, data: bytes) -> GroupMessage:
        """Raises MalformedMessage. Says nothing about the signature."""
        signed, signature = data[:-SIGNATURE_LENGTH], data[-SIGNATURE_LENGTH:]
        message = parse_body(_GroupMessage, signed, ("id", "iteration", "ciphertext"))
        return cls(message.id, message.iteration, message.ciphertext, signed, signature)

    def is_signed_by(self, public: bytes) -> bool:
        return xeddsa_verify(public, self.signed, self.signature)

    def __bytes__(self) -> bytes:
        return self.signed + self.signature


@dataclass(frozen=True, slots=True)
class Distribution:
    """A chain at one moment: whoever has it reads what is encrypted from then on."""

    id: int
    iteration: int
    chain_key: bytes
    signing_key: bytes

    @classmethod
    def parse(cls, data: bytes) -> Distribution:
        """Raises MalformedMessage."""
        message = parse_body(_Distribution, data, ("id", "iteration", "chain_key", "signing_key"))
        return cls(message.id, message.iteration, message.chain_key, read_public_key(message.signing_key))

    def __bytes__(self) -> bytes:
        message = _Distribution(
            id=self.id,
            iteration=self.iteration,
            chain_key=self.chain_key,
            signing_key=KEY_TYPE + self.signing_key,
        )
        return VERSION + bytes(message.SerializeToString())
