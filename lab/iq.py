"""Queries of a logged-in client and their answers; to what the lab does not know, an empty result."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import TypeAlias

from comptoir.lab import group_stanzas, key_queries, media
from comptoir.lab.accounts import Account, Device
from comptoir.lab.exchange import SERVER, Exchange
from comptoir.lab.nodes import JID, NUMBER_SERVER, Node
from comptoir.lab.numbers import digits

log = logging.getLogger("comptoir.lab")

PRIVACY = {
    "readreceipts": "all",
    "last": "contacts",
    "online": "all",
    "profile": "all",
    "status": "contacts",
    "groupadd": "all",
    "calladd": "all",
}
_DAY_SECONDS = 86_400

Answer: TypeAlias = tuple[Node, ...]
Handler: TypeAlias = Callable[[Exchange, Device, Node], Answer]


def answer(exchange: Exchange, device: Device, iq: Node) -> Node:
    """The result (or error) that the client waits for."""
    handler = _HANDLERS.get((iq.get("xmlns"), iq.get("type")))
    if handler is None:
        log.info("no handler for an iq, answering with an empty result: %s", iq)
    content = handler(exchange, device, iq) if handler is not None else ()
    failed = any(child.tag == "error" for child in content)
    attrs: dict[str, str | JID] = {
        "id": iq.attr("id"),
        "from": SERVER,
        "type": "error" if failed else "result",
    }
    return Node("iq", attrs, content)


def is_upload(iq: Node) -> bool:
    """Whether a query brings new prekeys."""
    return (iq.get("xmlns"), iq.get("type")) == ("encrypt", "set")


def _ping(exchange: Exchange, device: Device, iq: Node) -> Answer:
    return ()


def _usync(exchange: Exchange, device: Device, iq: Node) -> Answer:
    query, listed = iq.child("usync", "query"), iq.child("usync", "list")
    asked = {child.tag for child in query.children()} if query is not None else set()
    users = listed.children("user") if listed is not None else ()
    by_contact = "contact" in asked
    found = (_by_contact(exchange, user) if by_contact else _by_jid(exchange, user, asked) for user in users)
    result = Node("list", {}, tuple(node for node in found if node is not None))
    return (Node("usync", _carried(iq.child("usync")), (Node("result", {}), result)),)


def _by_contact(exchange: Exchange, user: Node) -> Node | None:
    """Is this number on WhatsApp? (whatsmeow, user.go, IsOnWhatsApp)"""
    contact = user.child("contact")
    if contact is None:
        return None
    number = JID(digits(contact.data.decode(errors="replace")), NUMBER_SERVER)
    account = exchange.registry.account_of(number)
    found = Node("contact", {"type": "in" if account else "out"}, contact.data)
    if account is None:
        return Node("user", {"pn_jid": number}, (found,))
    return Node("user", {"jid": account.jid(as_lid=True), "pn_jid": number}, (found,))


def _by_jid(exchange: Exchange, user: Node, asked: set[str]) -> Node | None:
    jid = user.jid("jid")
    if jid is None:
        return None
    account = exchange.registry.account_of(jid)
    if account is None:
        # Unknown numbers come back bare: the client then finds neither devices nor a LID.
        return Node("user", {"jid": jid})
    children = []
    if "devices" in asked:
        numbers = (Node("device", {"id": str(each.device)}) for each in exchange.registry.devices_of(jid))
        children.append(Node("devices", {}, (Node("device-list", {}, tuple(numbers)),)))
    if "lid" in asked:
        children.append(Node("lid", {"val": account.jid(as_lid=True)}))
    return Node("user", {"jid": jid}, tuple(children))


def _privacy(exchange: Exchange, device: Device, iq: Node) -> Answer:
    settings = tuple(Node("category", {"name": name, "value": value}) for name, value in PRIVACY.items())
    return (Node("privacy", {}, settings),)


def _media_conn(exchange: Exchange, device: Device, iq: Node) -> Answer:
    attrs = {
        "auth": f"{media.AUTH_PREFIX}{device.jid.user}",
        "ttl": str(_DAY_SECONDS),
        "auth_ttl": str(_DAY_SECONDS),
        "max_buckets": "12",
    }
    return (Node("media_conn", attrs, (Node("host", {"hostname": media.HOST}),)),)


def _app_state(exchange: Exchange, device: Device, iq: Node) -> Answer:
    sync = iq.child("sync")
    account = exchange.registry.account_of(device.jid)
    if sync is None or account is None:
        return (_bad_request(),)
    collections = (_collection(exchange, account, each) for each in sync.children("collection"))
    return (Node("sync", {}, tuple(collections)),)


def _collection(exchange: Exchange, account: Account, wanted: Node) -> Node:
    """The patches that the client has not seen. Only phones write any: what a client sends is left out."""
    name = wanted.attr("name")
    patches = exchange.app_state(account, name)
    new = tuple(Node("patch", {}, patch) for patch in patches[int(wanted.get("version", "0")) :])
    attrs = {"name": name, "version": str(len(patches)), "has_more_patches": "false"}
    return Node("collection", attrs, (Node("patches", {}, new),) if new else ())


def _remove_companion(exchange: Exchange, device: Device, iq: Node) -> Answer:
    """A client that logs itself out. It leaves by itself once it has read this."""
    if iq.child("remove-companion-device") is not None:
        exchange.unlink(device.jid)
    return ()


def _blocklist(exchange: Exchange, device: Device, iq: Node) -> Answer:
    """The blocked accounts, after the change in the query if there is one (whatsmeow, user.go)."""
    account, item = exchange.registry.account_of(device.jid), iq.child("item")
    if account is None:
        return (_bad_request(),)
    jid = item.jid("jid") if item is not None else None
    other = exchange.registry.account_of(jid) if jid is not None else None
    if item is not None and other is not None:
        change = exchange.blocks.block if item.get("action") == "block" else exchange.blocks.unblock
        change(account, other)
    numbers = exchange.blocks.blocked_by(account)
    found = (exchange.registry.account_of(JID(number, NUMBER_SERVER)) for number in numbers)
    items = tuple(Node("item", {"jid": each.jid(as_lid=True)}) for each in found if each is not None)
    return (Node("list", {"dhash": "none"}, items),)


def _bad_request() -> Node:
    return Node("error", {"code": "400", "text": "bad-request"})


def _carried(node: Node | None) -> dict[str, str | JID]:
    if node is None:
        return {}
    return {name: node.attrs[name] for name in ("sid", "mode", "context") if name in node.attrs}


_HANDLERS: dict[tuple[str, str], Handler] = {
    ("w:p", "get"): _ping,
    ("passive", "set"): _ping,
    ("encrypt", "get"): key_queries.give,
    ("encrypt", "set"): key_queries.take_upload,
    ("usync", "get"): _usync,
    ("privacy", "get"): _privacy,
    ("privacy", "set"): _ping,
    ("w:m", "set"): _media_conn,
    ("w:sync:app:state", "set"): _app_state,
    ("md", "set"): _remove_companion,
    ("w:g2", "get"): group_stanzas.query,
    ("blocklist", "get"): _blocklist,
    ("blocklist", "set"): _blocklist,
}
