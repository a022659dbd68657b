"""Calls: nobody can talk with a linked device, but it can write to the caller."""

import crowd
import judge
import pytest
import rig

from comptoir.sessions.protocol import Params

SHOP, AMINATA, BINTA = "+221770000001", "+221771000001", "+221771000002"
SORRY = "Bonjour, Chez Awa ne prend pas les appels. Écrivez-nous !"
SORRY_AMINATA = "Bonjour Aminata, Chez Awa ne prend pas les appels. Écrivez-nous !"
"""Of somebody who has never written no name is known."""
ANSWER = '[calls]\nanswer = "Bonjour {name}, {shop} ne prend pas les appels. Écrivez-nous !"\n'
REJECT = f"{ANSWER}reject = true\n"


def config(tables: str = "") -> str:
    return crowd.config("chez-awa").replace('name = "chez-awa"', 'name = "Chez Awa"') + tables


async def open_shop(here: rig.Rig, tables: str = ANSWER) -> rig.Shop:
    here.lab.customer(AMINATA, name="Aminata")
    return await here.add_shop("chez-awa", SHOP, config(tables))


async def call_and_give_up(here: rig.Rig, *, as_lid: bool = False) -> None:
    aminata = here.lab.customer(AMINATA)
    await aminata.hang_up(await aminata.call(SHOP, as_lid=as_lid))


async def calls(here: rig.Rig, shop: rig.Shop) -> list[Params]:
    return [row for row in await here.messages(shop.name) if row["kind"] == "call"]


def heard(here: rig.Rig) -> list[str]:
    return [each.text for each in here.lab.customer(AMINATA).heard(SHOP)]


@pytest.mark.shows(
    under="audiences",
    what="a call that nobody takes, with an `answer` in `[calls]`",
    happens="is kept as a message of kind `call`; the caller reads the text, once an hour however often they call",
)
@pytest.mark.parametrize("as_lid", [False, True])
async def test_who_calls_in_vain_reads_why_once_an_hour(as_lid: bool) -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here)
        aminata = here.lab.customer(AMINATA)
        # So that the name and, of who calls by LID, the number are known.
        await aminata.say(SHOP, "Bonjour, menu svp ?")
        await aminata.wait_heard(1, sender=SHOP)
        for _ in range(3):
            await call_and_give_up(here, as_lid=as_lid)
        await aminata.say(SHOP, "Bonjour, adresse svp ?")
        await aminata.wait_heard(3, sender=SHOP)
        assert heard(here) == [crowd.answer(shop, "menu"), SORRY_AMINATA, crowd.answer(shop, "adresse")]
        rows = await calls(here, shop)
        assert [(row["chat"], row["state"], row["by"]) for row in rows] == [(AMINATA, "done", "customer")] * 3
        assert sum(row["by"] == "plugin:calls" for row in await here.messages(shop.name)) == 1


@pytest.mark.shows(under="audiences", what="a call that the owner takes", happens="is kept, and nothing is written")
async def test_whom_the_owner_has_talked_with_reads_nothing() -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here)
        aminata = here.lab.customer(AMINATA)
        call = await aminata.call(SHOP)
        await here.wait_event(lambda event: event["kind"] == "call")
        await shop.phone.pick_up(call)
        taken = await here.wait_event(lambda event: event["kind"] == "skipped")
        assert taken["reason"] == "taken"
        await aminata.hang_up(call)
        await aminata.say(SHOP, "Bonjour, menu svp ?")
        await aminata.wait_heard(1, sender=SHOP)
        assert heard(here) == [crowd.answer(shop, "menu")]
        [row] = await calls(here, shop)
        assert (row["id"], row["state"]) == (taken["message"], "skipped")


