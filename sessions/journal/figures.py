"""What a stretch of time has brought the shop, and what customers asked in it that nothing had an answer to."""

from comptoir.plugins.shop.model import MOST_UNANSWERED, Figures
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.times import as_time

MOST_PRODUCTS = 100
UNANSWERED_KEPT = 90 * 24 * 3600 * 1000
"""Milliseconds."""


def figures(db: Connection, begins: int, ends: int) -> Figures:
    """From `begins` until before `ends`, in milliseconds; orders count when they were placed."""
    within = (begins, ends)
    count, cancelled, revenue, paid, currency = db.execute(
        """SELECT count(*) FILTER (WHERE state <> 'cancelled'), count(*) FILTER (WHERE state = 'cancelled'),
                coalesce(sum(total) FILTER (WHERE state <> 'cancelled'), 0),
                coalesce(sum(total) FILTER (WHERE state <> 'cancelled' AND payment = 'paid'), 0),
                coalesce(max(currency), '')
            FROM orders WHERE created_at >= ? AND created_at < ?""",
        within,
    ).fetchone()
    sold = db.execute(
        f"""SELECT name, sum(quantity) AS pieces, sum(amount) FROM order_lines JOIN orders ON number = order_number
            WHERE created_at >= ? AND created_at < ? AND state <> 'cancelled'
            GROUP BY name ORDER BY pieces DESC, name LIMIT {MOST_PRODUCTS}""",
        within,
    ).fetchall()
    return Figures(
        as_time(begins),
        as_time(ends),
        count,
        cancelled,
        revenue,
        paid,
        currency,
        tuple((name, pieces, amount) for name, pieces, amount in sold),
        *_unanswered(db, begins, ends),
    )


def note_unanswered(db: Connection, message: int, contact: int, at: int) -> None:
    db.execute(
        "INSERT INTO unanswered (message, contact, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", (message, contact, at)
    )


def prune(db: Connection, now: int) -> None:
    db.execute("DELETE FROM unanswered WHERE at < ?", (now - UNANSWERED_KEPT,))


def _unanswered(db: Connection, begins: int, ends: int) -> tuple[tuple[str, ...], int]:
    where = "FROM unanswered JOIN messages ON id = message WHERE at >= ? AND at < ? AND text <> ''"
    (count,) = db.execute(f"SELECT count(*) {where}", (begins, ends)).fetchone()
    rows = db.execute(f"SELECT text {where} ORDER BY at DESC, id DESC LIMIT {MOST_UNANSWERED}", (begins, ends))
    return tuple(text for (text,) in rows)[::-1], count
