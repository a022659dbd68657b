"""People act while the machine runs: the owner types by hand, the operator pauses, unlinks and links again."""

import crowd
import judge
import pytest
import rig

from comptoir.sessions.protocol import ErrorCode, RpcError

AMINATA, BINTA = "+221771000001", "+221771000002"
# Answers wait two seconds for the customer to pause, so that there is something to withdraw.
SLOW = "version = 1\n\n[outbox]\nquiet_ms = 2000\ntyping = false\n"


async def open_shop(here: rig.Rig) -> rig.Shop:
    config = crowd.config("chez-awa").replace("version = 1\n", "version = 1\njoin_seconds = 0\n")
    return await here.add_shop("chez-awa", "+221770000001", config)


def heard(here: rig.Rig, number: str) -> list[str]:
    return [item.text for item in here.lab.customer(number).heard("+221770000001")]


@pytest.mark.shows(
    under="people",
    what="the owner writes to a customer by hand",
    happens="no automatic answer in that chat for `silence_minutes`; the others are answered as before",
)
async def test_the_owners_hand_silences_the_bot_in_that_chat_and_in_no_other() -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here)
        for number in (AMINATA, BINTA):
            await here.lab.customer(number).say(shop.number, "Bonjour, menu svp ?")
        await judge.settle(here, shop)
        await shop.phone.say(AMINATA, "Je m'en occupe moi-même")
        await here.wait_event(lambda event: event["kind"] == "owner_wrote")
        for number in (AMINATA, BINTA):
            await here.lab.customer(number).say(shop.number, "Bonjour, horaire svp ?")
        await judge.settle(here, shop)
        assert heard(here, AMINATA) == [crowd.answer(shop, "menu"), "Je m'en occupe moi-même"]
        assert heard(here, BINTA) == [crowd.answer(shop, "menu"), crowd.answer(shop, "horaire")]
        rows = [row for row in await here.messages(shop.name) if row["chat"] == AMINATA]
        assert [(row["direction"], row["by"], row["state"]) for row in rows[2:]] == [
            ("out", "owner", "delivered"),
            ("in", "customer", "skipped"),
        ]
        skipped = await here.wait_event(lambda event: event["kind"] == "skipped")
        assert (skipped["message"], skipped["reason"]) == (rows[3]["id"], "silenced")
        assert await judge.disagreements(here, shop) == []


@pytest.mark.shows(under="people", what="the owner is faster than a waiting answer", happens="the answer is withdrawn")
async def test_an_answer_that_still_waits_is_withdrawn_when_the_owner_is_faster() -> None:
    async with rig.open_rig(SLOW) as here:
        shop = await open_shop(here)
        await here.lab.customer(AMINATA).say(shop.number, "Bonjour, menu svp ?")
        queued = await here.wait_event(lambda event: event["kind"] == "queued")
        await shop.phone.say(AMINATA, "Du thiéboudienne, comme le samedi")
        failed = await here.wait_event(lambda event: event["kind"] == "failed")
        assert (failed["message"], failed["error"]) == (queued["message"], "the owner answered by hand")
        await judge.settle(here, shop)
        assert heard(here, AMINATA) == ["Du thiéboudienne, comme le samedi"]
        assert await judge.disagreements(here, shop) == []


@pytest.mark.shows(
    under="people", what="`send` into a chat where the owner writes", happens="it goes out: a person sent it"
)
async def test_what_the_operator_sends_goes_out_even_where_the_owner_writes() -> None:
    async with rig.open_rig(SLOW) as here:
        shop = await open_shop(here)
        await here.lab.customer(AMINATA).say(shop.number, "Bonjour")
        await here.wait_event(lambda event: event["kind"] == "done")
        await here.call("send", tenant=shop.name, to=AMINATA, text="Votre commande est prête")
        await shop.phone.say(AMINATA, "Bonjour Aminata")
        await judge.settle(here, shop)
        assert sorted(heard(here, AMINATA)) == ["Bonjour Aminata", "Votre commande est prête"]
        assert await judge.disagreements(here, shop) == []


