"""Courses of messages in chats: who has them, from the first message to their closing; every change is an event."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, cast

from comptoir.plugins.api import Case, Conversation
from comptoir.sessions.journal import contacts, event_log
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.schema import chat_of

MOST_CASES = 50
KIND = "conversation"
"""Of the events."""

State = Literal["open", "pending", "closed"]
ChangeKind = Literal["opened", "taken", "handed_over", "assigned", "released", "closed"]

# Who took a conversation by writing on the phone has it while the silence lasts: nothing is held for ever by that.
_COLUMNS = """v.id, v.contact, v.state, iif(v.by_hand AND c.silenced_until <= ?1, NULL, v.agent),
    v.opened_at, v.changed_at, v.reason, v.handed_over"""
_FROM = f"SELECT {_COLUMNS} FROM conversations v JOIN contacts c ON c.id = v.contact"


@dataclass(frozen=True, slots=True)
class Row:
    """A conversation as the journal has it; times in milliseconds."""

    number: int
    contact: int
    state: State
    agent: str | None
    opened_at: int
    changed_at: int
    reason: str
    handed_over: bool

    def shown(self) -> Conversation:
        """As plugins see it."""
        return Conversation(
            self.number,
            self.state,
            self.agent,
            _time(self.opened_at),
            _time(self.changed_at),
            self.reason,
            self.handed_over,
        )


@dataclass(frozen=True, slots=True)
class By:
    """Who changes a conversation, and with which message."""

    name: str
    """As in `Change.by` of the plugin API."""
    now: int
    message: int | None = None


# --- reading


def row(db: Connection, contact: int, now: int) -> Row | None:
    """The contact's conversation that is not closed."""
    return _row(db.execute(f"{_FROM} WHERE v.contact = ?2 AND v.state <> 'closed'", (now, contact)).fetchone())


def by_number(db: Connection, number: int, now: int) -> Row | None:
    """Closed ones, too."""
    return _row(db.execute(f"{_FROM} WHERE v.id = ?2", (now, number)).fetchone())


def current(db: Connection, contact: int, now: int) -> Conversation | None:
    """The contact's conversation that is not closed, as plugins see it."""
    found = row(db, contact, now)
    return None if found is None else found.shown()


def shown(db: Connection, contact: int, now: int) -> Conversation:
    """As `current`, or one without a number where there is none."""
    return current(db, contact, now) or Conversation(0, "open", None, _time(now), _time(now))


def held(db: Connection, contact: int, now: int) -> str:
    """Why the plugins do not speak in this chat; empty where they do."""
    until = contacts.silenced_until(db, contact)
    if until > now:
        return "paused" if until == contacts.PAUSED else "silenced"
    found = row(db, contact, now)
    if found is None:
        return ""
    return f"with {found.agent}" if found.agent else "waits for a person" if found.state == "pending" else ""


def cases(db: Connection, now: int, limit: int = MOST_CASES) -> tuple[Case, ...]:
    """Conversations that wait for a person or have one, the longest waiting first."""
    rows = db.execute(
        f"""SELECT {_COLUMNS}, {chat_of("v.contact")}, c.name
            FROM conversations v JOIN contacts c ON c.id = v.contact WHERE v.state <> 'closed'
            AND (v.state = 'pending' OR (v.agent IS NOT NULL AND NOT (v.by_hand AND c.silenced_until <= ?1)))
            ORDER BY v.state = 'pending' DESC, v.changed_at, v.id LIMIT ?2""",
        (now, limit),
    )
    return tuple(Case(cast(Row, _row(found)).shown(), found[-2], found[-1]) for found in rows)


def pending(db: Connection) -> int:
    """How many wait for a person."""
    return int(db.execute("SELECT count(*) FROM conversations WHERE state = 'pending'").fetchone()[0])


def quiet_since(db: Connection, since: int, limit: int) -> list[int]:
    """Conversations in which nobody wrote since then, and which wait for nobody."""
    rows = db.execute(
        """SELECT id FROM conversations WHERE state <> 'closed' AND state = 'open' AND last_at < ?
            ORDER BY last_at LIMIT ?""",
        (since, limit),
    )
    return [number for (number,) in rows]


def taken_before(db: Connection, silenced_until: int, limit: int) -> list[int]:
    """Conversations taken by hand in chats whose silence ended before then."""
    rows = db.execute(
        """SELECT v.id FROM conversations v JOIN contacts c ON c.id = v.contact
            WHERE v.state <> 'closed' AND v.by_hand = 1 AND c.silenced_until < ? LIMIT ?""",
        (silenced_until, limit),
    )
    return [number for (number,) in rows]


