"""The device sessions a tenant has had: one row for each linking, and whether it was to the lab."""

from dataclasses import dataclass

from comptoir.sessions.journal import inbox, withdrawing
from comptoir.sessions.journal.database import Connection

ANOTHER_NUMBER = "linked to another number"
"""Why a message of the last number's session failed or was skipped."""


@dataclass(frozen=True, slots=True)
class Session:
    id: int
    number: str
    """The tenant's own, `+E164`."""
    lid: str | None
    """The tenant's own, digits only."""
    name: str
    lab: bool
    linked_at: int


def current_session(db: Connection) -> Session | None:
    """The session that has not ended."""
    row = db.execute(
        """SELECT id, number, lid, name, lab, linked_at FROM sessions
            WHERE ended_at IS NULL ORDER BY id DESC LIMIT 1"""
    ).fetchone()
    if row is None:
        return None
    id, number, lid, name, lab, linked_at = row
    return Session(id, number, lid, name, bool(lab), linked_at)


def begin_session(db: Connection, number: str, *, lab: bool, now: int) -> int:
    """A device was linked: any earlier session ends. The new session's id.

    What still waits was written to and for the last number: another one neither answers nor sends it.
    """
    end_session(db, "linked again", now)
    last = db.execute("SELECT number, lab FROM sessions ORDER BY id DESC LIMIT 1").fetchone()
    if last is not None and last != (number, lab):
        withdrawing.fail_all(db, ANOTHER_NUMBER, now)
        inbox.skip_all(db, ANOTHER_NUMBER, now)
    query = "INSERT INTO sessions (number, lab, linked_at) VALUES (?, ?, ?) RETURNING id"
    return int(db.execute(query, (number, lab, now)).fetchone()[0])


def learn_session(db: Connection, session: int, *, lid: str | None = None, name: str = "") -> None:
    """What a connection tells about the tenant's own account."""
    db.execute(
        "UPDATE sessions SET lid = coalesce(?, lid), name = iif(? = '', name, ?) WHERE id = ?",
        (lid, name, name, session),
    )


def end_session(db: Connection, reason: str, now: int) -> None:
    """The device is no longer linked; nothing happens where there is none."""
    rows = db.execute(
        "UPDATE sessions SET ended_at = ?, end_reason = ? WHERE ended_at IS NULL RETURNING id", (now, reason)
    ).fetchall()
    for (session,) in rows:
        withdrawing.abandon(db, session, now)
