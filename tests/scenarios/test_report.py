"""`comptoir doctor --report` of a shop at work: nothing that anybody wrote, no whole number, no key leaves with it."""

import base64
import os
import sys
from collections.abc import AsyncIterator

import pytest
import rig
import trio

from comptoir.gateway.keys import unwrap
from comptoir.gateway.peeking import peek
from comptoir.lab.kinds import File

SHOP, CUSTOMER, OWNER, STRANGER = "+221770000001", "+221771234567", "+221765554433", "+221760099887"
CONFIG = f"""
version = 1
name = "Chez Zoubida"
country = "SN"
timezone = "Africa/Dakar"
owner = "{OWNER}"
pipeline = ["welcome", "answers"]

[plugins.welcome]
text = "Bienvenue xylophone {{name}}"

[[plugins.answers.entries]]
words = ["trombone"]
text = "Le clavecin coûte 2 500 F."
"""
WORDS = ("xylophone", "trombone", "clavecin", "contrebasse", "hautbois", "cymbale", "Philomène", "Zoubida", "tuba")


@pytest.fixture
async def here() -> AsyncIterator[rig.Rig]:
    async with rig.open_rig() as here:
        await here.add_shop("chez-awa", SHOP, CONFIG)
        yield here


async def report(here: rig.Rig) -> str:
    ended = await trio.run_process(
        [sys.executable, "-P", "-m", "comptoir.cli", "doctor", "--report"],
        env=os.environ | {"COMPTOIR_HOME": str(here.home)},
        capture_stdout=True,
    )
    return ended.stdout.decode()


def secrets(here: rig.Rig) -> list[str]:
    """The keys as they could appear in a text."""
    master = base64.b64decode((here.home / "keys/master.key").read_text())
    [tenant] = peek(here.home / "state/registry.db")
    keys = [master, unwrap(master, tenant.wrapped_key, tenant.name, tenant.key_version), tenant.wrapped_key]
    return [
        form
        for key in keys
        for form in (key.hex(), base64.b64encode(key).decode(), base64.b64encode(key)[:20].decode())
    ]


def plants(here: rig.Rig) -> list[str]:
    numbers = [
        form
        for number in (SHOP, CUSTOMER, OWNER, STRANGER)
        for form in (number.removeprefix("+"), number.removeprefix("+221"), number[-7:], spaced(number))
    ]
    return [*WORDS, *numbers, *secrets(here)]


def spaced(number: str) -> str:
    return f"{number[4:6]} {number[6:9]} {number[9:11]} {number[11:]}"


@pytest.mark.shows(
    under="configuration",
    what="`doctor --report`",
    happens="holds no texts, no names of files, no customers' names, no whole numbers, no keys",
)
async def test_a_report_holds_nothing_that_is_nobodys_business(here: rig.Rig) -> None:
    customer = here.lab.customer(CUSTOMER, name="Philomène")
    await customer.say(SHOP, "Bonjour, un trombone et une contrebasse svp")
    await here.wait_event(lambda event: event["kind"] == "delivered")
    await here.call("send", tenant="chez-awa", to=STRANGER, text="Votre hautbois est prêt")
    seen = len(here.events)
    await customer.post(SHOP, File("document", b"cymbale" * 20_000, name="tuba.pdf", caption="une contrebasse"))
    await here.wait_event(lambda event: event["kind"] == "done", after=seen)
    # What a plugin might print, and how it might fail.
    stamp = "2026-11-21T07:00:00.123Z"
    lines = [
        f"{stamp} cymbale pour {CUSTOMER}",
        f"{stamp} INFO tuba: cymbale",
        f"{stamp} INFO link: Client: message of {CUSTOMER}@s.whatsapp.net 'cymbale' {spaced(OWNER)}",
        f'{stamp}   File "/srv/plugins/tuba.py", line 3, in message',
        f"{stamp}     raise ValueError('cymbale')",
        f"{stamp} ValueError: cymbale",
        *(f"{stamp} WARNING worker: key {key}" for key in secrets(here) if len(key) > 20),
    ]
    with (here.home / "state/logs/chez-awa.log").open("a") as log:
        log.write("\n".join(lines) + "\n")
    # A mistake in a file is shown with what stands there.
    file = here.home / "config/tenants/chez-awa/tenant.toml"
    file.write_text(
        CONFIG.replace('country = "SN"', 'country = "tuba"') + f'\n[plugins.welkom]\ntext = "{OWNER} tuba"\n'
    )

    text = await report(here)
    told = [plant for plant in plants(here) if plant.casefold() in text.casefold().replace("tuba.py", "")]
    assert not told, text
    # And yet it tells what is the matter.
    assert "chez-awa: online, number +22177***01" in text
    assert "plugin welcome: running" in text
    assert "files 0.1 MB of 1024.0 MB, 0 wanted" in text
    assert "tenant.toml:4: country" in text
    assert "Successfully paired 22177***01" in text
    assert "tuba.py:3 in message" in text

    assert await here.stop_daemon() == 0
    text = await report(here)
    assert not [plant for plant in plants(here) if plant.casefold() in text.casefold().replace("tuba.py", "")], text
    assert "chez-awa: linked" in text
