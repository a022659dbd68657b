"""Everybody in the lab: makes phones and customers, and brings them back after a restart."""

from __future__ import annotations

import json

import trio

from comptoir.lab.addresses import digits
from comptoir.lab.customer import Customer
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

    def _attach(self, person: Phone | Customer) -> None:
        if isinstance(person, Phone):
            self.phones[person.account.number] = person
        else:
            self.customers[person.account.number] = person
        person.changed()
        self._server.attach(person)
