"""An account's app state: settings that its devices share, sealed from the server, patch by patch."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.message import DecodeError

from comptoir.lab import protobufs as pb
from comptoir.lab.crypto import aes_cbc_decrypt, aes_cbc_encrypt, hkdf

CRITICAL_BLOCK = "critical_block"
"""Push name and language: what a companion wants before all else."""
COLLECTIONS = (CRITICAL_BLOCK, "critical_unblock_low", "regular_high", "regular", "regular_low")

HASH_LENGTH = 128
_MAC_LENGTH = 32
_IV_LENGTH = 16
_SET = 0
_PUSH_NAME_VERSION = 1


class AppStateError(ValueError):
    """A patch whose MACs do not hold, or that another key sealed."""


@dataclass(frozen=True, slots=True)
class SyncKey:
    """The key that the phone shares with its companions."""

    id: bytes
    data: bytes = field(repr=False)

    @classmethod
    def generate(cls) -> SyncKey:
        # Ids are 2 bytes of device, 4 of epoch; ours need only differ.
        return cls(b"\0\0" + secrets.token_bytes(4), secrets.token_bytes(32))

    def expand(self) -> _Keys:
        derived = hkdf(self.data, 160, b"WhatsApp Mutation Keys")
        return _Keys(*(derived[i : i + 32] for i in range(0, 160, 32)))


@dataclass(frozen=True, slots=True)
class _Keys:
    index: bytes
    value: bytes
    value_mac: bytes
    snapshot_mac: bytes
    patch_mac: bytes


@dataclass(frozen=True, slots=True)
class Change:
    """One setting: its index (a path of names) and its SyncActionValue protobuf."""

    index: tuple[str, ...]
    value: Any
    version: int


@dataclass(frozen=True, slots=True)
class Collection:
    """What all devices must agree on about one collection: its version, and a hash over all its values."""

    name: str
    version: int = 0
    hash: bytes = bytes(HASH_LENGTH)
    value_macs: Mapping[bytes, bytes] = field(default_factory=dict)
    """By the MAC of the index, because a new value takes the place of the old one in the hash."""

    def export(self) -> dict[str, Any]:
        macs = {index.hex(): value.hex() for index, value in self.value_macs.items()}
        return {"name": self.name, "version": self.version, "hash": self.hash.hex(), "value_macs": macs}

    @classmethod
    def load(cls, data: dict[str, Any]) -> Collection:
        macs = {bytes.fromhex(index): bytes.fromhex(value) for index, value in data["value_macs"].items()}
        return cls(data["name"], data["version"], bytes.fromhex(data["hash"]), macs)


def push_name(name: str, at_ms: int) -> Change:
    """The setting, in the critical block, that tells a companion its account's name."""
    value = pb.sync_action.SyncActionValue(timestamp=at_ms)
    value.pushNameSetting.name = name
    return Change(("setting_pushName",), value, _PUSH_NAME_VERSION)


def patch(collection: Collection, key: SyncKey, changes: Sequence[Change]) -> tuple[Collection, bytes]:
    """The next state of a collection, and the serialised SyncdPatch that leads there."""
    keys = key.expand()
    mutations = [_mutation(key.id, keys, change) for change in changes]
    after = _after(collection, mutations)
    message = pb.server_sync.SyncdPatch(mutations=mutations)
    message.version.version = after.version
    message.keyID.ID = key.id
    message.snapshotMAC = _snapshot_mac(after, keys)
    message.patchMAC = _patch_mac(after, message, keys)
    return after, bytes(message.SerializeToString())


def read(collection: Collection, key: SyncKey, patch: bytes) -> tuple[Collection, list[Change]]:
    """Check and open a patch as the other devices do. Raises AppStateError."""
    try:
        message = pb.server_sync.SyncdPatch.FromString(patch)
    except DecodeError as error:
        raise AppStateError(f"a SyncdPatch was expected: {error}") from error
    if key.id != message.keyID.ID:
        raise AppStateError("the patch was sealed with another key")
    keys = key.expand()
    after = _after(collection, message.mutations)
    if not hmac.compare_digest(message.snapshotMAC, _snapshot_mac(after, keys)):
        raise AppStateError(f"the patch does not lead to version {after.version} of {collection.name}")
    if not hmac.compare_digest(message.patchMAC, _patch_mac(after, message, keys)):
        raise AppStateError("the patch was altered")
    return after, [_open(mutation, key.id, keys) for mutation in message.mutations]


