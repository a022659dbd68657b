"""Commits what a plugin decided when it was told of a timer, a receipt or a change: all or nothing, and once."""

from dataclasses import dataclass, field

from comptoir.plugins.config import TenantConfig
from comptoir.plugins.walking.walk import Walk
from comptoir.sessions import faulting
from comptoir.sessions.carrying_out import carry_out
from comptoir.sessions.effects import effects_of
from comptoir.sessions.enclosing import Enclosed
from comptoir.sessions.ground import Ground
from comptoir.sessions.journal import causes, conversations, daily, event_log, occasions, optouts, state
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.occasions import Due
from comptoir.sessions.journal.state import StateConflict
from comptoir.sessions.shopkeeping.shop import Shop


@dataclass(frozen=True, slots=True)
class Told:
    """A plugin was told, ready to be committed."""

    due: Due
    walk: Walk
    config: TenantConfig
    files: Enclosed = field(default_factory=dict)
    shop: Shop | None = None


def commit(db: Connection, told: Told, now: int) -> bool:
    """Do everything, once; whether somebody is to be woken for it. A job of the journal.

    Raises StateConflict where the decision rests on what is no longer so, and AlreadyDone.
    """
    due = told.due
    causes.mark_done(db, due.cause, now)
    if not occasions.drop(db, due.cause, due.contact):
        raise StateConflict(f"{due.cause} was taken back, set anew, or is another chat's now")
    state.check(db, told.walk.read)
    ground = Ground(due.contact, told.config, due.cause, None, told.files, _withheld(db, due.contact, now), told.shop)
    wakes = [carry_out(db, ground, plugin, effect, now) for plugin, effect in effects_of(told.walk)]
    wakes.append(daily.again(db, due.plugin, due.contact, due.occasion, now))
    faulting.settle(db, told.walk.outcomes, now, contact=due.contact, message=None)
    return any(wakes)


def give_up(db: Connection, due: Due, reason: str, now: int) -> None:
    """The plugin is not told. A job of the journal."""
    if occasions.drop(db, due.cause):
        event_log.add(
            db, "occasion_given_up", now, contact=due.contact, plugin=due.plugin, cause=due.cause, reason=reason
        )
        faulting.count(db, due.plugin, reason, now)
        daily.again(db, due.plugin, due.contact, due.occasion, now)


def _withheld(db: Connection, contact: int, now: int) -> str:
    """Why nothing is said in the chat that nobody asked for."""
    return conversations.held(db, contact, now) or ("opted out" if optouts.has_opted_out(db, contact) else "")
