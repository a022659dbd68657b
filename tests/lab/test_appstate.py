"""App state patches: both sides come to the same state, altered patches are refused."""

import hmac
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.lab import protobufs as pb
from comptoir.lab.appstate import (
    CRITICAL_BLOCK,
    AppStateError,
    Change,
    Collection,
    SyncKey,
    patch,
    push_name,
    read,
)
from comptoir.lab.crypto import hkdf

KEY = SyncKey.generate()
EMPTY = Collection(CRITICAL_BLOCK)


def locale(place: str, text: str) -> Change:
    value = pb.sync_action.SyncActionValue(timestamp=1)
    value.localeSetting.locale = text
    return Change(("setting_locale", place), value, 3)


changes = st.builds(locale, st.sampled_from("abcd"), st.text(max_size=20))


@given(st.lists(st.lists(changes, min_size=1, max_size=4), max_size=4))
def test_a_reader_follows_patch_by_patch(patches: list[list[Change]]) -> None:
    ours = theirs = EMPTY
    for version, wanted in enumerate(patches, start=1):
        ours, body = patch(ours, KEY, wanted)
        theirs, seen = read(theirs, KEY, body)
        assert seen == wanted
        assert ours == theirs
        assert ours.version == version


def test_the_push_name_is_in_the_patch() -> None:
    _, body = patch(EMPTY, KEY, [push_name("Chez Awa", 5)])
    _, [change] = read(EMPTY, KEY, body)
    assert (change.index, change.value.pushNameSetting.name) == (("setting_pushName",), "Chez Awa")


def test_an_index_is_json_as_the_client_writes_it() -> None:
    _, body = patch(EMPTY, KEY, [locale("é", "fr")])
    index_key = hkdf(KEY.data, 160, b"WhatsApp Mutation Keys")[:32]
    index = pb.server_sync.SyncdPatch.FromString(body).mutations[0].record.index.blob
    assert index == hmac.digest(index_key, '["setting_locale","é"]'.encode(), "sha256")


def test_a_replaced_value_leaves_the_hash() -> None:
    one, _ = patch(EMPTY, KEY, [push_name("Awa", 5)])
    two, body = patch(one, KEY, [push_name("Binta", 6)])
    [mac] = two.value_macs.values()
    assert pb.server_sync.SyncdPatch.FromString(body).mutations[0].record.value.blob.endswith(mac)
    # With one value in it the hash is that value's, spread over 128 bytes.
    assert two.hash == hkdf(mac, 128, b"WhatsApp Patch Integrity")


def test_the_macs_are_those_of_the_protocol() -> None:
    """Worked out by hand from whatsmeow's appstate/hash.go: a slip would still agree with itself."""
    after, body = patch(EMPTY, KEY, [push_name("Awa", 5)])
    message = pb.server_sync.SyncdPatch.FromString(body)
    derived = hkdf(KEY.data, 160, b"WhatsApp Mutation Keys")
    index_key, _, value_mac_key, snapshot_key, patch_key = (derived[i : i + 32] for i in range(0, 160, 32))
    record = message.mutations[0].record
    sealed, value_mac = record.value.blob[:-32], record.value.blob[-32:]
    assert record.index.blob == hmac.digest(index_key, b'["setting_pushName"]', "sha256")
    content = b"\x01" + KEY.id + sealed + (len(KEY.id) + 1).to_bytes(8, "big")
    assert value_mac == hmac.digest(value_mac_key, content, "sha512")[:32]
    tail = (1).to_bytes(8, "big") + b"critical_block"
    assert message.snapshotMAC == hmac.digest(snapshot_key, after.hash + tail, "sha256")
    assert message.patchMAC == hmac.digest(patch_key, message.snapshotMAC + value_mac + tail, "sha256")
    assert message.version.version == 1


def test_a_patch_of_another_version_is_refused() -> None:
    one, _ = patch(EMPTY, KEY, [push_name("Awa", 5)])
    _, second = patch(one, KEY, [push_name("Binta", 6)])
    with pytest.raises(AppStateError, match="does not lead to version 1"):
        read(EMPTY, KEY, second)


def test_a_patch_under_another_key_is_refused() -> None:
    _, body = patch(EMPTY, KEY, [push_name("Awa", 5)])
    with pytest.raises(AppStateError, match="another key"):
        read(EMPTY, SyncKey.generate(), body)


def test_what_is_no_patch_is_refused() -> None:
    with pytest.raises(AppStateError, match="a SyncdPatch was expected"):
        read(EMPTY, KEY, b"\xff")


def flip(data: bytes) -> bytes:
    return bytes([data[0] ^ 1]) + data[1:]


def alter_value(message: Any) -> None:
    message.mutations[0].record.value.blob = flip(message.mutations[0].record.value.blob)


def alter_patch_mac(message: Any) -> None:
    message.patchMAC = flip(message.patchMAC)


def alter_index(message: Any) -> None:
    message.mutations[0].record.index.blob = flip(message.mutations[0].record.index.blob)


@pytest.mark.parametrize(
    ("alter", "fault"),
    [
        (alter_value, "a value in the patch was altered"),
        (alter_patch_mac, "the patch was altered"),
        (alter_index, "under another index"),
    ],
)
def test_an_altered_patch_is_refused(alter: Callable[[Any], None], fault: str) -> None:
    _, body = patch(EMPTY, KEY, [push_name("Awa", 5)])
    message = pb.server_sync.SyncdPatch.FromString(body)
    alter(message)
    with pytest.raises(AppStateError, match=fault):
        read(EMPTY, KEY, message.SerializeToString())


def test_a_collection_survives_as_json() -> None:
    collection, _ = patch(EMPTY, KEY, [push_name("Awa", 5), locale("a", "fr")])
    assert Collection.load(json.loads(json.dumps(collection.export()))) == collection
