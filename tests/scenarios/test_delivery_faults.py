"""Single messages that go wrong on their way in or out: none is answered twice, and none is lost without a word."""

import re
from collections.abc import AsyncIterator, Callable
from datetime import UTC, datetime, timedelta

import crowd
import judge
import pytest
import rig
from acquainted import CUSTOMER, STRANGER, heard, open_acquainted, shop_of

from comptoir.lab.ledger import Entry
from comptoir.sessions.protocol import ErrorCode, Params, RpcError


@pytest.fixture
async def here() -> AsyncIterator[rig.Rig]:
    async with open_acquainted() as here:
        yield here


async def send(here: rig.Rig, to: str, text: str) -> int:
    return int((await here.call("send", tenant="chez-awa", to=to, text=text))["id"])


async def wait_message(here: rig.Rig, id: int, kind: str) -> Params:
    """The event that says so, or said so."""
    return await here.wait_event(lambda event: (event.get("message"), event["kind"]) == (id, kind))


@pytest.mark.shows(
    under="connection", what="the server delivers a message twice", happens="journaled and answered once"
)
async def test_a_message_that_comes_twice_is_answered_once(here: rig.Rig) -> None:
    shop, customer = shop_of(here), here.lab.customer(CUSTOMER)
    here.lab.faults.duplicate(shop.number)
    id = await customer.say(shop.number, "Bonjour, adresse svp ?")
    await here.lab.ledger.wait(
        lambda ledger: len(ledger.entries(id=id)[0].receipts_of("inactive")) == 2, 10, what="both copies are receipted"
    )
    await customer.say(shop.number, "Bonjour, horaire svp ?")
    await judge.settle(here, shop)
    assert heard(here) == [crowd.answer(shop, word) for word in ("menu", "adresse", "horaire")]
    assert await judge.disagreements(here, shop) == []


@pytest.mark.shows(
    under="sending",
    what="the server's answer to a send is lost",
    happens="the same message leaves again with its id on the next connection, and arrives once",
)
async def test_after_a_lost_ack_the_same_message_leaves_again_and_arrives_once(here: rig.Rig) -> None:
    shop = shop_of(here)
    here.lab.faults.lose_acks(shop.number)
    id = await send(here, CUSTOMER, "un instant")
    await here.lab.customer(CUSTOMER).wait_heard(2)
    assert (await here.call("message", tenant=shop.name, id=id))["state"] == "sending"
    # Nothing else leaves while the library waits; a new connection frees it.
    await here.lab.faults.drop(shop.number)
    await wait_message(here, id, "sent")
    await judge.settle(here, shop)
    assert heard(here) == [crowd.answer(shop, "menu"), "un instant"]
    [entry] = [entry for entry in here.lab.ledger.entries(to=CUSTOMER) if entry.text == "un instant"]
    assert len(entry.stanzas) == 2
    assert await judge.disagreements(here, shop) == []


@pytest.mark.shows(
    under="sending",
    what="a crash between a send and the server's answer",
    happens="a receipt settles it: delivered, not sent again",
)
async def test_an_ack_that_a_crash_made_lost_is_made_up_for_by_the_receipt(here: rig.Rig) -> None:
    shop = shop_of(here)
    here.lab.faults.lose_acks(shop.number)
    id = await send(here, CUSTOMER, "un instant")
    await here.lab.ledger.wait(lambda _: any(entry.receipts for entry in _named(here, "un instant")), 10)
    await here.kill_worker(shop.name)
    await wait_message(here, id, "delivered")
    await judge.settle(here, shop)
    assert heard(here) == [crowd.answer(shop, "menu"), "un instant"]
    assert await judge.disagreements(here, shop, followed=False) == []


