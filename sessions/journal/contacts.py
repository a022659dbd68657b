"""Customers as the tenant knows them: one contact for a number and a LID, however they became known."""

from collections.abc import Iterable

from comptoir.sessions.events import Address
from comptoir.sessions.journal import merging
from comptoir.sessions.journal.database import Connection

PAUSED = 253_402_300_799_000
"""A silence until then, the end of the year 9999, is the operator's: it lasts until the operator lifts it."""


def contact_for(db: Connection, address: Address, now: int, name: str = "") -> int:
    """The contact at `address`, made if unknown; learns an alias, a name, or that two contacts are one. A group, a
    channel and status updates are contacts, too.

    A LID is an account and stays; a number may pass to another account, and is then moved rather than
    taken for a sign that both are one person.
    """
    number, lid = address.number, address.lid and f"lid:{address.lid}"
    by_number, by_lid = find_contact(db, number), find_contact(db, lid)
    if by_number is not None and lid and by_lid != by_number and _has_lid(db, by_number):
        db.execute("DELETE FROM aliases WHERE alias = ?", (number,))
        by_number = None
    if by_number is not None and by_lid is not None and by_number != by_lid:
        contact = merging.merge(db, by_number, by_lid, now)
    else:
        known = (by_lid, by_number, None if address.is_person else find_address(db, address))
        contact = next((contact for contact in known if contact is not None), 0) or _add(db, now)
    for alias in address.aliases:
        db.execute("INSERT INTO aliases VALUES (?, ?) ON CONFLICT DO NOTHING", (alias, contact))
    if name:
        db.execute("UPDATE contacts SET name = ? WHERE id = ? AND name <> ?", (name, contact, name))
    return contact


def find_contact(db: Connection, alias: str | None) -> int | None:
    """The contact with this alias: `+E164`, `lid:DIGITS`, `group:ID`, `channel:ID` or `status`."""
    row = db.execute("SELECT contact FROM aliases WHERE alias = ?", (alias,)).fetchone()
    return None if row is None else int(row[0])


def find_address(db: Connection, address: Address) -> int | None:
    """The contact at any alias of `address`, nothing learnt."""
    found = (find_contact(db, alias) for alias in address.aliases)
    return next((contact for contact in found if contact is not None), None)


def address_of(db: Connection, contact: int) -> Address:
    """Where to write to a contact: the newest number and LID known. Raises LookupError."""
    rows = db.execute("SELECT alias FROM aliases WHERE contact = ? ORDER BY rowid", (contact,))
    return _address(alias for (alias,) in rows)


def chat_name(address: Address) -> str:
    """`+E164`, or `lid:DIGITS` while the number is hidden; `group:ID`, `channel:ID`, `status`."""
    return str(address)


def name_of(db: Connection, contact: int) -> str:
    return str(db.execute("SELECT name FROM contacts WHERE id = ?", (contact,)).fetchone()[0])


def silence(db: Connection, contact: int, until: int) -> None:
    """No automatic answer to this contact before `until`; a time in the past ends a silence."""
    db.execute("UPDATE contacts SET silenced_until = ? WHERE id = ?", (until, contact))


def silence_unless_paused(db: Connection, contact: int, until: int) -> None:
    """As `silence`, but what the operator paused stays so."""
    db.execute("UPDATE contacts SET silenced_until = ? WHERE id = ? AND silenced_until <> ?", (until, contact, PAUSED))


def silenced_until(db: Connection, contact: int) -> int:
    row = db.execute("SELECT silenced_until FROM contacts WHERE id = ?", (contact,)).fetchone()
    return int(row[0])


def greet(db: Connection, contact: int, at: int) -> None:
    """The phone wrote to this contact by itself; by the server's clock."""
    db.execute("UPDATE contacts SET greeted_at = max(greeted_at, ?) WHERE id = ?", (at, contact))


def greeted_at(db: Connection, contact: int) -> int:
    """When the phone last wrote to this contact by itself; 0 where it never did."""
    return int(db.execute("SELECT greeted_at FROM contacts WHERE id = ?", (contact,)).fetchone()[0])


def set_timer(db: Connection, contact: int, expires_in: int, since: int) -> None:
    """What is written to this contact disappears after so many seconds, 0 for never; the newest word counts."""
    db.execute(
        "UPDATE contacts SET expires_in = ?1, expires_since = ?2 WHERE id = ?3 AND expires_since <= ?2",
        (expires_in, since, contact),
    )


def timer(db: Connection, contact: int) -> tuple[int, int]:
    """The chat's disappearing timer in seconds, 0 for none, and when it was last told."""
    row = db.execute("SELECT expires_in, expires_since FROM contacts WHERE id = ?", (contact,)).fetchone()
    return int(row[0]), int(row[1])


def _has_lid(db: Connection, contact: int) -> bool:
    query = "SELECT 1 FROM aliases WHERE contact = ? AND alias LIKE 'lid:%'"
    return db.execute(query, (contact,)).fetchone() is not None


def _add(db: Connection, now: int) -> int:
    return int(db.execute("INSERT INTO contacts (created_at) VALUES (?) RETURNING id", (now,)).fetchone()[0])


def _address(aliases: Iterable[str]) -> Address:
    known = [Address.parse(alias) for alias in aliases]
    if not known:
        raise LookupError("no such contact")
    if not known[-1].is_person:
        return known[-1]
    # The newest of a kind is the one in use.
    number = next((address.number for address in reversed(known) if address.number), None)
    lid = next((address.lid for address in reversed(known) if address.lid), None)
    return Address(number, lid)
