"""Mail that came too late for an automatic answer is listed for the owner, all of it in one notice."""

from comptoir.plugins.config import TenantConfig
from comptoir.plugins.walking.state import TENANT, Slot
from comptoir.sessions.events import Address
from comptoir.sessions.fallback import NAME
from comptoir.sessions.journal import contacts, outbox, state
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.outbox import Outgoing
from comptoir.sessions.journal.schema import chat_of

REASON = "stale"
"""As the reason of a skipped message in the event log."""
MAX_CHATS = 20

_TOLD = Slot(NAME, TENANT, "stale_told")
_NOTICE = {
    "fr": "{count} message(s) arrivé(s) trop tard pour une réponse automatique. À vous de voir : {chats}",
    "en": "{count} message(s) came too late for an automatic answer. Please look at: {chats}",
}


def tell_owner(db: Connection, config: TenantConfig, now: int) -> bool:
    """Queue a notice about stale messages of which the owner has not been told; whether there were any.

    In order of arrival: chats are looked after side by side, so the events are in no order of use to anyone.
    """
    rows = db.execute(
        f"""SELECT id, {chat_of("events.contact")} FROM events
            WHERE kind = 'skipped' AND json_extract(data, '$.reason') = ? AND id > ? ORDER BY message""",
        (REASON, state.get(db, _TOLD).value or 0),
    ).fetchall()
    if not rows or config.owner is None:
        return False
    last = max(id for id, _ in rows)
    owner = contacts.contact_for(db, Address(number=config.owner), now)
    text = _NOTICE[config.lang].format(count=len(rows), chats=listed([chat for _, chat in rows]))
    outbox.enqueue(db, Outgoing(owner, text, f"plugin:{NAME}", outbox.NOTICE, cause=f"stale:{last}"), now)
    state.put(db, _TOLD, last)
    return True


def listed(chats: list[str]) -> str:
    """Each chat once, and how many more there are."""
    different = list(dict.fromkeys(chats))
    more = len(different) - MAX_CHATS
    return ", ".join(different[:MAX_CHATS]) + (f" (+ {more})" if more > 0 else "")
