"""Does one effect of a plugin, in the transaction of all of them."""

from comptoir.plugins.api import (
    Answer,
    Assign,
    Call,
    Close,
    Effect,
    Handover,
    Notice,
    Put,
    Reply,
    Silence,
    Tag,
    Wake,
)
from comptoir.plugins.shop.model import AddProduct, ChangeProduct, MarkPayment, MoveOrder, PlaceOrder, Transcribe
from comptoir.plugins.walking.state import TENANT, Slot
from comptoir.sessions import casework, noticing
from comptoir.sessions.ground import Ground
from comptoir.sessions.journal import contacts, event_log, outside_queue, state, tags, timers, transcriptions
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.replying import answer_in_chat
from comptoir.sessions.shopkeeping.selling import sell


def carry_out(db: Connection, ground: Ground, plugin: str, effect: Effect, now: int) -> bool:
    """Whether somebody is to be woken for it: it queued a message, a call or a recording, or set a timer."""
    match effect:
        case Reply():
            return answer_in_chat(db, ground, plugin, effect, now)
        case Notice(text, to):
            return noticing.tell(db, ground, plugin, text, to, now)
        case Put(key, value, shared):
            state.put(db, Slot(plugin, TENANT if shared else ground.contact, key), value)
        case Silence(until):
            contacts.silence_unless_paused(db, ground.contact, round(until.timestamp() * 1000))
        case Tag(tag, True):
            _unless_full(db, ground, plugin, effect, tags.put(db, ground.contact, tag), now)
        case Tag(tag):
            tags.take_off(db, ground.contact, tag)
        case Handover():
            return casework.hand_over(db, ground, plugin, effect, now)
        case Assign():
            casework.assign(db, ground, plugin, effect, now)
        case Close():
            casework.close(db, ground, plugin, effect, now)
        case Answer():
            return casework.answer(db, ground, plugin, effect, now)
        case Wake() | Call() | Transcribe():
            return _for_later(db, ground, plugin, effect, now)
        case PlaceOrder() | MoveOrder() | MarkPayment() | ChangeProduct() | AddProduct():
            return sell(db, ground, plugin, effect, now)
    return False


def _for_later(db: Connection, ground: Ground, plugin: str, effect: Wake | Call | Transcribe, now: int) -> bool:
    match effect:
        case Wake():
            _unless_full(db, ground, plugin, effect, timers.put(db, plugin, ground.contact, effect, now), now)
            return effect.at is not None
        case Call():
            queued = outside_queue.queue(db, plugin, ground.contact, effect, ground.cause, now) is not None
            _unless_full(db, ground, plugin, effect, queued, now)
            return queued
        case Transcribe():
            if ground.message is not None:
                transcriptions.queue(db, plugin, ground.contact, ground.message, now)
            return ground.message is not None


def _unless_full(  # noqa: PLR0913, PLR0917 (what, whose, and whether)
    db: Connection, ground: Ground, plugin: str, effect: Effect, done: bool, now: int
) -> None:
    """Note that a plugin asked for more than is kept for it."""
    if not done:
        said = {"plugin": plugin, "effect": type(effect).__name__.lower()}
        event_log.add(db, "effect_refused", now, contact=ground.contact, message=ground.message, **said)