@pytest.mark.shows(
    under="sending",
    what="a crash while sending, and no receipt",
    happens="`uncertain`: held and shown, not sent again, until a receipt tells",
)
async def test_what_may_have_left_before_a_crash_is_held_until_a_receipt_tells(here: rig.Rig) -> None:
    shop, customer = shop_of(here), here.lab.customer(CUSTOMER)
    # Nobody is there to give a receipt: neither the customer nor the owner's own phone.
    here.lab.server.detach(customer)
    here.lab.server.detach(shop.phone)
    here.lab.faults.lose_acks(shop.number)
    id = await send(here, CUSTOMER, "un instant")
    await here.lab.ledger.wait(
        lambda ledger: len(ledger.entries(sender=shop.number, to=CUSTOMER)) == 2, 10, what="the server has it"
    )
    await here.kill_worker(shop.name)
    await wait_message(here, id, "uncertain")
    row = await here.call("message", tenant=shop.name, id=id)
    assert (row["state"], row["error"]) == (
        "uncertain",
        "the program stopped while it was being sent: it may have arrived or not",
    )
    assert (await here.status(shop.name))["outbox"] == 1
    # Others are served meanwhile, and it does not leave again.
    await here.lab.customer(STRANGER).say(shop.number, "Bonjour, menu svp ?")
    await here.lab.customer(STRANGER).wait_heard(1)
    here.lab.server.attach(customer)
    await wait_message(here, id, "delivered")
    assert heard(here) == [crowd.answer(shop, "menu"), "un instant"]
    assert len(here.lab.ledger.entries(sender=shop.number, to=CUSTOMER)) == 2
    assert await judge.disagreements(here, shop, followed=False) == []


@pytest.mark.shows(
    under="sending", what="the server answers a send late", happens="it is waited for; nothing is sent twice"
)
async def test_a_late_ack_is_waited_for(here: rig.Rig) -> None:
    shop = shop_of(here)
    here.lab.faults.delay_acks(shop.number, 1.0)
    id = await send(here, CUSTOMER, "un instant")
    await wait_message(here, id, "delivered")
    await judge.settle(here, shop)
    assert heard(here) == [crowd.answer(shop, "menu"), "un instant"]
    [entry] = _named(here, "un instant")
    assert entry.acks[0] - entry.stanzas[0] >= 1_000
    assert await judge.disagreements(here, shop) == []


@pytest.mark.shows(
    under="sending",
    what="error 463: no more messages to strangers",
    happens="new chats rest as `queued`, with the time until then; answers go on, also to strangers who write",
)
async def test_where_strangers_may_not_be_written_to_answers_go_on(here: rig.Rig) -> None:
    shop = shop_of(here)
    here.lab.faults.refuse_sends(shop.number, error=463)
    here.lab.customer(STRANGER)
    first = await send(here, STRANGER, "Nous avons ouvert")
    held = await wait_message(here, first, "new_chats_held")
    status = await here.status(shop.name)
    assert status["new_chats_held_until"] == held["until"]
    assert timedelta(hours=5) < datetime.fromisoformat(held["until"]) - datetime.now(UTC) < timedelta(hours=7)
    second = await send(here, "+221771000003", "Nous avons ouvert")
    await here.lab.customer(CUSTOMER).say(shop.number, "Bonjour, horaire svp ?")
    await here.lab.customer(CUSTOMER).wait_heard(2)
    rows = {id: await here.call("message", tenant=shop.name, id=id) for id in (first, second)}
    assert [row["state"] for row in rows.values()] == ["queued", "queued"]
    with pytest.raises(RpcError, match=f"no new chat before {held['until']}") as waiting:
        await here.call("message.wait", tenant=shop.name, id=second, state="sent", timeout=0.5)
    assert waiting.value.code == ErrorCode.NOT_NOW
    assert rows[first]["error"].startswith("463: WhatsApp lets this number begin no new chats for now")
    assert f"no new chat before {held['until']}" in rows[first]["error"]
    assert heard(here, STRANGER) == []
    # Who writes is no stranger any more.
    await here.lab.customer(STRANGER).say(shop.number, "Bonjour, menu svp ?")
    await here.lab.customer(STRANGER).wait_heard(2)
    assert (await here.call("message", tenant=shop.name, id=second))["state"] == "queued"
    assert await judge.disagreements(here, shop) == []


