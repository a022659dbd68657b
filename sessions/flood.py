"""Whether a customer writes more than is answered, from when they wrote; decided without I/O.

Nobody is caught for being talkative: what follows at once is one message, as it is answered as one, and no person
writes twenty of these a minute.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from comptoir.sessions.bursts import MAX_JOINED, MAX_WINDOWS

MINUTE = 60_000
"""Milliseconds that the limit is for; a flood is over after as long without a message beyond it."""
SAID_AGAIN = 3_600_000
"""Milliseconds. Whoever floods the chat again sooner is not told again."""
TOLD_AGAIN = 24 * 3_600_000
"""Milliseconds. The owner is told of a chat at most once in so long."""


@dataclass(frozen=True, slots=True)
class Limit:
    """How much one customer may write."""

    per_minute: int
    join_ms: int = 0
    """What follows within this time counts as one; 0 where nothing is joined."""

    @property
    def most_read(self) -> int:
        """So many messages of one minute are beyond the limit, however they are joined."""
        return self.per_minute * MAX_JOINED + 1


def lower(*limits: int | None, join_ms: int = 0) -> Limit | None:
    """The lowest of these limits a minute; None where none is set."""
    set_ = [limit for limit in limits if limit is not None]
    return Limit(min(set_), join_ms) if set_ else None


@dataclass(frozen=True, slots=True)
class Written:
    """A message of the customer's, by the server's clock: what waited there keeps the time it was written."""

    at: int
    joins: bool
    """It may be answered together with what it follows."""


@dataclass(frozen=True, slots=True)
class Before:
    """What is kept of a chat's last flood; times in milliseconds, 0 for never."""

    last: int = 0
    """When the last message beyond the limit was written."""
    said: int = 0
    """When the customer was told."""
    told: int = 0
    """When the owner was."""


@dataclass(frozen=True, slots=True)
class Flood:
    """What is to be done about a message beyond the limit, beside leaving it unanswered."""

    begins: bool
    """It is the first since a calm minute."""
    says: bool
    """The customer gets one polite line."""
    tells: bool
    """The owner is told."""
    after: Before
    """What is to be kept."""


def flood(written: Sequence[Written], limit: Limit, before: Before, now: int) -> Flood | None:
    """None where the last of `written`, which are in order of arrival, is within the limit."""
    if not written or _count(written, limit) <= limit.per_minute:
        return None
    at = written[-1].at
    begins = not 0 <= at - before.last < MINUTE
    says = begins and not 0 <= now - before.said < SAID_AGAIN
    tells = begins and not 0 <= now - before.told < TOLD_AGAIN
    after = Before(at, now if says else before.said, now if tells else before.told)
    return Flood(begins, says, tells, after)


def _count(written: Sequence[Written], limit: Limit) -> int:
    """How many answers the messages of the last minute would ask for; joined as the runner joins them."""
    count = size = 0
    first = previous = written[0]
    for one in written:
        if not written[-1].at - MINUTE < one.at <= written[-1].at:
            continue
        follows = one.at - previous.at <= limit.join_ms and one.at - first.at <= MAX_WINDOWS * limit.join_ms
        joined = limit.join_ms > 0 and one.joins and previous.joins and follows and size < MAX_JOINED
        if not (size and joined):
            count, size, first = count + 1, 0, one
        size, previous = size + 1, one
    return count
