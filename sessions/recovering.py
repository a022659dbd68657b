"""Before a stored session connects: is it the one we mean, and what did the last run leave undecided?"""

import logging
from functools import partial
from pathlib import Path

import trio

from comptoir.sessions.journal import linkings, recovery
from comptoir.sessions.journal.journal import Journal
from comptoir.sessions.journal.linkings import Session
from comptoir.sessions.session_store import StoredSession, mark_judged, read_secrets, read_session
from comptoir.sessions.times import now_ms

logger = logging.getLogger("recovery")

LOST_AT_MOST = 101
"""Messages that the library may have acknowledged and not handed over when a process dies: its channel's, and one."""
SYNC_LIMIT = 3_600_000
"""Milliseconds from linking in which the phone may bring in its old conversations."""


async def recover(journal: Journal, session_path: Path, *, lab: bool, resend: bool) -> str:
    """Settle what a crash left; an empty text when the session may connect, else why it must be parked.

    Must run before neonize is loaded: it opens neonize's database with another copy of SQLite. `resend`:
    the tenant would rather repeat an uncertain answer than risk that it never arrived.
    """
    session = await journal.read(linkings.current_session)
    stored = await trio.to_thread.run_sync(read_session, session_path)
    if session is None or stored is None or stored.number != session.number:
        return "session_lost"
    if session.lab != lab:
        return "lab_session" if session.lab else "real_session"
    await _judge(journal, session_path, session, stored, resend=resend)
    return ""


async def _judge(journal: Journal, path: Path, session: Session, stored: StoredSession, *, resend: bool) -> None:
    after = await journal.write(partial(recovery.judged_before, session=session.id, newest=stored.newest_secret))
    history = await _is_history(journal, path, session, after)
    judge = partial(recovery.judge_page, session=session, now=now_ms(), resend=resend, history=history)
    # In pages, so that neither memory nor the writer is taken up by what a history sync brought.
    while rows := await trio.to_thread.run_sync(read_secrets, path, after):
        _log(await journal.write(partial(judge, rows=rows)))
        after = rows[-1].row
    rest = partial(recovery.judge_rest, session=session, now=now_ms(), intact=stored.intact, resend=resend)
    _log(await journal.write(rest))
    if not stored.intact:
        # From here on it is the one that is sent with.
        await trio.to_thread.run_sync(mark_judged, path)


async def _is_history(journal: Journal, path: Path, session: Session, after: int) -> bool:
    """Whether a crash came while the phone's old conversations were brought in, before they could be told as such."""
    if not 0 <= now_ms() - session.linked_at < SYNC_LIMIT:
        return False
    lost = 0
    while lost <= LOST_AT_MOST and (rows := await trio.to_thread.run_sync(read_secrets, path, after)):
        lost += await journal.read(partial(recovery.count_lost, rows=rows, session=session))
        after = rows[-1].row
    if lost > LOST_AT_MOST:
        logger.warning("more unknown messages than a crash can lose: taken for old conversations")
    return lost > LOST_AT_MOST


def _log(done: recovery.Recovered) -> None:
    for fate in done.fates:
        logger.info("message %d was being sent: %s", fate.message, fate.state)
    if done.lost:
        logger.warning("%d messages were acknowledged and never journaled: lost unread", len(done.lost))
