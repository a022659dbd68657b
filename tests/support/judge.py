"""Holds what a tenant says of its messages against what the lab saw: `messages` and events against the ledger.

WhatsApp's ids are no part of what a tenant shows, so messages are matched by chat and text; a test that is to
be judged sends no text twice in a chat, unless that is what it is about.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from contextlib import suppress

import trio
from rig import Rig, Shop

from comptoir.lab.ledger import Entry, NotSeen
from comptoir.sessions.protocol import Params

Said = tuple[str, str]
"""Chat and text."""

# These receipts say that a message is there and of no use.
_NOT_TAKEN = ("retry", "server-error")

ARRIVED = ("sent", "delivered", "read")
PERHAPS_ARRIVED = ("sending", "uncertain")
WAITING = ("received", "queued", "sending")
CHANGES = ("received", "unreadable", "done", "skipped", "sent", "delivered", "read", "uncertain", "failed")
ARRIVE_WITHIN = 10.0
TOLD_WITHIN = 2.0


async def settle(here: Rig, *shops: Shop, within: float = 30.0) -> None:
    """Until all that was said to these shops is journaled, answered and sent; what is held as uncertain may stay.

    The shops must be linked and able to connect.
    """
    with trio.fail_after(within):
        for shop in shops:
            await _settle_one(here, shop, within)


async def _settle_one(here: Rig, shop: Shop, within: float) -> None:
    await here.lab.ledger.wait(
        lambda _: all(_receipted(entry, shop) for entry in _for_devices(here, shop)),
        within,
        what=f"{shop.name}: all that was said has reached the device",
    )
    while True:
        seen = len(here.events)
        rows = await here.messages(shop.name)
        journaled = sum(row["direction"] == "in" for row in rows)
        if journaled >= len(_for_devices(here, shop)) and not _in_states(rows, WAITING):
            return
        await here.wait_event(lambda event: event["kind"] in CHANGES, within, after=seen)


def _for_devices(here: Rig, shop: Shop) -> list[Entry]:
    """What customers wrote to devices that were there to receive it, or will be."""
    devices = set(map(str, shop.phone.companions))
    return [
        entry
        for entry in here.lab.ledger.entries(to=shop.number)
        if entry.sender_number != _digits(shop)
        and (_receipted(entry, shop) or any(mark.to in devices for mark in entry.sealed))
    ]


async def disagreements(here: Rig, shop: Shop, *, followed: bool = True) -> list[str]:
    """Every point in which the shop's own account and the lab's differ; empty when all is well.

    Waits until the customers have what the shop calls sent. Not `followed`, what the events told is not looked at:
    those between the death of a daemon and the next one reach nobody.
    """
    rows = await here.messages(shop.name)
    outgoing = [row for row in rows if row["direction"] == "out"]
    arrived = Counter(map(_said, _in_states(outgoing, ARRIVED)))
    with_luck = Counter(map(_said, _in_states(outgoing, PERHAPS_ARRIVED)))
    with suppress(NotSeen):
        await here.lab.ledger.wait(lambda _: not arrived - _heard(here, shop), ARRIVE_WITHIN)
    heard = _heard(here, shop)
    found = _inbound(here, shop, [row for row in rows if row["direction"] == "in"])
    found += _each("called sent, and never heard", arrived - heard)
    found += _each("heard, and in no message that was sent", heard - arrived - with_luck)
    found += [f"a counter was used twice: {counter}" for counter in here.lab.ledger.reused_counters()]
    return found + (await _untold_at_last(here, shop, rows) if followed else [])


def _inbound(here: Rig, shop: Shop, rows: Sequence[Params]) -> list[str]:
    """What the shop's device has taken is journaled, and nothing else, and nothing twice."""
    entries = [entry for entry in here.lab.ledger.entries(to=shop.number) if entry.sender_number != _digits(shop)]
    said = Counter((f"+{entry.sender_number}", entry.text or "") for entry in entries)
    taken = Counter((f"+{entry.sender_number}", entry.text or "") for entry in entries if was_taken(entry, shop))
    journaled = Counter(_said(row) for row in rows if row["state"] != "lost")
    lost = Counter(row["chat"] for row in rows if row["state"] == "lost")
    missing = taken - journaled
    unexplained = Counter(chat for chat, _ in missing.elements()) - lost
    found = _each("in messages, and nobody said it", journaled - said)
    return found + [
        f"{times} of the device's messages from {chat} neither journaled nor reported as lost: {missing}"
        for chat, times in unexplained.items()
    ]


def was_taken(entry: Entry, shop: Shop) -> bool:
    """Whether one of the shop's linked devices said that it has the message."""
    return any(kind not in _NOT_TAKEN for kind in _receipted(entry, shop))


def _receipted(entry: Entry, shop: Shop) -> list[str]:
    """The kinds of receipts that the shop's linked devices gave; its phone is none of them."""
    return [mark.kind for mark in entry.receipts if mark.by.startswith(f"{_digits(shop)}:")]


def _heard(here: Rig, shop: Shop) -> Counter[Said]:
    """What others decrypted of what the shop's number sent, from whichever of its devices."""
    return Counter(
        (f"+{entry.to}", mark.text or "")
        for entry in here.lab.ledger.entries(sender=shop.number)
        for mark in entry.opened
        # The shop's own phone reads along.
        if mark.by.startswith(f"{entry.to}@")
    )


async def _untold_at_last(here: Rig, shop: Shop, rows: Sequence[Params]) -> list[str]:
    """Events follow the commit that `messages` shows at once."""
    with trio.move_on_after(TOLD_WITHIN):
        while _untold(here, shop, rows):
            await here.wait_event(lambda _: True, TOLD_WITHIN, after=len(here.events))
    return _untold(here, shop, rows)


def _untold(here: Rig, shop: Shop, rows: Iterable[Params]) -> list[str]:
    """Messages whose state no event told of."""
    told = {(event.get("message"), event["kind"]) for event in here.events if event["tenant"] == shop.name}
    # The owner's hand is told of in one event, whatever becomes of the message.
    return [
        f"no event says that message {row['id']} is {row['state']}"
        for row in rows
        if (row["id"], event_for(row)) not in told
    ]


def event_for(row: Params) -> str:
    """The kind of the event that tells of the message's state."""
    if row["by"] == "owner":
        return "phone_greeted" if row.get("automatic") else "owner_wrote"
    match row["state"]:
        case "lost":
            return "unreadable" if row["kind"] == "unreadable" else "lost_unread"
        case "sending":
            return "queued"
        case state:
            return str(state)


def _in_states(rows: Iterable[Params], states: Sequence[str]) -> list[Params]:
    return [row for row in rows if row["state"] in states]


def _said(row: Params) -> Said:
    return row["chat"], row["text"]


def _digits(shop: Shop) -> str:
    return shop.number.removeprefix("+")


def _each(what: str, said: Counter[Said]) -> list[str]:
    return [f"{what}: {chat} {text!r} × {times}" for (chat, text), times in said.items()]
