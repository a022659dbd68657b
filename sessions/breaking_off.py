"""Breaks off a chat whose other side seems a bot: silence for an hour, and a word to the owner once a day."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from comptoir.plugins.api import Notice, Put, Silence
from comptoir.plugins.faults import Lang
from comptoir.plugins.walking.state import Slot
from comptoir.plugins.walking.walk import Outcome, Walk
from comptoir.sessions import bots
from comptoir.sessions.bots import is_same, why_bot
from comptoir.sessions.journal import exchanges, state
from comptoir.sessions.journal.database import Connection

NAME = "bots"
REASON = "bot"
"""As the reason of a skipped message in the event log."""
SILENCE = timedelta(hours=1)
REMEMBERED = timedelta(days=1)
"""For so long the text that a chat was broken off for is not answered there, and no second notice is given."""

_NOTICE = {
    "fr": "{chat} semble être un robot qui répond tout seul : plus de réponse automatique dans ce chat pendant "
    "une heure. Si c'est une personne, merci de lui répondre vous-même.",
    "en": "{chat} seems to be a bot that answers by itself: no automatic answer in that chat for an hour. If it "
    "is a person, please answer yourself.",
}


@dataclass(frozen=True, slots=True)
class Suspicion:
    """That the other side of a chat is a bot."""

    why: bots.Why | Literal["again"]
    text: str
    """What it said last."""
    told_at: int | None
    """When the owner was told of this chat, if that is no day ago."""


def suspicion(db: Connection, contact: int, message: int, now: int, *, timed: bool) -> Suspicion | None:
    """Whether what led to this message, and the message, look like a bot's; `timed` as for `why_bot`."""
    said = exchanges.exchange(db, contact, message, now)
    if not said or said[-1].ours:
        return None
    text = said[-1].text[: bots.MAX_READ]
    before = state.get(db, Slot(NAME, contact, "suspected")).value or {"at": 0, "text": ""}
    told_at = before["at"] if now - before["at"] < REMEMBERED / timedelta(milliseconds=1) else None
    if told_at is not None and is_same(text, before["text"]):
        return Suspicion("again", text, told_at)
    why = why_bot(said, timed=timed)
    return None if why is None else Suspicion(why, text, told_at)


def break_off(suspected: Suspicion, *, lang: Lang, chat: str, now: datetime) -> Walk:
    """A walk that ends with silence in the chat."""
    at = round(now.timestamp() * 1000) if suspected.told_at is None else suspected.told_at
    effects = (Silence(now + SILENCE), Put("suspected", {"at": at, "text": suspected.text}))
    notices = (Notice(_NOTICE[lang].replace("{chat}", chat)),) if suspected.told_at is None else ()
    return Walk((Outcome(NAME, "stop", effects + notices),), {})