@pytest.mark.shows(
    under="people",
    what="a customer wrote STOP",
    happens="no automatic answer until REPRISE; a person's `send` goes out, with a warning",
)
async def test_who_wrote_stop_hears_from_people_only_until_reprise() -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here)
        customer = here.lab.customer(AMINATA)
        for text in ("STOP", "Bonjour, menu svp ?"):
            await customer.say(shop.number, text)
            await judge.settle(here, shop)
        assert len(heard(here, AMINATA)) == 1, "the confirmation"
        sent = await here.call("send", tenant=shop.name, to=AMINATA, text="Votre commande est prête")
        assert sent["opted_out"] is True
        other = await here.call("send", tenant=shop.name, to=BINTA, text="Votre commande est prête")
        assert "opted_out" not in other
        await judge.settle(here, shop)
        for text in ("REPRISE", "Bonjour, menu svp ?"):
            await customer.say(shop.number, text)
            await judge.settle(here, shop)
        assert heard(here, AMINATA)[1] == "Votre commande est prête"
        assert heard(here, AMINATA)[3:] == [crowd.answer(shop, "menu")]
        assert await judge.disagreements(here, shop) == []


@pytest.mark.shows(under="people", what="a pause", happens="what comes in is kept; answered once resumed")
async def test_a_paused_shop_journals_and_answers_when_it_is_resumed() -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here)
        customer = here.lab.customer(AMINATA)
        await here.call("tenant.pause", tenant=shop.name)
        assert (await here.status(shop.name))["state"] == "paused"
        await customer.say(shop.number, "Bonjour, menu svp ?")
        await here.wait_event(lambda event: event["kind"] == "received")
        # An operator's message passes: only the pipeline rests, and it has not run even by then.
        sent = await here.call("send", tenant=shop.name, to=AMINATA, text="Nous revenons à 15 h")
        await here.wait_event(lambda event: (event.get("message"), event["kind"]) == (sent["id"], "delivered"))
        assert (await here.status(shop.name))["inbox"] == 1
        # A pause outlives the worker.
        await here.kill_worker(shop.name)
        await here.wait_event(lambda event: event["kind"] == "recovered")
        await here.wait_state(shop.name, "paused")
        await customer.say(shop.number, "Bonjour, horaire svp ?")
        await here.wait_event(lambda event: event["kind"] == "received", after=_last(here, "recovered"))
        assert heard(here, AMINATA) == ["Nous revenons à 15 h"]
        await here.call("tenant.resume", tenant=shop.name)
        await judge.settle(here, shop)
        assert heard(here, AMINATA)[1:] == [crowd.answer(shop, "menu"), crowd.answer(shop, "horaire")]
        assert (await here.status(shop.name))["state"] == "online"
        assert await judge.disagreements(here, shop) == []


@pytest.mark.shows(under="linking", what="unlinked, and linked again", happens="chats and their history are kept")
async def test_a_shop_that_is_unlinked_and_linked_again_keeps_its_chats() -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here)
        customer = here.lab.customer(AMINATA)
        await customer.say(shop.number, "Bonjour, menu svp ?")
        await judge.settle(here, shop)
        assert await here.call("unlink", tenant=shop.name) == {"tenant": shop.name, "logged_out": True}
        assert shop.phone.companions == []
        status = await here.wait_state(shop.name, "new")
        assert status["number"] is None
        assert len(await here.messages(shop.name)) == 2
        with pytest.raises(RpcError, match="comptoir link") as refused:
            await here.call("send", tenant=shop.name, to=AMINATA, text="trop tôt")
        assert refused.value.code == ErrorCode.NOT_NOW
        await here.link(shop.name)
        await customer.say(shop.number, "Bonjour, horaire svp ?", as_lid=True)
        await judge.settle(here, shop)
        assert heard(here, AMINATA) == [crowd.answer(shop, "menu"), crowd.answer(shop, "horaire")]
        assert {row["chat"] for row in await here.messages(shop.name)} == {AMINATA}, "one contact for number and LID"
        assert await judge.disagreements(here, shop) == []


def _last(here: rig.Rig, kind: str) -> int:
    return max(index for index, event in enumerate(here.events) if event["kind"] == kind)
