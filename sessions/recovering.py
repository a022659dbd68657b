"""Before a stored session connects: is it the one we mean, and what did the last run leave undecided?"""

import logging
from pathlib import Path

import trio

from comptoir.sessions.intake import now_ms
from comptoir.sessions.journal import linkings, recovery
from comptoir.sessions.journal.journal import Journal
from comptoir.sessions.session_store import read_session

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
    # The copy in RAM is the one that was sent with: it went nowhere since.
    found = recovery.SessionSecrets(stored.secrets, intact=True)
    done = await journal.write(lambda db: recovery.recover(db, found, session, now_ms(), resend=resend))
    for fate in done.fates:
        logger.info("message %d was being sent: %s", fate.message, fate.state)
    if done.lost:
        logger.warning("%d messages were acknowledged and never journaled: lost unread", len(done.lost))
    return ""
