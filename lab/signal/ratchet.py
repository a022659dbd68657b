"""The double ratchet over frozen states: every step takes a state and gives back the next one.

A step that fails leaves nothing half done, because the caller still holds the state from before it.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from comptoir.lab.crypto import KeyPair, aes_cbc_decrypt, aes_cbc_encrypt, dh, hkdf
from comptoir.lab.signal.errors import BadMac, DuplicateMessage, MalformedMessage, TooFarAhead
from comptoir.lab.signal.wire import MacKey, SignalMessage

MAX_SKIPPED = 2_000
MAX_RECEIVER_CHAINS = 5


@dataclass(frozen=True, slots=True)
class Chain:
    """One direction under one ratchet key: the seed of message number `index` is derived from `key`."""

    key: bytes = field(repr=False)
    index: int = 0

    def seed(self) -> bytes:
        return hmac.digest(self.key, b"\x01", hashlib.sha256)

    def next(self) -> Chain:
        return Chain(hmac.digest(self.key, b"\x02", hashlib.sha256), self.index + 1)


@dataclass(frozen=True, slots=True)
class ReceiverChain:
    """What the peer sends under one of its ratchet keys, with the seeds of messages that were skipped."""

    ratchet_key: bytes
    chain: Chain
    skipped: Mapping[int, bytes] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class PendingPreKey:
    """What we started the session with; repeated in every message until the peer has answered one."""

    prekey_id: int | None
    signed_prekey_id: int
    base_key: bytes


@dataclass(frozen=True, slots=True)
class State:
    """One session with one peer device, at one moment."""

    local_identity: bytes
    remote_identity: bytes
    base_key: bytes
    """The starter's ephemeral key: what tells one session with a peer from another."""
    root_key: bytes = field(repr=False)
    sender_ratchet: KeyPair
    sender_chain: Chain
    previous_counter: int = 0
    receiver_chains: tuple[ReceiverChain, ...] = ()
    pending: PendingPreKey | None = None


def step_root(root_key: bytes, ours: KeyPair, theirs: bytes) -> tuple[bytes, Chain]:
    """Mix a Diffie-Hellman of two ratchet keys into the root key: the next root key, and a new chain."""
    derived = hkdf(dh(ours.private, theirs), 64, b"WhisperRatchet", root_key)
    return derived[:32], Chain(derived[32:])


def seal(state: State, plaintext: bytes) -> tuple[State, SignalMessage]:
    """Encrypt the next message of the sender chain."""
    chain = state.sender_chain
    cipher_key, mac_key, iv = _message_keys(chain.seed())
    message = SignalMessage.sign(
        state.sender_ratchet.public,
        chain.index,
        state.previous_counter,
        aes_cbc_encrypt(cipher_key, iv, plaintext),
        MacKey(mac_key, state.local_identity, state.remote_identity),
    )
    return replace(state, sender_chain=chain.next()), message


def open_sealed(state: State, message: SignalMessage) -> tuple[State, bytes]:
    """Decrypt a message. Raises BadMac, DuplicateMessage, TooFarAhead, MalformedMessage."""
    chain = next((each for each in state.receiver_chains if each.ratchet_key == message.ratchet_key), None)
    if chain is None:
        state, chain = _turn(state, message.ratchet_key)
    advanced, seed = seed_of(chain, message.counter)
    cipher_key, mac_key, iv = _message_keys(seed)
    if not message.is_signed_by(MacKey(mac_key, state.remote_identity, state.local_identity)):
        raise BadMac("the message's MAC does not fit this session")
    try:
        plaintext = aes_cbc_decrypt(cipher_key, iv, message.ciphertext)
    except ValueError as error:
        raise MalformedMessage(f"a ciphertext cannot be decrypted: {error}") from error
    chains = tuple(advanced if each is chain else each for each in state.receiver_chains)
    # The peer has our session: no need to tell it once more how it was started.
    return replace(state, receiver_chains=chains, pending=None), plaintext


def _turn(state: State, theirs: bytes) -> tuple[State, ReceiverChain]:
    """The peer shows a new ratchet key: a chain to read it with, and a new one of our own to answer with."""
    try:
        root_key, receiving = step_root(state.root_key, state.sender_ratchet, theirs)
        ratchet = KeyPair.generate()
        root_key, sending = step_root(root_key, ratchet, theirs)
    except ValueError as error:
        raise MalformedMessage(f"a ratchet key is no usable public key: {error}") from error
    chain = ReceiverChain(theirs, receiving)
    turned = replace(
        state,
        root_key=root_key,
        receiver_chains=(*state.receiver_chains, chain)[-MAX_RECEIVER_CHAINS:],
        previous_counter=max(state.sender_chain.index - 1, 0),
        sender_ratchet=ratchet,
        sender_chain=sending,
    )
    return turned, chain


def seed_of(chain: ReceiverChain, counter: int) -> tuple[ReceiverChain, bytes]:
    """The seed of one message and the chain without it."""
    if counter < chain.chain.index:
        skipped = dict(chain.skipped)
        seed = skipped.pop(counter, None)
        if seed is None:
            raise DuplicateMessage(f"message {counter} of this chain was decrypted before")
        return replace(chain, skipped=skipped), seed
    if counter - chain.chain.index > MAX_SKIPPED:
        raise TooFarAhead(f"message {counter} would skip more than {MAX_SKIPPED} messages")
    current, skipped = chain.chain, dict(chain.skipped)
    while current.index < counter:
        skipped[current.index] = current.seed()
        current = current.next()
    while len(skipped) > MAX_SKIPPED:
        del skipped[min(skipped)]
    return replace(chain, chain=current.next(), skipped=skipped), current.seed()


def _message_keys(seed: bytes) -> tuple[bytes, bytes, bytes]:
    """The keys of one message: for the cipher, for the MAC, and the IV."""
    derived = hkdf(seed, 80, b"WhisperMessageKeys")
    return derived[:32], derived[32:64], derived[64:]
