"""What the owner is told of a configuration that is wrong, and that it is right again. Pure but for its jobs."""

from collections.abc import Sequence
from pathlib import Path

from comptoir.plugins.faults import Fault, Lang
from comptoir.plugins.walking.state import TENANT, Slot
from comptoir.sessions.events import Address
from comptoir.sessions.journal import contacts, event_log, outbox, state
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.outbox import Outgoing

NAME = "configuration"
"""As the author of the notices."""
TOLD_FOR = 24 * 3_600_000
"""Milliseconds. The same mistakes again are told again only after that: a script may save them each minute."""
_LONGEST = 300
_KEPT = 50

_TOLD = Slot("(worker)", TENANT, "configuration told")

_WRONG = {
    "fr": "Une erreur dans vos réglages : ils n'ont pas été pris en compte.\n"
    "{file}, ligne {line} : {what}.\nAttendu : {expected}.\n{more}"
    "Ce qui était en service le reste. Corrigez le fichier et enregistrez-le : il est relu aussitôt.",
    "en": "A mistake in your settings: they were not taken.\n"
    "{file}, line {line}: {what}.\nExpected: {expected}.\n{more}"
    "What was in service stays so. Correct the file and save it: it is read again at once.",
}
_MORE = {
    "fr": ("Il y a encore 1 autre erreur.\n", "Il y a encore {count} autres erreurs.\n"),
    "en": ("There is 1 more mistake.\n", "There are {count} more mistakes.\n"),
}
_RIGHT = {
    "fr": "C'est corrigé : vos nouveaux réglages sont en service.",
    "en": "It is right again: your new settings are in service.",
}


def told_wrong(faults: Sequence[Fault], folder: Path, lang: Lang) -> str:
    """The first of `faults` in plain words, and how many more there are."""
    first, more = faults[0], len(faults) - 1
    file = first.file.relative_to(folder) if first.file.is_relative_to(folder) else Path(first.file.name)
    counted = _MORE[lang][more > 1].replace("{count}", str(more)) if more else ""
    fields = {"file": str(file), "line": str(first.line), "what": first.what, "expected": first.expected}
    return _WRONG[lang].format(more=counted, **{key: _cut(text) for key, text in fields.items()})


def tell_wrong(db: Connection, owner: str | None, text: str, digest: str, now: int) -> bool:
    """Tell the owner once of what has this digest; whether something is to be sent. A job of the journal."""
    told = {known: at for known, at in _told(db).items() if now - at < TOLD_FOR}
    if digest in told:
        return False
    newest = dict(sorted(told.items(), key=lambda item: item[1])[-_KEPT:])
    state.put(db, _TOLD, {"at": newest | {digest: now}, "open": True})
    return _queue(db, owner, text, now)


def knows_of_wrong(db: Connection) -> bool:
    """Whether the owner was told of a mistake and not yet of its end."""
    known = state.get(db, _TOLD).value
    return bool(known and known["open"])


def tell_right(db: Connection, owner: str | None, lang: Lang, now: int) -> bool:
    """Tell an owner who knows of a mistake that it is gone; whether something is to be sent. A job of the journal."""
    if not knows_of_wrong(db):
        return False
    state.put(db, _TOLD, state.get(db, _TOLD).value | {"open": False})
    return _queue(db, owner, _RIGHT[lang], now)


def _told(db: Connection) -> dict[str, int]:
    known = state.get(db, _TOLD).value
    return dict(known["at"]) if known else {}


def _queue(db: Connection, owner: str | None, text: str, now: int) -> bool:
    if owner is None:
        event_log.add(db, "owner_not_told", now, plugin=NAME, reason="no owner in tenant.toml")
        return False
    contact = contacts.contact_for(db, Address(number=owner), now)
    outbox.enqueue(db, Outgoing(contact, text, f"plugin:{NAME}", outbox.NOTICE), now)
    return True


def _cut(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
