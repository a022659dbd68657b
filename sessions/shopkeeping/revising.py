"""The owner's word on what the catalogue says: another version of it in the transaction of the message that said it."""

from comptoir.plugins.shop import changes
from comptoir.plugins.shop.changes import Counted
from comptoir.plugins.shop.model import AddProduct, Catalogue, ChangeProduct
from comptoir.plugins.shop.placing import Stale
from comptoir.plugins.shop.serial import catalogue_to_json
from comptoir.sessions.ground import Ground
from comptoir.sessions.journal import catalogue_changes, catalogues, event_log, stock
from comptoir.sessions.journal.catalogues import Numbered
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.shopkeeping.acting import Actor
from comptoir.sessions.times import as_time


def change(db: Connection, ground: Ground, acting: Actor, effect: ChangeProduct, now: int) -> None:
    """Raises Stale where the catalogue has nothing of this sku."""
    file, newest = _in_force(db, ground)
    made = changes.revised(file, catalogue_changes.in_force(db), effect, acting.by, as_time(now))
    if made is None:
        catalogue_changes.end(db, effect.sku, effect.field, now)
    else:
        catalogue_changes.add(db, made, ground.message, now)
    if effect.field == "stock":
        figure = changes.said(file, effect.sku, "stock")
        counted = None if figure is None else int(figure)
        stock.put(db, effect.sku, None if effect.value is None else Counted(counted, int(effect.value)))
    else:
        _renumber(db, file, newest, now)
    _log_change(db, ground, acting, effect.sku, effect.field, now)


def add(db: Connection, ground: Ground, acting: Actor, effect: AddProduct, now: int) -> None:
    """A product beside the file's, with the picture of the message at hand. Raises Stale where there is no file."""
    file, newest = _in_force(db, ground)
    row = db.execute("SELECT kind FROM messages WHERE id = ?", (ground.message,)).fetchone()
    photo = f"message:{ground.message}" if row == ("image",) else ""
    known = catalogue_changes.in_force(db)
    made = changes.addition(file, known, effect, photo, acting.by, as_time(now))
    catalogue_changes.add(db, made, ground.message, now)
    _renumber(db, file, newest, now)
    _log_change(db, ground, acting, made.sku, "added", now)


def _in_force(db: Connection, ground: Ground) -> tuple[Catalogue, Numbered]:
    newest = catalogues.newest(db)
    file = ground.shop.file_of(newest) if ground.shop and newest else None
    if file is None or newest is None:
        raise Stale("another catalogue is coming into force, or there is none")
    return file, newest


def _renumber(db: Connection, file: Catalogue, newest: Numbered, now: int) -> None:
    made = changes.effective(file, catalogue_changes.in_force(db))
    catalogues.number(db, catalogue_to_json(made), newest.file_digest, now)


def _log_change(  # noqa: PLR0913, PLR0917 (what, by whom, and when)
    db: Connection, ground: Ground, acting: Actor, sku: str, field: str, now: int
) -> None:
    said = {"sku": sku, "field": field, "by": acting.by}
    event_log.add(db, "catalogue_changed", now, contact=ground.contact, message=ground.message, **said)
