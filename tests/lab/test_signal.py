"""Signal against itself: whatever the network does to the messages, each is read once or refused by name."""

import hmac
import json
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comptoir.lab.crypto import KeyPair, aes_cbc_decrypt, dh, hkdf
from comptoir.lab.signal import ratchet, session
from comptoir.lab.signal.errors import (
    BadMac,
    BadSignature,
    DuplicateMessage,
    MalformedMessage,
    NoSession,
    SignalError,
    TooFarAhead,
    UnknownPreKey,
)
from comptoir.lab.signal.keys import PREKEYS_KEPT, Bundle, LocalKeys
from comptoir.lab.signal.session import MSG, PKMSG, Sealed, Sessions
from comptoir.lab.signal.wire import PreKeyMessage, SignalMessage

AWA, BINTA = "awa:0", "binta:0"


def strangers() -> tuple[Sessions, Sessions]:
    return Sessions(LocalKeys.generate()), Sessions(LocalKeys.generate())


def acquainted() -> tuple[Sessions, Sessions]:
    """Two who have each read a message of the other, Awa having written first."""
    awa, binta = strangers()
    awa.start(BINTA, binta.keys.bundle())
    to_binta(awa, binta, b"hello")
    to_awa(awa, binta, b"hello back")
    return awa, binta


def read(receiver: Sessions, sender: str, sealed: Sealed) -> bytes:
    return receiver.decrypt(sender, sealed.type, sealed.body).plaintext


def to_binta(awa: Sessions, binta: Sessions, text: bytes) -> str:
    sealed = awa.encrypt(BINTA, text)
    assert read(binta, AWA, sealed) == text
    return sealed.type


def to_awa(awa: Sessions, binta: Sessions, text: bytes) -> str:
    sealed = binta.encrypt(AWA, text)
    assert read(awa, BINTA, sealed) == text
    return sealed.type


def test_messages_say_how_the_session_began_until_one_is_answered() -> None:
    awa, binta = strangers()
    awa.start(BINTA, binta.keys.bundle())
    assert [to_binta(awa, binta, b"one"), to_binta(awa, binta, b"two")] == [PKMSG, PKMSG]
    assert to_awa(awa, binta, b"answer") == MSG
    assert to_binta(awa, binta, b"three") == MSG


def test_a_session_starts_without_a_one_time_prekey_too() -> None:
    awa, binta = strangers()
    awa.start(BINTA, replace(binta.keys.bundle(), prekey=None))
    to_binta(awa, binta, b"hello")
    to_awa(awa, binta, b"hello back")


def test_both_sides_may_start_at_once() -> None:
    awa, binta = strangers()
    awa.start(BINTA, binta.keys.bundle())
    binta.start(AWA, awa.keys.bundle())
    for _ in range(4):
        crossing = awa.encrypt(BINTA, b"from awa"), binta.encrypt(AWA, b"from binta")
        assert read(binta, AWA, crossing[0]) == b"from awa"
        assert read(awa, BINTA, crossing[1]) == b"from binta"
    assert to_binta(awa, binta, b"settled") == MSG


def test_a_message_of_an_earlier_state_is_still_read() -> None:
    awa, binta = acquainted()
    late = binta.encrypt(AWA, b"late")
    awa.start(BINTA, binta.keys.bundle())
    to_binta(awa, binta, b"in the new session")
    assert read(awa, BINTA, late) == b"late"


def test_a_peer_set_up_anew_starts_anew() -> None:
    awa, binta = acquainted()
    reinstalled = Sessions(LocalKeys.generate())
    reinstalled.start(AWA, awa.keys.bundle())
    assert to_awa(awa, reinstalled, b"me again") == PKMSG
    assert to_binta(awa, reinstalled, b"welcome back") == MSG
    with pytest.raises(BadMac):
        to_binta(awa, binta, b"for the old phone")


def test_a_duplicate_is_refused_and_nothing_else_suffers() -> None:
    awa, binta = acquainted()
    sealed = awa.encrypt(BINTA, b"once")
    assert read(binta, AWA, sealed) == b"once"
    with pytest.raises(DuplicateMessage):
        read(binta, AWA, sealed)
    to_binta(awa, binta, b"next")
    to_awa(awa, binta, b"answer")


