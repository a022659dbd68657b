"""The commands of the lab's API for people with bad luck: apps set up anew, messages that cannot be read, bots."""

from __future__ import annotations

import json

from comptoir.lab.accounts import Account
from comptoir.lab.bots import Bot
from comptoir.lab.lab import Lab
from comptoir.lab.numbers import digits
from comptoir.lab.person import Person

Json = dict[str, object]


async def reinstall(lab: Lab, number: str, tell: bool = True) -> Json:
    """Let a customer set the app up anew, and have the server tell its contacts."""
    await lab.people.customer(number).reinstall(tell=tell)
    return {}


async def say_garbled(lab: Lab, sender: str, to: str, text: str, **how: int) -> Json:
    """As `say`, and a companion cannot read it until it has asked `failures` times more; without `again`, never."""
    if strange := how.keys() - {"again", "failures"}:
        raise ValueError(f"say-garbled: {', '.join(strange)} is unknown; again or failures was expected")
    again, failures = bool(how.get("again", True)), int(how.get("failures", 0))
    return {"id": await _person(lab, sender).say_garbled(to, text, again=again, failures=failures)}


async def say_with_lost_prekey(lab: Lab, sender: str, to: str, text: str) -> Json:
    """As `say`, in a new session under a prekey that the companion does not have."""
    return {"id": await lab.people.customer(sender).say_with_lost_prekey(to, text)}


async def say_unavailable(lab: Lab, sender: str, to: str, text: str, kind: str = "") -> Json:
    """As `say`, and companions are only told that there is a message."""
    return {"id": await lab.people.customer(sender).say_unavailable(to, text, kind=kind)}


async def ask_again(lab: Lab, number: str, id: str) -> Json:
    """Let a person ask for a message once more, as one who could not read it."""
    await _person(lab, number).ask_again(id)
    return {}


async def deafen(lab: Lab, number: str, times: int = 1) -> Json:
    """Let a person be unable to read the next ciphertexts."""
    _person(lab, number).cipher.deaf = times
    return {}


async def block(lab: Lab, number: str, other: str) -> Json:
    """Let an account block another."""
    lab.server.block(*_two(lab, number, other))
    return {}


async def unblock(lab: Lab, number: str, other: str) -> Json:
    """Let an account lift its block."""
    lab.server.unblock(*_two(lab, number, other))
    return {}


async def bot(lab: Lab, number: str, texts: str = "[]", limit: int = 20, after: float | None = None) -> Json:
    """Let a customer answer every text by these (a JSON list) in turn; with none it is a human again."""
    listed = json.loads(texts)
    customer = lab.people.customer(number)
    customer.bot = Bot(listed, limit=limit, after=0.05 if after is None else after) if listed else None
    return {}


async def automatic(
    lab: Lab, number: str, greeting: str | None = None, away: str | None = None, after: float | None = None
) -> Json:
    """Let a phone answer by itself: a greeting to a new conversation, a message to all while away; None for neither."""
    phone = lab.people.phones.get(digits(number))
    if phone is None:
        raise ValueError(f"{number} is no shop's phone: the number of one was expected")
    phone.automatic.greeting, phone.automatic.away = greeting, away
    if after is not None:
        phone.automatic.after = after
    return {}


def _person(lab: Lab, number: str) -> Person:
    return lab.people.find(number) or lab.people.customer(number)


def _two(lab: Lab, number: str, other: str) -> tuple[Account, Account]:
    return _person(lab, number).account, _person(lab, other).account
