"""Ratchet states as plain JSON and back."""

from __future__ import annotations

from typing import Any

from comptoir.lab.crypto import KeyPair
from comptoir.lab.signal.ratchet import Chain, PendingPreKey, ReceiverChain, State


def state(value: State) -> dict[str, Any]:
    return {
        "local_identity": value.local_identity.hex(),
        "remote_identity": value.remote_identity.hex(),
        "base_key": value.base_key.hex(),
        "root_key": value.root_key.hex(),
        "sender_ratchet": value.sender_ratchet.private.hex(),
        "sender_chain": chain(value.sender_chain),
        "previous_counter": value.previous_counter,
        "receiver_chains": [receiver_chain(each) for each in value.receiver_chains],
        "pending": value.pending and _pending(value.pending),
    }


def load_state(data: dict[str, Any]) -> State:
    return State(
        local_identity=bytes.fromhex(data["local_identity"]),
        remote_identity=bytes.fromhex(data["remote_identity"]),
        base_key=bytes.fromhex(data["base_key"]),
        root_key=bytes.fromhex(data["root_key"]),
        sender_ratchet=KeyPair.of(bytes.fromhex(data["sender_ratchet"])),
        sender_chain=load_chain(data["sender_chain"]),
        previous_counter=data["previous_counter"],
        receiver_chains=tuple(load_receiver_chain(each) for each in data["receiver_chains"]),
        pending=data["pending"] and _load_pending(data["pending"]),
    )


def chain(value: Chain) -> dict[str, Any]:
    return {"key": value.key.hex(), "index": value.index}


def load_chain(data: dict[str, Any]) -> Chain:
    return Chain(bytes.fromhex(data["key"]), data["index"])


def receiver_chain(value: ReceiverChain) -> dict[str, Any]:
    return {
        "ratchet_key": value.ratchet_key.hex(),
        "chain": chain(value.chain),
        # JSON has no numbers for keys.
        "skipped": [[counter, seed.hex()] for counter, seed in value.skipped.items()],
    }


def load_receiver_chain(data: dict[str, Any]) -> ReceiverChain:
    skipped = {counter: bytes.fromhex(seed) for counter, seed in data["skipped"]}
    return ReceiverChain(bytes.fromhex(data["ratchet_key"]), load_chain(data["chain"]), skipped)


def _pending(value: PendingPreKey) -> dict[str, Any]:
    return {
        "prekey_id": value.prekey_id,
        "signed_prekey_id": value.signed_prekey_id,
        "base_key": value.base_key.hex(),
    }


def _load_pending(data: dict[str, Any]) -> PendingPreKey:
    return PendingPreKey(data["prekey_id"], data["signed_prekey_id"], bytes.fromhex(data["base_key"]))
