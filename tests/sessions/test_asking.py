"""Whom to ask to write again, and when: never twice, never against anybody's will."""

from dataclasses import replace

import pytest

from comptoir.sessions.asking import (
    ASK_AGAIN_AFTER,
    MOST_ASKED,
    RENEWING,
    RETRIES_LIMIT,
    TEXTS,
    Chat,
    Decision,
    Lost,
    decide,
)

NOW = 10 * ASK_AGAIN_AFTER
OPEN = Chat(is_person=True, taken=False, opted_out=False, asked_at=0, active=True)
UNREADABLE = Lost(1, 7, "unreadable", NOW - RETRIES_LIMIT)
UNREAD = Lost(2, 7, "unread", NOW)


def test_retries_are_waited_for_and_then_the_customer_is_asked() -> None:
    early = decide([replace(UNREADABLE, at=NOW - RETRIES_LIMIT + 1)], {7: OPEN}, NOW)
    assert early == Decision(wake_at=NOW + 1)
    assert decide([UNREADABLE], {7: OPEN}, NOW) == Decision(ask=(7,), decided=(1,))


def test_an_app_that_must_encrypt_anew_is_given_longer() -> None:
    renewing = replace(UNREADABLE, renewing=True)
    due = renewing.at + RENEWING * RETRIES_LIMIT
    assert decide([renewing], {7: OPEN}, NOW) == Decision(wake_at=due)
    assert decide([renewing], {7: OPEN}, due) == Decision(ask=(7,), decided=(1,))


def test_several_lost_messages_of_a_chat_are_asked_for_once() -> None:
    lost = [UNREADABLE, replace(UNREADABLE, id=3), UNREAD]
    assert decide(lost, {7: OPEN}, NOW) == Decision(ask=(7,), decided=(1, 3, 2))


@pytest.mark.parametrize(
    "chat",
    [
        replace(OPEN, is_person=False),
        replace(OPEN, taken=True),
        replace(OPEN, opted_out=True),
        replace(OPEN, asked_at=NOW - ASK_AGAIN_AFTER + 1),
    ],
    ids=["a group", "the owner has the chat", "wants no automatic message", "asked within a day"],
)
def test_some_are_not_asked_and_never_will_be_for_this_message(chat: Chat) -> None:
    assert decide([UNREADABLE], {7: chat}, NOW) == Decision(decided=(1,))


def test_a_day_later_a_chat_may_be_asked_again() -> None:
    assert decide([UNREADABLE], {7: replace(OPEN, asked_at=NOW - ASK_AGAIN_AFTER)}, NOW).ask == (7,)


def test_a_clock_that_was_set_back_neither_asks_twice_nor_waits_for_ever() -> None:
    future = NOW + 30 * ASK_AGAIN_AFTER
    assert decide([replace(UNREADABLE, at=future)], {7: OPEN}, NOW).ask == (7,)
    assert decide([UNREADABLE], {7: replace(OPEN, asked_at=NOW + 1_000)}, NOW).ask == ()
    assert decide([UNREADABLE], {7: replace(OPEN, asked_at=future)}, NOW).ask == (7,)


def test_after_a_crash_ten_chats_are_asked_at_once_and_the_owner_is_told_of_the_rest() -> None:
    lost = [Lost(id, 100 + id, "unread", NOW) for id in range(MOST_ASKED + 3)]
    chats = {one.contact: OPEN for one in lost}
    decision = decide(lost, chats, NOW)
    assert decision.ask == tuple(range(100, 100 + MOST_ASKED))
    assert decision.tell == (10, 11, 12)
    assert decision.decided == tuple(range(13))


@pytest.mark.parametrize(
    ("chat", "told"),
    [
        (replace(OPEN, active=False), True),
        (replace(OPEN, opted_out=True), True),
        (replace(OPEN, asked_at=NOW - 1), True),
        (replace(OPEN, taken=True), False),
        (replace(OPEN, is_person=False), False),
    ],
    ids=["nothing was said for a day", "wants no automatic message", "asked lately", "the owner has it", "a group"],
)
def test_what_was_never_read_the_owner_is_told_where_nobody_can_be_asked(chat: Chat, told: bool) -> None:
    decision = decide([UNREAD], {7: chat}, NOW)
    assert (decision.ask, bool(decision.tell), decision.decided) == ((), told, (2,))


def test_what_is_unreadable_is_no_matter_for_the_owner() -> None:
    assert decide([UNREADABLE], {7: replace(OPEN, opted_out=True)}, NOW).tell == ()


@pytest.mark.parametrize("text", TEXTS.values())
def test_the_text_says_who_asks(text: str) -> None:
    assert "{shop}" in text
