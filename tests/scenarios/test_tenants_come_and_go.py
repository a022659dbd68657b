"""Tenants are added, removed and their workers die while others serve: nobody else notices."""

import crowd
import judge
import pytest
import rig
import trio

from comptoir.sessions.protocol import ErrorCode, RpcError

CUSTOMERS = 20


@pytest.mark.shows(under="linking", what="tenants are added and removed", happens="the others serve on")
async def test_tenants_come_and_go_while_another_serves() -> None:
    async with rig.open_rig() as here:
        shop = await here.add_shop("chez-awa", "+221770000001", crowd.config("chez-awa"))
        conversations = crowd.gather(here, [shop], CUSTOMERS)
        pid = (await here.status(shop.name))["pid"]
        async with trio.open_nursery() as nursery:
            nursery.start_soon(crowd.write_all, conversations)
            guest = await here.add_shop("friperie", "+221770000002", crowd.config("friperie"))
            await conversations[0].customer.say(guest.number, "Bonjour, menu svp ?")
            await judge.settle(here, guest)
            assert await judge.disagreements(here, guest) == []
            assert (await here.call("tenant.remove", tenant=guest.name))["logged_out"]
        await crowd.wait_answers(conversations, within=30)
        assert guest.phone.companions == []
        with pytest.raises(RpcError, match="no tenant 'friperie'") as unknown:
            await here.call("messages", tenant=guest.name)
        assert unknown.value.code == ErrorCode.NOT_FOUND
        assert not any((here.home / "state" / "tenants" / guest.name).glob("*"))
        assert (here.home / "config" / "tenants" / guest.name / "tenant.toml").exists(), "the tenant's own files stay"
        assert [row["name"] for row in (await here.call("tenant.list"))["tenants"]] == [shop.name]
        assert {tuple(each.heard[:4]) for each in conversations} == {tuple(conversations[0].expected)}
        assert await judge.disagreements(here, shop) == []
        status = await here.status(shop.name)
        assert (status["pid"], status["restarts"]) == (pid, 0)


@pytest.mark.shows(under="linking", what="a removed tenant's name is used again", happens="its journal begins empty")
async def test_a_name_that_is_free_again_starts_afresh() -> None:
    async with rig.open_rig() as here:
        shop = await here.add_shop("chez-awa", "+221770000001", crowd.config("chez-awa"))
        customer = here.lab.customer("+221771000001")
        await customer.say(shop.number, "Bonjour, menu svp ?")
        await judge.settle(here, shop)
        await here.call("tenant.remove", tenant=shop.name)
        again = await here.add_shop("chez-awa", "+221770000002", crowd.config("chez-awa"))
        assert await here.messages(again.name) == []
        await customer.say(again.number, "Bonjour, horaire svp ?")
        await judge.settle(here, again)
        assert [item.text for item in customer.heard(again.number)] == [crowd.answer(again, "horaire")]
        assert await judge.disagreements(here, again, followed=False) == []


@pytest.mark.shows(
    under="absence", what="a worker dies in a quiet hour", happens="forked again at once, with its session, and answers"
)
async def test_a_worker_that_is_killed_in_a_quiet_hour_is_forked_again_and_answers() -> None:
    async with rig.open_rig() as here:
        shop = await here.add_shop("chez-awa", "+221770000001", crowd.config("chez-awa"))
        neighbour = await here.add_shop("friperie", "+221770000002", crowd.config("friperie"))
        customer = here.lab.customer("+221771000001")
        await customer.say(shop.number, "Bonjour, menu svp ?")
        await here.wait_event(lambda event: event["kind"] == "delivered")
        old = await here.kill_worker(shop.name)
        await customer.say(shop.number, "Bonjour, horaire svp ?")
        died = await here.wait_event(lambda event: event["kind"] == "worker_died")
        assert (died["tenant"], died["how"]) == (shop.name, "signal 9")
        status = await here.wait_state(shop.name, "online")
        assert status["restarts"] == 1
        assert status["pid"] != old
        await judge.settle(here, shop)
        assert [item.text for item in customer.heard()] == [crowd.answer(shop, "menu"), crowd.answer(shop, "horaire")]
        assert await judge.disagreements(here, shop) == []
        assert (await here.status(neighbour.name))["restarts"] == 0
