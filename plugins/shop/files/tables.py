"""Rows of a CSV file or a spreadsheet as records: which row names the columns, and what stands below each."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from comptoir.plugins.shop.files.fields import Fields, is_passed_by, name_key
from comptoir.plugins.shop.files.records import Cell, Notes, Record, note
from comptoir.plugins.toml_mistakes import Said
from comptoir.plugins.toml_positions import Path as Place

HEADER_WITHIN = 10
"""Rows: above it may stand what the list is."""
_ENOUGH = 2


@dataclass(frozen=True, slots=True)
class Row:
    line: int
    cells: Sequence[object]

    def is_blank(self) -> bool:
        return all(map(is_blank, self.cells))


def is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def records(rows: Iterable[Row], known: Fields, notes: Notes, within: Place = ()) -> list[Record]:
    """A record for each row below the one with the columns' names; a place `within` is a line and a column, from 1."""
    filled = [row for row in rows if not row.is_blank()]
    if not filled:
        return []
    heads = [_recognised(row, known) for row in filled[:HEADER_WITHIN]]
    header = max(range(len(heads)), key=lambda index: heads[index])
    exactly, nearly = heads[header]
    if not exactly and nearly < _ENOUGH:
        note(notes, (*within, filled[0].line, 1), _no_header(known))
        return []
    columns = _Columns(filled[header], known, notes, within)
    return [record for row in filled[header + 1 :] if (record := columns.record(row))]


def _recognised(row: Row, known: Fields) -> tuple[int, int]:
    """How many columns it names, and how many nearly."""
    said = [cell for cell in row.cells if isinstance(cell, str) and cell.strip()]
    exactly = {field for cell in said if (field := known.of(cell))}
    return len(exactly), sum(known.meant(cell) is not None for cell in said)


class _Columns:
    """Which field stands in which column; notes once what is none."""

    def __init__(self, header: Row, known: Fields, notes: Notes, within: Place) -> None:
        self._notes = notes
        self._within = within
        self._fields: dict[int, str] = {}
        self._passed: set[int] = set()
        for index, cell in enumerate(header.cells):
            if not is_blank(cell):
                self._add(index, (*within, header.line, index + 1), " ".join(str(cell).split()), known)
        self._note_missing(header, known)

    def _add(self, index: int, at: Place, said: str, known: Fields) -> None:
        field = known.of(said)
        if field is None:
            self._passed.add(index)
            if not is_passed_by(said):
                note(self._notes, at, _unknown(said, known), key=True)
        elif field in self._fields.values():
            self._passed.add(index)
            note(self._notes, at, _twice(said), key=True)
        else:
            self._fields[index] = field

    def _note_missing(self, header: Row, known: Fields) -> None:
        for field in ("name", "price"):
            if field not in self._fields.values():
                said = _no_column(known.shown(field, "fr"), known.shown(field, "en"))
                note(self._notes, (*self._within, header.line, 1), said)

    def record(self, row: Row) -> Record | None:
        cells: dict[str, Cell] = {}
        for index, value in enumerate(row.cells):
            if is_blank(value):
                continue
            if field := self._fields.get(index):
                cells[field] = Cell(value, (*self._within, row.line, index + 1))
            elif index not in self._passed:
                self._passed.add(index)
                note(self._notes, (*self._within, row.line, index + 1), _NO_HEADING)
        # What misses a whole column would say so in every row.
        partial = not {"name", "price"} <= set(self._fields.values())
        return Record((*self._within, row.line, 1), cells, partial=partial) if cells else None


_SHARED = ("name", "category", "description", "options")
_OF_VARIANT = ("sku", "price", "stock", "size", "colour", "kind")


def grouped(rows: Sequence[Record], notes: Notes) -> list[Record]:
    """Products: rows of one name are variants of it, and so is a row without a name but with a size or the like."""
    groups: dict[str, list[Record]] = {}
    key = ""
    for row in rows:
        if name := row.cells.get("name"):
            key = name_key(str(name.value))
            groups.setdefault(key, []).append(row)
        elif key and row.cells.keys() & {"size", "colour", "kind"}:
            groups[key].append(_continued(row, groups[key][-1]))
        else:
            groups[f"\n{row.at}"] = [row]  # what it is missing will be said
    return [group[0] if len(group) == 1 else _product(group, notes) for group in groups.values()]


def _continued(row: Record, above: Record) -> Record:
    """Below a name that stands once for several rows, so may its price."""
    price = {"price": above.cells["price"]} if "price" in above.cells else {}
    return Record(row.at, {**price, **row.cells}, partial=row.partial)


def _product(rows: Sequence[Record], notes: Notes) -> Record:
    shared = {field: cell for field in _SHARED if (cell := _agreed(field, rows, notes))}
    own = list(_OF_VARIANT)
    for field in ("names", "photo"):
        if len(said := _said(field, rows)) > 1:
            own.append(field)
        elif said:
            shared[field] = next(iter(said.values()))
    codes = _said("sku", rows)
    if len(codes) == 1 and all("sku" in row.cells for row in rows):
        # One code for all of them is the product's.
        shared["sku"] = next(iter(codes.values()))
        own.remove("sku")
    variants = tuple(
        Record(row.at, {field: row.cells[field] for field in own if field in row.cells}, partial=row.partial)
        for row in rows
    )
    return Record(rows[0].at, shared, variants, rows[0].partial)


def _agreed(field: str, rows: Sequence[Record], notes: Notes) -> Cell | None:
    """What is the product's own stands in one of its rows, or is the same in all that have it."""
    said = list(_said(field, rows).values())
    for other in said[1:]:
        note(notes, other.at, _DIFFERENT)
    return said[0] if said else None


def _said(field: str, rows: Sequence[Record]) -> Mapping[str, Cell]:
    """The different things that rows say there."""
    cells: dict[str, Cell] = {}
    for row in rows:
        if field in row.cells:
            cells.setdefault(name_key(str(row.cells[field].value)), row.cells[field])
    return cells


_NO_HEADING: Said = (
    ("une valeur sans nom de colonne au-dessus", "un nom au-dessus, ou rien ici"),
    ("a value without a column's name above", "a name above, or nothing here"),
)
_DIFFERENT: Said = (
    ("ce n'est pas ce que dit une ligne plus haut du même produit", "la même chose, ou rien"),
    ("a row above of the same product says something else", "the same, or nothing"),
)


def _no_header(known: Fields) -> Said:
    return (
        ("aucune ligne ne nomme les colonnes", f"une première ligne avec : {known.listed('fr')}"),
        ("no row names the columns", f"a first row with: {known.listed('en')}"),
    )


def _no_column(fr: str, en: str) -> Said:
    return (
        (f"il n'y a pas de colonne « {fr} »", f"une colonne « {fr} »"),
        (f'there is no column "{en}"', f'a column "{en}"'),
    )


def _unknown(said: str, known: Fields) -> Said:
    near, fr, en = known.meant(said), known.listed("fr"), known.listed("en")
    own_fr, own_en = f"« # {said} » pour vous seul", f'"# {said}" for yourself'
    return (
        (
            f"la colonne « {said} » n'est pas connue",
            f"« {near} »" if near else f"l'une de celles-ci : {fr} ; ou {own_fr}",
        ),
        (f'the column "{said}" is not known', f'"{near}"' if near else f"one of these: {en}; or {own_en}"),
    )


def _twice(said: str) -> Said:
    return (
        (f"une deuxième colonne pour la même chose : « {said} »", "une seule"),
        (f'a second column for the same: "{said}"', "only one"),
    )
