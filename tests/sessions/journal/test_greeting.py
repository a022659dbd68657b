"""What the phone wrote by itself, in the journal: who is silenced, who is not, and what is mended later."""

from dataclasses import replace

import pytest
from journal_rig import AWA, MOUSSA, heard, message, stored

from comptoir.plugins.config import TenantConfig
from comptoir.plugins.greetings import GreetingTable
from comptoir.sessions.events import Address
from comptoir.sessions.journal import contacts, event_log, inbox, outbox
from comptoir.sessions.journal.arrival import Arrival, Recorded
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.recording import record_event

FATOU = Address("+221770000003")
LONG = "Bienvenue chez Awa ! Dites-nous ce qu'il vous faut, nous vous répondons."
SHORT = "Bonjour et bienvenue !"
START, SECOND, HOUR = 1_790_000_000_000, 1_000, 3_600_000
CONFIG = TenantConfig("Chez Awa", "fr", "SN", "Africa/Dakar", None, 60, 0, 6, "hold", ())


class Journal:
    """A journal, and the seconds at which somebody writes."""

    def __init__(self, db: Connection) -> None:
        self.db = db
        self.config = CONFIG
        self.ids = 0

    def says(self, chat: Address, at: float, text: str = "bonjour") -> Recorded:
        return self._record(chat, at, text, by_owner=False)

    def phone(self, chat: Address, at: float, text: str, *, backlog: bool = False) -> Recorded:
        return self._record(chat, at, text, by_owner=True, backlog=backlog)

    def _record(self, chat: Address, at: float, text: str, *, by_owner: bool, backlog: bool = False) -> Recorded:
        self.ids += 1
        now = START + round(at * SECOND)
        event = replace(heard(f"M{self.ids}", chat, text, by_owner=by_owner), time=now)
        arrival = Arrival(1, now, backlog=backlog, silence_ms=HOUR, config=self.config)
        return record_event(self.db, event, arrival)

    def silenced(self, chat: Address, at: float) -> bool:
        contact = contacts.find_address(self.db, chat)
        assert contact is not None
        return contacts.silenced_until(self.db, contact) > START + round(at * SECOND)

    def automatic(self) -> list[str]:
        return [text for (text,) in self.db.execute("SELECT text FROM messages WHERE automatic = 1 ORDER BY id")]

    def events(self, kind: str) -> list[tuple[int | None, str, bool]]:
        found = [event for event in event_log.page(self.db, 0) if event.kind == kind]
        return [(event.message, event.data.get("why", ""), event.data.get("late", False)) for event in found]


@pytest.fixture
def journal(db: Connection) -> Journal:
    return Journal(db)


def test_a_greeting_silences_nobody_and_withdraws_no_answer(journal: Journal) -> None:
    asked = journal.says(AWA, 0)
    contact = asked.contact or 0
    answer = outbox.enqueue(journal.db, outbox.Outgoing(contact, "le menu", "plugin:answers"), START)
    greeted = journal.phone(AWA, 1, LONG)
    assert (greeted.message is not None, greeted.by_owner) == (True, False)
    assert not journal.silenced(AWA, 1)
    assert not inbox.owner_answered(journal.db, contact, message(asked))
    assert stored(journal.db, answer).state == "queued"
    assert contacts.greeted_at(journal.db, contact) == START + SECOND
    assert journal.events("phone_greeted") == [(greeted.message, "at once", False)]
    assert journal.events("owner_wrote") == []


def test_a_greeting_takes_the_place_of_a_welcome_that_still_waits(journal: Journal) -> None:
    contact = journal.says(AWA, 0).contact or 0
    welcome = outbox.enqueue(journal.db, outbox.Outgoing(contact, "bienvenue", "plugin:welcome"), START)
    journal.phone(AWA, 1, LONG)
    assert (stored(journal.db, welcome).state, stored(journal.db, welcome).error) == (
        "failed",
        "the phone greeted by itself",
    )


def test_the_same_words_typed_a_while_after_are_the_owners(journal: Journal) -> None:
    journal.says(AWA, 0)
    assert journal.phone(AWA, 20, LONG).by_owner
    assert journal.silenced(AWA, 20)
    assert journal.automatic() == []


def test_what_the_owner_types_after_the_greeting_silences(journal: Journal) -> None:
    asked = journal.says(AWA, 0)
    journal.phone(AWA, 1, LONG)
    assert journal.phone(AWA, 30, "Je m'en occupe").by_owner
    assert journal.silenced(AWA, 31)
    assert inbox.owner_answered(journal.db, asked.contact or 0, message(asked))


def test_a_second_automatic_text_for_the_same_message_is_one_too(journal: Journal) -> None:
    journal.says(AWA, 0)
    journal.phone(AWA, 1, LONG)
    journal.phone(AWA, 1, "Nous sommes fermés pour le moment et répondons demain.")
    assert len(journal.automatic()) == 2


