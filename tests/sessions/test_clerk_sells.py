"""The clerk over a real journal: ten chats want the last piece at once."""

from dataclasses import replace

from runner_rig import OWNER, Shop, customer, pipeline
from trio.testing import MockClock

from comptoir.plugins.builtin.clerk import Clerk
from comptoir.plugins.builtin.clerk.config import ClerkConfig
from comptoir.plugins.loading import Pipeline
from comptoir.plugins.shop.model import Catalogue, Product, Variant
from comptoir.sessions.events import Address
from comptoir.sessions.journal import figures, orders, stock

DISHES = Catalogue(
    "XOF",
    (
        Product("poulet", "Poulet braisé", (Variant("poulet", 3500, 1),), category="Plats"),
        Product("thiof", "Thiof grillé", (Variant("thiof", 4000),), category="Plats"),
    ),
)
CHATS = [customer(number) for number in range(10)]


def clerks() -> Pipeline:
    made = pipeline()
    tenant = replace(made.tenant, catalogue=DISHES)
    return replace(made, tenant=tenant, chosen=(Clerk(ClerkConfig(ask_name=False, ask_address=False), tenant),))


async def test_ten_customers_say_yes_to_the_last_one(shop: Shop, autojump_clock: MockClock) -> None:
    async with shop.serving(clerks()) as runner:
        for text in ("je veux un poulet braisé, je viens le chercher", "oui"):
            for chat in CHATS:
                await shop.hears(chat, text)
            runner.wake()
            await shop.quiet()
    ends = [shop.answers(chat)[-1] for chat in CHATS]
    assert all("Total : 3\u202f500\u202fF" in shop.answers(chat)[0] for chat in CHATS)
    assert sum("n° 1" in end for end in ends) == 1
    # The others are offered what there is instead.
    assert sum("plus de Poulet braisé" in end and "Thiof grillé" in end for end in ends) == 9, ends
    assert stock.left(shop.store.db, ["poulet"]) == {"poulet": 0}
    (order,) = orders.orders(shop.store.db)
    assert (order.state, order.priced.total, order.draft.delivery) == ("confirmed", 3500, "pickup")
    (notice,) = shop.answers(Address(OWNER))
    assert "n° 1" in notice
    assert shop.events("message_given_up") == []


async def test_what_nobody_had_an_answer_to_is_among_the_days_figures(shop: Shop, autojump_clock: MockClock) -> None:
    async with shop.serving(pipeline()) as runner:
        for text in ("vous réparez les vélos ?", "merci", "et les motos alors"):
            await shop.hears(CHATS[0], text)
            runner.wake()
            await shop.quiet()
    made = figures.figures(shop.store.db, 0, 2**42)
    assert made.unanswered == ("vous réparez les vélos ?", "et les motos alors")
    assert made.unanswered_count == 2
