"""The lab is quick enough to measure others with: an echo costs it a few milliseconds of CPU."""

import time
from pathlib import Path

import trio
from neonize_client import link, neonize

from comptoir.lab import Lab
from comptoir.lab.customer import Customer

SHOP = "+221 77 000 00 01"
CUSTOMERS = 10
EACH = 20
# A key share and three pieces of history.
SHARED = 4
# 200 echoes a second on two cores leave one core, 5 ms an echo, to the lab; twice that for a busy machine.
CPU_MS_AN_ECHO = 10.0


def all_taken_in(lab: Lab) -> bool:
    """The client has read its phone's key share and history. Sending while it reads, it may lose a copy for the phone:
    nothing in it covers encrypting and decrypting of one Signal session.
    """
    shared = [entry for entry in lab.ledger.entries(sender=SHOP) if not entry.to]
    return len(shared) >= SHARED and all(entry.receipts for entry in shared)


async def test_two_hundred_echoes_are_cheap_complete_and_in_order(lab: Lab, tmp_path: Path) -> None:
    customers = [lab.customer(f"+221 77 000 01 {i:02}") for i in range(CUSTOMERS)]

    async def talk(customer: Customer) -> None:
        for i in range(EACH):
            await customer.say(SHOP, f"{customer.number} {i}")
            await customer.wait_heard(i + 1, 30)

    async with neonize(lab, tmp_path / "session.db") as client:
        await link(lab, client, SHOP)
        await lab.ledger.wait(lambda _: all_taken_in(lab), 30, what="what the phone shares with a new device is there")
        await client.do("echo", on=True)
        spent = time.process_time()
        async with trio.open_nursery() as nursery:
            for customer in customers:
                nursery.start_soon(talk, customer)
        spent = time.process_time() - spent
    for customer in customers:
        assert [heard.text for heard in customer.heard()] == [f"echo {customer.number} {i}" for i in range(EACH)]
    assert lab.ledger.reused_counters() == []
    assert lab.ledger.unheard() == []
    assert spent * 1000 / (CUSTOMERS * EACH) < CPU_MS_AN_ECHO