def test_a_first_message_is_read_once_too() -> None:
    awa, binta = strangers()
    awa.start(BINTA, binta.keys.bundle())
    first = awa.encrypt(BINTA, b"first")
    assert read(binta, AWA, first) == b"first"
    with pytest.raises(DuplicateMessage):
        read(binta, AWA, first)


def test_messages_are_read_out_of_order_across_turns() -> None:
    awa, binta = acquainted()
    early = [awa.encrypt(BINTA, b"%d" % i) for i in range(3)]
    to_awa(awa, binta, b"turn")
    later = [awa.encrypt(BINTA, b"%d" % i) for i in range(3, 6)]
    for sealed, text in zip(reversed(early + later), (b"5", b"4", b"3", b"2", b"1", b"0"), strict=True):
        assert read(binta, AWA, sealed) == text


@given(st.data())
@settings(deadline=None, max_examples=40)
def test_any_network_delivers_each_message_at_most_once(data: st.DataObject) -> None:
    """Lost, late, doubled, crossing messages, restarts in between: what is read is right, and read once."""
    awa, binta = strangers()
    awa.start(BINTA, binta.keys.bundle())
    people, names = {"awa": awa, "binta": binta}, {"awa": AWA, "binta": BINTA}
    under_way: list[tuple[str, bytes, Sealed]] = []
    seen: set[bytes] = set()
    for step in range(data.draw(st.integers(5, 20))):
        who, other = data.draw(st.permutations(["awa", "binta"]))
        action = data.draw(st.sampled_from(["write", "write", "deliver", "deliver", "restart", "renew"]))
        if action == "write" and people[who].has_session(names[other]):
            text = b"%d" % step
            under_way.append((other, text, people[who].encrypt(names[other], text)))
        elif action == "deliver" and under_way:
            receiver, text, sealed = data.draw(st.sampled_from(under_way))
            sender = names["binta" if receiver == "awa" else "awa"]
            try:
                assert read(people[receiver], sender, sealed) == text
                assert text not in seen
                seen.add(text)
            except DuplicateMessage:
                assert text in seen
        elif action == "restart":
            people[who] = Sessions.load(json.loads(json.dumps(people[who].export())))
        elif action == "renew":
            people[who].start(names[other], people[other].keys.bundle())


def test_skipping_has_a_limit() -> None:
    awa, binta = acquainted()
    for _ in range(2_000):
        awa.encrypt(BINTA, b"lost")
    within, beyond = awa.encrypt(BINTA, b"within"), awa.encrypt(BINTA, b"beyond")
    with pytest.raises(TooFarAhead):
        read(binta, AWA, beyond)
    assert read(binta, AWA, within) == b"within"
    assert read(binta, AWA, beyond) == b"beyond"


