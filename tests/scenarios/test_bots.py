"""Bots that answer bots: the talk ends within five messages; people are answered however they write."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import crowd
import judge
import pytest
import rig
import trio

from comptoir.lab.bots import Bot
from comptoir.lab.customer import Customer
from comptoir.lab.kinds import File

OWNER, BOT, AMINATA = "+221772000000", "+221771000001", "+221771000002"
SHOP, OTHER = "+221770000001", "+221770000002"
FAST = "version = 1\n\n[lab]\nfast = true\n"
NORMAL = "version = 1\n\n[outbox]\nquiet_ms = 300\ntyping = false\n"
MODES = pytest.mark.parametrize("settings", [FAST, NORMAL], ids=["fast", "normal"])
AWAY = "Merci de votre message. Notre menu et nos horaires sont sur notre site."
VARIED = (
    "Bonjour Awa, votre demande n° {n} est notée à 9 h {n}. Le menu suit, merci !",
    "Bonsoir Moussa, votre demande n° {n} est notée à 21 h {n}. Le menu suit, merci !",
)


async def open_shop(here: rig.Rig) -> rig.Shop:
    config = crowd.config("chez-awa").replace("version = 1\n", f'version = 1\nowner = "{OWNER}"\njoin_seconds = 0\n')
    return await here.add_shop("chez-awa", SHOP, config)


def heard(customer: Customer, shop: str = SHOP) -> list[str]:
    return [item.text for item in customer.heard(shop)]


async def broken_off(here: rig.Rig, shop: rig.Shop, *, began: int) -> tuple[int, str]:
    """Wait until the shop leaves the chat: how many messages bots wrote in it, and why. `began`: by people."""
    event = await here.wait_event(lambda event: event["kind"] == "bot_suspected")
    await judge.settle(here, shop)
    rows = [row for row in await here.messages(shop.name) if row["chat"] == BOT]
    return len(rows) - began, event["why"]


# --- bots


@pytest.mark.shows(
    under="people",
    what="a customer that is a bot and answers each answer",
    happens="no answer in that chat for an hour, after five messages of the two bots at most; the owner is told",
)
@MODES
@pytest.mark.parametrize(
    ("begins", "texts"),
    [
        pytest.param("Bonjour, menu svp ?", (AWAY,), id="fixed"),
        pytest.param("Bonjour, menu svp ?", VARIED, id="varied"),
        pytest.param("Le menu !", ("Le menu !",), id="of few words, and it begins"),
    ],
)
async def test_a_bot_of_somebody_else_is_left_alone(settings: str, begins: str, texts: tuple[str, ...]) -> None:
    async with rig.open_rig(settings) as here:
        shop = await open_shop(here)
        owner, customer = here.lab.customer(OWNER), here.lab.customer(BOT)
        customer.bot = Bot(texts)
        await customer.say(SHOP, begins)
        messages, why = await broken_off(here, shop, began=int(begins not in texts))
        assert messages <= 5
        assert why == "repeats itself"
        [notice] = await owner.wait_heard(1, sender=SHOP)
        assert BOT in notice.text
        # It stays so, whatever the bot says; and in no other chat.
        await customer.say(SHOP, "Bonjour, horaire svp ?")
        await here.lab.customer(AMINATA).say(SHOP, "Bonjour, horaire svp ?")
        [answer] = await here.lab.customer(AMINATA).wait_heard(1, sender=SHOP)
        assert answer.text == crowd.answer(shop, "horaire")
        await judge.settle(here, shop)
        rows = [row for row in await here.messages(shop.name) if row["chat"] == BOT]
        assert (rows[-1]["direction"], rows[-1]["state"]) == ("in", "skipped")
        assert len(owner.heard(SHOP)) == 1


@asynccontextmanager
async def echo(customer: Customer) -> AsyncIterator[None]:
    """Everything the customer hears goes back to the shop."""

    async def repeat() -> None:
        async for item in customer.heard_log.follow():
            await customer.say(SHOP, item.text)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(repeat)
        yield
        nursery.cancel_scope.cancel()


@MODES
@pytest.mark.shows(
    under="people",
    what="a bot that sends our own texts back",
    happens="no answer in that chat for an hour, after five messages of the two at most",
)
async def test_an_echo_is_left_alone(settings: str) -> None:
    async with rig.open_rig(settings) as here:
        shop = await open_shop(here)
        customer = here.lab.customer(BOT)
        async with echo(customer):
            await customer.say(SHOP, "Bonjour, menu svp ?")
            messages, why = await broken_off(here, shop, began=1)
        assert messages <= 5
        assert why in ("repeats us", "repeats itself")


@pytest.mark.shows(
    under="people",
    what="two tenants whose answers would answer each other",
    happens="the first automatic answer is the last: a pipeline's messages are marked, and no pipeline answers them",
)
@MODES
async def test_two_tenants_do_not_talk_to_each_other(settings: str) -> None:
    async with rig.open_rig(settings) as here:
        shops = [
            await here.add_shop(
                name, number, crowd.config(f"Menu et horaire {name}").replace("lang", "join_seconds = 0\nlang")
            )
            for name, number in (("chez-awa", SHOP), ("friperie", OTHER))
        ]
        await here.call("send", tenant="chez-awa", to=OTHER, text="Bonjour, le menu svp ?")
        skipped = await here.wait_event(lambda event: event["kind"] == "skipped")
        assert (skipped["tenant"], skipped["reason"]) == ("chez-awa", "bot")
        for shop in shops:
            await judge.settle(here, shop)
        rows = await here.messages("chez-awa")
        assert [(row["direction"], row["by"], row.get("automatic", False)) for row in rows] == [
            ("out", "operator", False),
            ("in", "customer", True),
        ]
        # The people of both go on as before.
        await shops[1].phone.say(SHOP, "Bonjour, c'est Nima en personne : le menu svp ?")
        await here.wait_event(lambda event: event["kind"] == "done" and event["tenant"] == "chez-awa")


# --- people


@MODES
@pytest.mark.shows(
    under="people",
    what="a person who asks the same again, or sends the same sticker four times",
    happens="answered each time",
)
async def test_people_who_repeat_themselves_are_answered_each_time(settings: str) -> None:
    async with rig.open_rig(settings) as here:
        shop = await open_shop(here)
        customer = here.lab.customer(AMINATA)
        question, word = "Bonjour, menu svp ?", "menu"
        for number, text in enumerate((question, question, word, word, word), start=1):
            # Nobody writes a word sooner than a second after the question has left.
            await trio.sleep(0 if settings == FAST else 1.2)
            await customer.say(SHOP, text)
            await customer.wait_heard(number, 20)
        sticker = File("sticker", b"RIFF\x10\x00\x00\x00WEBPVP8 \x00\x00\x00\x00")
        for _ in range(4):
            await customer.post(SHOP, sticker)
        await customer.say(SHOP, "Bonjour, horaire svp ?")
        await customer.wait_heard(6, 20)
        await judge.settle(here, shop)
        menu, hours = crowd.answer(shop, "menu"), crowd.answer(shop, "horaire")
        assert heard(customer) == [menu] * 5 + [hours]
        assert [event for event in here.events if event["kind"] == "bot_suspected"] == []


@pytest.mark.shows(
    under="people", what="a person who forwards ten nearly equal offers in a row", happens="answered each time"
)
async def test_a_customer_who_forwards_a_catalogue_is_answered() -> None:
    async with rig.open_rig(FAST) as here:
        shop = await open_shop(here)
        customer = here.lab.customer(AMINATA)
        for number in range(10):
            await customer.say(
                SHOP, f"Pagne wax n° {number}, 6 yards, {4 + number} 500 F : c'est au menu ou en livraison ?"
            )
        await customer.wait_heard(10, 20)
        await judge.settle(here, shop)
        assert [event for event in here.events if event["kind"] == "bot_suspected"] == []
