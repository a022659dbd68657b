"""What is left of the variants that are counted; taken and given back in the transaction of the order."""

import json
from collections.abc import Iterable, Mapping

from comptoir.plugins.shop.changes import Counted
from comptoir.sessions.journal.database import Connection


def counted(db: Connection) -> dict[str, Counted]:
    """All that is counted."""
    rows = db.execute("SELECT sku, counted, remaining FROM stock")
    return {sku: Counted(figure, remaining) for sku, figure, remaining in rows}


def left(db: Connection, skus: Iterable[str]) -> dict[str, int]:
    """How many are left of these, where they are counted."""
    asked = json.dumps(list(skus))
    rows = db.execute("SELECT sku, remaining FROM stock WHERE sku IN (SELECT value FROM json_each(?))", (asked,))
    return dict(rows.fetchall())


def replace(db: Connection, before: Mapping[str, Counted], after: Mapping[str, Counted]) -> None:
    """Only what differs is written."""
    for sku in before.keys() - after.keys():
        put(db, sku, None)
    for sku, one in after.items():
        if before.get(sku) != one:
            put(db, sku, one)


def put(db: Connection, sku: str, one: Counted | None) -> None:
    """So many are left from now on; None where it is no longer counted."""
    if one is None:
        db.execute("DELETE FROM stock WHERE sku = ?", (sku,))
    else:
        db.execute(
            """INSERT INTO stock (sku, counted, remaining) VALUES (?, ?, ?)
                ON CONFLICT DO UPDATE SET counted = excluded.counted, remaining = excluded.remaining""",
            (sku, one.counted, one.remaining),
        )


def take(db: Connection, sku: str, pieces: int) -> bool:
    """Whether there were as many, or nobody counts them; nothing is taken where there were not."""
    query = "UPDATE stock SET remaining = remaining - ?1 WHERE sku = ?2 AND remaining >= ?1"
    if db.execute(query, (pieces, sku)).rowcount:
        return True
    return db.execute("SELECT 1 FROM stock WHERE sku = ?", (sku,)).fetchone() is None


def is_counted(db: Connection, sku: str) -> bool:
    return db.execute("SELECT 1 FROM stock WHERE sku = ?", (sku,)).fetchone() is not None


def give_back(db: Connection, sku: str, pieces: int) -> None:
    """Nothing where it is no longer counted."""
    db.execute("UPDATE stock SET remaining = remaining + ? WHERE sku = ?", (pieces, sku))
