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
    judge = partial(recovery.judge_page, session=session, now=now_ms(), resend=resend)
    after = await journal.read(partial(recovery.judged_before, session=session.id, newest=stored.newest_secret))
    # In pages, so that neither memory nor the writer is taken up by what a history sync brought.
    while rows := await trio.to_thread.run_sync(read_secrets, path, after):
        _log(await journal.write(partial(judge, rows=rows)))
        after = rows[-1].row
    rest = partial(recovery.judge_rest, session=session, now=now_ms(), intact=stored.intact, resend=resend)
    _log(await journal.write(rest))
    if not stored.intact:
        # From here on it is the one that is sent with.
        await trio.to_thread.run_sync(mark_judged, path)


def _log(done: recovery.Recovered) -> None:
    for fate in done.fates:
        logger.info("message %d was being sent: %s", fate.message, fate.state)
    if done.lost:
        logger.warning("%d messages were acknowledged and never journaled: lost unread", len(done.lost))
