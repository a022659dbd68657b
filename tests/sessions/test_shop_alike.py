"""The shop in memory, which plugins are tested with, and the journal's come to the same."""

import random
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from journal_rig import AWA, MOUSSA, heard, record
from runner_rig import CONFIG, OWNER, Shop, clock
from shop_rig import with_stock
from trio.testing import MockClock

from comptoir.plugins.api import Contact
from comptoir.plugins.shop.model import (
    AddProduct,
    CartLine,
    ChangeProduct,
    Draft,
    MarkPayment,
    MoveOrder,
    Order,
    PlaceOrder,
    ShopEffect,
)
from comptoir.plugins.shop.placing import Stale
from comptoir.plugins.shop.pricing import NotSold, price
from comptoir.plugins.testing import TENANT
from comptoir.plugins.testing.selling import Doing, MemoryShop
from comptoir.sessions.events import Address
from comptoir.sessions.ground import Ground
from comptoir.sessions.journal import catalogue_changes, event_log, orders, stock
from comptoir.sessions.journal.state import StateConflict
from comptoir.sessions.shopkeeping import shop as keeping
from comptoir.sessions.shopkeeping.selling import sell
from comptoir.sessions.times import as_time

OWNERS = Address(OWNER)
WRITERS = {AWA: "customer", MOUSSA: "customer", OWNERS: "owner"}
SKUS = ("poulet", "bissap", "thiof", "thiof-2", "rien")
STEPS = 200


def anything(rng: random.Random, placed: int, role: str) -> ShopEffect | Draft:
    """Something that somebody may want; a draft is ordered at the prices in force, or at old ones."""
    number = rng.randint(1, placed + 1)
    if role == "customer":
        lines = tuple(CartLine(sku, rng.randint(1, 3)) for sku in rng.sample(SKUS[:4], rng.randint(1, 2)))
        wants: list[ShopEffect | Draft] = [
            Draft(lines, "delivery", "medina"),
            Draft(lines, "pickup"),
            MoveOrder(number, "cancelled"),
            MarkPayment(number, "to_check", rng.choice(("", "T1", "t-1", "T2"))),
        ]
        return rng.choice(wants)
    return rng.choice(
        (
            MoveOrder(number, rng.choice(("new", "confirmed", "preparing", "ready", "delivered", "cancelled"))),
            MarkPayment(number, rng.choice(("open", "paid"))),
            ChangeProduct(rng.choice(SKUS), "price", rng.choice((500, 3500, 4000))),
            ChangeProduct(rng.choice(SKUS), "stock", rng.choice((None, 0, 2, 9))),
            ChangeProduct(rng.choice(SKUS), "hidden", rng.choice((True, False))),
            AddProduct("Thiof", 2500),
        )
    )


def without_version(order: Order) -> Order:
    """What a version is numbered is the journal's own business."""
    return replace(order, priced=replace(order.priced, version=0))


@pytest.mark.parametrize("seed", range(2))
async def test_the_same_is_done_in_memory_and_in_the_journal(shop: Shop, seed: int, autojump_clock: MockClock) -> None:
    rng, db, file = random.Random(seed), shop.store.db, with_stock(5)
    memory = MemoryShop(replace(TENANT, catalogue=file), {})
    kept = keeping.Shop(shop.store, file, clock)
    await kept.adopt()
    done = refused = 0
    # One for all: nothing is to be synced hundreds of times.
    db.execute("BEGIN")
    for step in range(STEPS):
        writer = rng.choice(list(WRITERS))
        now = clock() + step
        recorded = record(db, heard(f"M{step}", writer), now)
        assert recorded.contact is not None
        effect = anything(rng, len(memory.placed), WRITERS[writer])
        contact = Contact(recorded.contact, str(writer), "Awa", is_new=False, role=WRITERS[writer])  # type: ignore[arg-type]  # of a role
        doing = Doing(contact, as_time(now), None, WRITERS[writer])
        ground = Ground(recorded.contact, CONFIG, f"message:{recorded.message}", recorded.message, shop=kept)
        sold = await memory.catalogue()
        in_memory = attempt(partial(memory.do, doing, at_prices(effect, sold)))
        in_journal = attempt(partial(sell, db, ground, "seller", at_prices(effect, kept.in_force(db)), now))
        assert (in_memory is None) == (in_journal is None), (step, effect)
        if in_memory is None:
            refused += 1
            continue
        done += 1
        words = in_memory.words
        said = db.execute("SELECT text FROM messages WHERE id > ? ORDER BY text", (recorded.message,)).fetchall()
        assert [text for (text,) in said] == sorted(filter(None, (words.customer, words.owner))), (step, effect)
        assert stock.left(db, SKUS) == {sku: left for sku in SKUS if (left := memory.remaining(sku)) is not None}
        assert {(c.sku, c.field, c.value) for c in catalogue_changes.in_force(db)} == {
            (c.sku, c.field, c.value) for c in memory.in_force
        }
    ours = [without_version(order) for order in reversed(orders.orders(db))]
    assert ours == [without_version(order) for order in memory.placed.values()]
    assert done > STEPS / 5
    assert refused > STEPS / 10
    assert event_log.last_id(db) > STEPS


def at_prices(effect: ShopEffect | Draft, catalogue: Any) -> ShopEffect:
    if not isinstance(effect, Draft):
        return effect
    try:
        total = price(catalogue, effect).total
    except NotSold:
        total = 0
    return PlaceOrder(effect, catalogue.version, total, "Commande {number}", "Nouvelle commande {number}")


def attempt(do: Any) -> Any:
    """None where it is refused."""
    try:
        return do()
    except (Stale, StateConflict):
        return None
