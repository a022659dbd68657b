"""Voice notes over real messages: acknowledged, put into words by a command of this machine, read back, and sold."""

import hashlib
import json
import os
from pathlib import Path

import pytest
import rig
import trio
from media_rig import JPEG, content, found_in_clear

from comptoir.lab.customer import Customer
from comptoir.lab.kinds import File

SHOP, OWNER, AWA = "+221770000001", "+221338000000", "+221771000001"
TENANT = f"""version = 1
name = "Chez Awa"
lang = "fr"
country = "SN"
timezone = "Africa/Dakar"
owner = "{OWNER}"
join_seconds = 0
pipeline = ["desk", "clerk"]
"""
CATALOGUE = """version = 1

[[produits]]
nom = "Poulet braisé"
prix = 3000
"""
SAID = "deux poulets braisés"
RECORDING = content(9_000, 1, b"OggS\x00\x02")
# Its process number, then nothing while it is held up; what was said, where it got the whole recording.
SCRIPT = """
echo $$ > {pids}
while [ -e {held} ]; do sleep 0.02; done
case "$(sha256sum < "$1")" in {digest}*) echo "{said}";; esac
"""


def settings(folder: Path) -> str:
    script = SCRIPT.format(
        pids=folder / "pids", held=folder / "held", digest=hashlib.sha256(RECORDING).hexdigest(), said=SAID
    )
    command = json.dumps(["/bin/sh", "-c", script, "sh", "{file}"])
    return f"version = 1\n[lab]\nfast = true\n[transcription]\ncommand = {command}\n"


class Chat:
    """Awa's with the shop, what is heard in its order."""

    def __init__(self, person: Customer) -> None:
        self.person = person
        self.read = 0

    async def hears(self) -> str:
        self.read += 1
        heard = await self.person.wait_heard(self.read, sender=SHOP)
        return heard[self.read - 1].text


async def started(pids: int) -> int:
    """The next process of the command, by a descriptor that tells when it ends."""
    with trio.fail_after(30):
        await trio.lowlevel.wait_readable(pids)
    return os.pidfd_open(int(os.read(pids, 100)))


@pytest.mark.shows(
    under="media",
    what="a voice note",
    happens="with `clerk`: acknowledged, put into words where the operator says how, read back, in the cart after a "
    "yes; a worker that dies meanwhile takes the command along, and the next one asks again",
)
async def test_a_voice_note_is_read_back_and_sold_also_where_the_worker_dies_of_it(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pids")
    (tmp_path / "held").touch()
    pids = os.open(tmp_path / "pids", os.O_RDWR | os.O_NONBLOCK)
    async with rig.open_rig(settings(tmp_path)) as here:
        folder = here.home / "config/tenants/chez-awa"
        folder.mkdir(parents=True)
        (folder / "catalogue.toml").write_text(CATALOGUE, encoding="utf-8")
        shop = await here.add_shop("chez-awa", SHOP, TENANT)
        awa = Chat(here.lab.customer(AWA))
        await awa.person.post(SHOP, File("voice", RECORDING, seconds=3))
        assert "j'écoute votre message vocal" in await awa.hears()
        first = await started(pids)
        await here.kill_worker(shop.name)
        with trio.fail_after(10):
            await trio.lowlevel.wait_readable(first)
        second = await started(pids)
        (tmp_path / "held").unlink()
        assert f"« {SAID} »" in await awa.hears()
        await awa.person.say(SHOP, "oui")
        assert "2 × Poulet braisé" in await awa.hears()
        told = await here.wait_event(lambda event: event["kind"] == "transcribed")
        assert (told["attempts"], told["plugin"]) == (2, "clerk")
        # The owner adds a product with a picture, and a customer sees it.
        owner, picture = here.lab.customer(OWNER), content(20_000, 2, JPEG)
        await owner.post(SHOP, File("image", picture, caption="ajoute Thiof grillé 3500"))
        await owner.wait_heard(1, sender=SHOP)
        await awa.person.say(SHOP, "une photo du thiof grillé ?")
        assert "3 500 F" in (await awa.hears()).replace("\u202f", " ")
        assert await awa.person.fetch(awa.person.heard(SHOP)[-1]) == picture
        await here.settle(shop.name)
        log = (here.home / "state/logs/chez-awa.log").read_text()
        assert ("transcribed" in log, "poulets" in log) == (True, False)
        assert found_in_clear(here.home / "state", RECORDING[4_000:4_100], SAID.encode()) == []
    for descriptor in (first, second, pids):
        os.close(descriptor)
