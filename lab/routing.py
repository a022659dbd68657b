"""From one device to the others: messages, receipts, acks, typing and presence.

`sender` is the number JID or the LID of a device: the form in which the receivers see it as `from`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from comptoir.lab.accounts import Account
from comptoir.lab.exchange import Exchange
from comptoir.lab.nodes import JID, LID_SERVER, Node
from comptoir.lab.refusals import is_unwanted, refusal

# These say something about a message and leave it where it is; every other receipt means that it has arrived.
_NOT_ARRIVED = frozenset({"retry", "server-error"})
# What one device of an account has read, its others want to know.
_READ = frozenset({"read", "read-self", "played", "played-self"})
_CARRIED = ("id", "type", "category", "edit", "push_priority")


def route(exchange: Exchange, sender: JID, node: Node) -> Node | None:
    """Take any stanza but an iq. The answer, for a message, is its ack."""
    match node.tag:
        case "message":
            return _message(exchange, sender, node)
        case "receipt":
            return _receipt(exchange, sender, node)
        case "ack":
            exchange.mailbox(sender).settle(node.get("class"), node.get("id"), node.get("to"))
        case "chatstate":
            _typing(exchange, sender, node)
        case "presence":
            _presence(exchange, sender, node)
    return None


def in_form_of(exchange: Exchange, device: JID, other: JID) -> JID:
    """`device` as a LID where `other` is one, else as a number."""
    registry = exchange.registry
    return (registry.lid_of(device) if other.server == LID_SERVER else registry.number_of(device)) or device


def _message(exchange: Exchange, sender: JID, node: Node) -> Node:
    id, to = node.attr("id"), _to(node)
    own, receiver = _account(exchange, sender), exchange.registry.account_of(to)
    exchange.ledger.took(id, sender, to if receiver is not own else None)
    error = refusal(exchange, own, receiver, companion=bool(sender.device), size=_size(node))
    unwanted = is_unwanted(exchange, own, receiver)
    for device, encs in () if error else _ciphertexts(node, to):
        # The sender's own devices get their copies all the same.
        if not (unwanted and exchange.registry.account_of(device) is receiver):
            _deliver(exchange, sender, node, device, encs)
    answer: dict[str, str | JID] = {"class": "message", "id": id, "from": to, "t": _now(exchange)}
    return Node("ack", answer | _given({"error": str(error or "")}))


def _size(node: Node) -> int:
    """Bytes of the largest ciphertext."""
    sizes = (len(enc.data) for _, encs in _ciphertexts(node, _to(node)) for enc in encs)
    return max(sizes, default=0)


def _ciphertexts(node: Node, to: JID) -> Iterator[tuple[JID, tuple[Node, ...]]]:
    """Who gets which ciphertexts: one for each participant, or a bare one for the device in `to`."""
    participants = node.child("participants")
    if participants is None:
        yield to, node.children("enc")
        return
    named: set[JID] = set()
    for receiver in participants.children("to"):
        device = receiver.jid("jid")
        # The client names its phone twice when it writes to its own number: a phone shows one id once.
        if device is not None and device not in named:
            named.add(device)
            yield device, receiver.children()


def _deliver(exchange: Exchange, sender: JID, node: Node, device: JID, encs: tuple[Node, ...]) -> None:
    account = exchange.registry.account_of(device)
    if account is None:
        return
    content = [child for child in node.children() if child.tag == "meta"] + list(encs)
    identity = node.child("device-identity")
    if identity is not None and any(enc.get("type") == "pkmsg" for enc in encs):
        content.append(identity)
    exchange.put_message(device, Node("message", _stamped(exchange, sender, node, account), tuple(content)))


def _stamped(exchange: Exchange, sender: JID, node: Node, receiver: Account) -> dict[str, str | JID]:
    """The attributes that a receiver sees (whatsmeow, message.go, parseMessageSource)."""
    own = _account(exchange, sender)
    by_lid = sender.server == LID_SERVER
    attrs = {name: node.attrs[name] for name in _CARRIED if name in node.attrs}
    attrs |= {"from": sender, "t": _now(exchange)}
    if own.name:
        attrs["notify"] = own.name
    if receiver is not own:
        attrs["addressing_mode"] = "lid" if by_lid else "pn"
        attrs["sender_pn" if by_lid else "sender_lid"] = own.jid(sender.device, as_lid=not by_lid)
        return attrs
    chat = node.jid("recipient") or _to(node).bare
    other = exchange.registry.account_of(chat)
    if other is not None and other is not own:
        attrs["recipient"] = chat
        as_lid = chat.server != LID_SERVER
        attrs["peer_recipient_lid" if as_lid else "peer_recipient_pn"] = other.jid(as_lid=as_lid)
    return attrs


def _receipt(exchange: Exchange, sender: JID, node: Node) -> Node:
    to, kind = _to(node), node.get("type")
    sender = in_form_of(exchange, sender, to)
    listed = node.child("list")
    more = listed.children("item") if listed is not None else ()
    for id in (node.attr("id"), *(item.attr("id") for item in more)):
        if kind not in _NOT_ARRIVED:
            exchange.mailbox(sender).settle("message", id, to)
        exchange.ledger.receipt(id, to, sender, kind or "delivery")
    for device, attrs in _readers(exchange, sender, node, to, kind):
        stamp = _given({"id": node.attr("id"), "from": sender, "t": _now(exchange), "type": kind})
        exchange.mailbox(device).put(Node("receipt", stamp | attrs, node.content))
    return Node("ack", _given({"class": "receipt", "id": node.attr("id"), "from": to, "type": kind}))


def _readers(
    exchange: Exchange, sender: JID, node: Node, to: JID, kind: str
) -> Iterator[tuple[JID, dict[str, str | JID]]]:
    """Who learns of a receipt, and with which attributes besides the usual ones."""
    registry = exchange.registry
    own, other = registry.account_of(sender), registry.account_of(to)
    carried = {name: node.attrs[name] for name in ("recipient", "participant", "category") if name in node.attrs}
    if other is None or own is None:
        return
    if own is other or kind == "retry":
        # Within one account, and where a message has to be encrypted again, the device itself is meant.
        if to.device == 0 or registry.companion(to) is not None:
            yield to, carried
        return
    if not kind.endswith("-self"):
        for device in registry.devices_of(to):
            yield device, carried
    if kind in _READ:
        for device in registry.devices_of(sender):
            if device != sender:
                yield device, {"recipient": to.bare}


def _typing(exchange: Exchange, sender: JID, node: Node) -> None:
    to = _to(node)
    state = Node("chatstate", {"from": in_form_of(exchange, sender, to).bare}, node.content)
    for device in exchange.registry.devices_of(to):
        exchange.mailbox(device).put_fleeting(state)


def _presence(exchange: Exchange, sender: JID, node: Node) -> None:
    registry = exchange.registry
    device = registry.number_of(sender) or sender
    match node.get("type", "available"):
        case "available":
            exchange.available.add(device)
        case "unavailable":
            exchange.available.discard(device)
        case "subscribe":
            to = _to(node)
            there = any(registry.number_of(each) in exchange.available for each in registry.devices_of(to))
            attrs: dict[str, str | JID] = {"from": to.bare}
            exchange.mailbox(sender).put_fleeting(
                Node("presence", attrs if there else attrs | {"type": "unavailable", "last": "deny"})
            )


def _account(exchange: Exchange, sender: JID) -> Account:
    account = exchange.registry.account_of(sender)
    assert account is not None, "only devices of known accounts get to submit anything"
    return account


def _to(node: Node) -> JID:
    to = node.jid("to")
    if to is None:
        node.attr("to")  # raises, and says what is missing
        raise AssertionError
    return to


def _given(attrs: Mapping[str, str | JID]) -> dict[str, str | JID]:
    return {name: value for name, value in attrs.items() if value}


def _now(exchange: Exchange) -> str:
    return str(int(exchange.clock.now()))
