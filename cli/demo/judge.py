"""Holds what the server of the lab has seen against the script: who got which answer, how often, and how late."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

from comptoir.cli.demo.script import (
    CUSTOMERS,
    DESK_HEARS,
    DESK_NUMBER,
    DYING,
    READY,
    SHOPS,
    Customer,
    Shop,
    answered_lines,
    due,
)
from comptoir.lab.ledger import Entry, Ledger
from comptoir.lab.nodes import JID


@dataclass(frozen=True, slots=True)
class Text:
    """Something written or read, at a time in milliseconds."""

    text: str
    at: int


@dataclass(frozen=True, slots=True)
class Chat:
    """One customer's conversation with a shop, as the ledger has it."""

    customer: Customer
    asked: tuple[Text, ...]
    answered: tuple[Text, ...]
    """What the bot wrote, once for each time that the customer's phone decrypted it."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """A shop's part of the demo."""

    shop: Shop
    asked: int
    answered: int
    median: float | None
    """Seconds from a message to its answer; None where nothing was answered."""
    slowest: float | None
    faults: tuple[str, ...]
    """What was not as promised, one line each."""


def read_chats(ledger: Ledger) -> list[Chat]:
    """Every customer's chat."""
    return [_read_chat(ledger, customer) for customer in CUSTOMERS]


def is_by_hand(entry: Entry) -> bool:
    """Whether the phone itself sent it, not the device that was linked to it."""
    return JID.parse(entry.sender).device == 0


def judge(shop: Shop, chats: Iterable[Chat]) -> Verdict:
    """Each of the shop's customers gets what is due, in order, once each, and nothing else from the bot."""
    own = [chat for chat in chats if chat.customer.shop == shop]
    times = sorted(time for chat in own for time in answer_times(chat))
    return Verdict(
        shop,
        asked=sum(len(chat.asked) for chat in own),
        answered=sum(len(chat.answered) for chat in own),
        median=median(times) if times else None,
        slowest=times[-1] if times else None,
        faults=tuple(fault for chat in own for fault in _faults(chat)),
    )


def wrong_standing(rows: Mapping[str, Mapping[str, Any]], deaths: Iterable[tuple[str, str]]) -> list[str]:
    """What the tenants' status says, and should not, once all is answered; `deaths` are (tenant, how)."""
    faults = []
    for shop in SHOPS:
        row, expected = rows[shop.tenant], int(shop == DYING)
        if row["restarts"] != expected:
            hows = ", ".join(how for tenant, how in deaths if tenant == shop.tenant)
            faults.append(f"{shop.name} lost its process {row['restarts']} times ({hows}), expected {expected}")
        if row["inbox"] or row["outbox"]:
            faults.append(f"{shop.name} has {row['inbox']} messages to answer and {row['outbox']} to send left")
    return faults


def wrong_desk(ledger: Ledger) -> list[str]:
    """What the owner was told on their own phone, and should not, or not so often."""
    heard = [one.text or "" for one in ledger.heard(by=DESK_NUMBER)]
    got = [_part(DESK_HEARS, text) for text in heard]
    return [] if got == list(DESK_HEARS) else [f"{READY.customer.shop.owner} was told {heard!r} on her own phone"]


def answer_times(chat: Chat) -> list[float]:
    """For each answer, the seconds since the line that it answers."""
    asked = {text.text: text.at for text in chat.asked}
    return [
        (answer.at - asked[line.text]) / 1000
        for part, line in answered_lines(chat.customer)
        for answer in chat.answered
        if part in answer.text and line.text in asked
    ]


def _read_chat(ledger: Ledger, customer: Customer) -> Chat:
    written = ledger.entries(sender=customer.number, to=customer.shop.number)
    heard = ledger.heard(by=customer.number, sender=customer.shop.number)
    return Chat(
        customer,
        tuple(Text(entry.text or "", entry.stanzas[0]) for entry in written if entry.stanzas),
        tuple(Text(one.text, one.opened.at) for one in heard if one.text and not is_by_hand(one.entry)),
    )


def _faults(chat: Chat) -> list[str]:
    wanted = due(chat.customer)
    got = [_part(wanted, answer.text) for answer in chat.answered]
    if got == list(wanted):
        return []
    unknown = [answer.text for answer, part in zip(chat.answered, got, strict=True) if part is None]
    faults = [f"{chat.customer.name} got {text!r}, which was not due" for text in unknown]
    for part in wanted:
        if (times := got.count(part)) != 1:
            faults.append(f"{chat.customer.name} got the answer {part!r} {times} times")
    return faults or [f"{chat.customer.name} got the answers in another order than asked"]


def _part(wanted: Sequence[str], text: str) -> str | None:
    return next((part for part in wanted if part in text), None)
