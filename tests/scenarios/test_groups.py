"""Groups, status updates and channels: nobody's mail, unless the tenant's file says otherwise."""

from typing import Any

import crowd
import judge
import pytest
import rig

from comptoir.lab.groups import Group
from comptoir.sessions.protocol import ErrorCode, Params, RpcError

SHOP, AMINATA, BINTA = "+221770000001", "+221771000001", "+221771000002"
NAMED = '[groups]\nanswer = "named"\n'


def config(tables: str = "") -> str:
    return crowd.config("chez-awa").replace('name = "chez-awa"', 'name = "Chez Awa"') + tables


async def open_shop(here: rig.Rig, tables: str = "") -> rig.Shop:
    for number, name in ((AMINATA, "Aminata"), (BINTA, "Binta")):
        here.lab.customer(number, name=name)
    return await here.add_shop("chez-awa", SHOP, config(tables))


def group_of(here: rig.Rig, **options: Any) -> Group:
    return here.lab.people.group("Famille", [SHOP, AMINATA, BINTA], by=AMINATA, **options)


async def ask_in_private(here: rig.Rig, shop: rig.Shop, word: str) -> None:
    """Of what was said before nothing is on its way any more once this is answered."""
    binta = here.lab.customer(BINTA)
    heard = len(binta.heard(SHOP, chat=SHOP))
    await binta.say(SHOP, f"Bonjour, {word} svp ?")
    assert (await binta.wait_heard(heard + 1, sender=SHOP, chat=SHOP))[-1].text == crowd.answer(shop, word)


async def groups_rows(here: rig.Rig, shop: rig.Shop) -> list[Params]:
    return [row for row in await here.messages(shop.name) if row["chat"].startswith("group:")]


@pytest.mark.shows(
    under="audiences",
    what="messages in groups, status updates, channels, calls",
    happens="are ignored as long as `tenant.toml` does not say otherwise: not kept, not answered, not called lost "
    "after a crash",
)
async def test_nothing_of_it_is_kept_or_answered_or_called_lost() -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here)
        group, channel = group_of(here), here.lab.people.channel("Promos", [SHOP])
        aminata = here.lab.customer(AMINATA)
        for text in ("Chez Awa, le menu ?", "Bonjour à tous"):
            await aminata.say(group.address, text, mentions=[SHOP], secret=True)
        await aminata.post_status("menu du jour", to=[SHOP])
        here.lab.people.publish(channel.address, "menu du jour")
        await aminata.hang_up(await aminata.call(SHOP))
        await ask_in_private(here, shop, "menu")
        await here.kill_worker(shop.name)
        await aminata.say(group.address, "Chez Awa, toujours là ?", secret=True)
        recovered = await here.wait_event(lambda event: event["kind"] == "recovered")
        await here.wait_state(shop.name, "online")
        await ask_in_private(here, shop, "horaire")
        rows = await here.messages(shop.name)
        assert {row["chat"] for row in rows} == {BINTA}
        assert (await here.status(shop.name))["lost"] == 0, recovered
        assert [heard.text for heard in aminata.heard()] == []


