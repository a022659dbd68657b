"""Ends of a session that no program may undo: the tenant is parked at once, says why, and waits for a person."""

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

import crowd
import judge
import pytest
import rig

from comptoir.sessions.protocol import ErrorCode, Params, RpcError

CUSTOMER = "+221771000001"
Fault = Callable[[rig.Rig, rig.Shop], Awaitable[object]]


async def replace(here: rig.Rig, shop: rig.Shop) -> None:
    await here.lab.faults.replace(shop.number)


async def ban(here: rig.Rig, shop: rig.Shop) -> None:
    await here.lab.faults.ban(shop.number, code=104, expire=7200)


async def outdate(here: rig.Rig, shop: rig.Shop) -> None:
    await here.lab.faults.outdate(shop.number)


async def refuse_login(here: rig.Rig, shop: rig.Shop) -> None:
    await here.lab.faults.fail_logins(shop.number, 418)


@dataclass(frozen=True)
class Case:
    fault: Fault
    reason: str
    advice: str
    detail: str = ""


CASES = (
    Case(replace, "replaced", "another program uses this session"),
    Case(ban, "banned", "wait for the end that is named", r"code 104: .+; it ends 20[-0-9T:.]+Z"),
    Case(outdate, "outdated", "upgrade comptoir"),
    Case(refuse_login, "connect_failure", "see the tenant's log", "for a reason that this version does not know"),
)


async def wait_parked(here: rig.Rig, shop: rig.Shop) -> Params:
    return await here.wait_event(lambda event: event["tenant"] == shop.name and event["kind"] == "parked")


@pytest.mark.shows(
    under="linking",
    what="another program uses the credentials, a temporary ban, an outdated version, a refused login",
    happens="parked at once with the reason and what to do; after `tenant resume` all that waits is answered, once",
)
async def test_a_session_that_others_ended_is_parked_until_somebody_resumes_it() -> None:
    async with rig.open_rig() as here:
        shops = {
            case: await here.add_shop(f"shop-{index}", f"+22177000000{index}", crowd.config(f"shop-{index}"))
            for index, case in enumerate(CASES, start=1)
        }
        customer = here.lab.customer(CUSTOMER)
        for shop in shops.values():
            await customer.say(shop.number, "Bonjour, menu svp ?")
        await judge.settle(here, *shops.values())
        for case, shop in shops.items():
            await case.fault(here, shop)
            told = await wait_parked(here, shop)
            assert told["reason"] == case.reason
            assert re.fullmatch(case.detail, told["detail"])
            status = await here.status(shop.name)
            assert (status["state"], status["reason"]) == ("parked", case.reason)
            assert (status["detail"] or "") == told["detail"]
            assert case.advice in status["advice"]
            # It stays away, and yet takes orders.
            await customer.say(shop.number, "Bonjour, horaire svp ?")
            row = await here.call("send", tenant=shop.name, to=CUSTOMER, text="nous revenons")
            assert row["state"] == "queued"
        for case, shop in shops.items():
            here.lab.faults.lift(shop.number)
            assert [item.text for item in customer.heard(shop.number)] == [crowd.answer(shop, "menu")], case.reason
            await here.call("tenant.resume", tenant=shop.name)
            await here.wait_state(shop.name, "online")
        await judge.settle(here, *shops.values())
        for shop in shops.values():
            assert sorted(item.text for item in customer.heard(shop.number)) == sorted(
                ["nous revenons", crowd.answer(shop, "menu"), crowd.answer(shop, "horaire")]
            )
            assert await judge.disagreements(here, shop) == []


async def removed_on_the_phone(here: rig.Rig, shop: rig.Shop) -> None:
    await shop.phone.unlink()


async def removed_while_away(here: rig.Rig, shop: rig.Shop) -> None:
    """The next login is answered with a failure instead."""
    await here.lab.faults.refuse_connections(shop.number, 0.5)
    await shop.phone.unlink()


async def lock(here: rig.Rig, shop: rig.Shop) -> None:
    """The account, not the device: the library takes it for a logout and forgets its keys."""
    await here.lab.faults.fail_logins(shop.number, 403)


REMOVED = pytest.mark.shows(
    under="linking",
    what="the device is removed on the phone",
    happens="parked as `logged_out` until it is linked again",
)
LOCKED = pytest.mark.shows(
    under="linking",
    what="the account is locked or banned (code 403, 406)",
    happens="parked as `logged_out` with the code, and the advice to look at the phone first",
)


@pytest.mark.parametrize(
    ("fault", "detail", "advice"),
    [
        pytest.param(removed_on_the_phone, "", "the phone removed this device", marks=REMOVED),
        pytest.param(removed_while_away, "", "the phone removed this device", marks=REMOVED),
        pytest.param(
            lock,
            "code 403: the account is locked or has moved to another phone",
            "look at the phone first",
            marks=LOCKED,
        ),
    ],
)
async def test_a_device_that_is_logged_out_is_parked_until_it_is_linked_again(
    fault: Fault, detail: str, advice: str
) -> None:
    async with rig.open_rig() as here:
        shop = await here.add_shop("chez-awa", "+221770000001", crowd.config("chez-awa"))
        customer = here.lab.customer(CUSTOMER)
        await customer.say(shop.number, "Bonjour, menu svp ?")
        await judge.settle(here, shop)
        await fault(here, shop)
        assert (await wait_parked(here, shop))["reason"] == "logged_out"
        status = await here.status(shop.name)
        assert (status["state"], status["reason"], status["detail"] or "") == ("parked", "logged_out", detail)
        assert advice in status["advice"]
        assert "comptoir link chez-awa" in status["advice"]
        with pytest.raises(RpcError, match="comptoir link chez-awa") as refused:
            await here.call("tenant.resume", tenant=shop.name)
        assert refused.value.code == ErrorCode.NOT_NOW
        here.lab.faults.lift(shop.number)
        await shop.phone.unlink()  # what is left of a locked account's devices
        await here.link(shop.name)
        await customer.say(shop.number, "Bonjour, horaire svp ?")
        await judge.settle(here, shop)
        assert [item.text for item in customer.heard()] == [crowd.answer(shop, "menu"), crowd.answer(shop, "horaire")]
        assert await judge.disagreements(here, shop) == []
