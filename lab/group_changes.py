"""Groups begin and change: the registry learns it, and the members' devices are told (whatsmeow, group.go)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from comptoir.lab import group_stanzas
from comptoir.lab.accounts import Account
from comptoir.lab.exchange import Exchange
from comptoir.lab.groups import Addressing, Group
from comptoir.lab.nodes import JID, NUMBER_SERVER, Node


def create(
    exchange: Exchange, name: str, creator: Account, members: Sequence[Account], addressing: Addressing
) -> Group:
    """A new group."""
    numbers = tuple(account.number for account in members)
    group = exchange.groups.create(name, creator.number, numbers, addressing, int(exchange.clock.now()))
    _tell(exchange, group, exchange.groups.accounts(group), group_stanzas.created(exchange, group))
    return group


def add(exchange: Exchange, group: Group, account: Account) -> Group:
    """One more member, who learns of the whole group; the others of the newcomer."""
    before = exchange.groups.accounts(group)
    grown = exchange.groups.add(group, account.number)
    _tell(exchange, grown, before, group_stanzas.changed(grown, "add", [account]))
    _tell(exchange, grown, [account], group_stanzas.created(exchange, grown))
    return grown


def remove(exchange: Exchange, group: Group, account: Account) -> Group:
    """One member less."""
    before = exchange.groups.accounts(group)
    shrunk = exchange.groups.remove(group, account.number)
    _tell(exchange, shrunk, before, group_stanzas.changed(shrunk, "remove", [account]))
    return shrunk


def _tell(exchange: Exchange, group: Group, accounts: Iterable[Account], change: Node) -> None:
    more: dict[str, str | JID] = {"from": group.jid, "addressing_mode": group.addressing}
    creator = exchange.registry.account_of(JID(group.creator, NUMBER_SERVER))
    if creator is not None:
        more["participant"] = creator.jid(as_lid=group.by_lid)
        more["participant_pn" if group.by_lid else "participant_lid"] = creator.jid(as_lid=not group.by_lid)
        more["notify"] = creator.name
    for account in accounts:
        for device in exchange.registry.devices_of(account.jid()):
            exchange.notify(device, "w:gp2", change, **more)
