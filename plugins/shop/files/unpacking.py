"""Bounds on a workbook before it is read: its reader reserves whatever a file claims, and memory that is not there ends
the process.
"""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from xml.parsers import expat

from comptoir.plugins.shop.files.records import Wrong

MAX_UNPACKED = 60_000_000
"""Bytes. What a person fills in by hand is a fiftieth of it."""
MAX_CELLS = 500_000
"""Of a sheet, from its first cell to the last one with something in it: all of them are made."""
_CHUNK = 1 << 20
_PLACE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")


def bounded(data: bytes) -> bytes:
    """The workbook packed anew, with sizes that are true. Raises Wrong where it is none, or larger than anybody's."""
    out, left = io.BytesIO(), MAX_UNPACKED
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as given, zipfile.ZipFile(out, "w") as made:
            for part in given.infolist():
                content = b"".join(_limited(given, part, left))
                left -= len(content)
                if content.lstrip().startswith((b"<", b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")):
                    _Extent().check(content)
                made.writestr(part.filename, content)
    except (Wrong, MemoryError):
        raise
    except Exception:
        # Five libraries have a say in it, and each an exception of its own for what it cannot read.
        raise unreadable() from None
    return out.getvalue()


def unreadable() -> Wrong:
    return Wrong(
        ("ce classeur ne se lit pas", "un fichier Excel .xlsx sans mot de passe"),
        ("this workbook cannot be read", "an Excel file .xlsx without a password"),
    )


def letters(column: int) -> str:
    """Of a column counted from 1: `A`, `AB`."""
    said = ""
    while column > 0:
        column, rest = divmod(column - 1, 26)
        said = chr(ord("A") + rest) + said
    return said or "A"


def _limited(given: zipfile.ZipFile, part: zipfile.ZipInfo, left: int) -> Iterator[bytes]:
    with given.open(part) as file:
        while chunk := file.read(_CHUNK):
            left -= len(chunk)
            if left < 0:
                raise Wrong(
                    ("le classeur est trop grand", "un classeur avec le catalogue seulement"),
                    ("the workbook is too large", "a workbook with the catalogue only"),
                )
            yield chunk


class _Extent:
    """How far the cells of a sheet go. What stands in a part tells whether it is one, not its name."""

    def __init__(self) -> None:
        self._row = self._column = 0
        self._last_row = self._last_column = 0
        self._in_cell = False

    def check(self, content: bytes) -> None:
        """Raises Wrong, and what the parser raises for what is no XML."""
        parser = expat.ParserCreate()
        parser.StartDoctypeDeclHandler = _refuse
        parser.StartElementHandler = self._starts
        parser.EndElementHandler = self._ends
        parser.Parse(content, True)
        if self._last_row * self._last_column > MAX_CELLS:
            far = f"{letters(self._last_column)}{self._last_row}"
            raise Wrong(
                (f"la feuille va jusqu'à {far}", "une table sans cellules remplies loin d'elle"),
                (f"the sheet goes as far as {far}", "a table without cells that are filled far away from it"),
            )

    def _starts(self, tag: str, attributes: Mapping[str, str]) -> None:
        name = tag.rpartition(":")[2]
        if name == "row":
            said = attributes.get("r", "")
            self._row = int(said) if said.isascii() and said.isdigit() and len(said) < 10 else self._row + 1
            self._column = 0
        elif name == "c":
            self._cell(attributes.get("r"))
        elif self._in_cell:
            # Only one that holds something counts: styles go on to the end of a sheet.
            self._last_row = max(self._last_row, self._row)
            self._last_column = max(self._last_column, self._column)

    def _cell(self, place: str | None) -> None:
        self._in_cell = True
        if place is None:
            self._column += 1
        elif found := _PLACE.fullmatch(place):
            self._column = 0
            for letter in found[1]:
                self._column = self._column * 26 + ord(letter) - ord("A") + 1
            self._row = int(found[2])
        else:
            raise unreadable()

    def _ends(self, tag: str) -> None:
        if tag.rpartition(":")[2] == "c":
            self._in_cell = False


def _refuse(*_doctype: object) -> None:
    raise unreadable()