@pytest.mark.shows(
    under="sending",
    what="error 463 on an answer, to somebody who has just written",
    happens="tried again within seconds, up to eight times in minutes; then `failed`, and what is behind it goes",
)
async def test_an_answer_that_is_taken_for_a_new_chat_goes_soon(here: rig.Rig) -> None:
    shop = shop_of(here)
    here.lab.faults.refuse_sends(shop.number, error=463)
    await here.lab.customer(CUSTOMER).say(shop.number, "Bonjour, horaire svp ?")
    told = await here.wait_event(lambda event: event["kind"] == "put_off")
    assert told["error"].startswith("463: WhatsApp lets this number begin no new chats for now")
    await here.lab.customer(CUSTOMER).wait_heard(2, 30.0)
    assert heard(here) == [crowd.answer(shop, "menu"), crowd.answer(shop, "horaire")]
    assert (await here.status(shop.name))["new_chats_held_until"] is not None
    assert await judge.disagreements(here, shop) == []


@pytest.mark.shows(
    under="sending", what="the number is not on WhatsApp", happens="`failed` with these words; what follows is sent"
)
async def test_a_number_that_is_not_on_whatsapp_fails_and_holds_up_nobody(here: rig.Rig) -> None:
    shop = shop_of(here)
    id = await send(here, "+221779999999", "Bonjour")
    failed = await wait_message(here, id, "failed")
    assert "not on WhatsApp" in failed["error"]
    with pytest.raises(RpcError, match="not on WhatsApp") as refused:
        await here.call("message.wait", tenant=shop.name, id=id, state="sent", timeout=5)
    assert refused.value.code == ErrorCode.FAILED
    await send(here, CUSTOMER, "toujours là")
    await judge.settle(here, shop)
    assert heard(here) == [crowd.answer(shop, "menu"), "toujours là"]
    assert await judge.disagreements(here, shop) == []


def block(here: rig.Rig, shop: rig.Shop) -> None:
    shop.phone.block(CUSTOMER)


def limit_size(here: rig.Rig, shop: rig.Shop) -> None:
    here.lab.faults.limit_size(shop.number, 10)


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        pytest.param(
            block,
            "403: WhatsApp delivers nothing from us in this chat: it is probably blocked on the shop's own phone; "
            "unblock it there, then send again",
            marks=pytest.mark.shows(
                under="sending",
                what="the shop's own phone has blocked the customer",
                happens="failed with error 403 and what to do: unblock, then send again",
            ),
        ),
        pytest.param(
            limit_size,
            "413: too large for WhatsApp: shorten it, or send it in parts",
            marks=pytest.mark.shows(
                under="sending",
                what="a message that is too large for the server",
                happens="failed with the reason and what to do (the server's error 413 is assumed)",
            ),
        ),
    ],
)
async def test_a_message_that_is_refused_for_good_says_why_and_what_to_do(
    here: rig.Rig, fault: Callable[[rig.Rig, rig.Shop], None], error: str
) -> None:
    shop = shop_of(here)
    fault(here, shop)
    id = await send(here, CUSTOMER, "un instant")
    assert (await wait_message(here, id, "failed"))["error"] == error
    row = await here.call("message", tenant=shop.name, id=id)
    assert (row["state"], row["error"]) == ("failed", error)
    with pytest.raises(RpcError, match=re.escape(error)):
        await here.call("message.wait", tenant=shop.name, id=id, state="sent", timeout=5)
    assert (await here.status(shop.name))["failed"] == 1
    shop.phone.unblock(CUSTOMER)
    here.lab.faults.lift(shop.number)
    await send(here, CUSTOMER, "nous revoilà")
    await judge.settle(here, shop)
    assert heard(here) == [crowd.answer(shop, "menu"), "nous revoilà"]
    assert await judge.disagreements(here, shop) == []


