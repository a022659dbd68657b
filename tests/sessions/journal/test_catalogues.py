"""Versions of the catalogue are kept as long as something rests on them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from journal_rig import AWA, open_new

from comptoir.plugins.shop.model import CartLine, Draft, Priced, PricedLine
from comptoir.sessions.journal import catalogues, contacts, orders, pruning
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.orders import NewOrder, Step

LATER = catalogues.CONTENT_KEPT + 1_000


@pytest.fixture
def db(tmp_path: Path) -> Iterator[Connection]:
    made = open_new(tmp_path / "tenant.db")
    yield made
    made.close()


def ordered(db: Connection, version: int) -> int:
    contact = contacts.contact_for(db, AWA, 0)
    priced = Priced((PricedLine("poulet", "Poulet", 1, 3500, 3500),), 0, 3500, "XOF", version)
    return orders.insert(db, NewOrder(contact, priced, Draft((CartLine("poulet", 1),)), "Awa", "", "message:1"), 0)


def test_the_same_catalogue_has_one_version(db: Connection) -> None:
    first = catalogues.number(db, "A", "file-1", 0)
    assert catalogues.number(db, "A", "file-2", 0) == first
    newest = catalogues.newest(db)
    assert newest is not None
    assert (newest.version, newest.file_digest) == (first, "file-2")
    second = catalogues.number(db, "B", "file-2", 0)
    # Back to what it was is a version of its own: what an order rests on is no number that comes twice.
    assert [second, catalogues.number(db, "A", "file-2", 0)] == [first + 1, first + 2]


def test_what_no_order_rests_on_goes_with_the_next_version(db: Connection) -> None:
    first = catalogues.number(db, "A", "f", 0)
    ordered(db, first)
    second = catalogues.number(db, "B", "f", 0)
    catalogues.number(db, "C", "f", 0)
    assert catalogues.content(db, first) == "A"
    with pytest.raises(LookupError, match=f"version {second}"):
        catalogues.content(db, second)


def test_what_an_old_order_was_priced_from_is_forgotten_and_the_order_is_not(db: Connection) -> None:
    first = catalogues.number(db, "A", "f", 0)
    number = ordered(db, first)
    catalogues.number(db, "B", "f", 0)
    pruning.prune(db, LATER)
    assert catalogues.content(db, first) == "A", "it goes on"
    orders.step(db, number, Step("delivered", "owner", None, 0))
    pruning.prune(db, LATER - 2_000)
    assert catalogues.content(db, first) == "A"
    pruning.prune(db, LATER)
    with pytest.raises(LookupError):
        catalogues.content(db, first)
    kept = orders.kept(db, number)
    assert kept is not None
    assert kept.order.priced.lines[0].amount == 3500