def pending_before(db: Connection, since: int, now: int, limit: int) -> list[Row]:
    """Conversations that wait for a person since before then, the longest first."""
    rows = db.execute(
        f"{_FROM} WHERE v.state = 'pending' AND v.changed_at < ?2 ORDER BY v.changed_at LIMIT ?3", (now, since, limit)
    )
    return [row for row in map(_row, rows) if row is not None]


def changed_by_plugins(db: Connection, contact: int, since: int) -> int:
    """How often plugins changed the contact's conversations since then."""
    row = db.execute(
        """SELECT count(*) FROM events WHERE kind = ? AND contact = ? AND at >= ?
            AND json_extract(data, '$.by') LIKE 'plugin:%'""",
        (KIND, contact, since),
    ).fetchone()
    return int(row[0])


# --- changing


def ensure(db: Connection, contact: int, by: By) -> int:
    """The number of the contact's conversation; one is opened where there is none."""
    if found := row(db, contact, by.now):
        return found.number
    opened = db.execute(
        """INSERT INTO conversations (contact, state, opened_at, changed_at, last_at)
            VALUES (?1, 'open', ?2, ?2, ?2) RETURNING id""",
        (contact, by.now),
    ).fetchone()
    _tell(db, opened[0], "opened", by)
    return int(opened[0])


def hand_over(db: Connection, number: int, reason: str, by: By) -> None:
    """It waits for a person."""
    _set(db, number, by, state="pending", agent=None, reason=reason, handed_over=1)
    _tell(db, number, "handed_over", by)


def take(db: Connection, number: int, by: By) -> None:
    """The owner wrote by hand on the phone: theirs while the silence lasts, unless somebody was given it."""
    _, agent, by_hand = _state(db, number)
    given = agent is not None and not by_hand
    _set(db, number, by, state="open", agent=agent if given else "owner", by_hand=not given, handed_over=1)
    _tell(db, number, "taken", by)


def assign(db: Connection, number: int, agent: str, by: By) -> None:
    """`agent` has it from now on, also where they had it: they may have answered."""
    _set(db, number, by, state="open", agent=agent, handed_over=1)
    _tell(db, number, "assigned", by)


def release(db: Connection, number: int, by: By) -> None:
    """The plugins have it back; nothing where they had it."""
    state, agent, _ = _state(db, number)
    if state == "pending" or agent is not None:
        _set(db, number, by, state="open", agent=None)
        _tell(db, number, "released", by)


def give_back(db: Connection, contact: int, by: By) -> None:
    """Release what the owner took by hand; nothing where somebody was given it, or asked for."""
    found = db.execute(
        "SELECT id FROM conversations WHERE contact = ? AND state <> 'closed' AND by_hand = 1", (contact,)
    ).fetchone()
    if found is not None:
        release(db, found[0], by)


def close(db: Connection, number: int, by: By) -> None:
    """It has ended; nothing where it had."""
    state, agent, _ = _state(db, number)
    if state != "closed":
        _set(db, number, by, state="closed", agent=agent)
        db.execute("UPDATE conversations SET closed_at = ? WHERE id = ?", (by.now, number))
        _tell(db, number, "closed", by)


def _set(  # noqa: PLR0913 (a column each)
    db: Connection,
    number: int,
    by: By,
    *,
    state: State,
    agent: str | None,
    by_hand: bool = False,
    reason: str | None = None,
    handed_over: int = 0,
) -> None:
    """Where state or agent become others, it changed now."""
    db.execute(
        """UPDATE conversations SET changed_at = iif(state IS ?1 AND agent IS ?2, changed_at, ?3), state = ?1,
                agent = ?2, by_hand = ?4, reason = coalesce(?5, reason), handed_over = max(handed_over, ?6)
            WHERE id = ?7""",
        (state, agent, by.now, int(by_hand), reason, handed_over, number),
    )


def _tell(db: Connection, number: int, change: ChangeKind, by: By) -> None:
    contact, state, agent = db.execute(
        "SELECT contact, state, agent FROM conversations WHERE id = ?", (number,)
    ).fetchone()
    told = {"change": change, "by": by.name, "state": state, "agent": agent, "number": number}
    event_log.add(db, "conversation", by.now, contact=contact, message=by.message, **told)


def _state(db: Connection, number: int) -> tuple[str, str | None, bool]:
    state, agent, by_hand = db.execute(
        "SELECT state, agent, by_hand FROM conversations WHERE id = ?", (number,)
    ).fetchone()
    return state, agent, bool(by_hand)


def _row(found: tuple[int, int, State, str | None, int, int, str, int] | None) -> Row | None:
    return None if found is None else Row(*found[:7], bool(found[7]))


def _time(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)
