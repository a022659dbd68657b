"""Which of a chat's waiting messages are answered together, and from when: decided without I/O."""

from collections.abc import Sequence
from dataclasses import dataclass

from comptoir.sessions.journal.inbox import InboxMessage

MAX_JOINED = 10
MAX_WINDOWS = 4
"""A burst is answered after this many joining times, even if the customer goes on writing."""


@dataclass(frozen=True, slots=True)
class Burst:
    """Messages of one chat and writer that are answered as one, oldest first."""

    messages: tuple[InboxMessage, ...]
    due_at: int
    """Not to be answered before: another part may still come."""

    @property
    def contact(self) -> int:
        return self.messages[0].contact

    @property
    def ids(self) -> tuple[int, ...]:
        return tuple(message.id for message in self.messages)

    @property
    def text(self) -> str:
        return "\n".join(message.text for message in self.messages)


def next_burst(messages: Sequence[InboxMessage], join_seconds: float, stale_hours: float, now: int) -> Burst:
    """What to answer first of `messages`, which are in order and at least one. `now` is in milliseconds."""
    first, *following = messages
    joined = [first]
    if not join_seconds or not _joins(first, stale_hours, now):
        return Burst((first,), 0)
    window = round(join_seconds * 1000)
    for message in following:
        apart = message.sender != first.sender or message.server_time - joined[-1].server_time > window
        if apart or len(joined) == MAX_JOINED or not _joins(message, stale_hours, now):
            return Burst(tuple(joined), 0)
        joined.append(message)
    if joined[-1].recorded_at > now:
        # The clock was set back meanwhile; nobody waits for it to catch up.
        return Burst(tuple(joined), 0)
    due_at = min(joined[-1].recorded_at + window, first.recorded_at + MAX_WINDOWS * window)
    return Burst(tuple(joined), due_at)


def is_stale(message: InboxMessage, stale_hours: float, now: int) -> bool:
    """Whether it is too old to be answered by a bot: it came late, or has waited here for too long.

    Only mail of an absence comes late. What comes live was just written, whatever our clock says of the server's.
    """
    late = message.recorded_at - message.server_time if message.backlog else 0
    waited = now - message.recorded_at
    return max(late, 0) + max(waited, 0) > stale_hours * 3_600_000


def _joins(message: InboxMessage, stale_hours: float, now: int) -> bool:
    # One that a worker may have died of is walked alone, so that it takes no other along; nor does one of a bot.
    return (
        message.kind == "text"
        and message.walks == 0
        and not message.automatic
        and not is_stale(message, stale_hours, now)
    )
