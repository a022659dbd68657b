"""The stanzas that phones and customers exchange with the server, built and read without any I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from comptoir.lab.nodes import JID, Node
from comptoir.lab.signal.keys import KEY_TYPE, Bundle, PreKey, SignedPreKey

Attrs = dict[str, str | JID]


@dataclass(frozen=True, slots=True)
class RetryRequest:
    """A receiver could not decrypt a message and asks for it once more."""

    id: str
    count: int
    device: JID
    bundle: Bundle | None
    """Fresh keys of the receiver, sent along from the second attempt on."""


def enc(kind: str, body: bytes, count: int = 0) -> Node:
    """One ciphertext; `kind` is pkmsg or msg, `count` the number of a repeated attempt."""
    attrs: Attrs = {"v": "2", "type": kind}
    if count:
        attrs["count"] = str(count)
    return Node("enc", attrs, body)


def message_to_all(id: str, to: JID, kind: str, audience: Mapping[JID, Node | None], sealed: Node) -> Node:
    """A message with one ciphertext for all, and the key to it for those devices of the audience that need it."""
    listed = tuple(Node("to", {"jid": each}, () if key is None else (key,)) for each, key in audience.items())
    return Node("message", {"id": id, "to": to, "type": kind}, (Node("participants", {}, listed), sealed))


def message(id: str, to: JID, kind: str, encs: Sequence[tuple[JID, Node]]) -> Node:
    """A message with one ciphertext for each device."""
    receivers = tuple(Node("to", {"jid": device}, (sealed,)) for device, sealed in encs)
    return Node("message", {"id": id, "to": to, "type": kind}, (Node("participants", {}, receivers),))


def unavailable(kind: str) -> Node:
    """What a companion gets instead of a ciphertext: there is a message, and it is not for this device."""
    return Node("unavailable", {"type": kind} if kind else {})


def message_to_device(id: str, device: JID, kind: str, sealed: Node, extra: Mapping[str, str | JID]) -> Node:
    """A message for a single device: peer messages and repeated attempts."""
    return Node("message", {"id": id, "to": device, "type": kind, **extra}, (sealed,))


def receipt(stanza: Node, kind: str = "") -> Node:
    """The receipt for a received message; no kind means delivered."""
    attrs = _answering(stanza)
    if kind:
        attrs["type"] = kind
    return Node("receipt", attrs, None)


def read_receipt(ids: Sequence[str], chat: JID, at: int, author: JID | None = None) -> Node:
    """The receipt that turns ticks blue, for one or several messages of one chat; `at` in whole seconds.

    In a group they are of one `author`.
    """
    rest = tuple(Node("item", {"id": id}, None) for id in ids[1:])
    attrs: Attrs = {"id": ids[0], "to": chat, "type": "read", "t": str(at)}
    if author is not None:
        attrs["participant"] = author
    return Node("receipt", attrs, (Node("list", {}, rest),) if rest else None)


def retry_receipt(stanza: Node, count: int, registration_id: int, bundle: Bundle | None) -> Node:
    """The receipt that asks for a message once more; keys go along from the second attempt on."""
    attrs = _answering(stanza) | {"type": "retry"}
    if stanza.get("category") == "peer":
        attrs["category"] = "peer"
    asked: Attrs = {"id": stanza.attr("id"), "t": stanza.attr("t"), "count": str(count), "v": "1"}
    children = [Node("retry", asked, None), Node("registration", {}, registration_id.to_bytes(4, "big"))]
    if bundle is not None:
        children.append(Node("keys", {}, _bundle_nodes(bundle)))
    return Node("receipt", attrs, tuple(children))


def ack(stanza: Node) -> Node:
    """The acknowledgement of a receipt or a notification, or of a message that is given up."""
    attrs: Attrs = {"class": stanza.tag, **_answering(stanza)}
    if "type" in stanza.attrs and stanza.tag != "message":
        attrs["type"] = stanza.attrs["type"]
    return Node("ack", attrs, None)


def typing(chat: JID, on: bool) -> Node:
    return Node("chatstate", {"to": chat}, (Node("composing" if on else "paused", {}, None),))


def read_retry(stanza: Node) -> RetryRequest | None:
    """The request in a receipt of type retry; None when it carries none."""
    asked, sender = stanza.child("retry"), stanza.jid("participant") or stanza.jid("from")
    if asked is None or sender is None:
        return None
    return RetryRequest(asked.attr("id"), int(asked.get("count", "1")), sender, _read_bundle(stanza))


def receipt_ids(stanza: Node) -> list[str]:
    """Every message id that a receipt speaks of."""
    listed = stanza.child("list")
    more = [item.attr("id") for item in listed.children("item")] if listed is not None else []
    return [stanza.attr("id"), *more]


def _answering(stanza: Node) -> Attrs:
    attrs: Attrs = {"id": stanza.attrs["id"], "to": stanza.attrs["from"]}
    for name in ("recipient", "participant"):
        if name in stanza.attrs:
            attrs[name] = stanza.attrs[name]
    return attrs


def _key(id: int, public: bytes) -> tuple[Node, Node]:
    return Node("id", {}, id.to_bytes(3, "big")), Node("value", {}, public)


def _bundle_nodes(bundle: Bundle) -> tuple[Node, ...]:
    """Public keys in the order in which clients send them: type, identity, one-time prekey, signed prekey."""
    signed = bundle.signed_prekey
    one_time = bundle.prekey and Node("key", {}, _key(bundle.prekey.id, bundle.prekey.public))
    return (
        Node("type", {}, KEY_TYPE),
        Node("identity", {}, bundle.identity),
        *([one_time] if one_time else ()),
        Node("skey", {}, (*_key(signed.id, signed.public), Node("signature", {}, signed.signature))),
    )


def _read_bundle(stanza: Node) -> Bundle | None:
    keys, registration = stanza.child("keys"), stanza.child("registration")
    signed = stanza.child("keys", "skey")
    if keys is None or registration is None or signed is None:
        return None
    one_time = keys.child("key")
    return Bundle(
        int.from_bytes(registration.data),
        _data(keys, "identity"),
        SignedPreKey(_id(signed), _data(signed, "value"), _data(signed, "signature")),
        PreKey(_id(one_time), _data(one_time, "value")) if one_time is not None else None,
    )


def _id(key: Node) -> int:
    return int.from_bytes(_data(key, "id"))


def _data(node: Node, tag: str) -> bytes:
    child = node.child(tag)
    return child.data if child is not None else b""
