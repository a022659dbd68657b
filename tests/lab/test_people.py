import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import trio

from comptoir.lab import Lab, open_lab
from comptoir.lab.addresses import UnknownNumber
from comptoir.lab.customer import Customer
from comptoir.lab.heard import Heard, NotHeard
from comptoir.lab.outgoing import NotSent
from comptoir.lab.people import WrongRole

AWA, MOUSSA, SHOP = "+221770000001", "+237670000002", "+225070000003"


@pytest.fixture
async def lab(tmp_path: Path) -> AsyncIterator[Lab]:
    async with open_lab(tmp_path) as lab:
        yield lab


def texts(heard: list[Heard]) -> list[str]:
    return [entry.text for entry in heard]


async def receipts(person: Customer, kind: str, count: int) -> list[str]:
    """Ids in the receipts of a kind that a person has got, once there are as many."""
    ids: list[str] = []
    with trio.fail_after(5):
        while len(ids) < count:
            await trio.sleep(0.005)
            ids = [id for seen in person.receipts if seen.kind == kind for id in seen.ids]
    return ids


async def test_two_people_talk_by_number_and_by_lid(lab: Lab) -> None:
    awa, moussa = lab.customer(AWA, "Awa"), lab.customer(MOUSSA)

    for i in range(6):
        await awa.say("+237 67 000 00 02", f"question {i}", as_lid=i % 2 == 1)
        await moussa.wait_heard(i + 1)
        await moussa.say(AWA, f"réponse {i}")
    answers = await awa.wait_heard(6)

    assert texts(moussa.heard(AWA)) == [f"question {i}" for i in range(6)]
    assert [entry.by_lid for entry in moussa.heard()] == [False, True] * 3
    assert texts(answers) == [f"réponse {i}" for i in range(6)]
    assert {(entry.sender, entry.chat) for entry in answers} == {(MOUSSA, MOUSSA)}
    assert lab.ledger.reused_counters() == []


@pytest.mark.parametrize("text", ["", "x" * 65_536, "مرحبا، هل أنتم مفتوحون؟", "👩🏾‍🍳\n\0\u2028"])
async def test_any_text_passes_unchanged(lab: Lab, text: str) -> None:
    await lab.customer(AWA).say(lab.customer(MOUSSA).number, text)

    (heard,) = await lab.customer(MOUSSA).wait_heard(1)

    assert (heard.text, heard.kind) == (text, "conversation")


async def test_kinds_other_than_text_are_told_apart(lab: Lab) -> None:
    awa, moussa = lab.customer(AWA), lab.customer(MOUSSA)

    first = await awa.say(MOUSSA, "bonjour", extended=True)
    await awa.say_unknown(MOUSSA)
    await awa.ask_poll(MOUSSA, "Livrer ?", ("Oui", "Non"))
    await awa.react(MOUSSA, first, "👍🏾")
    await awa.edit(MOUSSA, first, "bonsoir")

    heard = await moussa.wait_heard(5)
    assert [(entry.kind, entry.text) for entry in heard] == [
        ("extendedTextMessage", "bonjour"),
        ("unknown", ""),
        ("pollCreationMessage", ""),
        ("reactionMessage", "👍🏾"),
        ("editedMessage", "bonsoir"),
    ]


async def test_nine_in_ten_messages_carry_a_secret(lab: Lab) -> None:
    awa, moussa = lab.customer(AWA), lab.customer(MOUSSA)

    for i in range(20):
        await awa.say(MOUSSA, str(i))
    await awa.say(MOUSSA, "always", secret=True)
    await awa.say(MOUSSA, "never", secret=False)

    heard = await moussa.wait_heard(22)
    assert [entry.text for entry in heard if not entry.secret] == ["9", "19", "never"]


