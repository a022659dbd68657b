"""Who has a chat is one thing for the owner's hand, the operator's orders and the plugins, over the worker's death."""

import crowd
import judge
import rig

AMINATA = "+221771000001"


async def ask(here: rig.Rig, shop: rig.Shop, asked: str, count: int) -> None:
    """The customer writes, and the shop is through with it; `count` texts have come from it then."""
    await here.lab.customer(AMINATA).say(shop.number, f"Bonjour, {asked} svp ?")
    await judge.settle(here, shop)
    assert len(here.lab.customer(AMINATA).heard(shop.number)) == count, asked


async def test_the_operator_gives_holds_and_ends_what_outlives_the_worker() -> None:
    async with rig.open_rig() as here:
        config = crowd.config("chez-awa").replace("version = 1\n", "version = 1\njoin_seconds = 0\n")
        shop = await here.add_shop("chez-awa", "+221770000001", config)

        async def order(what: str, **more: str) -> tuple[int, str, str | None, str | None]:
            row = await here.call(f"chat.{what}", tenant=shop.name, chat=AMINATA, **more)
            return row["number"], row["state"], row["agent"], row["held"]

        async def skipped(reason: str) -> None:
            # The journal has it before the events tell of it.
            await here.wait_event(lambda event: event["kind"] == "skipped" and event["reason"] == reason)

        await ask(here, shop, "menu", 1)
        (row,) = (await here.call("chats", tenant=shop.name))["chats"]
        assert (row["chat"], row["number"], row["state"], row["held"]) == (AMINATA, 1, "open", None)

        await shop.phone.say(AMINATA, "Je m'en occupe")
        await here.wait_event(lambda event: event["kind"] == "conversation" and event["change"] == "taken")
        (row,) = (await here.call("chats", tenant=shop.name))["chats"]
        assert (row["agent"], row["held"]) == ("owner", "silenced")
        assert await order("resume") == (1, "open", None, None)
        await ask(here, shop, "horaire", 3)

        assert await order("assign", agent="owner") == (1, "open", "owner", "with owner")
        await here.kill_worker(shop.name)
        await ask(here, shop, "menu", 3)
        await skipped("with owner")

        assert await order("close") == (1, "closed", "owner", None)
        await ask(here, shop, "menu", 4)
        assert (await here.call("chats", tenant=shop.name))["chats"][0]["number"] == 2
        assert await order("pause") == (2, "open", None, "paused")
        await ask(here, shop, "horaire", 4)
        await skipped("paused")
        assert await order("resume") == (2, "open", None, None)
        await ask(here, shop, "horaire", 5)
        assert (await here.status(shop.name))["pending"] == 0
        # What a killed worker had committed and not told yet reaches nobody.
        assert await judge.disagreements(here, shop, followed=False) == []
