"""Orders and their histories, as they were committed. Lines keep the names and prices that they were ordered at."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from comptoir.plugins.shop.model import Draft, Order, OrderStep, Priced, PricedLine
from comptoir.plugins.shop.serial import draft_of_data, draft_to_data
from comptoir.sessions.journal import stock
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.schema import chat_of
from comptoir.sessions.times import as_time

MOST = 200
"""Orders in one answer."""
_COLUMNS = f"""number, contact, version, customer, draft, zone, fee, total, currency, state, payment,
    created_at, changed_at, {chat_of("orders.contact")}"""


@dataclass(frozen=True, slots=True)
class NewOrder:
    """An order that is about to be written down, at prices that were just made."""

    contact: int
    priced: Priced
    draft: Draft
    customer: str
    zone: str
    """Its name."""
    cause: str


@dataclass(frozen=True, slots=True)
class Step:
    """What is written into the history."""

    name: str
    by: str
    message: int | None
    at: int


@dataclass(frozen=True, slots=True)
class Kept:
    """An order, and whose it is."""

    contact: int
    order: Order


def insert(db: Connection, new: NewOrder, at: int) -> int:
    """Its number. Stock is taken by the caller, in the same transaction."""
    priced = new.priced
    row = db.execute(
        """INSERT INTO orders (contact, version, customer, draft, zone, fee, total, currency, state, cause,
                created_at, changed_at)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'new', ?, ?, ?) RETURNING number""",
        (
            new.contact,
            priced.version,
            new.customer,
            json.dumps(draft_to_data(new.draft)),
            new.zone,
            priced.fee,
            priced.total,
            priced.currency,
            new.cause,
            at,
            at,
        ),
    ).fetchone()
    number = int(row[0])
    db.executemany(
        """INSERT INTO order_lines (order_number, position, sku, name, quantity, unit_price, amount, stocked)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?)""",
        [(number, place, *_line_row(line), stock.is_counted(db, line.sku)) for place, line in enumerate(priced.lines)],
    )
    return number


def step(db: Connection, number: int, taken: Step) -> None:
    """The order goes on; what is known of its payment is a step too."""
    payment = taken.name.removeprefix("payment:")
    column, value = ("payment", payment) if payment != taken.name else ("state", taken.name)
    db.execute(f"UPDATE orders SET {column} = ?, changed_at = ? WHERE number = ?", (value, taken.at, number))
    db.execute(
        "INSERT INTO order_history (order_number, step, author, message, at) VALUES (?, ?, ?, ?, ?)",
        (number, taken.name, taken.by, taken.message, taken.at),
    )


def give_back(db: Connection, number: int) -> None:
    """What it took of the stock can be sold again."""
    rows = db.execute("SELECT sku, quantity FROM order_lines WHERE order_number = ? AND stocked = 1", (number,))
    for sku, quantity in rows.fetchall():
        stock.give_back(db, sku, quantity)


def kept(db: Connection, number: int) -> Kept | None:
    found = _read(db, "number = ?", (number,), 1)
    return found[0] if found else None


def orders(
    db: Connection,
    *,
    contact: int | None = None,
    states: Sequence[str] = (),
    before: int = 2**63 - 1,
    limit: int = MOST,
) -> tuple[Order, ...]:
    """The newest first; of one contact, in some states, with smaller numbers than `before`."""
    # Only what is asked for stands in the query: an index serves no column that is compared with itself.
    asked: dict[str, Any] = {"number < ?": before}
    if contact is not None:
        asked["contact = ?"] = contact
    if states:
        asked["state IN (SELECT value FROM json_each(?))"] = json.dumps(list(states))
    return tuple(one.order for one in _read(db, " AND ".join(asked), tuple(asked.values()), limit))


def _read(db: Connection, where: str, asked: tuple[Any, ...], limit: int) -> list[Kept]:
    query = f"SELECT {_COLUMNS} FROM orders WHERE {where} ORDER BY number DESC LIMIT {limit}"
    return [_kept(db, row) for row in db.execute(query, asked).fetchall()]


def _kept(db: Connection, row: Any) -> Kept:
    number, contact, version, customer, draft, zone, fee, total, currency, state, payment, created, changed, chat = row
    lines = db.execute(
        "SELECT sku, name, quantity, unit_price, amount FROM order_lines WHERE order_number = ? ORDER BY position",
        (number,),
    )
    priced = Priced(tuple(PricedLine(*line) for line in lines), fee, total, currency, version)
    times = as_time(created), as_time(changed)
    made = draft_of_data(json.loads(draft))
    return Kept(
        contact,
        Order(number, chat or "", customer, priced, made, zone, state, payment, *times, _history(db, number)),
    )


def _history(db: Connection, number: int) -> tuple[OrderStep, ...]:
    rows = db.execute("SELECT step, author, at FROM order_history WHERE order_number = ? ORDER BY id", (number,))
    return tuple(OrderStep(name, by, as_time(at)) for name, by, at in rows)


def _line_row(line: PricedLine) -> tuple[str, str, int, int, int]:
    return line.sku, line.name, line.quantity, line.unit_price, line.amount


# --- references of transfers


def given_for(db: Connection, reference: str) -> int | None:
    """The order that this reference, folded, was given for."""
    row = db.execute("SELECT order_number FROM payment_references WHERE reference = ?", (reference,)).fetchone()
    return None if row is None else int(row[0])


def keep_reference(db: Connection, reference: str, number: int, message: int | None, at: int) -> None:
    db.execute("INSERT INTO payment_references VALUES (?, ?, ?, ?)", (reference, number, message, at))
