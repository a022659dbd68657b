"""Messages that stay unreadable: whom to ask once to write again, and what to tell the owner. Decided without I/O."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

RETRIES_LIMIT = 30_000
"""Milliseconds. The library asks the sender's app to repeat what it could not read; that takes seconds, or fails."""
RENEWING = 20
"""Times as long as usual: where a chat's encryption is set up anew, an app that sleeps repeats when it wakes up."""
ASK_AGAIN_AFTER = 24 * 3600 * 1000
"""Milliseconds. A chat is asked at most once in so long, and what was lost longer ago is not asked for at all."""
MOST_ASKED = 10
"""Chats that are asked after a crash for what was never read; the rest the owner is told of."""

TEXTS = {
    "fr": "Bonjour, ici {shop} : un de vos messages n'a pas pu être lu chez nous. "
    "Pourriez-vous l'envoyer à nouveau, s'il vous plaît ? Merci !",
    "en": "Hello, this is {shop}: one of your messages could not be read here. "
    "Could you please send it again? Thank you!",
}
NOTICES = {
    "fr": "{count} message(s) reçu(s) pendant une panne n'ont pas pu être lus. "
    "À vous de voir sur le téléphone : {chats}",
    "en": "{count} message(s) that came during a failure could not be read. Please look at your phone: {chats}",
}


@dataclass(frozen=True, slots=True)
class Lost:
    """A message that is here by its id only, and that nothing was decided about."""

    id: int
    contact: int
    why: Literal["unreadable", "unread"]
    """It could not be decrypted, or was lost in a crash before it was journaled."""
    at: int
    """When it was journaled so."""
    renewing: bool = False
    """It was encrypted for a session that was lost with the machine's memory."""


@dataclass(frozen=True, slots=True)
class Chat:
    """What a decision needs to know of the chat with a contact."""

    is_person: bool
    taken: bool
    """Somebody else has the chat: the owner answered by hand, or it is silenced."""
    opted_out: bool
    """They want no automatic message."""
    asked_at: int
    """When they were last asked to write again; 0 for never."""
    active: bool
    """Something was said here within a day, or nothing is known from before."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What is to be done now, at once and in one transaction; an empty one where there is nothing yet."""

    ask: tuple[int, ...] = ()
    """Contacts to be asked to write again."""
    tell: tuple[int, ...] = ()
    """Messages that the owner is told of."""
    decided: tuple[int, ...] = ()
    """Messages that need no decision any more, whatever it was."""
    wake_at: int | None = None
    """When the next message must have come by a retry, or is to be decided about."""


def decide(lost: Sequence[Lost], chats: Mapping[int, Chat], now: int, limit: int = RETRIES_LIMIT) -> Decision:
    """`lost` is in order of arrival; `limit` is how long retries may take. Times are in milliseconds."""
    due = [one for one in lost if _due_at(one, limit, now) <= now]
    later = (_due_at(one, limit, now) for one in lost)
    ask = _asked(due, chats, now)
    tell = tuple(
        one.id for one in due if one.why == "unread" and one.contact not in ask and _is_told(chats[one.contact])
    )
    return Decision(tuple(ask), tell, tuple(one.id for one in due), min((at for at in later if at > now), default=None))


def _due_at(one: Lost, limit: int, now: int) -> int:
    """What was lost in a crash comes by no retry; nor is anything waited for whose time lies in the future."""
    if one.why == "unread" or one.at > now:
        return 0
    return one.at + limit * (RENEWING if one.renewing else 1)


def _asked(due: Iterable[Lost], chats: Mapping[int, Chat], now: int) -> list[int]:
    ask: list[int] = []
    room = MOST_ASKED
    for one in due:
        chat = chats[one.contact]
        if one.contact in ask or not _may_be_asked(chat, now):
            continue
        if one.why == "unread":
            if not (chat.active and room):
                continue
            room -= 1
        ask.append(one.contact)
    return ask


def _may_be_asked(chat: Chat, now: int) -> bool:
    lately = chat.asked_at > 0 and abs(now - chat.asked_at) < ASK_AGAIN_AFTER
    return chat.is_person and not (chat.taken or chat.opted_out or lately)


def _is_told(chat: Chat) -> bool:
    return chat.is_person and not chat.taken
