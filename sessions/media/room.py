"""Tells the owner, once a day at most, that the room for files is used up."""

from comptoir.plugins.config import TenantConfig
from comptoir.plugins.walking.state import TENANT, Slot
from comptoir.sessions.events import Address
from comptoir.sessions.fallback import NAME
from comptoir.sessions.journal import contacts, outbox, state
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.outbox import Outgoing

DAY = 24 * 3600 * 1000
_TOLD = Slot(NAME, TENANT, "media_room_told")
_NOTICE = {
    "fr": "La place pour les fichiers reçus ({mb} Mo) est pleine : les plus anciens sont effacés ici. "
    "Ils restent sur votre téléphone.",
    "en": "The room for received files ({mb} MB) is used up: the oldest ones are deleted here. "
    "They are still on your phone.",
}


def tell_owner(db: Connection, config: TenantConfig, quota: int, now: int) -> bool:
    """Queue the notice, unless it went within the last day; whether it is queued."""
    last = state.get(db, _TOLD).value or 0
    if config.owner is None or last <= now < last + DAY:
        return False
    owner = contacts.contact_for(db, Address(number=config.owner), now)
    text = _NOTICE[config.lang].format(mb=quota // 1_000_000)
    outbox.enqueue(db, Outgoing(owner, text, f"plugin:{NAME}", outbox.NOTICE, cause=f"media_room:{now}"), now)
    state.put(db, _TOLD, now)
    return True
