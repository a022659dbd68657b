"""Decides, without I/O, what may be sent now, where to show typing, and when to look again."""

import random
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from comptoir.sessions.journal.outbox import ANSWER, ANSWER_KEPT
from comptoir.sessions.journal.waiting import DAY, MINUTE, Snapshot, Waiting
from comptoir.sessions.spec import Rates

MAX_TYPING = 8
QUIET_LIMIT = 5_000
"""A customer who never pauses is answered all the same, after this many milliseconds."""
_NEVER = 2**62
_FIRST_BACKOFF = 2_000
_LAST_BACKOFF = 600_000


@dataclass(frozen=True, slots=True)
class Progress:
    """What the sender remembers between plans, by message, each with the time it began."""

    held: Mapping[int, int] = field(default_factory=dict)
    """Held back only because the customer is still writing."""
    typing: Mapping[int, int] = field(default_factory=dict)
    """Shown as being typed."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do now. With nothing to send, look again at `wake_at`, or when told that something changed."""

    send: int | None = None
    type_for: tuple[int, ...] = ()
    held: tuple[int, ...] = ()
    too_old: tuple[int, ...] = ()
    """Automatic answers that have waited too long to be sent; to be looked at again without them."""
    wake_at: int | None = None


def plan(known: Snapshot, progress: Progress, rates: Rates, now: int) -> Plan:
    """Times are in milliseconds. Every message is decided on anew each time, from what is known now."""
    if too_old := tuple(row.id for row in known.waiting if row.answers is not None and now - row.answers > ANSWER_KEPT):
        return Plan(too_old=too_old)
    due = {row.id: due_at(row, known, rates) for row in known.waiting}
    held_since = {row.id: progress.held.get(row.id, max(now, due[row.id])) for row in known.waiting}
    quiet = {row.id: _quiet_at(row, held_since[row.id], rates, now) for row in known.waiting}
    held = tuple(id for id in due if due[id] <= now < quiet[id])
    times = {id: max(due[id], quiet[id]) for id in due}
    later = [time for time in times.values() if time > now]
    # Among equals who got less lately: one who writes without end must not keep the rest waiting.
    had = Counter(tried.contact for tried in known.tried)
    ready = [row for row in known.waiting if times[row.id] <= now]
    ready.sort(key=lambda row: (row.priority, had[row.contact]))
    if not rates.typing:
        return Plan(ready[0].id if ready else None, (), held, wake_at=min(later, default=None))
    typed = {row.id: progress.typing[row.id] + typing_time(row.length) for row in ready if row.id in progress.typing}
    send = next((id for id, time in typed.items() if time <= now), None)
    fresh = [row for row in ready if row.id not in typed][: max(0, MAX_TYPING - len(typed))]
    later += [now + typing_time(row.length) for row in fresh] + list(typed.values())
    return Plan(send, tuple(row.id for row in fresh), held, wake_at=min(later, default=None))


def due_at(row: Waiting, known: Snapshot, rates: Rates) -> int:
    """When a message may go, as far as is known now; the quiet spell and typing not counted."""
    times = [row.not_before, _chat_turn(row, known, rates), _minute_turn(row, known, rates)]
    if row.stranger:
        times += [known.strangers_held_until, _turn(known.strangers, rates.new_chats_per_day, DAY)]
    return max(times)


def typing_time(length: int) -> int:
    """How long a person would seem to type a text of so many characters, within reason."""
    return min(3_000, 600 + 20 * length)


def backoff(attempts: int, rng: random.Random) -> int:
    """Full jitter: anything up to a limit that doubles with each attempt."""
    return round(rng.uniform(0, min(_LAST_BACKOFF, _FIRST_BACKOFF * 2**attempts)))


def _quiet_at(row: Waiting, held_since: int, rates: Rates, now: int) -> int:
    """Sending while receiving in one conversation can lose the message without an error."""
    if row.last_heard is None:
        return 0
    if row.last_heard > now:
        # The clock was set back since, and nobody knows by how much.
        return held_since + rates.quiet_ms
    return min(row.last_heard + rates.quiet_ms, held_since + QUIET_LIMIT)


def _chat_turn(row: Waiting, known: Snapshot, rates: Rates) -> int:
    if rates.chat_per_second is None:
        return 0
    gap = round(1000 / rates.chat_per_second)
    return max((tried.at + gap for tried in known.tried if tried.contact == row.contact), default=0)


def _minute_turn(row: Waiting, known: Snapshot, rates: Rates) -> int:
    """Answers have a rate of their own, so that notices and campaigns never hold them up. A chat that had a third of a
    minute's answers leaves the last third to others.
    """
    is_answer = row.priority == ANSWER
    limit = rates.answers_per_minute if is_answer else rates.notices_per_minute
    if limit is None:
        return 0
    tried = [each for each in known.tried if (each.priority == ANSWER) == is_answer]
    turn = _turn([each.at for each in tried], limit, MINUTE)
    share = max(limit // 3, 1)
    if not is_answer or share == limit or sum(each.contact == row.contact for each in tried) < share:
        return turn
    return max(turn, _turn([each.at for each in tried], limit - share, MINUTE))


def _turn(times: Sequence[int], limit: int | None, window: int) -> int:
    """When one more keeps within `limit` a `window`; `times` are those of the last window, oldest first."""
    if limit is None or len(times) < limit:
        return 0
    if limit == 0:
        return _NEVER
    return times[-limit] + window
