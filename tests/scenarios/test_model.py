"""A model behind the clerk over real messages: asked with its key, counted in the journal, and never the last word."""

import rig
from scripted_model import Say, ScriptedModel, Status, serving

from comptoir.lab.customer import Customer

SHOP, OWNER, AWA = "+221770000001", "+221338000000", "+221771000001"
TENANT = f"""version = 1
name = "Chez Awa"
lang = "fr"
country = "SN"
timezone = "Africa/Dakar"
owner = "{OWNER}"
join_seconds = 0
pipeline = ["clerk"]

[plugins.clerk]
model = "main"
ask_name = false
"""
CATALOGUE = """version = 1

[[produits]]
code = "poulet"
nom = "Poulet braisé"
prix = 3000
"""
KEY = "sk-scenario-key"


def settings(model: ScriptedModel) -> str:
    return f"""version = 1
[lab]
fast = true
[models.main]
kind = "openai"
model = "small"
url = "{model.url}"
key = "file:main.key"
price_in = 1.0
"""


class Chat:
    """Awa's with the shop, what is heard in its order."""

    def __init__(self, person: Customer) -> None:
        self.person = person
        self.read = 0

    async def says(self, text: str) -> str:
        await self.person.say(SHOP, text)
        self.read += 1
        heard = await self.person.wait_heard(self.read, sender=SHOP)
        return heard[self.read - 1].text


async def test_a_model_sells_and_is_not_believed() -> None:
    put = ("put_in_cart", {"sku": "poulet", "quantity": 2})
    steps = [
        Say("Le Poulet braisé est à 3 000 F."),
        Say("Le Poulet braisé est à 300 F."),
        Status(500),
        Say("", (put, ("delivery_options", {"way": "pickup"}), ("confirm", {}))),
        Say("2 Poulet braisé, soit 6 000 F."),
    ]
    async with serving(steps) as model, rig.open_rig(settings(model)) as here:
        secret = here.home / "config/secrets/main.key"
        secret.parent.mkdir(mode=0o700)
        secret.touch(0o600)
        secret.write_text(KEY)
        folder = here.home / "config/tenants/chez-awa"
        folder.mkdir(parents=True)
        (folder / "catalogue.toml").write_text(CATALOGUE, encoding="utf-8")
        shop = await here.add_shop("chez-awa", SHOP, TENANT)
        awa = Chat(here.lab.customer(AWA))
        assert await awa.says("combien le poulet braisé") == "Le Poulet braisé est à 3 000 F."
        assert model.headers[0]["authorization"] == f"Bearer {KEY}"
        for _ in ("a lie", "an error"):
            assert "3 000 F" in (await awa.says("et le poulet braisé, combien ?")).replace("\u202f", " ")
        text = (await awa.says("deux poulets braisés, je passe les prendre")).replace("\u202f", " ")
        assert text.startswith("2 Poulet braisé, soit 6 000 F.")
        assert "Total : 6 000 F" in text
        asked = len(model.asked)
        assert "Commande n° 1" in await awa.says("oui")
        assert len(model.asked) == asked == len(steps)
        await here.settle(shop.name)
        log = (here.home / "state/logs/chez-awa.log").read_text()
        assert log.count("models: asked model=main") == 4
        (failed,) = (line for line in log.splitlines() if "models: failed" in line)
        assert "status 500" in failed
        assert KEY not in log
        assert "poulet" not in log
