"""A tenant.toml that is wrong, at the start or later: it is said where and what, and no message is lost over it."""

from pathlib import Path

import crowd
import judge
import pytest
import rig

from comptoir.sessions.protocol import ErrorCode, RpcError

NAME = "chez-awa"
RIGHT = crowd.config(NAME)
WRONG = RIGHT.replace('timezone = "Africa/Dakar"', 'timezone = "Africa/Dakkar"').replace('"answers"', '"anwsers"')


def file_of(here: rig.Rig) -> Path:
    return here.home / "config" / "tenants" / NAME / "tenant.toml"


@pytest.mark.shows(
    under="configuration",
    what="`tenant.toml` is wrong from the start",
    happens="linked and receiving all the same; answers wait until it is right; `link` and `status` show each fault",
)
async def test_a_file_that_is_wrong_at_the_start_holds_the_answers_until_it_is_right() -> None:
    async with rig.open_rig() as here:
        shop = await here.add_shop(NAME, "+221770000001", WRONG)
        customer = here.lab.customer("+221771000001")
        status = await here.status(shop.name)
        # Linked and receiving all the same.
        assert status["state"] == "online"
        assert f"{file_of(here)}:5:" in status["reason"]
        assert f"{file_of(here)}:6:" in status["reason"]
        # Whoever links is told.
        await here.call("unlink", tenant=shop.name)
        assert f"{file_of(here)}:5:" in (await here.link(shop.name))["config_wrong"]
        await customer.say(shop.number, "Bonjour, menu svp ?")
        await here.wait_event(lambda event: event["kind"] == "received")
        with pytest.raises(RpcError) as wrong:
            await here.call("reload", tenant=shop.name)
        assert wrong.value.code == ErrorCode.CONFIG_WRONG
        assert [fault["line"] for fault in wrong.value.data["faults"]] == [5, 6]
        assert (await here.status(shop.name))["inbox"] == 1
        file_of(here).write_text(RIGHT)
        await here.call("reload", tenant=shop.name)
        await judge.settle(here, shop)
        assert [item.text for item in customer.heard()] == [crowd.answer(shop, "menu")]
        assert (await here.status(shop.name))["reason"] is None
        await here.call("unlink", tenant=shop.name)
        assert "config_wrong" not in await here.link(shop.name)
        assert await judge.disagreements(here, shop) == []


@pytest.mark.shows(
    under="configuration",
    what="a bad edit of `tenant.toml`",
    happens="the last good version stays in service, and `reload` says what is wrong and where",
)
async def test_bad_edits_keep_the_old_pipeline() -> None:
    async with rig.open_rig() as here:
        shop = await here.add_shop(NAME, "+221770000001", RIGHT)
        customer = here.lab.customer("+221771000001")
        for edit in (WRONG, "", "version = ", RIGHT.replace("version = 1", "version = 2"), "\0", None):
            file_of(here).unlink()
            if edit is not None:
                file_of(here).write_text(edit)
            with pytest.raises(RpcError) as wrong:
                await here.call("reload", tenant=shop.name)
            assert wrong.value.code == ErrorCode.CONFIG_WRONG
            assert all({"file", "line", "what", "expected"} <= fault.keys() for fault in wrong.value.data["faults"])
            assert all(line.startswith(f"{file_of(here)}:") for line in str(wrong.value).splitlines())
            file_of(here).touch()
        await customer.say(shop.number, "Bonjour, menu svp ?")
        await judge.settle(here, shop)
        assert [item.text for item in customer.heard()] == [crowd.answer(shop, "menu")]
        # And a good one takes its place between two messages.
        file_of(here).write_text(RIGHT.replace("répond", "vous répond"))
        await here.call("reload", tenant=shop.name)
        await customer.say(shop.number, "Bonjour, horaire svp ?")
        await judge.settle(here, shop)
        assert customer.heard()[-1].text == "chez-awa vous répond horaire"
        assert await judge.disagreements(here, shop) == []


@pytest.mark.shows(
    under="configuration",
    what="a crash after a bad edit",
    happens="the new worker too keeps to the last good version, and says so",
)
async def test_a_new_worker_keeps_to_what_was_right_before_a_bad_edit() -> None:
    async with rig.open_rig() as here:
        shop = await here.add_shop(NAME, "+221770000001", RIGHT)
        customer = here.lab.customer("+221771000001")
        file_of(here).write_text(WRONG)
        seen = len(here.events)
        await here.kill_worker(NAME)
        await here.wait_event(lambda event: event.get("state") == "online", after=seen)
        told = await here.wait_event(lambda event: event["kind"] == "config_wrong", after=seen)
        assert (told["where"].partition(": ")[0], told["faults"]) == ("tenant.toml:5", 2)
        await customer.say(shop.number, "Bonjour, menu svp ?")
        await judge.settle(here, shop)
        assert [item.text for item in customer.heard()] == [crowd.answer(shop, "menu")]
        assert f"{file_of(here)}:5:" in (await here.status(NAME))["reason"]