def _mutation(key_id: bytes, keys: _Keys, change: Change) -> Any:
    index = json.dumps(change.index, separators=(",", ":"), ensure_ascii=False).encode()
    action = pb.sync_action.SyncActionData(index=index, value=change.value, padding=b"", version=change.version)
    iv = secrets.token_bytes(_IV_LENGTH)
    sealed = iv + aes_cbc_encrypt(keys.value, iv, action.SerializeToString())
    mutation = pb.server_sync.SyncdMutation(operation=_SET)
    mutation.record.index.blob = hmac.digest(keys.index, index, hashlib.sha256)
    mutation.record.value.blob = sealed + _content_mac(_SET, key_id, sealed, keys)
    mutation.record.keyID.ID = key_id
    return mutation


def _open(mutation: Any, key_id: bytes, keys: _Keys) -> Change:
    blob = mutation.record.value.blob
    sealed, mac = blob[:-_MAC_LENGTH], blob[-_MAC_LENGTH:]
    if not hmac.compare_digest(mac, _content_mac(mutation.operation, key_id, sealed, keys)):
        raise AppStateError("a value in the patch was altered")
    plaintext = aes_cbc_decrypt(keys.value, sealed[:_IV_LENGTH], sealed[_IV_LENGTH:])
    action = pb.sync_action.SyncActionData.FromString(plaintext)
    if not hmac.compare_digest(mutation.record.index.blob, hmac.digest(keys.index, action.index, hashlib.sha256)):
        raise AppStateError("a value in the patch stands under another index")
    return Change(tuple(json.loads(action.index)), action.value, action.version)


def _after(collection: Collection, mutations: Sequence[Any]) -> Collection:
    """The collection once the mutations are in: new values are added to the hash, replaced ones taken out."""
    sums = _words(collection.hash)
    macs = dict(collection.value_macs)
    for mutation in mutations:
        index = mutation.record.index.blob
        if index in macs:
            sums = _add(sums, macs.pop(index), -1)
        if mutation.operation == _SET:
            macs[index] = mutation.record.value.blob[-_MAC_LENGTH:]
            sums = _add(sums, macs[index], 1)
    after = b"".join(word.to_bytes(2, "little") for word in sums)
    return Collection(collection.name, collection.version + 1, after, macs)


def _add(sums: list[int], value_mac: bytes, sign: int) -> list[int]:
    """One step of LTHash: the order of values does not matter, and each can be taken out again."""
    spread = _words(hkdf(value_mac, HASH_LENGTH, b"WhatsApp Patch Integrity"))
    return [(total + sign * word) % (1 << 16) for total, word in zip(sums, spread, strict=True)]


def _words(data: bytes) -> list[int]:
    return [int.from_bytes(data[i : i + 2], "little") for i in range(0, len(data), 2)]


def _snapshot_mac(collection: Collection, keys: _Keys) -> bytes:
    covered = collection.hash + _uint64(collection.version) + collection.name.encode()
    return hmac.digest(keys.snapshot_mac, covered, hashlib.sha256)


def _patch_mac(after: Collection, patch: Any, keys: _Keys) -> bytes:
    value_macs = b"".join(mutation.record.value.blob[-_MAC_LENGTH:] for mutation in patch.mutations)
    covered = patch.snapshotMAC + value_macs + _uint64(after.version) + after.name.encode()
    return hmac.digest(keys.patch_mac, covered, hashlib.sha256)


def _content_mac(operation: int, key_id: bytes, sealed: bytes, keys: _Keys) -> bytes:
    covered = bytes([operation + 1]) + key_id + sealed + _uint64(len(key_id) + 1)
    return hmac.digest(keys.value_mac, covered, hashlib.sha512)[:_MAC_LENGTH]


def _uint64(value: int) -> bytes:
    return value.to_bytes(8, "big")
