"""Who wants no automatic message, as the plugin `optout` remembers it."""

from comptoir.plugins.builtin.optout import SINCE, OptOut
from comptoir.plugins.walking.state import Slot
from comptoir.sessions.journal import state
from comptoir.sessions.journal.database import Connection

AUTHOR = f"plugin:{OptOut.name}"
"""Whose messages go to them all the same: they say what became of their wish."""


def has_opted_out(db: Connection, contact: int) -> bool:
    """Whether this contact wrote STOP, and not yet that answers may come again."""
    return state.get(db, Slot(OptOut.name, contact, SINCE)).value is not None
