"""What the flood rule decides on, as the journal has it, so that a restart forgets nothing."""

from dataclasses import asdict
from itertools import takewhile
from typing import Any

from comptoir.plugins.walking.state import Slot
from comptoir.sessions.flood import MINUTE, Before, Flood, Limit, Written, flood
from comptoir.sessions.journal import state
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.schema import chat_of

NAME = "flood"
KEY = "last"
MOST_SHOWN = 20
# What customers do to messages that are here asks for no answer of its own.
_NOT_COUNTED = "('edit', 'deletion')"


def flooding(db: Connection, contact: int, message: int, limit: Limit, now: int) -> Flood | None:
    """Whether this message of a contact is beyond the limit. In a group each member has one."""
    written = _written(db, contact, message, limit)
    return flood(written, limit, _before(db, contact), now)


def kept(after: Before) -> dict[str, Any]:
    """As it is put into the state under KEY."""
    return asdict(after)


def flooded_chats(db: Connection, now: int) -> list[str]:
    """Chats that were beyond the limit in the last minute."""
    rows = db.execute(
        f"""SELECT {chat_of("plugin_state.contact")} FROM plugin_state
            WHERE plugin = ? AND key = ? AND json_extract(value, '$.last') > ? ORDER BY contact LIMIT ?""",
        (NAME, KEY, now - MINUTE, MOST_SHOWN),
    )
    return [chat for (chat,) in rows if chat is not None]


def _written(db: Connection, contact: int, message: int, limit: Limit) -> list[Written]:
    """What was written in the minute up to the message, which is last; no more than the rule needs."""
    rows = db.execute(
        f"""SELECT coalesce(server_time, recorded_at), kind = 'text' AND automatic = 0 FROM messages
            WHERE contact = ?1 AND direction = 'in' AND id <= ?2 AND state <> 'lost' AND kind NOT IN {_NOT_COUNTED}
            AND sender IS (SELECT sender FROM messages WHERE id = ?2) ORDER BY id DESC LIMIT ?3""",
        (contact, message, limit.most_read),
    )
    written = (Written(at, bool(joins)) for at, joins in rows)
    newest = next(written, None)
    if newest is None:
        return []
    minute = takewhile(lambda one: one.at > newest.at - MINUTE, written)
    return [newest, *minute][::-1]


def _before(db: Connection, contact: int) -> Before:
    value = state.get(db, Slot(NAME, contact, KEY)).value
    return Before(**value) if value else Before()
