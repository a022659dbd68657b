"""Queries about Signal keys: a device uploads its own, and gets those of others."""

from __future__ import annotations

from collections.abc import Iterator

from comptoir.lab.accounts import Device
from comptoir.lab.crypto import KEY_LENGTH, SIGNATURE_LENGTH
from comptoir.lab.exchange import Exchange
from comptoir.lab.nodes import Node, NodeError
from comptoir.lab.signal.keys import Bundle, PreKey, SignedPreKey


def give(exchange: Exchange, device: Device, iq: Node) -> tuple[Node, ...]:
    """How many prekeys a device has left, or what others need to begin a session with somebody."""
    if iq.child("count") is not None:
        return (Node("count", {"value": str(len(device.prekeys))}),)
    wanted = iq.child("key")
    users = wanted.children("user") if wanted is not None else ()
    return (Node("list", {}, tuple(_user_keys(exchange, user) for user in users)),)


def _user_keys(exchange: Exchange, user: Node) -> Node:
    jid = user.jid("jid")
    bundle = exchange.take_bundle(jid) if jid is not None else None
    if jid is None or bundle is None:
        return Node("user", user.attrs, (Node("error", {"code": "404", "text": "item-not-found"}),))
    return Node("user", {"jid": jid}, tuple(_bundle_nodes(bundle)))


def _bundle_nodes(bundle: Bundle) -> Iterator[Node]:
    yield Node("registration", {}, bundle.registration_id.to_bytes(4, "big"))
    yield Node("type", {}, b"\x05")
    yield Node("identity", {}, bundle.identity)
    signed = bundle.signed_prekey
    yield Node("skey", {}, (*_key_nodes(signed.id, signed.public), Node("signature", {}, signed.signature)))
    if bundle.prekey is not None:
        yield Node("key", {}, _key_nodes(bundle.prekey.id, bundle.prekey.public))


def _key_nodes(id: int, public: bytes) -> tuple[Node, Node]:
    return Node("id", {}, id.to_bytes(3, "big")), Node("value", {}, public)


def take_upload(exchange: Exchange, device: Device, iq: Node) -> tuple[Node, ...]:
    """New prekeys, and the signed one. Raises NodeError for keys that are none."""
    listed, signed = iq.child("list"), iq.child("skey")
    if listed is None or signed is None:
        return (Node("error", {"code": "400", "text": "bad-request"}),)
    keys = [_read_key(key) for key in listed.children("key")]
    last, signature = _read_key(signed), _data(signed, "signature", SIGNATURE_LENGTH)
    device.upload({key.id: key.public for key in keys}, SignedPreKey(last.id, last.public, signature))
    exchange.note_upload(device)
    return ()


def _read_key(node: Node) -> PreKey:
    return PreKey(int.from_bytes(_data(node, "id", 3), "big"), _data(node, "value", KEY_LENGTH))


def _data(node: Node, tag: str, length: int) -> bytes:
    child = node.child(tag)
    if child is None or len(child.data) != length:
        raise NodeError(f"<{node.tag}> lacks a <{tag}> of {length} bytes")
    return child.data