def test_an_answer_that_we_sent_before_leaves_only_longer_texts_to_the_phone(journal: Journal) -> None:
    for chat, text, by_owner in ((AWA, LONG[:50], True), (MOUSSA, LONG, False)):
        asked = journal.says(chat, 0)
        answer = outbox.enqueue(journal.db, outbox.Outgoing(asked.contact or 0, "le menu", "plugin:answers"), START)
        journal.db.execute("UPDATE messages SET state = 'sent' WHERE id = ?", (answer,))
        assert journal.phone(chat, 2, text).by_owner is by_owner


def test_answers_that_were_withdrawn_for_a_greeting_go_after_all(journal: Journal) -> None:
    states = []
    for at, chat in ((0, AWA), (100, MOUSSA), (200, FATOU)):
        asked = journal.says(chat, at)
        new = outbox.Outgoing(asked.contact or 0, "le menu", "plugin:answers")
        outbox.enqueue(journal.db, new, START + at * SECOND)
        journal.phone(chat, at + 1, SHORT)
        rows = journal.db.execute("SELECT state FROM messages WHERE text = 'le menu' ORDER BY id")
        states.append([state for (state,) in rows])
    assert states == [["failed"], ["failed"] * 2, ["queued"] * 3]


def test_the_third_chat_shows_a_short_greeting_and_mends_the_first_two(journal: Journal) -> None:
    for at, chat in ((0, AWA), (100, MOUSSA)):
        journal.says(chat, at)
        assert journal.phone(chat, at + 1, SHORT).by_owner
    first = journal.silenced(AWA, 200) and journal.silenced(MOUSSA, 200)
    assert first
    journal.says(FATOU, 300)
    assert not journal.phone(FATOU, 301, SHORT.upper()).by_owner
    assert [journal.silenced(chat, 302) for chat in (AWA, MOUSSA, FATOU)] == [False] * 3
    assert journal.automatic() == [SHORT, SHORT, SHORT.upper()]
    assert sorted(late for _, _, late in journal.events("phone_greeted")) == [False, True, True]
    # Known from now on, also after an absence and late.
    journal.says(AWA, 5_000)
    assert not journal.phone(AWA, 6_000, SHORT, backlog=True).by_owner


def test_a_silence_of_the_owners_own_hand_is_not_lifted_with_the_others(journal: Journal) -> None:
    journal.says(AWA, 0)
    journal.phone(AWA, 1, SHORT)
    journal.phone(AWA, 60, "J'arrive")
    journal.says(MOUSSA, 100)
    journal.phone(MOUSSA, 150, "Un instant")
    journal.says(MOUSSA, 200)
    journal.phone(MOUSSA, 201, SHORT)
    journal.says(FATOU, 300)
    journal.phone(FATOU, 301, SHORT)
    assert journal.automatic() == [SHORT] * 3
    # One typed after the greeting, the other before.
    for chat, typed in ((AWA, 60), (MOUSSA, 150)):
        assert journal.silenced(chat, typed + 3_599)
        assert not journal.silenced(chat, typed + 3_600)


def test_the_same_answer_by_hand_in_many_chats_silences_all_of_them(journal: Journal) -> None:
    chats = [Address(f"+2217800{number:05}") for number in range(20)]
    for number, chat in enumerate(chats):
        journal.says(chat, number)
    for number, chat in enumerate(chats):
        assert journal.phone(chat, 600 + 4 * number, "Oui, nous sommes ouverts jusqu'à 22 h ce soir.").by_owner
    assert all(journal.silenced(chat, 700) for chat in chats)


def test_what_the_owner_named_is_automatic_and_nothing_is_learnt_from_it(journal: Journal) -> None:
    named = GreetingTable(detect=False, texts=(SHORT,))
    journal.config = replace(CONFIG, greetings=named)
    journal.says(AWA, 0)
    assert not journal.phone(AWA, 100, SHORT).by_owner
    assert journal.phone(AWA, 200, LONG).by_owner
    journal.config = CONFIG
    assert journal.phone(AWA, 300, SHORT).by_owner


def test_a_greeting_in_a_chat_that_nobody_wrote_in_is_a_hand(journal: Journal) -> None:
    assert journal.phone(AWA, 0, LONG).by_owner


def test_an_owner_who_has_just_written_goes_on_by_hand(journal: Journal) -> None:
    journal.phone(AWA, 0, "Votre commande est prête")
    journal.says(AWA, 30, "ok")
    assert journal.phone(AWA, 31, LONG).by_owner
    journal.says(AWA, 1_000, "bonjour")
    assert not journal.phone(AWA, 1_001, LONG).by_owner


def test_a_picture_is_a_hand_whatever_its_caption(journal: Journal) -> None:
    journal.says(AWA, 0)
    event = replace(heard("P", AWA, LONG, by_owner=True), kind="image", time=START + SECOND)
    assert record_event(journal.db, event, Arrival(1, START + SECOND, silence_ms=HOUR)).by_owner
