"""`catalogue.toml`: products with their variants, and zones, as tables."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from comptoir.plugins.faults import Lang
from comptoir.plugins.shop.files.fields import FILE, OPTION, PRODUCT, VARIANT, ZONE, Fields, are_variants
from comptoir.plugins.shop.files.records import Cell, Notes, Record, note
from comptoir.plugins.toml_file import TomlFile, read_toml
from comptoir.plugins.toml_mistakes import Said
from comptoir.plugins.toml_positions import Path as Place
from comptoir.plugins.toml_syntax import UNREADABLE

EXAMPLE = ("exemple", "example")
MAX_SIZE = 2_000_000
"""Characters."""


def read(text: str, path: Path, lang: Lang) -> tuple[TomlFile, list[Record], list[Record]]:
    """Products and zones; what is wrong so far is noted in the file. Raises ConfigWrong for what no person wrote."""
    toml = read_toml(text, path, lang, most=MAX_SIZE)
    products: list[Record] = []
    zones: list[Record] = []
    for key, value in toml.tables.items():
        if key == "version":
            if value not in (1, UNREADABLE):
                note(toml, ("version",), _VERSION)
        elif key in EXAMPLE:
            if not isinstance(value, bool) and value != UNREADABLE:
                note(toml, (key,), _NO_FLAG)
        elif (part := FILE.of(key)) == "products":
            products += _records(toml, (key,), value, PRODUCT)
        elif part == "zones":
            zones += _records(toml, (key,), value, ZONE)
        elif not key.startswith(UNREADABLE):
            note(toml, (key,), _unknown(key, FILE), key=True)
    if "version" not in toml.tables and not any(key.startswith(UNREADABLE) for key in toml.tables):
        note(
            toml, (), (("version manque", "une ligne « version = 1 »"), ("version is missing", "a line `version = 1`"))
        )
    return toml, products, zones


def is_example(text: str) -> bool:
    """Whether the file says that it is one, readable or not as the rest may be."""
    return re.search(rf"(?m)^({'|'.join(EXAMPLE)})\s*=\s*true\b", text[:MAX_SIZE]) is not None


def _records(notes: Notes, at: Place, value: Any, known: Fields) -> Iterator[Record]:
    if value == UNREADABLE:
        return
    name = at[-1]
    if not isinstance(value, list):
        note(notes, at, ((f"{name} : une seule table", f"[[{name}]]"), (f"{name}: a single table", f"[[{name}]]")))
        return
    for index, table in enumerate(value):
        if isinstance(table, dict):
            yield _record(notes, (*at, index), table, known)
        elif table != UNREADABLE:
            note(notes, (*at, index), _NO_TABLE)


def _record(notes: Notes, at: Place, table: Mapping[str, Any], known: Fields) -> Record:
    cells: dict[str, Cell] = {}
    variants: tuple[Record, ...] = ()
    partial = False
    for key, value in table.items():
        place = (*at, key)
        if key.startswith(UNREADABLE) or value == UNREADABLE:
            partial = True
        elif known is PRODUCT and isinstance(value, list) and are_variants(key):
            variants += tuple(_records(notes, place, value, VARIANT))
        elif (field := known.of(key)) is None:
            note(notes, place, _unknown(key, known), key=True)
        elif field in cells:
            note(notes, place, _twice(key, str(cells[field].at[-1])), key=True)
        elif value not in ("", []):
            cells[field] = Cell(_options(notes, place, value) if field == "options" else value, place)
    return Record(at, cells, variants, partial)


def _options(notes: Notes, at: Place, value: Any) -> object:
    """A text as in a table of a spreadsheet, or the options as records."""
    if not isinstance(value, list):
        return value
    return tuple(
        Record((*at, index), {"name": Cell(one, (*at, index))})
        if not isinstance(one, dict)
        else _record(notes, (*at, index), one, OPTION)
        for index, one in enumerate(value)
        if one != UNREADABLE
    )


_VERSION: Said = (("cette version n'existe pas", "version = 1"), ("there is no such version", "version = 1"))
_NO_FLAG: Said = (("ce n'est pas true ou false", "true ou false"), ("this is not true or false", "true or false"))
_NO_TABLE: Said = (("ce n'est pas une table", "nom = …, prix = …"), ("this is no table", "name = …, price = …"))


def _unknown(key: str, known: Fields) -> Said:
    near, fr, en = known.meant(key), known.listed("fr"), known.listed("en")
    return (
        (f"la clé « {key} » n'existe pas ici", f"« {near} »" if near else f"une de ces clés : {fr}"),
        (f"the key `{key}` does not exist here", f"`{near}`" if near else f"one of these keys: {en}"),
    )


def _twice(key: str, other: str) -> Said:
    return (
        (f"« {key} » et « {other} » disent la même chose", "un seul des deux"),
        (f"`{key}` and `{other}` say the same", "only one of them"),
    )
