"""What the server says about groups: the answers to queries, and notifications of changes (whatsmeow, group.go)."""

from __future__ import annotations

from collections.abc import Iterable

from comptoir.lab.accounts import Account, Device
from comptoir.lab.exchange import Exchange
from comptoir.lab.groups import GROUP_SERVER, Group
from comptoir.lab.nodes import JID, Node

_NOT_FOUND = Node("error", {"code": "404", "text": "item-not-found"})
_FORBIDDEN = Node("error", {"code": "403", "text": "forbidden"})


def query(exchange: Exchange, device: Device, iq: Node) -> tuple[Node, ...]:
    """The answer to an iq of xmlns w:g2 and type get: one group, or all that the account is in."""
    account = exchange.registry.account_of(device.jid)
    to = iq.jid("to")
    if account is None or to is None:
        return (_NOT_FOUND,)
    if to.server == GROUP_SERVER and not to.user:
        groups = tuple(info(exchange, group) for group in exchange.groups.of(account))
        return (Node("groups", {}, groups),)
    group = exchange.groups.find(to)
    if group is None:
        return (_NOT_FOUND,)
    return (info(exchange, group),) if account.number in group.members else (_FORBIDDEN,)


def info(exchange: Exchange, group: Group) -> Node:
    """All there is to know of a group."""
    accounts = exchange.groups.accounts(group)
    created = str(group.created)
    attrs: dict[str, str | JID] = {
        "id": group.id,
        "subject": group.name,
        "s_t": created,
        "creation": created,
        "addressing_mode": group.addressing,
        "size": str(len(accounts)),
    }
    creator = next((each for each in accounts if each.number == group.creator), None)
    if creator is not None:
        attrs["creator"] = creator.jid(as_lid=group.by_lid)
    members = tuple(_participant(group, account) for account in accounts)
    return Node("group", attrs, (*members, Node("member_add_mode", {}, b"all_member_add")))


def created(exchange: Exchange, group: Group) -> Node:
    """What the members' devices learn of a group that is new to them."""
    return Node("create", {"type": "new"}, (info(exchange, group),))


def changed(group: Group, change: str, accounts: Iterable[Account]) -> Node:
    """`change` is add or remove."""
    return Node(change, {}, tuple(_participant(group, account) for account in accounts))


def _participant(group: Group, account: Account) -> Node:
    other = "phone_number" if group.by_lid else "lid"
    attrs = {"jid": account.jid(as_lid=group.by_lid), other: account.jid(as_lid=not group.by_lid)}
    if account.number == group.creator:
        return Node("participant", {**attrs, "type": "superadmin"})
    return Node("participant", attrs)