@pytest.mark.shows(
    under="sending",
    what="the server asks for fewer messages (429), or is busy (5xx)",
    happens="tried again later, up to eight times, with the time of the next attempt in the message's error",
)
@pytest.mark.parametrize(
    ("code", "words"),
    [(429, "429: WhatsApp asks for fewer messages at a time"), (503, "503: WhatsApp could not take it now")],
)
async def test_a_message_that_is_refused_for_now_goes_later(here: rig.Rig, code: int, words: str) -> None:
    shop = shop_of(here)
    here.lab.faults.refuse_sends(shop.number, code)
    id = await send(here, CUSTOMER, "un instant")
    told = await wait_message(here, id, "put_off")
    assert told["error"].startswith(words)
    assert told["error"].endswith(f"it is tried again at {told['until']}")
    await wait_message(here, id, "delivered")
    assert heard(here) == [crowd.answer(shop, "menu"), "un instant"]
    assert await judge.disagreements(here, shop) == []


@pytest.mark.shows(
    under="sending",
    what="the customer has blocked the shop",
    happens="stays `sent`, one tick: WhatsApp tells nobody (assumed)",
)
async def test_who_has_blocked_the_shop_leaves_a_message_at_sent(here: rig.Rig) -> None:
    shop, customer = shop_of(here), here.lab.customer(CUSTOMER)
    customer.block(shop.number)
    id = await send(here, CUSTOMER, "un instant")
    await wait_message(here, id, "sent")
    customer.unblock(shop.number)
    later = await send(here, CUSTOMER, "nous revoilà")
    await wait_message(here, later, "delivered")
    assert (await here.call("message", tenant=shop.name, id=id))["state"] == "sent"
    assert heard(here) == [crowd.answer(shop, "menu"), "nous revoilà"]


@pytest.mark.shows(
    under="encryption",
    what="the customer's phone cannot read our message and asks again",
    happens="it is encrypted anew and read once; later messages pass as before",
)
async def test_a_customer_who_lost_the_session_asks_again_and_reads_once(here: rig.Rig) -> None:
    shop, customer = shop_of(here), here.lab.customer(CUSTOMER)
    customer.lose_session(shop.number)
    id = await send(here, CUSTOMER, "un instant")
    await wait_message(here, id, "delivered")
    assert heard(here) == [crowd.answer(shop, "menu"), "un instant"]
    [entry] = _named(here, "un instant")
    assert entry.receipts_of("retry"), "the session was not lost"
    customer.renew_session(shop.number)
    await customer.say(shop.number, "Bonjour, adresse svp ?")
    await judge.settle(here, shop)
    assert heard(here)[-1] == crowd.answer(shop, "adresse")
    assert await judge.disagreements(here, shop) == []


@pytest.mark.shows(
    under="encryption",
    what="a message that cannot be read at first",
    happens="the customer's phone is asked for it again by itself; then it is answered",
)
async def test_what_cannot_be_read_is_asked_for_again_and_answered(here: rig.Rig) -> None:
    shop, customer = shop_of(here), here.lab.customer(CUSTOMER)
    await customer.say_garbled(shop.number, "Bonjour, adresse svp ?")
    await here.wait_event(lambda event: event["kind"] == "unreadable")
    await customer.wait_heard(2)
    await judge.settle(here, shop)
    assert heard(here) == [crowd.answer(shop, "menu"), crowd.answer(shop, "adresse")]
    assert await judge.disagreements(here, shop) == []


@pytest.mark.shows(
    under="encryption", what="a message that stays unreadable", happens="journaled as `lost`, in its place in the chat"
)
async def test_what_stays_unreadable_is_shown_as_lost(here: rig.Rig) -> None:
    shop, customer = shop_of(here), here.lab.customer(CUSTOMER)
    await customer.say_garbled(shop.number, "Bonjour, adresse svp ?", again=False)
    lost = await here.wait_event(lambda event: event["kind"] == "unreadable")
    await customer.say(shop.number, "Bonjour, horaire svp ?")
    await judge.settle(here, shop)
    row = await here.call("message", tenant=shop.name, id=lost["message"])
    assert (row["state"], row["text"], row["chat"]) == ("lost", "", CUSTOMER)
    assert heard(here) == [crowd.answer(shop, "menu"), crowd.answer(shop, "horaire")]
    assert await judge.disagreements(here, shop) == []


def _named(here: rig.Rig, text: str) -> list[Entry]:
    return [entry for entry in here.lab.ledger.entries(to=CUSTOMER) if entry.text == text]