def test_an_altered_message_is_refused_and_nothing_has_changed() -> None:
    awa, binta = acquainted()
    before = binta.export()
    sealed = awa.encrypt(BINTA, b"text")
    for place in (-1, -9, len(sealed.body) // 2):
        altered = bytearray(sealed.body)
        altered[place] ^= 1
        with pytest.raises(SignalError):
            binta.decrypt(AWA, MSG, bytes(altered))
        assert binta.export() == before
    with pytest.raises(BadMac, match="none of 1 states"):
        binta.decrypt(AWA, MSG, sealed.body[:-1] + bytes([sealed.body[-1] ^ 1]))
    assert read(binta, AWA, sealed) == b"text"


def test_an_altered_first_message_uses_up_no_prekey() -> None:
    awa, binta = strangers()
    awa.start(BINTA, binta.keys.bundle())
    sealed = awa.encrypt(BINTA, b"text")
    first = PreKeyMessage.parse(sealed.body)
    altered = replace(first, message=replace(first.message, mac=bytes(8)))
    with pytest.raises(BadMac):
        binta.decrypt(AWA, PKMSG, bytes(altered))
    assert not binta.has_session(AWA)
    assert read(binta, AWA, sealed) == b"text"


def test_a_one_time_prekey_works_once() -> None:
    awa, binta = strangers()
    bundle = binta.keys.bundle()
    awa.start(BINTA, bundle)
    to_binta(awa, binta, b"hello")
    other = Sessions(LocalKeys.generate())
    other.start(BINTA, bundle)
    with pytest.raises(UnknownPreKey, match="one-time prekey 1 is unknown or used up"):
        read(binta, "other:0", other.encrypt(BINTA, b"hello"))


def test_unused_prekeys_expire_oldest_first() -> None:
    awa, binta = strangers()
    awa.start(BINTA, binta.keys.bundle())
    for _ in range(PREKEYS_KEPT):
        last = binta.keys.bundle()
    with pytest.raises(UnknownPreKey):
        read(binta, AWA, awa.encrypt(BINTA, b"hello"))
    awa.start(BINTA, last)
    to_binta(awa, binta, b"hello")


def test_a_signed_prekey_of_another_device_is_refused() -> None:
    awa, binta = strangers()
    awa.start(BINTA, replace(binta.keys.bundle(), signed_prekey=replace(binta.keys.bundle().signed_prekey, id=7)))
    with pytest.raises(UnknownPreKey, match="signed prekey 7 is unknown"):
        read(binta, AWA, awa.encrypt(BINTA, b"hello"))


def test_a_bundle_another_identity_signed_is_refused() -> None:
    awa, binta = strangers()
    bundle = replace(binta.keys.bundle(), identity=KeyPair.generate().public)
    with pytest.raises(BadSignature):
        awa.start(BINTA, bundle)
    assert not awa.has_session(BINTA)


def test_a_bundle_with_an_unusable_key_is_refused() -> None:
    awa, binta = strangers()
    bundle = binta.keys.bundle()
    assert bundle.prekey is not None
    with pytest.raises(MalformedMessage, match="no usable public key"):
        awa.start(BINTA, replace(bundle, prekey=replace(bundle.prekey, public=bytes(32))))


def test_without_a_session_nothing_is_sealed_or_opened() -> None:
    awa, binta = acquainted()
    with pytest.raises(NoSession, match="start one from a bundle first"):
        awa.encrypt("stranger:0", b"")
    with pytest.raises(NoSession):
        awa.decrypt("stranger:0", MSG, binta.encrypt(AWA, b"").body)
    binta.forget(AWA)
    with pytest.raises(NoSession):
        to_binta(awa, binta, b"forgotten")


@pytest.mark.parametrize("body", [b"", b"\x33", b"\x22" + bytes(60), b"\x33" + b"\xff" * 60, b"\x33" + bytes(60)])
@pytest.mark.parametrize("type", [PKMSG, MSG])
def test_what_is_no_signal_message_is_refused(type: str, body: bytes) -> None:
    awa, _ = acquainted()
    with pytest.raises(MalformedMessage):
        awa.decrypt(BINTA, type, body)


def test_another_type_is_refused() -> None:
    awa, _ = acquainted()
    with pytest.raises(MalformedMessage, match="not 'skmsg'"):
        awa.decrypt(BINTA, "skmsg", b"")


def test_ratchet_key_and_counter_tell_messages_apart() -> None:
    awa, binta = acquainted()
    sealed = [awa.encrypt(BINTA, b"") for _ in range(3)]
    opened = [binta.decrypt(AWA, each.type, each.body) for each in sealed]
    assert [(each.ratchet_key, each.counter) for each in sealed] == [
        (each.ratchet_key, each.counter) for each in opened
    ]
    assert [each.counter for each in sealed] == [sealed[0].counter + i for i in range(3)]
    to_awa(awa, binta, b"turn")
    turned = awa.encrypt(BINTA, b"")
    assert turned.counter == 0
    assert turned.ratchet_key != sealed[0].ratchet_key


def test_states_of_one_peer_are_bounded() -> None:
    awa, binta = strangers()
    for _ in range(session.MAX_STATES + 5):
        awa.start(BINTA, binta.keys.bundle())
    assert len(awa.export()["sessions"][BINTA]) == session.MAX_STATES


def test_receiver_chains_are_bounded() -> None:
    awa, binta = acquainted()
    for _ in range(2 * ratchet.MAX_RECEIVER_CHAINS):
        to_binta(awa, binta, b"")
        to_awa(awa, binta, b"")
    assert len(binta.export()["sessions"][AWA][0]["receiver_chains"]) == ratchet.MAX_RECEIVER_CHAINS


def test_everything_survives_as_json() -> None:
    awa, binta = strangers()
    awa.start(BINTA, binta.keys.bundle())
    late = awa.encrypt(BINTA, b"late")
    to_binta(awa, binta, b"early")
    bundle = binta.keys.bundle()
    awa, binta = (Sessions.load(json.loads(json.dumps(each.export()))) for each in (awa, binta))
    assert read(binta, AWA, late) == b"late"
    to_awa(awa, binta, b"answer")
    other = Sessions(LocalKeys.generate())
    other.start(BINTA, Bundle.load(json.loads(json.dumps(bundle.export()))))
    assert read(binta, "other:0", other.encrypt(BINTA, b"new")) == b"new"
    assert Bundle.load(replace(bundle, prekey=None).export()) == replace(bundle, prekey=None)


def test_private_keys_stay_out_of_reprs() -> None:
    awa, _ = acquainted()
    pair = awa.keys.identity.pair
    assert repr(pair.private) not in repr(pair)
    assert repr(pair.private) not in repr(awa.keys)


def test_a_second_message_opens_by_the_book() -> None:
    """X3DH and ratchet as Signal's documents and libsignal's constants have them, without our own steps."""
    awa, binta = strangers()
    bundle = binta.keys.bundle()
    assert bundle.prekey is not None
    awa.start(BINTA, bundle)
    awa.encrypt(BINTA, b"first")
    sealed = PreKeyMessage.parse(awa.encrypt(BINTA, b"second").body)
    identity, signed = binta.keys.identity.pair.private, binta.keys.signed_prekey.private
    one_time = binta.keys.prekey_pair(bundle.prekey.id).private

    secret = b"\xff" * 32 + dh(signed, sealed.identity) + dh(identity, sealed.base_key)
    secret += dh(signed, sealed.base_key) + dh(one_time, sealed.base_key)
    root = hkdf(secret, 64, b"WhisperText", bytes(32))[:32]
    chain = hkdf(dh(signed, sealed.message.ratchet_key), 64, b"WhisperRatchet", root)[32:]
    seed = hmac.digest(hmac.digest(chain, b"\x02", "sha256"), b"\x01", "sha256")
    keys = hkdf(seed, 80, b"WhisperMessageKeys", bytes(32))
    assert aes_cbc_decrypt(keys[:32], keys[64:], sealed.message.ciphertext) == b"second"
    parties = b"\x05" + sealed.identity + b"\x05" + bundle.identity
    whole = bytes(sealed.message)
    assert whole[-8:] == hmac.digest(keys[32:64], parties + whole[:-8], "sha256")[:8]


def test_the_bytes_are_those_of_libsignal() -> None:
    """Field numbers and the version byte, spelled out by hand: a wrong one would still agree with itself."""
    awa, binta = strangers()
    awa.start(BINTA, binta.keys.bundle())
    first = PreKeyMessage.parse(awa.encrypt(BINTA, b"text").body)
    inner = b"\x0a\x21\x05" + first.message.ratchet_key + b"\x10\x00\x18\x00\x22\x10" + first.message.ciphertext
    assert bytes(first.message) == b"\x33" + inner + first.message.mac
    head = b"\x33\x08\x01\x12\x21\x05" + first.base_key + b"\x1a\x21\x05" + first.identity
    assert bytes(first).startswith(head + b"\x22" + bytes([len(bytes(first.message))]) + b"\x33")
    assert SignalMessage.parse(bytes(first.message)) == first.message
