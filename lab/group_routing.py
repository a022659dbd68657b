"""From one device to a group or a status audience: messages, receipts and typing.

Receivers see the group as `from` and the sender as `participant`, in the group's form (whatsmeow, message.go,
parseMessageSource).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator

from comptoir.lab.exchange import Exchange
from comptoir.lab.groups import BROADCAST_SERVER, GROUP_SERVER, Group
from comptoir.lab.nodes import JID, LID_SERVER, Node

AUDIENCE_SERVERS = frozenset({GROUP_SERVER, BROADCAST_SERVER})

_NOT_A_MEMBER = 403
_NOT_FOUND = 404
_READ = frozenset({"read", "read-self", "played", "played-self"})
_CARRIED = ("id", "type", "edit")


def route(exchange: Exchange, sender: JID, to: JID, node: Node) -> Node | None:
    """Take a message, receipt or chatstate for an audience. The answer, for a message, is its ack."""
    group = exchange.groups.find(to)
    account = exchange.registry.account_of(sender)
    assert account is not None, "only devices of known accounts get to submit anything"
    own = account.jid(sender.device, as_lid=group.by_lid if group is not None else sender.server == LID_SERVER)
    match node.tag:
        case "message":
            return _message(exchange, own, to, node)
        case "receipt":
            return _receipt(exchange, own, to, node)
        case "chatstate" if group is not None:
            state = Node("chatstate", {"from": to, "participant": own.bare}, node.content)
            for device in exchange.groups.devices(group):
                if device.user != own.user:
                    exchange.mailbox(device).put_fleeting(state)
    return None


def _message(exchange: Exchange, own: JID, to: JID, node: Node) -> Node:
    id = node.attr("id")
    exchange.ledger.took(id, own, to)
    group = exchange.groups.find(to)
    error = _refusal(exchange, own, to, group)
    answer: dict[str, str | JID] = {"class": "message", "id": id, "from": to, "t": _now(exchange)}
    if error:
        return Node("ack", {**answer, "error": str(error)})
    stamp = _stamp(exchange, own, to, node)
    shared = node.children("enc")
    for device, encs in _receivers(exchange, own, node, group):
        exchange.put_message(device, Node("message", stamp, _content(node, (*encs, *shared))))
    if group is not None and "phash" in node.attrs:
        expected = participant_hash(exchange.groups.devices(group))
        # Told only where it is another: the client then asks for the members anew.
        if expected != node.get("phash"):
            answer["phash"] = expected
    return Node("ack", answer)


def _refusal(exchange: Exchange, own: JID, to: JID, group: Group | None) -> int:
    account = exchange.registry.account_of(own)
    standing = exchange.faults.standing(account.number if account is not None else "")
    if own.device and standing.refused_sends:
        standing.refused_sends -= 1
        return standing.send_error
    if to.server == BROADCAST_SERVER:
        return 0
    if group is None:
        return _NOT_FOUND
    return 0 if account is not None and account.number in group.members else _NOT_A_MEMBER


def _receivers(exchange: Exchange, own: JID, node: Node, group: Group | None) -> Iterator[tuple[JID, tuple[Node, ...]]]:
    """Who gets the message, and which ciphertexts besides those for all."""
    again = node.jid("participant")
    if again is not None:
        # One device could not read it; what is at the top is for this one alone.
        yield again, ()
        return
    listed = node.child("participants")
    named = {each.jid("jid"): each.children("enc") for each in (listed.children("to") if listed is not None else ())}
    devices = exchange.groups.devices(group) if group is not None else [each for each in named if each is not None]
    for device in devices:
        if device != own:
            yield device, named.get(device, ())


def _content(node: Node, encs: tuple[Node, ...]) -> tuple[Node, ...]:
    content = [*(child for child in node.children() if child.tag == "meta"), *encs]
    identity = node.child("device-identity")
    if identity is not None and any(enc.get("type") == "pkmsg" for enc in encs):
        content.append(identity)
    return tuple(content)


def _stamp(exchange: Exchange, own: JID, to: JID, node: Node) -> dict[str, str | JID]:
    account = exchange.registry.account_of(own)
    assert account is not None
    by_lid = own.server == LID_SERVER
    attrs = {name: node.attrs[name] for name in _CARRIED if name in node.attrs}
    attrs |= {"from": to, "participant": own, "t": _now(exchange), "addressing_mode": "lid" if by_lid else "pn"}
    attrs["participant_pn" if by_lid else "participant_lid"] = account.jid(own.device, as_lid=not by_lid)
    if account.name:
        attrs["notify"] = account.name
    return attrs


def _receipt(exchange: Exchange, own: JID, to: JID, node: Node) -> Node:
    author, kind = node.jid("participant"), node.get("type")
    answer: dict[str, str | JID] = {"class": "receipt", "id": node.attr("id"), "from": to}
    listed = node.child("list")
    more = listed.children("item") if listed is not None else ()
    for id in (node.attr("id"), *(item.attr("id") for item in more)):
        if kind != "retry":
            exchange.mailbox(own).settle("message", id, to)
        if author is not None:
            exchange.ledger.receipt(id, author, own, kind or "delivery")
    stamp: dict[str, str | JID] = {"id": node.attr("id"), "from": to, "participant": own, "t": _now(exchange)}
    if kind:
        stamp["type"] = answer["type"] = kind
    for device in _concerned(exchange, own, author, kind):
        exchange.mailbox(device).put(Node("receipt", stamp, node.content))
    return Node("ack", answer)


def _concerned(exchange: Exchange, own: JID, author: JID | None, kind: str) -> Iterator[JID]:
    """Who learns of a receipt: the author's devices, and of one for a read message the own other ones."""
    registry = exchange.registry
    account, writer = registry.account_of(own), registry.account_of(author) if author is not None else None
    if author is None or writer is None:
        return
    if writer is account or kind == "retry":
        yield author
        return
    if not kind.endswith("-self"):
        yield from registry.devices_of(author)
    if kind in _READ:
        yield from (device for device in registry.devices_of(own) if device != own)


def participant_hash(devices: list[JID]) -> str:
    """Six bytes of a hash over all devices, by which client and server compare whom they know (whatsmeow, send.go)."""
    names = sorted(f"{device.user}.0:{device.device}@{device.server}" for device in devices)
    digest = hashlib.sha256("".join(names).encode()).digest()
    return "2:" + base64.b64encode(digest[:6]).decode().rstrip("=")


def _now(exchange: Exchange) -> str:
    return str(int(exchange.clock.now()))
