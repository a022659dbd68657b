"""The shop's chat with itself: what the owner writes there is an order where a plugin takes it, and never an echo."""

from dataclasses import replace
from typing import Any

import pytest
from journal_rig import AWA, OWN, heard, message, stored
from runner_rig import CONFIG, START, Shop, echo, pipeline, plugin
from trio.testing import MockClock

from comptoir.plugins.api import Contact, Context, Message, Reaction, Verdict
from comptoir.plugins.config import TenantConfig
from comptoir.plugins.loading import Pipeline
from comptoir.sessions.events import MessageReceived
from comptoir.sessions.journal import contacts, history, outbox
from comptoir.sessions.journal.outbox import Outgoing
from comptoir.sessions.journal.recording import Arrival, Recorded, record_event
from comptoir.sessions.roles import role_in

TAKEN = replace(CONFIG, own_chat=True)


def own(whatsapp_id: str = "O1", text: str = "12 prête", **more: Any) -> MessageReceived:
    return replace(heard(whatsapp_id, OWN, text, by_owner=True), **more)


def arrives(shop: Shop, event: MessageReceived, config: TenantConfig | None = TAKEN) -> Recorded:
    return record_event(shop.store.db, event, Arrival(1, START, silence_ms=60_000, config=config))


def desk(*seen: list[Contact]) -> Pipeline:
    """A plugin that takes what comes there, beside one that would answer anybody."""

    async def take(context: Context, message: Message) -> Verdict:
        seen[0].append(context.contact)
        if context.contact.role != "owner":
            return Verdict.CONTINUE
        context.reply(f"fait : {message.text}")
        return Verdict.STOP

    taking = plugin("taking", take)
    type(taking).own_chat = True
    return pipeline(plugin("shop", echo), taking, own_chat=True)


async def test_an_order_is_for_the_plugin_that_takes_it_and_is_the_owners(
    shop: Shop, autojump_clock: MockClock
) -> None:
    seen: list[Contact] = []
    recorded = arrives(shop, own())
    assert recorded.inbox
    row = stored(shop.store.db, message(recorded))
    assert (row.direction, row.by) == ("in", "owner")
    async with shop.serving(desk(seen)):
        await shop.quiet()
    assert [contact.role for contact in seen] == ["owner"]
    assert shop.answers() == ["fait : 12 prête"], "the other plugin was not asked"
    assert shop.store.db.execute("SELECT count(*) FROM conversations").fetchone() == (0,)


@pytest.mark.parametrize(
    "event",
    [own(automatic=True), own(kind="reaction", text="👍", content=Reaction(None, "👍")), own(kind="empty")],
    ids=["a pipeline wrote it", "a reaction", "nothing"],
)
def test_what_is_no_word_of_the_owners_is_no_order(shop: Shop, event: MessageReceived) -> None:
    assert not arrives(shop, event).inbox


def test_without_a_plugin_that_takes_it_it_is_only_kept(shop: Shop) -> None:
    for config in (CONFIG, None):
        recorded = arrives(shop, own(f"O{config is None}"), config)
        assert not recorded.inbox
        assert stored(shop.store.db, message(recorded)).direction == "out"


def test_what_we_sent_there_does_not_come_back_as_an_order(shop: Shop) -> None:
    db = shop.store.db
    chat = contacts.contact_for(db, OWN, START)
    sent = outbox.enqueue(db, Outgoing(chat, "fait", "plugin:desk"), START)
    db.execute("UPDATE messages SET session = 1, whatsapp_id = 'O1', state = 'sent' WHERE id = ?", (sent,))
    assert not arrives(shop, own("O1", "fait")).inbox
    assert len(history.messages(db, limit=10)) == 1


def test_an_order_that_comes_twice_is_one(shop: Shop) -> None:
    assert arrives(shop, own()).inbox
    assert not arrives(shop, own()).inbox


def test_only_the_account_itself_is_the_owners(shop: Shop) -> None:
    db = shop.store.db
    assert role_in(db, contacts.contact_for(db, OWN, START), CONFIG) == ("owner", "")
    assert role_in(db, contacts.contact_for(db, AWA, START), CONFIG) == ("customer", "")
    db.execute("UPDATE sessions SET ended_at = 1")
    assert role_in(db, contacts.contact_for(db, OWN, START), CONFIG) == ("customer", ""), "another number is linked"
