"""Sender keys between devices of the lab: what a group reads, and what somebody outside of it does not."""

import json

import pytest

from comptoir.lab.signal.errors import BadSignature, DuplicateMessage, MalformedMessage, NoSenderKey
from comptoir.lab.signal.sender_keys import SKMSG, SenderKeys

GROUP, AWA = "120363000000000001@g.us", "221770000001_1:0"


def test_a_message_is_read_once_in_any_order_after_the_key_was_handed_over() -> None:
    awa, moussa = SenderKeys(), SenderKeys()
    first = awa.encrypt(GROUP, b"avant")
    moussa.learn(GROUP, AWA, awa.distribution(GROUP))
    sealed = [awa.encrypt(GROUP, text) for text in (b"un", b"deux", b"trois")]
    # A chain that is told once more must not make read messages readable again.
    moussa.learn(GROUP, AWA, awa.distribution(GROUP))

    opened = [moussa.decrypt(GROUP, AWA, sealed[place].body) for place in (2, 0, 1)]

    assert [each.plaintext for each in opened] == [b"trois", b"un", b"deux"]
    assert [each.counter for each in opened] == [3, 1, 2]
    assert {each.ratchet_key for each in opened} == {sealed[0].ratchet_key}
    assert {each.type for each in sealed} == {SKMSG}
    for too_late in (first, *sealed):
        with pytest.raises(DuplicateMessage):
            moussa.decrypt(GROUP, AWA, too_late.body)


def test_nobody_reads_under_a_key_of_another_group_sender_or_time() -> None:
    awa, moussa = SenderKeys(), SenderKeys()
    moussa.learn(GROUP, AWA, awa.distribution(GROUP))
    awa.renew(GROUP)
    renewed = awa.encrypt(GROUP, b"sans toi")

    for group, address in ((GROUP, AWA), (GROUP, "other:0"), ("120363000000000002@g.us", AWA)):
        with pytest.raises(NoSenderKey):
            moussa.decrypt(group, address, renewed.body)
    moussa.learn(GROUP, AWA, awa.distribution(GROUP))
    moussa.forget(GROUP)
    with pytest.raises(NoSenderKey):
        moussa.decrypt(GROUP, AWA, awa.encrypt(GROUP, b"oubli").body)


def test_an_altered_message_is_refused_and_changes_nothing() -> None:
    awa, moussa = SenderKeys(), SenderKeys()
    moussa.learn(GROUP, AWA, awa.distribution(GROUP))
    body = awa.encrypt(GROUP, b"bonjour").body

    with pytest.raises(BadSignature):
        moussa.decrypt(GROUP, AWA, body[:-1] + bytes([body[-1] ^ 1]))
    with pytest.raises(MalformedMessage):
        moussa.decrypt(GROUP, AWA, b"\x23" + body[1:])

    assert moussa.decrypt(GROUP, AWA, body).plaintext == b"bonjour"


def test_keys_survive_as_json() -> None:
    awa, moussa = SenderKeys(), SenderKeys()
    moussa.learn(GROUP, AWA, awa.distribution(GROUP))
    skipped, read = awa.encrypt(GROUP, b"un"), awa.encrypt(GROUP, b"deux")
    moussa.decrypt(GROUP, AWA, read.body)

    awa, moussa = (SenderKeys.load(json.loads(json.dumps(each.export()))) for each in (awa, moussa))

    assert moussa.decrypt(GROUP, AWA, skipped.body).plaintext == b"un"
    assert moussa.decrypt(GROUP, AWA, awa.encrypt(GROUP, b"trois").body).counter == 2
