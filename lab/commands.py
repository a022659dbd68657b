"""The commands of the lab's API: each takes JSON arguments and returns a JSON object, or a stream of them."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Any, TypeAlias

from comptoir.lab import audience_commands, fault_commands, kind_commands
from comptoir.lab.customer import Customer
from comptoir.lab.faults import Faults
from comptoir.lab.lab import Lab
from comptoir.lab.nodes import JID
from comptoir.lab.phone import Phone

Json: TypeAlias = dict[str, Any]
Stream: TypeAlias = AsyncGenerator[Json, None]
Command: TypeAlias = Callable[..., Awaitable[Json | Stream]]


class Refused(Exception):
    """A command cannot be done; the text says why and what was expected."""


async def phone(lab: Lab, number: str, name: str = "") -> Json:
    """Add a shop's phone, or find it."""
    return _person(lab.people.phone(number, name))


async def customer(lab: Lab, number: str, name: str = "") -> Json:
    """Add a customer, or find one."""
    return _person(lab.people.customer(number, name))


async def people(lab: Lab) -> Json:
    """Everybody in the lab."""
    found: list[Phone | Customer] = [*lab.people.phones.values(), *lab.people.customers.values()]
    return {"people": [_person(person) for person in found]}


async def scan(lab: Lab, qr: str, number: str, name: str = "") -> Json:
    """Let a phone scan a QR text; the phone is added if need be."""
    return {"device": str(await lab.people.phone(number, name).scan(qr))}


async def enter_code(lab: Lab, code: str, number: str, name: str = "") -> Json:
    """Type a pairing code into a phone; the phone is added if need be."""
    return {"device": str(await lab.people.phone(number, name).enter_code(code))}


async def unlink(lab: Lab, number: str) -> Json:
    """Let a phone remove every device that is linked to it."""
    return {"removed": [str(device) for device in await _phone(lab, number).unlink()]}


async def typing(lab: Lab, sender: str, to: str, on: bool = True) -> Json:
    """Show a number that somebody is typing, or has stopped."""
    await _somebody(lab, sender).typing(to, on)
    return {}


async def read(lab: Lab, number: str, sender: str | None = None) -> Json:
    """Send read receipts for what a person has heard."""
    return {"ids": await _somebody(lab, number).read(sender)}


async def heard(lab: Lab, number: str, follow: bool = False, after: int = 0) -> Stream:
    """What a person has decrypted, from position `after` on; with `follow` also what comes later."""
    person = _somebody(lab, number)

    async def entries() -> Stream:
        if not follow:
            for entry in person.heard():
                if entry.number > after:
                    yield entry.as_json()
            return
        async with aclosing(person.heard_log.follow(after)) as coming:
            async for entry in coming:
                yield entry.as_json()

    return entries()


async def fault(lab: Lab, name: str, number: str, **options: Any) -> Json:
    """Order one of the faults in `FAULTS` for an account."""
    order = FAULTS.get(name)
    if order is None:
        raise Refused(f"unknown fault {name!r}; there are {', '.join(sorted(FAULTS))}")
    try:
        done = order(lab.faults, number, **options)
    except TypeError as error:
        raise Refused(f"fault {name}: {error}") from error
    if done is not None:
        await done
    return {}


async def ledger(lab: Lab, sender: str | None = None, to: str | None = None) -> Stream:
    """The ledger's entries for a sender and a receiver, or all of them."""

    async def entries() -> Stream:
        for entry in lab.ledger.entries(sender=sender, to=to):
            yield json.loads(entry.export())

    return entries()


async def clock(lab: Lab, offset: float | None = None) -> Json:
    """Read the lab's clock; `offset` first sets how many seconds it is ahead of the wall clock."""
    if offset is not None:
        lab.clock.offset = float(offset)
    return {"offset": lab.clock.offset, "now_ms": lab.clock.now_ms()}


COMMANDS: dict[str, Command] = {
    **audience_commands.COMMANDS,
    "phone": phone,
    "customer": customer,
    "people": people,
    "scan": scan,
    "enter-code": enter_code,
    "unlink": unlink,
    "say": kind_commands.say,
    "post": kind_commands.post,
    "post-album": kind_commands.post_album,
    "save": kind_commands.save,
    "typing": typing,
    "read": read,
    "heard": heard,
    "fault": fault,
    "ledger": ledger,
    "clock": clock,
    "reinstall": fault_commands.reinstall,
    "say-garbled": fault_commands.say_garbled,
    "say-with-lost-prekey": fault_commands.say_with_lost_prekey,
    "say-unavailable": fault_commands.say_unavailable,
    "ask-again": fault_commands.ask_again,
    "deafen": fault_commands.deafen,
    "block": fault_commands.block,
    "unblock": fault_commands.unblock,
    "bot": fault_commands.bot,
    "automatic": fault_commands.automatic,
}

FAULTS: dict[str, Callable[..., Awaitable[None] | None]] = {
    "drop": Faults.drop,
    "stall": Faults.stall,
    "resume": Faults.resume,
    "stream-error": Faults.stream_error,
    "replace": Faults.replace,
    "ban": Faults.ban,
    "outdate": Faults.outdate,
    "fail-logins": Faults.fail_logins,
    "lift": Faults.lift,
    "refuse-connections": Faults.refuse_connections,
    "duplicate": Faults.duplicate,
    "lose-acks": Faults.lose_acks,
    "delay-acks": Faults.delay_acks,
    "refuse-sends": Faults.refuse_sends,
    "limit-size": Faults.limit_size,
    "exhaust-prekeys": Faults.exhaust_prekeys,
    "cut-upload": Faults.cut_upload,
    "refuse-codes": Faults.refuse_codes,
    "ask-passkey": Faults.ask_passkey,
    **kind_commands.FAULTS,
}


def _somebody(lab: Lab, number: str) -> Phone | Customer:
    person = lab.people.find(number)
    if person is None:
        raise Refused(f"nobody in this lab has the number {number}: add a phone or a customer first")
    return person


def _phone(lab: Lab, number: str) -> Phone:
    person = _somebody(lab, number)
    if not isinstance(person, Phone):
        raise Refused(f"{number} is a customer; the number of a shop's phone was expected")
    return person


def _person(person: Phone | Customer) -> Json:
    companions: list[JID] = person.companions if isinstance(person, Phone) else []
    return {
        "number": person.number,
        "lid": person.account.lid,
        "name": person.account.name,
        "role": person.role,
        "heard": len(person.heard()),
        "companions": [str(device) for device in companions],
    }
