"""Three shops, fifty customers each, four messages each, all at once: 600 answers, each once, each in its place."""

import crowd
import pytest
import rig


@pytest.mark.shows(
    under="people",
    what="a rush: 150 customers in three shops at once",
    happens="each is answered once, in order, by the right shop",
)
async def test_every_customer_is_answered_once_in_order_and_by_the_right_shop() -> None:
    async with rig.open_rig() as here:
        shops = [
            await here.add_shop(name, f"+2217700000{index:02}", crowd.config(name))
            for index, name in enumerate(("chez-awa", "friperie", "mairie"), start=1)
        ]
        conversations = crowd.gather(here, shops, customers=50)
        await crowd.write_all(conversations)
        await crowd.wait_answers(conversations, within=120)
        wrong = {
            conversation.customer.number: conversation.heard
            for conversation in conversations
            if conversation.heard != conversation.expected
        }
        assert wrong == {}
        assert crowd.strangers(conversations) == []
        assert here.lab.ledger.reused_counters() == []
        for shop in shops:
            rows = await here.settle(shop.name)
            asked = [row for row in rows if row["direction"] == "in"]
            answered = [row for row in rows if row["direction"] == "out"]
            assert (len(asked), len(answered)) == (200, 200)
            assert {row["state"] for row in asked} == {"done"}
            assert {row["state"] for row in answered} <= {"sent", "delivered", "read"}