async def test_delivery_and_reading_are_receipted(lab: Lab) -> None:
    awa, moussa = lab.customer(AWA), lab.customer(MOUSSA)

    sent = [await awa.say(MOUSSA, f"message {i}") for i in range(3)]
    assert await receipts(awa, "delivery", 3) == sent
    assert await moussa.read() == sent

    assert await receipts(awa, "read", 3) == sent


async def test_who_reads_at_once_needs_no_order(lab: Lab) -> None:
    awa, moussa = lab.customer(AWA), lab.customer(MOUSSA)
    moussa.reads_at_once = True

    sent = await awa.say(MOUSSA, "bonjour", as_lid=True)

    assert await receipts(awa, "read", 1) == [sent]


async def test_typing_is_seen(lab: Lab) -> None:
    awa, moussa = lab.customer(AWA), lab.customer(MOUSSA)

    # Typing is shown to those who are there, and overtakes messages, never the other way round.
    await awa.say(MOUSSA, "bonjour")
    await moussa.wait_heard(1)
    await awa.typing(MOUSSA)
    await awa.typing(MOUSSA, on=False)
    await awa.say(MOUSSA, "vous êtes là ?")
    await moussa.wait_heard(2)

    assert [(seen.kind, seen.sender) for seen in moussa.typing_seen] == [("composing", AWA), ("paused", AWA)]


async def test_a_message_that_cannot_be_read_is_asked_for_and_sent_again(lab: Lab) -> None:
    awa, moussa = lab.customer(AWA), lab.customer(MOUSSA)
    await awa.say(MOUSSA, "un")
    await moussa.wait_heard(1)
    await moussa.say(AWA, "deux")
    await awa.wait_heard(1)

    moussa.lose_session(AWA)
    id = await awa.say(MOUSSA, "trois")

    assert texts(await moussa.wait_heard(2)) == ["un", "trois"]
    # The first attempt repeats the old session, the second starts a new one with the keys sent along.
    assert (await receipts(awa, "retry", 2)) == [id, id]
    (entry,) = lab.ledger.entries(id=id)
    assert (len(entry.sealed), len(entry.failed), len(entry.opened)) == (3, 2, 1)
    assert lab.ledger.reused_counters() == []


async def test_a_message_nobody_repeats_is_given_up(lab: Lab) -> None:
    awa, moussa = lab.customer(AWA), lab.customer(MOUSSA)
    await awa.say(MOUSSA, "un")
    await moussa.wait_heard(1)
    await moussa.say(AWA, "deux")
    await awa.wait_heard(1)

    moussa.lose_session(AWA)
    lost = await awa.say(MOUSSA, "trois")
    awa.outgoing.forget(lost)
    await awa.say(MOUSSA, "quatre")

    assert texts(await moussa.wait_heard(2)) == ["un", "quatre"]
    # It is not kept for later, either: what is unreadable now will be unreadable then.
    lab.server.detach(moussa)
    lab.server.attach(moussa)
    await awa.say(MOUSSA, "cinq")
    await moussa.wait_heard(3)
    (entry,) = lab.ledger.unheard()
    assert (entry.id, len(entry.failed)) == (lost, 1)


async def test_a_duplicate_is_heard_once_and_noted(lab: Lab) -> None:
    awa, moussa = lab.customer(AWA), lab.customer(MOUSSA)
    id = await awa.say(MOUSSA, "bonjour")
    await moussa.wait_heard(1)

    await awa.repeat(id)
    await awa.say(MOUSSA, "au revoir")

    assert texts(await moussa.wait_heard(2)) == ["bonjour", "au revoir"]
    (entry,) = lab.ledger.entries(id=id)
    assert [failed.why for failed in entry.failed] == ["old counter"]
    # Receipted both times: it does not come a third time.
    assert len(await receipts(awa, "delivery", 3)) == 3


