"""A shop's phone that greets by itself, as WhatsApp Business does: its texts are nobody's hand."""

import crowd
import judge
import pytest
import rig

from comptoir.lab.customer import Customer

AMINATA, BINTA, COUMBA, DIARRA = (f"+22177100000{number}" for number in range(1, 5))
GREETING = "Bienvenue chez Awa ! Dites-nous ce qu'il vous faut, nous vous répondons."
SHORT_GREETING = "Bonjour et bienvenue !"
# Answers come after what a phone says by itself, as they do where nobody is in the lab's hurry.
PATIENT = "version = 1\n\n[outbox]\nquiet_ms = 300\ntyping = false\n"
WELCOME = '[plugins.welcome]\ntext = "Soyez les bienvenus"\n'


async def open_shop(here: rig.Rig) -> rig.Shop:
    config = crowd.config("chez-awa").replace("version = 1\n", "version = 1\njoin_seconds = 1\n")
    config = config.replace('["answers"]', '["welcome", "answers"]') + WELCOME
    return await here.add_shop("chez-awa", "+221770000001", config)


def heard(customer: Customer) -> list[str]:
    return [item.text for item in customer.heard()]


@pytest.mark.shows(
    under="people",
    what="the phone greets by itself, as WhatsApp Business does",
    happens="no silence in that chat; the pipeline answers, and leaves its own `welcome` out",
)
async def test_the_phones_greeting_silences_nobody_and_stands_for_our_welcome() -> None:
    async with rig.open_rig(PATIENT) as here:
        shop = await open_shop(here)
        shop.phone.automatic.greeting = GREETING
        menu, hours = crowd.answer(shop, "menu"), crowd.answer(shop, "horaire")
        aminata, binta = here.lab.customer(AMINATA), here.lab.customer(BINTA)
        await aminata.say(shop.number, "Bonjour, menu svp ?")
        await binta.say(shop.number, "Bonjour, menu svp ?", as_lid=True)
        await judge.settle(here, shop)
        assert (heard(aminata), heard(binta)) == ([GREETING, menu], [GREETING, menu])
        await shop.phone.say(AMINATA, "Bonjour Aminata, je m'en occupe moi-même.")
        await here.wait_event(lambda event: event["kind"] == "owner_wrote")
        for customer in (aminata, binta):
            await customer.say(shop.number, "Et l'horaire svp ?")
        await judge.settle(here, shop)
        assert heard(aminata)[2:] == ["Bonjour Aminata, je m'en occupe moi-même."]
        assert heard(binta)[2:] == [hours]
        rows = await here.messages(shop.name)
        by_phone = [(row["text"], row.get("automatic", False)) for row in rows if row["by"] == "owner"]
        assert by_phone == [(GREETING, True), (GREETING, True), ("Bonjour Aminata, je m'en occupe moi-même.", False)]
        assert await judge.disagreements(here, shop) == []


@pytest.mark.shows(
    under="people",
    what="a short greeting of the phone, not yet known",
    happens="taken for the owner's hand in two chats; in the third it shows itself, and the two silences are lifted",
)
async def test_a_greeting_that_shows_itself_late_lifts_the_silences_it_brought() -> None:
    async with rig.open_rig(PATIENT) as here:
        shop = await open_shop(here)
        shop.phone.automatic.greeting = SHORT_GREETING
        menu = crowd.answer(shop, "menu")
        customers = [here.lab.customer(number) for number in (AMINATA, BINTA, COUMBA, DIARRA)]
        for customer in customers:
            await customer.say(shop.number, "Bonjour, menu svp ?")
            await judge.settle(here, shop)
        assert [heard(customer) for customer in customers] == [[SHORT_GREETING]] * 2 + [[SHORT_GREETING, menu]] * 2
        late = [event["chat"] for event in here.events if event["kind"] == "phone_greeted" and event.get("late")]
        assert sorted(late) == [AMINATA, BINTA]
        # What was skipped meanwhile is not answered late; what comes now is.
        await customers[0].say(shop.number, "Bonjour, menu svp ?")
        await judge.settle(here, shop)
        assert heard(customers[0]) == [SHORT_GREETING, menu]


@pytest.mark.shows(
    under="absence",
    what="the phone greeted by itself meanwhile",
    happens="these chats are answered as if it had not, those that the owner answered are not",
)
async def test_what_the_phone_said_by_itself_during_an_absence_keeps_nobody_waiting() -> None:
    async with rig.open_rig() as here:
        shop = await open_shop(here)
        menu = crowd.answer(shop, "menu")
        greeted, by_hand = (
            [here.lab.customer(f"+2217720000{base + number}") for number in range(8)] for base in (10, 20)
        )
        shop.phone.automatic.greeting, shop.phone.automatic.after = GREETING, 0.0
        assert await here.stop_daemon() == 0
        with here.lab.clock.shifted(-2 * 3600.0):
            for index, customer in enumerate(greeted + by_hand):
                await customer.say(shop.number, "Bonjour, menu svp ?", as_lid=index % 2 == 1)
                await customer.wait_heard(1)
        with here.lab.clock.shifted(-1 * 3600.0):
            for customer in by_hand:
                await shop.phone.say(customer.number, "Oui, jusqu'à 22 h")
        await here.start_daemon()
        await judge.settle(here, shop)
        assert [customer.number for customer in greeted if heard(customer) != [GREETING, menu]] == []
        assert [customer.number for customer in by_hand if heard(customer) != [GREETING, "Oui, jusqu'à 22 h"]] == []
        assert await judge.disagreements(here, shop) == []


@pytest.mark.shows(
    under="people",
    what="a greeting named in `[greetings]`",
    happens="never the owner's hand, however short it is and however late it comes",
)
async def test_what_the_owner_names_is_known_from_the_first_time_on() -> None:
    async with rig.open_rig(PATIENT) as here:
        config = crowd.config("chez-awa") + f'\n[greetings]\ntexts = ["{SHORT_GREETING}"]\n'
        shop = await here.add_shop("chez-awa", "+221770000001", config)
        shop.phone.automatic.greeting = SHORT_GREETING
        aminata = here.lab.customer(AMINATA)
        await aminata.say(shop.number, "Bonjour, menu svp ?")
        await judge.settle(here, shop)
        assert sorted(heard(aminata)) == sorted([SHORT_GREETING, crowd.answer(shop, "menu")])
