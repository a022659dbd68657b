"""Fifty customers, each writing five messages 20 ms apart, three times: every answer can be read.

Sending while something comes in one conversation can spoil the answer without an error: the sender waits for a quiet
spell of at least 200 ms in the chat, and this is the traffic that would show it if it did not.
"""

from collections import Counter, defaultdict
from dataclasses import dataclass

import pytest
import rig
import trio

from comptoir.lab.customer import Customer
from comptoir.lab.ledger import Ledger

SHOP = "+221770000001"
CUSTOMERS, ROUNDS = 50, 3
WORDS = ("menu", "horaire", "adresse", "livraison", "paiement")
APART = 0.02
QUIET_MS = 200
ANSWERED_WITHIN = 90.0


def config() -> str:
    entries = "".join(f'[[plugins.answers.entries]]\nwords = ["{word}"]\ntext = "Réponse {word}"\n' for word in WORDS)
    return (
        'version = 1\nname = "Chez Awa"\nlang = "fr"\ncountry = "SN"\ntimezone = "Africa/Dakar"\n'
        f'pipeline = ["answers"]\n\n{entries}'
    )


@dataclass(frozen=True)
class Counted:
    """What became of the answers, as the customers' own apps saw it."""

    answers: int
    read: int
    unreadable: int
    asked_again: int
    counters_used_twice: int


def count(ledger: Ledger, shop: str) -> Counted:
    entries = [entry for entry in ledger.entries(sender=shop) if entry.to]
    return Counted(
        answers=len(entries),
        read=sum(any(mark.by.startswith(f"{entry.to}@") for mark in entry.opened) for entry in entries),
        unreadable=sum(len(entry.failed) for entry in entries),
        asked_again=sum(len(entry.receipts_of("retry")) for entry in entries),
        counters_used_twice=len(ledger.reused_counters()),
    )


def hurried(ledger: Ledger, shop: str) -> int:
    """Answers that left although something had come in the chat within the quiet spell before."""
    came: dict[str, list[int]] = defaultdict(list)
    for entry in ledger.entries(to=shop):
        came[entry.sender_number] += [mark.at for mark in entry.delivered]
    return sum(
        any(0 <= entry.stanzas[0] - at < QUIET_MS for at in came[entry.to])
        for entry in ledger.entries(sender=shop)
        if entry.to
    )


@pytest.mark.shows(
    under="people",
    what="fifty customers who each write five messages 20 ms apart",
    happens="all 250 answers can be read, each time",
)
@pytest.mark.slow
async def test_every_answer_to_a_burst_can_be_read() -> None:
    async with rig.open_rig() as here:
        shop = await here.add_shop("chez-awa", SHOP, config())
        customers = [here.lab.customer(f"+2217810{number:05}") for number in range(CUSTOMERS)]
        for round in range(1, ROUNDS + 1):
            async with trio.open_nursery() as nursery:
                for index, customer in enumerate(customers):
                    nursery.start_soon(write_burst, customer, round, index % 2 == 1)
            with trio.move_on_after(ANSWERED_WITHIN):
                for customer in customers:
                    await customer.wait_heard(len(WORDS) * round, ANSWERED_WITHIN)
            sent = CUSTOMERS * len(WORDS) * round
            seen = count(here.lab.ledger, shop.number)
            print(f"round {round}: {seen}")
            assert seen == Counted(sent, sent, 0, 0, 0)
            heard = [Counter(item.text for item in customer.heard()) for customer in customers]
            assert heard == [Counter({f"Réponse {word}": round for word in WORDS})] * CUSTOMERS


@pytest.mark.slow
async def test_an_answer_waits_for_the_quiet_spell() -> None:
    """So few that an answer could leave at once, between two messages of its chat."""
    async with rig.open_rig() as here:
        shop = await here.add_shop("chez-awa", SHOP, config())
        customers = [here.lab.customer(f"+2217820{number:05}") for number in range(4)]
        for round in range(1, ROUNDS + 1):
            for customer in customers:
                await write_burst(customer, round, False)
                await customer.wait_heard(len(WORDS) * round, ANSWERED_WITHIN)
        answers = len(customers) * len(WORDS) * ROUNDS
        assert count(here.lab.ledger, shop.number) == Counted(answers, answers, 0, 0, 0)
        # What is on its way when the decision falls cannot be known; without the spell it is every burst.
        assert hurried(here.lab.ledger, shop.number) <= 2


async def write_burst(customer: Customer, round: int, as_lid: bool) -> None:
    """One after the other, whether the server has acknowledged the last one or not."""
    async with trio.open_nursery() as nursery:
        for word in WORDS:
            nursery.start_soon(_say, customer, f"Bonjour, {word} svp ? ({round})", as_lid)
            await trio.sleep(APART)


async def _say(customer: Customer, text: str, as_lid: bool) -> None:
    await customer.say(SHOP, text, as_lid=as_lid)