async def test_both_may_start_at_once(lab: Lab) -> None:
    awa, moussa = lab.customer(AWA), lab.customer(MOUSSA)

    async with trio.open_nursery() as nursery:
        nursery.start_soon(awa.say, MOUSSA, "bonjour Moussa")
        nursery.start_soon(moussa.say, AWA, "bonjour Awa")
    await awa.say(MOUSSA, "ça va ?")
    await moussa.say(AWA, "et toi ?")

    assert texts(await awa.wait_heard(2)) == ["bonjour Awa", "et toi ?"]
    assert texts(await moussa.wait_heard(2)) == ["bonjour Moussa", "ça va ?"]


async def test_what_is_said_at_once_arrives_in_order(lab: Lab) -> None:
    awa = lab.customer(AWA)
    lab.customer(MOUSSA)

    async with trio.open_nursery() as nursery:
        for i in range(30):
            nursery.start_soon(awa.say, MOUSSA, str(i))
    heard = await lab.customer(MOUSSA).wait_heard(30)

    sealed = [entry.text for entry in lab.ledger.entries(sender=AWA)]
    assert texts(heard) == sealed
    assert not [entry for entry in lab.ledger.entries() if entry.failed]


async def test_two_hundred_customers_fit_into_a_moment(lab: Lab) -> None:
    phone = lab.phone(SHOP)
    people = [lab.customer(f"+22177000{i:04d}") for i in range(200)]

    with trio.fail_after(5):
        async with trio.open_nursery() as nursery:
            for person in people:
                nursery.start_soon(person.say, SHOP, f"bonjour de {person.number}")
        heard = await phone.wait_heard(200)

    assert {entry.sender: entry.text for entry in heard} == {
        person.number: f"bonjour de {person.number}" for person in people
    }


async def test_everybody_goes_on_after_a_restart(tmp_path: Path) -> None:
    async with open_lab(tmp_path) as lab:
        awa, moussa = lab.customer(AWA, "Awa"), lab.customer(MOUSSA)
        await awa.say(MOUSSA, "un")
        await moussa.wait_heard(1)
        await moussa.say(AWA, "deux")
        await awa.wait_heard(1)
        # What comes for somebody who is away waits for them.
        lab.server.detach(moussa)
        await awa.say(MOUSSA, "trois")

    async with open_lab(tmp_path) as lab:
        heard = await lab.customer(MOUSSA).wait_heard(2)
        assert [(entry.text, entry.offline) for entry in heard] == [("un", False), ("trois", True)]
        assert lab.customer(AWA).account.name == "Awa"
        await lab.customer(MOUSSA).say(AWA, "quatre")

        assert texts(await lab.customer(AWA).wait_heard(2)) == ["deux", "quatre"]
        # The session went on: nobody had to ask again or to start anew.
        assert [mark.kind for entry in lab.ledger.entries() for mark in entry.sealed] == [
            "pkmsg",
            "msg",
            "msg",
            "msg",
        ]
        assert lab.ledger.reused_counters() == []


def test_a_state_is_plain_json_and_comes_back(tmp_path: Path) -> None:
    async def export() -> bytes:
        async with open_lab(tmp_path) as lab:
            await lab.customer(AWA).say(lab.customer(MOUSSA).number, "bonjour")
            return lab.customer(AWA).export()

    state = json.loads(trio.run(export))

    assert (state["role"], state["said"]) == ("customer", 1)


async def test_faults_of_the_caller_are_named(lab: Lab) -> None:
    awa = lab.customer(AWA)
    lab.phone(SHOP)

    with pytest.raises(UnknownNumber, match=r"\+33600000000.*add a phone or a customer first"):
        await awa.say("+33600000000", "bonjour")
    with pytest.raises(NotSent, match="not among the last 256"):
        await awa.repeat("AC00")
    with pytest.raises(WrongRole, match="shop's phone"):
        lab.customer(SHOP)
    with pytest.raises(WrongRole, match="customer"):
        lab.phone(AWA)
    with pytest.raises(ValueError, match="not a phone number"):
        lab.customer("12")
    with pytest.raises(NotHeard, match="of 2 messages 0 came"):
        await awa.wait_heard(2, 0.01)