@pytest.mark.shows(
    under="audiences",
    what='the shop is named in a group, with `[groups] answer = "named"`',
    happens="a mention, a quote of the shop's message or its name in the text is answered in the group, quoting the "
    "question; all other messages of the group are not kept",
)
@pytest.mark.parametrize("addressing", ["lid", "pn"])
async def test_who_names_the_shop_in_a_group_is_answered_there(addressing: str) -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here, NAMED)
        group = group_of(here, addressing=addressing)
        aminata, binta = here.lab.customer(AMINATA), here.lab.customer(BINTA)
        mentioned = shop.phone.lid.user if addressing == "lid" else SHOP.removeprefix("+")

        await aminata.say(group.address, "le menu de ce soir, c'est quoi ?")
        first = await aminata.say(group.address, f"@{mentioned} le menu svp", mentions=[SHOP])
        [answer] = await aminata.wait_heard(1, sender=SHOP)
        second = await binta.say(group.address, "et quelle adresse ?", quote=answer.id)
        await aminata.wait_heard(2, sender=SHOP)
        await aminata.say(group.address, "merci !")
        third = await aminata.say(group.address, "chez AWÀ : horaire ?")
        heard = await aminata.wait_heard(3, sender=SHOP)

        assert [each.text for each in heard] == [crowd.answer(shop, word) for word in ("menu", "adresse", "horaire")]
        assert {each.chat for each in heard} == {group.address}
        quotes = [each.content.quote for each in heard]
        assert [quote and (quote.id, quote.sender) for quote in quotes] == [
            (first, AMINATA),
            (second, BINTA),
            (third, AMINATA),
        ]
        await judge.settle(here, shop)
        rows = await here.messages(shop.name)
        assert {row["chat"] for row in rows} == {group.address}
        assert [row.get("sender") for row in rows if row["direction"] == "in"] == [AMINATA, BINTA, AMINATA]
        answered = [row["id"] for row in rows if row["direction"] == "out"]
        for id in answered:
            await here.wait_event(lambda event, id=id: (event["kind"], event.get("message")) == ("delivered", id))


@pytest.mark.shows(
    under="audiences",
    what="STOP in a group that names the shop",
    happens="ends all automatic messages in that group, until REPRISE; its members' own chats go on",
)
async def test_stop_in_a_group_is_for_the_group() -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here, NAMED)
        group = group_of(here)
        aminata, binta = here.lab.customer(AMINATA), here.lab.customer(BINTA)
        await binta.say(group.address, "stop")
        await aminata.say(group.address, "Chez Awa, STOP")
        [farewell] = await aminata.wait_heard(1, sender=SHOP)
        assert "REPRISE" in farewell.text
        await aminata.say(group.address, "Chez Awa, le menu ?")
        for customer in (aminata, binta):
            await customer.say(SHOP, "Bonjour, menu svp ?")
            assert (await customer.wait_heard(1, sender=SHOP, chat=SHOP))[0].text == crowd.answer(shop, "menu")
        await binta.say(group.address, "Reprise, Chez Awa !")
        await aminata.wait_heard(2, sender=SHOP, chat=group.address)
        await binta.say(group.address, "Chez Awa, une adresse ?")
        heard = await aminata.wait_heard(3, sender=SHOP, chat=group.address)
        assert heard[-1].text == crowd.answer(shop, "adresse")


async def test_what_names_the_shop_and_is_read_at_the_second_attempt_is_answered_once() -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here, NAMED)
        group = group_of(here)
        aminata = here.lab.customer(AMINATA)
        aminata.skip_key(group.address)
        await aminata.say(group.address, "Chez Awa, le menu ?")
        [heard] = await aminata.wait_heard(1, sender=SHOP)
        assert (heard.text, heard.chat) == (crowd.answer(shop, "menu"), group.address)
        await here.wait_event(lambda event: event["kind"] == "delivered")
        await ask_in_private(here, shop, "adresse")
        assert [row["state"] for row in await groups_rows(here, shop)] == ["done", "delivered"]
        assert (await here.status(shop.name))["lost"] == 0


@pytest.mark.shows(
    under="audiences",
    what="the owner writes in a group where the shop was named",
    happens="no automatic answer in that group for `silence_minutes`",
)
async def test_the_owners_hand_in_a_group_silences_it() -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here, NAMED)
        group = group_of(here)
        aminata = here.lab.customer(AMINATA)
        await shop.phone.say(group.address, "Bonjour la famille")
        await aminata.say(group.address, "Chez Awa, le menu ?")
        # What the owner wrote where nobody had named the shop was not the shop's business.
        assert [heard.text for heard in await aminata.wait_heard(2, sender=SHOP)][-1] == crowd.answer(shop, "menu")
        await shop.phone.say(group.address, "Je vous dis ça demain")
        await here.wait_event(lambda event: event["kind"] == "owner_wrote")
        await aminata.say(group.address, "Chez Awa, une adresse ?")
        skipped = await here.wait_event(lambda event: event["kind"] == "skipped")
        assert skipped["reason"] == "silenced"
        assert [row["by"] for row in await groups_rows(here, shop)] == [
            "customer",
            "plugin:answers",
            "owner",
            "customer",
        ]


