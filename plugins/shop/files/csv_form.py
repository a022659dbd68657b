"""`catalogue.csv` and `zones.csv`, as spreadsheets and people write them: `;`, `,` or tabs, in any usual encoding."""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from comptoir.plugins.faults import Fault, Lang, printable
from comptoir.plugins.shop.files.fields import Fields
from comptoir.plugins.shop.files.records import Record, note
from comptoir.plugins.shop.files.tables import Row, records
from comptoir.plugins.toml_mistakes import Said
from comptoir.plugins.toml_positions import Path as Place

_DELIMITERS = ";\t,"
_SEPARATOR_LINE = re.compile(r"sep=([;,|:\t])\s*", re.IGNORECASE)
_MAX_UNREADABLE = 30
_LEAST = 25


class CsvFile:
    """A CSV file and what is wrong in it; a place is a line and the number of a cell, both from 1."""

    def __init__(self, text: str, path: Path, lang: Lang) -> None:
        self.lang: Lang = lang
        self.faults: list[Fault] = []
        self._path = path
        self._lines = re.split(r"\r\n|\r|\n", text)
        self._delimiter = ";"
        self._width = 0
        """How many cells a row has."""
        self._note_signs()

    def note(self, at: Place, what: str, expected: str, *, key: bool = False) -> None:
        line, column = self._position(int(at[0]), int(at[1]))
        self.faults.append(Fault(self._path, line, printable(what), printable(expected), self.lang, column))

    def read(self, known: Fields) -> list[Record]:
        told = _SEPARATOR_LINE.fullmatch(self._lines[0])
        self._delimiter = told[1] if told else self._guessed(known)
        rows = list(self._rows())
        found = records(rows, known, self)
        if self._delimiter == ",":
            self._note_parted({row.line: row.cells for row in rows}, found)
        return found

    def _guessed(self, known: Fields) -> str:
        """What parts the names of the columns that are known."""

        def recognised(delimiter: str) -> int:
            cells = (line.replace('"', "").split(delimiter) for line in self._lines[:_MAX_UNREADABLE])
            return max(sum(known.of(cell) is not None for cell in row) for row in cells)

        return max(_DELIMITERS, key=recognised)

    def _rows(self) -> Iterator[Row]:
        """What cannot be read is noted, and the next line is tried."""
        start = unreadable = 0
        while start < len(self._lines):
            reader = csv.reader(
                iter([f"{line}\n" for line in self._lines[start:]]), delimiter=self._delimiter, strict=True
            )
            done = 0
            try:
                for cells in reader:
                    self._check_whole(cells)
                    yield Row(start + done + 1, cells)
                    done = reader.line_num
            except csv.Error:
                unreadable += 1
                note(self, (start + done + 1, 1), _QUOTES if unreadable <= _MAX_UNREADABLE else _MORE_QUOTES)
                if unreadable > _MAX_UNREADABLE:
                    return
                start += done + 1
            else:
                return

    def _note_parted(self, rows: Mapping[int, Sequence[object]], found: Sequence[Record]) -> None:
        """`Riz,3,500,12`: the comma in a price is one between columns, and a dish would be sold for 3."""
        for price in (record.cells["price"] for record in found if "price" in record.cells):
            line, column = (int(part) for part in price.at)
            before, after = (str(cell).strip() for cell in (*rows[line], "")[column - 1 : column + 1])
            # A number in stock does not begin with 0, and hardly anything costs so little.
            if re.fullmatch(r"[1-9]\d{0,2},\d{3}", said := f"{before},{after}") and (
                after[0] == "0" or int(before) % 5 or int(before) < _LEAST
            ):
                note(self, (line, column), _parted(said))

    def _check_whole(self, cells: list[str]) -> None:
        """Raises csv.Error where a quote that is not closed has taken the rows below into its cell."""
        within = (line for cell in cells for line in cell.split("\n")[1:])
        if self._width > 1 and any(line.count(self._delimiter) >= self._width - 1 for line in within):
            raise csv.Error("rows within a cell")
        self._width = max(self._width, len(cells))

    def _position(self, line: int, cell: int) -> tuple[int, int]:
        """Where the cell of this number begins, in a record that begins on this line: it may go over several."""
        text, number = "\n".join(self._lines[line - 1 : line + 50]), 1
        quoted = False
        for at, sign in enumerate(text):
            if number == cell:
                before = text[:at]
                return line + before.count("\n"), at - (before.rfind("\n") + 1) + 1
            if sign == '"':
                quoted = not quoted
            elif sign == self._delimiter and not quoted:
                number += 1
            elif sign == "\n" and not quoted:
                break
        return line, 1

    def _note_signs(self) -> None:
        for line, text in enumerate(self._lines, 1):
            if "\ufffd" in text:
                note(self, (line, 1), _SIGNS)
                return


def _parted(said: str) -> Said:
    return (
        (f"« {said} » : un prix, ou deux colonnes ?", 'des points-virgules entre les colonnes, ou "3500" sans virgule'),
        (f'"{said}": a price, or two columns?', 'semicolons between the columns, or "3500" without a comma'),
    )


_QUOTES: Said = (
    ("les guillemets ne vont pas par deux", 'des guillemets " aux deux bouts, ou aucun'),
    ("the quotes do not come in pairs", 'a quote " at both ends, or none'),
)
_MORE_QUOTES: Said = (
    ("il y a encore des guillemets de trop", "d'abord ceux-ci corrigés"),
    ("there are more quotes that do not pair", "these corrected first"),
)
_SIGNS: Said = (
    ("un caractère ne se lit pas", "le fichier enregistré de nouveau, en « CSV UTF-8 »"),
    ("a character cannot be read", 'the file saved anew, as "CSV UTF-8"'),
)
