"""Does what the plugins decided: all or nothing, in the transaction that also marks the message done."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Literal

from comptoir.plugins.api import Effect
from comptoir.plugins.config import TenantConfig
from comptoir.plugins.walking.walk import Walk
from comptoir.sessions import faulting
from comptoir.sessions.carrying_out import carry_out
from comptoir.sessions.enclosing import Enclosed
from comptoir.sessions.ground import Ground
from comptoir.sessions.journal import causes, conversations, event_log, figures, inbox, state
from comptoir.sessions.journal.conversations import By
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.state import StateConflict
from comptoir.sessions.roles import role_in
from comptoir.sessions.shopkeeping.shop import Shop
from comptoir.sessions.situation import is_silenced


@dataclass(frozen=True, slots=True)
class GivenUp:
    """Why messages were not left to the plugins any longer."""

    reason: Literal["deaths", "conflicts", "held", "memory"]
    """`held`, `memory`: it was stopped with the whole worker; see `blaming`."""
    plugin: str | None
    """Where the last walk was."""


@dataclass(frozen=True, slots=True)
class Decided:
    """A finished walk, ready to be committed."""

    contact: int
    messages: tuple[int, ...]
    walk: Walk
    config: TenantConfig
    ending: Literal["done", "skipped"] = "done"
    reason: str = ""
    """Why it ends so, for the event log."""
    unless_silenced: bool = False
    """A conflict if the owner answered, or silence began, while the walk was on its way."""
    given_up: GivenUp | None = None
    suspected: str = ""
    """Why the chat's other side is taken for a bot."""
    flood_begins: bool = False
    """Its writer has just begun to write more than is answered."""
    said: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    """Text and details of the messages as they were walked: one that was edited since is walked anew."""
    files: Enclosed = field(default_factory=dict)
    """Those of its replies."""
    shop: Shop | None = None


def commit(db: Connection, decided: Decided, now: int) -> bool:
    """Do everything, once; whether somebody is to be woken for it. A job of the journal.

    Raises StateConflict where the decision rests on what is no longer so (walk again), and AlreadyDone.
    """
    _check(db, decided, now)
    for message in decided.messages:
        causes.mark_done(db, f"message:{message}", now)
    _open_conversation(db, decided, now)
    newest = decided.messages[-1]
    ground = Ground(decided.contact, decided.config, f"message:{newest}", newest, decided.files, shop=decided.shop)
    wakes = [carry_out(db, ground, plugin, effect, now) for plugin, effect in effects_of(decided.walk)]
    faulting.settle(db, decided.walk.outcomes, now, contact=decided.contact, message=decided.messages[-1])
    if decided.given_up is not None:
        _note(db, decided, "message_given_up", asdict(decided.given_up), now)
    if decided.suspected:
        _note(db, decided, "bot_suspected", {"why": decided.suspected}, now)
    if decided.flood_begins:
        _note(db, decided, "flood", {}, now)
    if _is_unanswered(db, decided):
        figures.note_unanswered(db, decided.messages[-1], decided.contact, now)
    inbox.finish(db, decided.messages, decided.ending, now, decided.reason)
    return any(wakes)


def _check(db: Connection, decided: Decided, now: int) -> None:
    for message in decided.messages:
        # Two contacts may have become one meanwhile, and then another walk has this message.
        row = db.execute("SELECT contact, state, text, details FROM messages WHERE id = ?", (message,)).fetchone()
        if row is None or row[:2] != (decided.contact, "received"):
            raise StateConflict(f"message {message} no longer waits in this chat")
        if row[2:] != decided.said.get(message, row[2:]):
            raise StateConflict(f"message {message} was edited meanwhile")
    state.check(db, decided.walk.read)
    if decided.unless_silenced and is_silenced(db, decided.contact, decided.messages[-1], now):
        raise StateConflict("the chat was silenced meanwhile")


def effects_of(walk: Walk) -> Iterator[tuple[str, Effect]]:
    """In their order, each with its plugin."""
    for outcome in walk.outcomes:
        for effect in outcome.effects:
            yield outcome.plugin, effect


def _is_unanswered(db: Connection, decided: Decided) -> bool:
    """Whether a customer's words found no answer here."""
    if decided.ending != "done" or role_in(db, decided.contact, decided.config)[0] != "customer":
        return False
    kind, text = db.execute("SELECT kind, text FROM messages WHERE id = ?", (decided.messages[-1],)).fetchone()
    return decided.walk.leaves_open(kind, text)


def _open_conversation(db: Connection, decided: Decided, now: int) -> None:
    """The tenant's own people give orders here: that is no conversation with a customer."""
    if role_in(db, decided.contact, decided.config)[0] == "customer":
        conversations.ensure(db, decided.contact, By("customer", now, decided.messages[0]))


def _note(db: Connection, decided: Decided, kind: str, data: Mapping[str, str | None], now: int) -> None:
    event_log.add(db, kind, now, contact=decided.contact, message=decided.messages[-1], **data)
