"""After a crash: what became of messages that were being sent, and which were received and never journaled.

whatsmeow notes the secret of every message in the session database, before it sends one of ours and before
it hands one of theirs to us. Decided without I/O from what is noted there and what the journal knows.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from comptoir.sessions.events import Address
from comptoir.sessions.journal.linkings import Session

_FateState = Literal["queued", "uncertain", "sent"]


@dataclass(frozen=True, slots=True)
class SecretRow:
    """A row of the session database's `whatsmeow_message_secrets`; chat and sender are JIDs as stored."""

    chat: str
    sender: str
    whatsapp_id: str
    key: bytes
    row: int = 0
    """Its place in the table, which only grows."""


@dataclass(frozen=True, slots=True)
class Known:
    """What the journal knows of a session; of ids, those asked for."""

    sending: Mapping[int, bytes]
    """Messages of which it is unknown whether they left, each with its secret."""
    receipted: frozenset[str]
    """WhatsApp ids that receipts came for before the id was ours."""
    accounted: frozenset[str]
    """Ids that are journaled, or known not to be lost mail."""


@dataclass(frozen=True, slots=True)
class Fate:
    """What becomes of a message that was being sent. With a trace of it, its WhatsApp id is known."""

    message: int
    state: _FateState
    whatsapp_id: str | None = None


@dataclass(frozen=True, slots=True)
class Lost:
    """A message that was acknowledged to its sender and never came to us."""

    whatsapp_id: str
    chat: Address


def decide(rows: Iterable[SecretRow], known: Known, session: Session) -> tuple[list[Fate], list[Lost]]:
    """What left a trace among `rows` may have left, and any receipt for it proves that it did; the absence of one
    proves nothing. What is there and not known was lost.
    """
    rows = list(rows)
    traces = {row.key: row.whatsapp_id for row in rows}
    fates = []
    for message, secret in known.sending.items():
        if (whatsapp_id := traces.get(secret)) is not None:
            fates.append(Fate(message, "sent" if whatsapp_id in known.receipted else "uncertain", whatsapp_id))
    return fates, list(_lost(rows, known, session))


def decide_rest(sending: Mapping[int, bytes], *, intact: bool) -> list[Fate]:
    """What left no trace at all never left, if the session database is `intact`: the very one that was sent with.

    An empty secret is of what was sent with one that is gone: of that nothing can be told any more.
    """
    return [Fate(message, "queued" if intact and secret else "uncertain") for message, secret in sending.items()]


def _lost(rows: Iterable[SecretRow], known: Known, session: Session) -> Iterable[Lost]:
    ours = set(known.sending.values())
    seen = set(known.accounted)
    for row in rows:
        chat, sender = _person(row.chat), _person(row.sender)
        if chat is None or sender is None or _is_own(sender, session):
            continue
        if row.whatsapp_id not in seen and row.key not in ours:
            seen.add(row.whatsapp_id)
            yield Lost(row.whatsapp_id, chat)


def _person(jid: str) -> Address | None:
    """The person a JID names, its device left out; None for groups, status, channels and everything else."""
    user, _, server = jid.partition("@")
    digits = user.partition(":")[0].partition(".")[0]
    if not (digits.isascii() and digits.isdigit()) or digits == "0":
        return None
    if server in ("s.whatsapp.net", "c.us", "hosted"):
        return Address(number=f"+{digits}")
    return Address(lid=digits) if server in ("lid", "hosted.lid") else None


def _is_own(person: Address, session: Session) -> bool:
    return person.number == session.number if person.number else person.lid == session.lid
