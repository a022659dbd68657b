"""What is logged of each message, and what is not: the logs of whole daemons with real neonize."""

import json
import re
from typing import Any

import crowd
import judge
import pytest
import rig
from media_rig import PDF, content

from comptoir.lab.kinds import File
from comptoir.sessions.protocol import Params

AMINATA, BINTA = "+221771000001", "+221771000002"
NUMBER = "+221770000001"
JSON = 'version = 1\n[lab]\nfast = true\n[log]\nformat = "json"\n'
# Texts, names and file names that customers and the shop bring in; none of them may come out.
PLANTED = ("menu", "répond", "Ndiaye", "bilan-secret", "Fatou", "horaire", "Diallo")


def logs(here: rig.Rig) -> str:
    """All that was logged: by the daemons, and of every tenant."""
    tenants = sorted((here.home / "state/logs").iterdir())
    return here.printed.decode() + "".join(file.read_text() for file in tenants)


def lines(here: rig.Rig, shop: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (here.home / f"state/logs/{shop}.log").read_text().splitlines()]


async def talk(here: rig.Rig) -> tuple[rig.Shop, list[Params]]:
    """Messages of several kinds, one that cannot be read, a worker that dies."""
    shop = await here.add_shop("chez-awa", NUMBER, crowd.config("chez-awa"))
    aminata = here.lab.customer(AMINATA, name="Fatou Ndiaye")
    binta = here.lab.customer(BINTA, name="Binta Diallo")
    await aminata.say(shop.number, "menu")
    await aminata.post(shop.number, File("document", content(9_000, 1, PDF), name="bilan-secret.pdf"))
    await binta.say(shop.number, "horaire", as_lid=True)
    await binta.say_garbled(shop.number, "menu Diallo")
    await judge.settle(here, shop)
    await here.kill_worker(shop.name)
    await here.wait_state(shop.name, "online")
    await aminata.say(shop.number, "horaire")
    return shop, await here.settle(shop.name)


@pytest.mark.parametrize("settings", [JSON, JSON.replace("json", "text")])
async def test_no_log_holds_a_text_a_name_or_a_whole_number(settings: str) -> None:
    async with rig.open_rig(settings) as here:
        await talk(here)
        await here.stop_daemon()
        said = logs(here)
    found = [word for word in PLANTED if word.casefold() in said.casefold()]
    assert found == []
    # Times apart, no run of digits is as long as a number.
    assert re.findall(r"\d{9,}", said) == []
    assert "chez-awa" in said


async def test_the_way_of_each_message_is_logged_with_its_size_and_outcome() -> None:
    async with rig.open_rig(JSON) as here:
        shop, rows = await talk(here)
        logged = lines(here, shop.name)
    (question, document), (answer, *_) = (
        [row for row in rows if row["chat"] == AMINATA and row["direction"] == direction][:2]
        for direction in ("in", "out")
    )
    received = of(logged, "received", question)
    assert (received["kind"], received["bytes"], received["chat"]) == ("text", len("menu"), "+22177***01")
    walked = {line["plugin"]: line for line in logged if line["text"] == "walked" and line["message"] == question["id"]}
    assert walked["answers"]["decision"] == "stop"
    assert isinstance(walked["answers"]["ms"], int)
    assert of(logged, "done", question)["level"] == "INFO"
    sent = of(logged, "sent", answer)
    assert (sent["bytes"], sent["attempts"]) == (len(crowd.answer(shop, "menu").encode()), 1)
    assert sent["ms"] >= 0
    assert of(logged, "delivered", answer)
    assert of(logged, "media_kept", document)["file_bytes"] == 9_000
    assert {line["tenant"] for line in logged} == {shop.name}


def of(logged: list[dict[str, Any]], text: str, row: Params) -> dict[str, Any]:
    (line,) = [line for line in logged if line["text"] == text and line.get("message") == row["id"]]
    return line


async def test_whole_numbers_are_there_on_demand() -> None:
    settings = 'version = 1\n[lab]\nfast = true\n[log]\nnumbers = "whole"\n'
    async with rig.open_rig(settings) as here:
        shop = await here.add_shop("chez-awa", NUMBER, crowd.config("chez-awa"))
        await here.lab.customer(AMINATA).say(shop.number, "menu")
        await here.settle(shop.name)
        await here.stop_daemon()
        said = logs(here)
    assert f"chat={AMINATA}" in said
    assert "menu" not in said


async def test_a_disk_without_room_for_logs_and_a_log_in_the_way_stop_no_shop() -> None:
    async with rig.open_rig() as here:
        (here.home / "state/logs/chez-awa.log").mkdir()
        shop = await here.add_shop("chez-awa", NUMBER, crowd.config("chez-awa"))
        customer = here.lab.customer(AMINATA)
        await customer.say(shop.number, "menu")
        await customer.wait_heard(1)


async def test_removing_a_tenant_removes_its_logs_too() -> None:
    async with rig.open_rig() as here:
        await here.add_shop("chez-awa", NUMBER, crowd.config("chez-awa"))
        folder = here.home / "state/logs"
        for end in ("1", "2", "17"):
            (folder / f"chez-awa.log.{end}").write_text("older")
        await here.call("tenant.remove", tenant="chez-awa")
        assert list(folder.iterdir()) == []