async def test_the_settings_are_in_force_as_soon_as_they_are_loaded() -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here)
        group = group_of(here)
        aminata = here.lab.customer(AMINATA)
        file = here.home / "config" / "tenants" / shop.name / "tenant.toml"
        await aminata.say(group.address, "Chez Awa, le menu ?")
        await ask_in_private(here, shop, "menu")
        file.write_text(config(NAMED))
        await here.call("reload", tenant=shop.name)
        await aminata.say(group.address, "Chez Awa, une adresse ?")
        [heard] = await aminata.wait_heard(1, sender=SHOP)
        assert heard.text == crowd.answer(shop, "adresse")
        file.write_text(config())
        await here.call("reload", tenant=shop.name)
        await aminata.say(group.address, "Chez Awa, un horaire ?")
        await ask_in_private(here, shop, "horaire")
        assert len(await groups_rows(here, shop)) == 2


async def test_the_operator_may_write_to_a_group_however_few_new_chats_there_may_be() -> None:
    async with rig.open_rig("version = 1\n\n[outbox]\nquiet_ms = 200\ntyping = false\nnew_chats_per_day = 0\n") as here:
        shop = await open_shop(here)
        group = group_of(here)
        sent = await here.call("send", tenant=shop.name, to=group.address, text="Ouverts lundi")
        [heard] = await here.lab.customer(BINTA).wait_heard(1, sender=SHOP)
        assert (heard.text, heard.chat) == ("Ouverts lundi", group.address)
        await here.wait_event(lambda event: (event["kind"], event.get("message")) == ("delivered", sent["id"]))
        page = await here.call("messages", tenant=shop.name, chat=group.address)
        assert [row["chat"] for row in page["messages"]] == [group.address]


@pytest.mark.shows(
    under="audiences",
    what="status updates and channels, with `show = true`",
    happens="are shown in `messages` as skipped, each under its own chat, and never answered",
)
async def test_status_updates_and_channels_can_be_read() -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here, "[status]\nshow = true\n[channels]\nshow = true\n")
        channel = here.lab.people.channel("Promos", [SHOP])
        aminata = here.lab.customer(AMINATA)
        await aminata.post_status("menu du jour : yassa", to=[SHOP])
        here.lab.people.publish(channel.address, "menu à moins 20 %")
        await ask_in_private(here, shop, "menu")
        rows = {row["chat"]: row for row in await here.messages(shop.name) if row["state"] == "skipped"}
        assert set(rows) == {"status", channel.address}
        status = rows["status"]
        assert (status["text"], status["kind"], status.get("sender")) == ("menu du jour : yassa", "text", AMINATA)
        assert rows[channel.address]["text"] == "menu à moins 20 %"
        assert aminata.heard() == []
        for chat in rows:
            with pytest.raises(RpcError, match="nothing is sent there") as refused:
                await here.call("send", tenant=shop.name, to=chat, text="bonjour")
            assert refused.value.code == ErrorCode.INVALID_PARAMS


@pytest.mark.shows(
    under="sending",
    what="a group that does not exist, or that the shop has left",
    happens="fails at once and says which of the two it is",
)
async def test_a_group_that_is_not_there_or_was_left_fails_at_once_in_its_own_words() -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here)
        group = group_of(here)
        here.lab.people.remove_member(group.address, SHOP)
        for address, words in (("group:120363999999999999", "404: there is no such group"), (group.address, "403: ")):
            id = (await here.call("send", tenant=shop.name, to=address, text="Bonjour"))["id"]
            failed = await here.wait_event(lambda event, id=id: (event.get("message"), event["kind"]) == (id, "failed"))
            assert failed["error"].startswith(words)
            assert "blocked" not in failed["error"]
