"""Everybody in the lab: makes phones and customers, and brings them back after a restart."""

from __future__ import annotations

import json
from collections.abc import Sequence

import trio

from comptoir.lab import messages
from comptoir.lab.accounts import Account
from comptoir.lab.addresses import UnknownNumber, dialled, digits
from comptoir.lab.channels import Channel
from comptoir.lab.customer import Customer
from comptoir.lab.groups import Addressing, Group
from comptoir.lab.nodes import JID, NUMBER_SERVER
from comptoir.lab.phone import Phone
from comptoir.lab.server import Server

PREFIX = "people/"


class WrongRole(ValueError):
    """A number is already somebody else's; the text says whose."""


class People:
    """Phones and customers by the digits of their number. `nursery` runs what they do of themselves."""

    def __init__(self, server: Server, nursery: trio.Nursery) -> None:
        self._server = server
        self._nursery = nursery
        self.phones: dict[str, Phone] = {}
        self.customers: dict[str, Customer] = {}

    def phone(self, number: str, name: str = "") -> Phone:
        """The phone with this number; a new one if nobody has it. Raises WrongRole, ValueError."""
        key = digits(number)
        if key in self.customers:
            raise WrongRole(f"{number} is a customer: a shop needs a number of its own")
        if key not in self.phones:
            account = self._server.add_account(number, name=name or f"Boutique {key[-4:]}")
            self._attach(Phone(self._server, account, self._nursery))
        return self.phones[key]

    def customer(self, number: str, name: str = "") -> Customer:
        """The customer with this number; a new one if nobody has it. Raises WrongRole, ValueError."""
        key = digits(number)
        if key in self.phones:
            raise WrongRole(f"{number} is a shop's phone: a customer needs a number of its own")
        if key not in self.customers:
            account = self._server.add_account(number, name=name or f"Client {key[-4:]}")
            self._attach(Customer(self._server, account))
        return self.customers[key]

    def find(self, number: str) -> Phone | Customer | None:
        """Whoever has this number."""
        key = digits(number)
        return self.phones.get(key) or self.customers.get(key)

    def group(self, name: str, members: Sequence[str], *, by: str = "", addressing: Addressing = "lid") -> Group:
        """A new group of numbers that exist, made `by` one of them, else the first; `addressing` says how its
        stanzas name people. Raises UnknownNumber, ValueError.
        """
        accounts = [self._account(number) for number in ([by, *members] if by else members)]
        if not accounts:
            raise ValueError(f"a group has members, {name!r} was to have none")
        return self._server.create_group(name, accounts[0], accounts, addressing)

    def groups(self) -> list[Group]:
        """Every group, as it is now."""
        return self._server.groups.all()

    def add_member(self, group: str, number: str) -> Group:
        """Let a number into the group with this address. Raises UnknownNumber."""
        return self._server.add_member(self._group(group), self._account(number))

    def remove_member(self, group: str, number: str) -> Group:
        """Put a number out of the group with this address. Raises UnknownNumber."""
        return self._server.remove_member(self._group(group), self._account(number))

    def channel(self, name: str, followers: Sequence[str]) -> Channel:
        """A new channel that these numbers follow. Raises UnknownNumber."""
        return self._server.channels.create(name, tuple(self._account(number).number for number in followers))

    def publish(self, channel: str, text: str) -> str:
        """Post a text in the channel with this address; returns the post's id. Raises UnknownNumber."""
        found = self._server.channels.find(dialled(self._server, channel))
        if found is None:
            raise UnknownNumber(f"no channel in this lab has the address {channel}: make one first")
        id = messages.new_message_id()
        self._server.publish(found, id, messages.text(text, extended=True).SerializeToString())
        return id

    def restore(self) -> None:
        """Bring back everybody whom the lab's folder knows; what came for them meanwhile is delivered."""
        for name, body in self._server.store.documents(PREFIX).items():
            account = self._server.account_of(JID(name.removeprefix(PREFIX), NUMBER_SERVER))
            if account is None:
                continue
            state = json.loads(body)
            if state["role"] == Phone.role:
                self._attach(Phone(self._server, account, self._nursery, state))
            else:
                self._attach(Customer(self._server, account, state))

    def _group(self, address: str) -> Group:
        group = self._server.groups.find(dialled(self._server, address))
        if group is None:
            raise UnknownNumber(f"{address} is no group of this lab: group:DIGITS was expected")
        return group

    def _account(self, number: str) -> Account:
        account = self._server.account_of(dialled(self._server, number))
        if account is None:
            raise UnknownNumber(f"{number} is nobody's number in this lab: add a phone or a customer first")
        return account

    def _attach(self, person: Phone | Customer) -> None:
        if isinstance(person, Phone):
            self.phones[person.account.number] = person
        else:
            self.customers[person.account.number] = person
        person.changed()
        self._server.attach(person)
