"""Messages that the library drops because it has decrypted them before: the journal knows them, or they were lost.

whatsmeow stores a message's ratchet before its secret. A process that dies between the two leaves no trace of the
message; the server, which had no receipt, delivers it again, and a line of the library's log is all that there is then.
"""

import logging
import math
import re
from collections.abc import Callable
from functools import partial

import trio

from comptoir.sessions.journal import recovery
from comptoir.sessions.journal.journal import Store
from comptoir.sessions.judging import SecretRow
from comptoir.sessions.rounds import Rounds
from comptoir.sessions.times import now_ms

logger = logging.getLogger("recovery")

AFTER = 5.0
"""Seconds until it is judged: the first copy may still be on its way to the journal."""
MOST = 1_000
# whatsmeow, message.go (decryptMessages) and types/message.go (SourceString); the error is libsignal's.
# Strangers choose their messages' ids: of a line that could be read in two ways nothing is believed.
_LINE = re.compile(
    r"Ignoring message ([\w.-]{1,128}) from ([\w.:@-]{1,128}?)(?: in ([\w.:@-]{1,128}?))?: "
    r"(?:(?! from ).)*old counter(?:(?! from ).)*",
    re.ASCII,
)


def dropped_in(line: str) -> SecretRow | None:
    """The message that a line of the library's log says was dropped; its secret is unknown."""
    found = _LINE.fullmatch(line.rstrip())
    return SecretRow(found[3] or found[2], found[2], found[1], b"") if found else None


class DroppedMail(Rounds):
    """Reports as lost what the journal does not know. `on_lost` is called, inside trio, after that commit."""

    def __init__(self, journal: Store, on_lost: Callable[[], object]) -> None:
        super().__init__()
        self._journal = journal
        self._on_lost = on_lost
        self._dropped: dict[str, tuple[SecretRow, float]] = {}

    def note(self, row: SecretRow) -> None:
        """In trio, at any time."""
        self._dropped.setdefault(row.whatsapp_id, (row, trio.current_time() + AFTER))
        while len(self._dropped) > MOST:
            del self._dropped[next(iter(self._dropped))]
        self.wake()

    async def run(self) -> None:
        """Judge until cancelled."""
        self.open()
        await self.rounds(self._turn)

    async def _turn(self) -> float:
        due = [row for row, at in self._dropped.values() if at <= trio.current_time()]
        if due:
            lost = await self._journal.write(partial(recovery.judge_dropped, rows=due, now=now_ms()))
            for row in due:
                del self._dropped[row.whatsapp_id]
            if lost:
                logger.warning("%d messages were decrypted by a process that died: lost unread", len(lost))
                self._on_lost()
        next_at = min((at for _, at in self._dropped.values()), default=math.inf)
        return max(next_at - trio.current_time(), 0)
