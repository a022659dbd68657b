"""People go on where the plugins cannot: asked for in a chat, told on WhatsApp, answering by short messages."""

import judge
import pytest
import rig

AMINATA, BINTA, OWNER = "+221771000001", "+221771000002", "+221338000001"
SHOP = "+221770000001"
QUICK = "version = 1\n\n[outbox]\nquiet_ms = 200\ntyping = false\nchat_per_second = 10.0\n"
CONFIG = f"""\
version = 1
name = "Chez Awa"
country = "SN"
timezone = "Africa/Dakar"
owner = "{OWNER}"
join_seconds = 0
pipeline = ["handover", "flow"]

[plugins.handover]
rating = true
"""
FLOW = """\
start = ["commander"]

[steps.plat]
say = "Quel plat ?"
menu = [{ text = "Yassa", goto = "parts" }, { text = "Mafé", goto = "parts" }]
store = "plat"

[steps.parts]
say = "Combien de {plat} ?"
ask = "number"
store = "parts"
goto = "merci"

[steps.merci]
say = "C'est noté : {parts} {plat}."
end = true
"""


async def last(here: rig.Rig, number: str, count: int) -> str:
    """The newest of the `count` messages that somebody has heard from the shop."""
    heard = await here.lab.customer(number).wait_heard(count, 30, sender=SHOP)
    return heard[-1].text


@pytest.mark.shows(
    under="people",
    what="a customer asks for a person",
    happens="the owner is told with the last messages, answers by `NUMBER text`, and ends it by `NUMBER fin`",
)
@pytest.mark.shows(
    under="people",
    what="the worker dies while a customer is inside a menu",
    happens="the next answer goes on where the customer was",
)
async def test_a_chat_goes_to_a_person_and_back_and_a_flow_outlives_its_worker() -> None:
    async with rig.open_rig(QUICK) as here:
        folder = here.home / "config" / "tenants" / "chez-awa" / "flows"
        folder.mkdir(parents=True)
        (folder / "commande.toml").write_text(FLOW)
        shop = await here.add_shop("chez-awa", SHOP, CONFIG)
        aminata, binta, owner = (
            here.lab.customer(AMINATA, "Aminata"),
            here.lab.customer(BINTA),
            here.lab.customer(OWNER),
        )

        await aminata.say(SHOP, "je veux parler a quelquun")
        assert "une personne de Chez Awa" in await last(here, AMINATA, 1)
        notice = await last(here, OWNER, 1)
        assert f"conversation 1, {AMINATA}" in notice
        assert "Client : je veux parler a quelquun" in notice

        await binta.say(SHOP, "commander")
        assert await last(here, BINTA, 1) == "Quel plat ?\n1. Yassa\n2. Mafé"
        await judge.settle(here, shop)
        await here.kill_worker(shop.name)
        await binta.say(SHOP, "deux")
        assert await last(here, BINTA, 2) == "Combien de Mafé ?"

        await owner.say(SHOP, "1 Oui, il en reste")
        assert await last(here, AMINATA, 2) == "Oui, il en reste"
        assert await last(here, OWNER, 2) == "Envoyé à Aminata."
        await owner.say(SHOP, "1 fin")
        assert "De 1 à 5" in await last(here, AMINATA, 3)
        await aminata.say(SHOP, "5")
        assert await last(here, AMINATA, 4) == "Merci pour votre note !"
        await binta.say(SHOP, "3")
        assert await last(here, BINTA, 3) == "C'est noté : 3 Mafé."
        await judge.settle(here, shop)
        # What a killed worker had committed and not told yet reaches nobody.
        assert await judge.disagreements(here, shop, followed=False) == []
