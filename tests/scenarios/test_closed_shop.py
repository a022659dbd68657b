"""A closed shop: who writes is told so once, over the death of its worker too, and its people hear what cannot wait."""

from datetime import UTC, datetime, timedelta

import judge
import rig

from comptoir.lab.kinds import File

AMINATA, FATOU = "+221771000001", "+221771000009"
SHOP = "+221770000001"
QUICK = "version = 1\n\n[outbox]\nquiet_ms = 200\ntyping = false\nchat_per_second = 10.0\n"
TODAY = datetime.now(UTC).date()
CONFIG = f"""\
version = 1
name = "Chez Awa"
country = "SN"
timezone = "Africa/Dakar"
join_seconds = 0
pipeline = ["hours", "notify", "media"]

[hours]
monday = ["08:00-18:00"]
closed = ["{TODAY - timedelta(days=1)}..{TODAY + timedelta(days=3)}"]

[[team]]
name = "Fatou"
number = "{FATOU}"

[plugins.hours]
closed = "Fermé {{why}}."

[[plugins.notify.rules]]
kinds = ["voice"]
to = ["team"]

[plugins.media]
voice = "Écrivez-nous, {{name}}."
"""
VOICE = File("voice", b"OggS" + bytes(5_000), mime="audio/ogg; codecs=opus", seconds=5)


async def test_a_closed_shop_says_so_once_and_its_team_hears_of_voice_notes() -> None:
    async with rig.open_rig(QUICK) as here:
        shop = await here.add_shop("chez-awa", SHOP, CONFIG)
        aminata, fatou = here.lab.customer(AMINATA, "Aminata"), here.lab.customer(FATOU)
        await aminata.post(SHOP, VOICE)
        heard = await aminata.wait_heard(2, 30, sender=SHOP)
        assert [item.text for item in heard] == ["Fermé aujourd'hui.", "Écrivez-nous, Aminata."]
        [notice] = await fatou.wait_heard(1, 30, sender=SHOP)
        assert notice.text == f"🔔 Aminata ({AMINATA}) : un message vocal"

        await judge.settle(here, shop)
        await here.kill_worker(shop.name)
        await aminata.post(SHOP, VOICE)
        await aminata.say(SHOP, "Vous êtes ouverts ?")
        answer = (await aminata.wait_heard(3, 30, sender=SHOP))[-1].text
        assert answer.startswith("Nous sommes fermés aujourd'hui.")
        assert "Lundi : de 8 h à 18 h" in answer
        await judge.settle(here, shop)
        assert (len(aminata.heard(SHOP)), len(fatou.heard(SHOP))) == (3, 1)
