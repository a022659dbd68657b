"""Six hours without a connection: who still waits is answered once, and whom the owner answered is left alone."""

from itertools import islice

import crowd
import judge
import pytest
import rig

from comptoir.lab.customer import Customer

HOURS = 3600.0
# So many customers; those who wrote twice did so the first time just before or just after the mail became stale.
STALE, BY_HAND, TWICE, TWICE_ONE_STALE, ONCE = 40, 50, 40, 20, 90


@pytest.mark.shows(
    under="absence",
    what="six hours without a connection",
    happens="each customer who still waits is answered once, none before all the mail of the absence has been read",
)
@pytest.mark.shows(
    under="absence", what="mail older than `stale_hours`", happens="skipped, and told to the owner in one notice"
)
@pytest.mark.shows(
    under="absence", what="the owner answered by hand meanwhile", happens="these chats get no automatic answer"
)
async def test_after_six_hours_away_nobody_gets_two_answers_and_nobody_is_interrupted() -> None:
    async with rig.open_rig() as here:
        owner = here.lab.customer("+221772000000")
        config = crowd.config("chez-awa").replace("version = 1", f'version = 1\nowner = "{owner.number}"')
        shop = await here.add_shop("chez-awa", "+221770000001", config)
        counts = (STALE, BY_HAND, TWICE, TWICE_ONE_STALE, ONCE)
        everyone = (here.lab.customer(f"+22178000{index:04}") for index in range(sum(counts)))
        stale, by_hand, twice, one_stale, once = (list(islice(everyone, count)) for count in counts)
        assert await here.stop_daemon() == 0
        with here.lab.clock.shifted(-6.1 * HOURS):
            for customer in stale + one_stale:
                await customer.say(shop.number, "Bonjour, menu svp ?")
        with here.lab.clock.shifted(-5.9 * HOURS):
            for index, customer in enumerate(by_hand + twice + once):
                await customer.say(shop.number, "Bonjour, menu svp ?", as_lid=index % 2 == 1)
        with here.lab.clock.shifted(-3 * HOURS):
            for customer in by_hand:
                await shop.phone.say(customer.number, "Oui, jusqu'à 22 h")
        with here.lab.clock.shifted(-1 * HOURS):
            for customer in twice + one_stale:
                await customer.say(shop.number, "Et l'horaire svp ?")
        await here.start_daemon()
        await here.wait_state(shop.name, "online")
        await judge.settle(here, shop, within=120)

        menu, hours = crowd.answer(shop, "menu"), crowd.answer(shop, "horaire")
        assert [customer.number for customer in once if texts(customer) != [menu]] == []
        assert [customer.number for customer in twice if texts(customer) != [menu, hours]] == []
        assert [customer.number for customer in one_stale if texts(customer) != [hours]] == []
        assert [customer.number for customer in by_hand if texts(customer) != ["Oui, jusqu'à 22 h"]] == []
        assert [customer.number for customer in stale if texts(customer)] == []

        rows = [row for row in await here.messages(shop.name) if row["direction"] == "in"]
        assert len(rows) == 300
        reasons = {event["message"]: event["reason"] for event in here.events if event["kind"] == "skipped"}
        skipped = {row["chat"]: reasons[row["id"]] for row in rows if row["state"] == "skipped"}
        assert skipped == {customer.number: "stale" for customer in stale + one_stale} | {
            customer.number: "answered by the owner" for customer in by_hand
        }
        [notice] = texts(owner)
        assert notice.startswith(f"{STALE + TWICE_ONE_STALE} message(s)")
        assert stale[0].number in notice
        assert await judge.disagreements(here, shop) == []


def texts(customer: Customer) -> list[str]:
    return [item.text for item in customer.heard()]
