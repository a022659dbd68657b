"""How a session starts (X3DH): the starter from a bundle, the other side from the first message."""

from __future__ import annotations

from comptoir.lab.crypto import KeyPair, dh, hkdf
from comptoir.lab.signal.errors import MalformedMessage
from comptoir.lab.signal.keys import Bundle, LocalKeys
from comptoir.lab.signal.ratchet import Chain, PendingPreKey, ReceiverChain, State, step_root
from comptoir.lab.signal.wire import PreKeyMessage

# Keeps the secret apart from any that an Ed25519 key could produce.
_DISCONTINUITY = b"\xff" * 32


def start(identity: KeyPair, bundle: Bundle) -> State:
    """The starter's first state. Raises BadSignature, or MalformedMessage for keys that are none."""
    bundle.signed_prekey.check(bundle.identity)
    base, signed = KeyPair.generate(), bundle.signed_prekey
    pairs = [
        (identity.private, signed.public),
        (base.private, bundle.identity),
        (base.private, signed.public),
    ]
    if bundle.prekey is not None:
        pairs.append((base.private, bundle.prekey.public))
    root_key, receiving = _agree(pairs)
    ratchet = KeyPair.generate()
    root_key, sending = step_root(root_key, ratchet, signed.public)
    return State(
        local_identity=identity.public,
        remote_identity=bundle.identity,
        base_key=base.public,
        root_key=root_key,
        sender_ratchet=ratchet,
        sender_chain=sending,
        receiver_chains=(ReceiverChain(signed.public, receiving),),
        pending=PendingPreKey(bundle.prekey.id if bundle.prekey else None, signed.id, base.public),
    )


def answer(keys: LocalKeys, message: PreKeyMessage) -> State:
    """The other side's first state. Raises UnknownPreKey, or MalformedMessage for keys that are none."""
    signed = keys.signed_pair(message.signed_prekey_id)
    identity = keys.identity.pair
    pairs = [
        (signed.private, message.identity),
        (identity.private, message.base_key),
        (signed.private, message.base_key),
    ]
    if message.prekey_id is not None:
        pairs.append((keys.prekey_pair(message.prekey_id).private, message.base_key))
    root_key, sending = _agree(pairs)
    return State(
        local_identity=identity.public,
        remote_identity=message.identity,
        base_key=message.base_key,
        root_key=root_key,
        sender_ratchet=signed,
        sender_chain=sending,
    )


def _agree(pairs: list[tuple[bytes, bytes]]) -> tuple[bytes, Chain]:
    try:
        secret = _DISCONTINUITY + b"".join(dh(private, public) for private, public in pairs)
    except ValueError as error:
        raise MalformedMessage(f"a key to start a session with is no usable public key: {error}") from error
    derived = hkdf(secret, 64, b"WhisperText")
    return derived[:32], Chain(derived[32:])
