"""Groups, status updates, channels and calls over the lab's API."""

from collections.abc import AsyncIterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trio

from comptoir.lab import Lab, open_lab
from comptoir.lab.api import serve_api
from comptoir.lab.client import LabClient, LabError
from comptoir.lab.serve import write_description

SHOP, AWA, MOUSSA = "+221770000001", "+221770000101", "+221770000102"


class Api:
    def __init__(self, lab: Lab, port: int) -> None:
        self.lab = lab
        self._description = write_description(lab, port)

    async def call(self, command: str, **arguments: Any) -> dict[str, Any]:
        return await trio.to_thread.run_sync(partial(self._call, command, arguments))

    def _call(self, command: str, arguments: dict[str, Any]) -> dict[str, Any]:
        with LabClient(self._description, timeout=10) as client:
            return client.call(command, **arguments)


@pytest.fixture
async def api(tmp_path: Path, nursery: trio.Nursery) -> AsyncIterator[Api]:
    async with open_lab(tmp_path) as lab:
        lab.phone(SHOP)
        lab.customer(AWA)
        lab.customer(MOUSSA)
        yield Api(lab, await nursery.start(serve_api, lab))


async def test_people_talk_in_a_group(api: Api) -> None:
    made = await api.call("group", name="Tontine", members=[SHOP, AWA], by=AWA)
    await api.call("add-member", group=made["address"], number=MOUSSA)
    id = (await api.call("say", sender=AWA, to=made["address"], text="Bonjour à tous"))["id"]
    for number in (SHOP, MOUSSA):
        person = api.lab.people.find(number)
        assert person is not None
        [heard] = await person.wait_heard(1)
        assert (heard.id, heard.sender, heard.chat) == (id, AWA, made["address"])
    await api.call("remove-member", group=made["jid"], number=SHOP)
    [now] = (await api.call("groups"))["groups"]
    assert (now["name"], now["members"], now["addressing"]) == ("Tontine", [AWA, MOUSSA], "lid")


async def test_keys_that_are_missing_are_asked_for(api: Api) -> None:
    made = await api.call("group", name="Tontine", members=[SHOP, AWA, MOUSSA])
    for count, text in enumerate(("un", "deux", "trois"), 1):
        await api.call("say", sender=AWA, to=made["address"], text=text)
        await api.lab.customer(MOUSSA).wait_heard(count)
        await api.lab.phone(SHOP).wait_heard(count)
        await api.call("skip-key", number=AWA, group=made["address"])
        await api.call("lose-sender-keys", number=MOUSSA, group=made["address"])
    heard = await api.lab.customer(MOUSSA).wait_heard(3)
    assert [each.text for each in heard] == ["un", "deux", "trois"]
    assert len([seen for seen in api.lab.customer(AWA).receipts if seen.kind == "retry"]) == 4


async def test_status_channel_and_calls(api: Api) -> None:
    await api.call("post-status", sender=AWA, text="en vacances", to=[SHOP])
    channel = await api.call("channel", name="Promos", followers=[SHOP])
    await api.call("publish", channel=channel["address"], text="moins 20 %")
    heard = await api.lab.phone(SHOP).wait_heard(2)
    assert [(each.chat, each.text) for each in heard] == [
        ("status", "en vacances"),
        (channel["address"], "moins 20 %"),
    ]
    call = (await api.call("call", caller=AWA, to=SHOP, video=True))["call"]
    await api.lab.phone(SHOP).calls.wait(call, "ringing")
    await api.call("hang-up", caller=AWA, call=call)
    await api.lab.phone(SHOP).calls.wait(call, "ended")
    for order, state in (("pick-up", "accepted"), ("decline", "rejected")):
        call = (await api.call("call", caller=AWA, to=SHOP))["call"]
        await api.lab.phone(SHOP).calls.wait(call, "ringing")
        await api.call(order, number=SHOP, call=call)
        await api.lab.customer(AWA).calls.wait(call, state)
    made = (await api.call("calls", number=AWA))["calls"]
    assert [each["state"] for each in made] == ["ended", "accepted", "rejected"]


@pytest.mark.parametrize(
    ("command", "arguments", "why"),
    [
        ("group", {"name": "Tontine", "members": []}, "was to have none"),
        ("group", {"name": "Tontine", "members": [AWA, 5]}, "list.str. was expected"),
        ("post-status", {"sender": AWA, "text": "allô ?", "to": ["+221779999999"]}, "nobody in this lab"),
        ("group", {"name": "Tontine", "members": [AWA], "addressing": "name"}, "lid or pn was expected"),
        ("say", {"sender": AWA, "to": "group:1", "text": "allô ?"}, "no group in this lab"),
        ("add-member", {"group": AWA, "number": SHOP}, "is no group"),
        ("publish", {"channel": "channel:1", "text": "allô ?"}, "no channel in this lab"),
        ("hang-up", {"caller": AWA, "call": "1"}, "knows no call"),
        ("pick-up", {"number": SHOP, "call": "1"}, "knows no call"),
    ],
)
async def test_the_impossible_is_refused_in_words(api: Api, command: str, arguments: dict[str, Any], why: str) -> None:
    with pytest.raises(LabError, match=why):
        await api.call(command, **arguments)


async def test_only_members_write_to_a_group(api: Api) -> None:
    made = await api.call("group", name="Tontine", members=[SHOP, AWA])
    with pytest.raises(LabError, match="403"):
        await api.call("say", sender=MOUSSA, to=made["address"], text="et moi ?")
    assert api.lab.phone(SHOP).heard() == []