@pytest.mark.shows(
    under="audiences",
    what="a call, with `reject = true` in `[calls]`",
    happens="is refused as it comes: neither phone rings on, and the caller reads the text",
)
@pytest.mark.parametrize("as_lid", [False, True])
async def test_a_call_is_refused_where_the_shop_wants_it(as_lid: bool) -> None:
    async with rig.open_rig() as here:
        await open_shop(here, REJECT)
        aminata = here.lab.customer(AMINATA)
        # Before the mail of an absence has been read nothing is refused, and nothing answered.
        await here.lab.customer(BINTA).say(SHOP, "Bonjour")
        await here.wait_event(lambda event: event["kind"] == "done")
        call = await aminata.call(SHOP, as_lid=as_lid)
        await aminata.calls.wait(call, "rejected")
        assert (await aminata.wait_heard(1, sender=SHOP))[0].text == SORRY


@pytest.mark.shows(
    under="audiences", what="a call in a chat that the owner has", happens="neither refused nor answered"
)
async def test_who_the_owner_has_the_chat_with_is_left_to_them() -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here, REJECT)
        await shop.phone.say(AMINATA, "Appelez-moi, je suis là")
        await here.wait_event(lambda event: event["kind"] == "owner_wrote")
        aminata = here.lab.customer(AMINATA)
        call = await aminata.call(SHOP)
        await here.wait_event(lambda event: event["kind"] == "call")
        await aminata.hang_up(call)
        skipped = await here.wait_event(lambda event: event["kind"] == "skipped")
        assert skipped["reason"] == "silenced"
        assert aminata.calls[call].state == "ended", "it rang until the caller gave up"
        assert heard(here) == ["Appelez-moi, je suis là"]


@pytest.mark.shows(under="audiences", what="a call from who wrote STOP", happens="kept, and nothing is written")
async def test_who_wrote_stop_is_not_written_to_for_a_call() -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here)
        aminata = here.lab.customer(AMINATA)
        await aminata.say(SHOP, "STOP")
        await aminata.wait_heard(1, sender=SHOP)
        await call_and_give_up(here)
        await here.wait_event(lambda event: event["kind"] == "done" and event["message"] == 3)
        assert [row["state"] for row in await calls(here, shop)] == ["done"]
        assert len(heard(here)) == 1


async def test_a_paused_shop_answers_a_call_when_it_is_resumed() -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here, REJECT)
        await here.call("tenant.pause", tenant=shop.name)
        aminata = here.lab.customer(AMINATA)
        call = await aminata.call(SHOP)
        await here.wait_event(lambda event: event["kind"] == "call")
        await aminata.hang_up(call)
        # What the operator sends passes; the call's answer does not.
        await here.call("send", tenant=shop.name, to=AMINATA, text="Nous revenons à 15 h")
        await aminata.wait_heard(1, sender=SHOP)
        assert aminata.calls[call].state == "ended"
        await here.call("tenant.resume", tenant=shop.name)
        await aminata.wait_heard(2, sender=SHOP)
        assert heard(here) == ["Nous revenons à 15 h", SORRY]


@pytest.mark.shows(
    under="audiences",
    what="calls while the shop was away",
    happens="are answered like mail: not once `stale_hours` have passed, then the owner is told",
)
@pytest.mark.parametrize(("hours", "answers", "reason"), [(5, [SORRY], None), (7, [], "stale")])
async def test_calls_during_an_absence(hours: float, answers: list[str], reason: str | None) -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here)
        await here.stop_daemon()
        with here.lab.clock.shifted(-hours * 3600):
            await call_and_give_up(here)
        await here.start_daemon()
        ended = await here.wait_event(lambda event: event["kind"] in ("done", "skipped"))
        assert ended.get("reason") == reason
        await judge.settle(here, shop)
        assert heard(here) == answers
        assert [row["kind"] for row in await here.messages(shop.name) if row["direction"] == "in"] == ["call"]


async def test_a_groups_call_is_nobodys() -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here, REJECT)
        aminata = here.lab.customer(AMINATA)
        group = here.lab.people.group("Famille", [SHOP, AMINATA], by=AMINATA)
        call = await aminata.call(SHOP, group=group.address)
        await aminata.hang_up(call)
        await aminata.say(SHOP, "Bonjour, menu svp ?")
        await aminata.wait_heard(1, sender=SHOP)
        assert await calls(here, shop) == []
        assert aminata.calls[call].state == "ended"
