"""The states of a message and their order: whatever arrives late or twice, a state never goes backwards."""

from typing import Literal

from comptoir.sessions.journal.database import Connection

State = Literal[
    "received", "done", "skipped", "lost",
    "queued", "sending", "uncertain", "sent", "delivered", "read", "failed",
]  # fmt: skip

# A failed message may still turn out to have arrived; a lost one may still come by a retry.
_RANK: dict[str, int] = {
    "lost": 0, "received": 1, "skipped": 2, "done": 3,
    "queued": 0, "sending": 1, "uncertain": 2, "failed": 3, "sent": 4, "delivered": 5, "read": 6,
}  # fmt: skip


def further(one: str, other: str) -> str:
    """The later of two states of the same direction."""
    return max(one, other, key=_RANK.__getitem__)


def reached(state: str, wanted: str) -> bool:
    """Whether a message in `state` is at `wanted` or beyond it; a failed one never is, except for failed."""
    if "failed" in (state, wanted):
        return state == wanted
    return _RANK[state] >= _RANK[wanted]


def advance(db: Connection, message: int, state: str) -> bool:
    """Put a message into `state` unless it is there or beyond already; whether it changed."""
    current = db.execute("SELECT state FROM messages WHERE id = ?", (message,)).fetchone()[0]
    if further(current, state) == current:
        return False
    db.execute("UPDATE messages SET state = ? WHERE id = ?", (state, message))
    return True
