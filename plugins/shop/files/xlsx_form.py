"""`catalogue.xlsx`: products in its first sheet, delivery zones in another."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from comptoir.plugins.faults import Fault, Lang, printable
from comptoir.plugins.shop.files.fields import PRODUCT, ZONE, is_zones
from comptoir.plugins.shop.files.records import Cell, Record
from comptoir.plugins.shop.files.tables import HEADER_WITHIN, Row, records
from comptoir.plugins.shop.files.unpacking import bounded, letters, unreadable
from comptoir.plugins.toml_positions import Path as Place


@dataclass(frozen=True, slots=True)
class Sheet:
    name: str
    rows: tuple[Row, ...]


class Workbook:
    """Its sheets and what is wrong in them; a place is a sheet's number from 0, a row and a column from 1."""

    def __init__(self, sheets: Sequence[Sheet], path: Path, lang: Lang) -> None:
        self.lang: Lang = lang
        self.faults: list[Fault] = []
        self._path = path
        self._sheets = sheets

    def note(self, at: Place, what: str, expected: str, *, key: bool = False) -> None:
        sheet, line, column = (int(part) for part in at)
        where = f"{self._sheets[sheet].name} {letters(column)}{line}"
        found = f"{where} : {what}" if self.lang == "fr" else f"{where}: {what}"
        self.faults.append(Fault(self._path, line, printable(found), printable(expected), self.lang, column))

    def products(self) -> list[Record]:
        """Of all sheets that name and price something; of several, each is a category by its name."""
        goods = [index for index in range(len(self._sheets)) if index not in self._of_zones()]
        named = [index for index in goods if PRODUCT.among(_heads(self._sheets[index]))]
        found: list[Record] = []
        for index in named or goods[:1]:
            read = records(self._sheets[index].rows, PRODUCT, self, (index,))
            found += [_in_category(row, self._sheets[index].name) for row in read] if len(named) > 1 else read
        return found

    def zones(self) -> list[Record]:
        return [
            record for index in self._of_zones() for record in records(self._sheets[index].rows, ZONE, self, (index,))
        ]

    def _of_zones(self) -> list[int]:
        return [index for index, sheet in enumerate(self._sheets) if is_zones(sheet.name, _heads(sheet))]


def _heads(sheet: Sheet) -> list[str]:
    """What may be the columns' names."""
    return [cell for row in sheet.rows[:HEADER_WITHIN] for cell in row.cells if isinstance(cell, str)]


def _in_category(record: Record, name: str) -> Record:
    own = {"category": Cell(name, record.at)}
    return Record(record.at, {**own, **record.cells}, partial=record.partial)


def read_sheets(data: bytes) -> list[Sheet]:
    """Those that are shown, in their order. Raises Wrong where it is no workbook, or more than a person wrote."""
    # A megabyte that only shops with such a file need.
    import python_calamine

    packed = bounded(data)
    try:
        with python_calamine.load_workbook(io.BytesIO(packed)) as book:
            visible = python_calamine.SheetVisibleEnum.Visible
            shown = [one.name for one in book.sheets_metadata if one.visible is visible]
            return [Sheet(name, _rows(book.get_sheet_by_name(name))) for name in shown]
    except BaseException as error:
        # What the reader's own code falls over comes as an exception of no known kind.
        if isinstance(error, KeyboardInterrupt | SystemExit | MemoryError):
            raise
        raise unreadable() from None


def _rows(sheet: Any) -> tuple[Row, ...]:
    return tuple(Row(line, cells) for line, cells in enumerate(sheet.to_python(skip_empty_area=False), 1))
