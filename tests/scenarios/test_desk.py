"""A shop run from its owner's pocket: real messages, from the owner's number and in the shop's chat with itself."""

import pytest
import rig

from comptoir.lab.customer import Customer
from comptoir.lab.kinds import File

SHOP, OWNER, AWA, BINTA = "+221770000001", "+221338000000", "+221771000001", "+221771000002"
TENANT = f"""version = 1
name = "Chez Awa"
lang = "fr"
country = "SN"
timezone = "Africa/Dakar"
owner = "{OWNER}"
join_seconds = 0
pipeline = ["desk", "clerk"]

[plugins.clerk]
ask_name = false
"""
PICTURE = b"\xff\xd8\xff\xe0" + bytes(range(256)) * 16
CATALOGUE = """version = 1

[[produits]]
nom = "Poulet braisé"
prix = 3000
stock = 12
"""


async def open_shop(here: rig.Rig) -> rig.Shop:
    folder = here.home / "config" / "tenants" / "chez-awa"
    folder.mkdir(parents=True)
    (folder / "catalogue.toml").write_text(CATALOGUE, encoding="utf-8")
    return await here.add_shop("chez-awa", SHOP, TENANT)


class Chat:
    """Somebody's with the shop, said and heard in turns."""

    def __init__(self, person: Customer) -> None:
        self.person = person
        self.read = 0

    async def says(self, text: str) -> str:
        await self.person.say(SHOP, text)
        return await self.hears()

    async def hears(self) -> str:
        """The next message from the shop."""
        self.read += 1
        heard = await self.person.wait_heard(self.read, sender=SHOP)
        return heard[self.read - 1].text


@pytest.mark.shows(
    under="audiences",
    what="the owner writes a command, from their own number or in the shop's chat with itself",
    happens="`desk` does it and answers there; a customer who writes the same is answered as a customer",
)
async def test_an_order_is_moved_from_the_owners_phone_and_from_the_shops_own() -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here)
        awa, binta, owner = (Chat(here.lab.customer(number)) for number in (AWA, BINTA, OWNER))
        await awa.says("je veux 2 poulets braisés, je viens les chercher")
        summary = await awa.says("c'est tout")
        assert "6 000 F" in summary.replace("\u202f", " ")
        assert "n° 1" in await awa.says("oui")
        assert "n° 1" in await owner.hears(), "the owner is told of the order"

        assert (await owner.says("1 en préparation")).startswith("Commande n° 1")
        assert "en préparation" in await awa.hears()

        await shop.phone.say(SHOP, "1 prête")
        [answered] = await shop.phone.wait_heard(1, chat=SHOP)
        assert answered.text.startswith("Commande n° 1")
        assert "prête" in await awa.hears()

        await shop.phone.post(SHOP, File("image", PICTURE, caption="ajoute thiof grillé 3500"))
        added = (await shop.phone.wait_heard(2, chat=SHOP))[1].text
        assert "Thiof grillé à 3 500 F" in added.replace("\u202f", " ")
        assert "Sa photo est gardée." in added
        assert "3 500 F" in (await binta.says("le thiof grillé c'est combien ?")).replace("\u202f", " ")

        await owner.says("pause")
        assert (await here.status(shop.name))["owner_paused"], "the operator sees why customers get no answer"
        await owner.says("reprends")
        assert (await here.status(shop.name))["owner_paused"] is None

        assert "prête" not in await binta.says("1 livrée")
        await here.settle(shop.name)
        (order,) = (await here.call("orders", tenant=shop.name))["orders"]
        assert order["state"] == "ready"
