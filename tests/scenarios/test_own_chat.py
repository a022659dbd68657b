"""An owner whose phone is the shop's phone: what they write to themselves, and what the shop has to tell them."""

import crowd
import judge
import pytest
import rig

AMINATA = "+221771000001"
SHOP = "+221770000001"
# Nobody new may be written to; every message has waited too long, so that the owner is told of it.
STRICT = "version = 1\n\n[outbox]\nquiet_ms = 200\ntyping = false\nnew_chats_per_day = 0\n"


async def open_shop(here: rig.Rig, more: str = "") -> rig.Shop:
    config = crowd.config("chez-awa").replace("version = 1\n", f"version = 1\njoin_seconds = 0\n{more}")
    return await here.add_shop("chez-awa", SHOP, config)


@pytest.mark.shows(
    under="audiences",
    what="the owner writes to the shop's own number",
    happens="is kept as a chat with that number, by `owner`; it is nobody's message, so nothing answers it and no "
    "chat falls silent",
)
async def test_what_the_owner_writes_to_themselves_is_nobodys_message() -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here)
        customer = here.lab.customer(AMINATA)
        await shop.phone.say(SHOP, "menu : acheter du riz")
        await shop.phone.say(SHOP, "horaire à revoir", as_lid=True)
        await here.wait_event(lambda event: (event["kind"], event.get("message")) == ("owner_wrote", 2))
        await customer.say(SHOP, "Bonjour, menu svp ?")
        await judge.settle(here, shop)
        assert [item.text for item in customer.heard(SHOP)] == [crowd.answer(shop, "menu")]
        rows = await here.messages(shop.name)
        assert [(row["chat"], row["direction"], row["by"]) for row in rows] == [
            (SHOP, "out", "owner"),
            (SHOP, "out", "owner"),
            (AMINATA, "in", "customer"),
            (AMINATA, "out", "plugin:answers"),
        ]
        assert shop.phone.heard(chat=SHOP) == [], "nothing was answered"


async def test_what_the_owner_wrote_to_themselves_while_we_were_away_is_kept_and_not_lost() -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here)
        await here.stop_daemon()
        await shop.phone.say(SHOP, "acheter du riz")
        await here.start_daemon()
        written = await here.wait_event(lambda event: event["kind"] == "owner_wrote")
        rows = await here.messages(shop.name)
        assert [(row["id"], row["text"], row["by"]) for row in rows] == [
            (written["message"], "acheter du riz", "owner")
        ]


@pytest.mark.shows(
    under="audiences",
    what="a notice to an owner whose number is the shop's own",
    happens="arrives in the chat with that number, also where no new chat may be begun; it is not the owner's hand",
)
async def test_a_notice_arrives_in_the_shops_chat_with_itself() -> None:
    async with rig.open_rig(STRICT) as here:
        shop = await open_shop(here, f'owner = "{SHOP}"\nstale_hours = 0.0000001\n')
        await here.lab.customer(AMINATA).say(SHOP, "Bonjour, menu svp ?")
        [notice] = await shop.phone.wait_heard(1, chat=SHOP)
        assert AMINATA in notice.text
        [row] = [row for row in await here.messages(shop.name) if row["direction"] == "out"]
        assert (row["chat"], row["by"], row["text"]) == (SHOP, "plugin:fallback", notice.text)
        await here.wait_event(lambda event: (event["kind"], event.get("message")) == ("delivered", row["id"]))
        assert not any(event["kind"] == "owner_wrote" for event in here.events)
        # The owner's own words in that chat withdraw and silence nothing either.
        await shop.phone.say(SHOP, "je m'en occupe")
        await here.wait_event(lambda event: event["kind"] == "owner_wrote")
        await here.lab.customer(AMINATA).say(SHOP, "Toujours rien ?")
        assert len(await shop.phone.wait_heard(2, chat=SHOP)) == 2
