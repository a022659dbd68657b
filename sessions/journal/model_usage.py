"""What models have cost, by day, chat and model: reserved before a call, at its worst, and settled after it.

A worker that dies in between leaves the reservation: what may have been spent counts as spent.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from comptoir.sessions.journal.database import Connection

_KEPT_DAYS = 400


@dataclass(frozen=True, slots=True)
class Cost:
    """`money` in millionths of the operator's currency."""

    tokens: int
    money: int


@dataclass(frozen=True, slots=True)
class Account:
    """Whose call it is: a chat's, on a day of the tenant's clock, as `2026-11-23`."""

    day: str
    contact: int
    model: str


def spent(db: Connection, of: Account, *, by_all: bool, on_all: bool) -> Cost:
    """On its day: by its chat or by all, on its model or on all."""
    tokens, money = db.execute(
        """SELECT coalesce(sum(tokens), 0), coalesce(sum(cost), 0) FROM model_usage
            WHERE day = ? AND (? OR contact = ?) AND (? OR model = ?)""",
        (of.day, by_all, of.contact, on_all, of.model),
    ).fetchone()
    return Cost(tokens, money)


def add(db: Connection, of: Account, more: Cost, calls: int = 0) -> None:
    """Less than nothing takes a reservation back."""
    db.execute(
        """INSERT INTO model_usage (day, contact, model, calls, tokens, cost) VALUES (?, ?, ?, ?, ?, ?)
            ON CONFLICT DO UPDATE SET calls = calls + excluded.calls, tokens = tokens + excluded.tokens,
                cost = cost + excluded.cost""",
        (of.day, of.contact, of.model, calls, more.tokens, more.money),
    )


def merge(db: Connection, keep: int, gone: int) -> None:
    """Two contacts are one."""
    for day, model, calls, tokens, money in db.execute(
        "SELECT day, model, calls, tokens, cost FROM model_usage WHERE contact = ?", (gone,)
    ).fetchall():
        add(db, Account(day, keep, model), Cost(tokens, money), calls)
    db.execute("DELETE FROM model_usage WHERE contact = ?", (gone,))


def prune(db: Connection, now: int) -> None:
    """`now` in milliseconds."""
    oldest = datetime.fromtimestamp(now / 1000, UTC).date() - timedelta(days=_KEPT_DAYS)
    db.execute("DELETE FROM model_usage WHERE day < ?", (oldest.isoformat(),))
