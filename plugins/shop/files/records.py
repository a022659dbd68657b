"""What a catalogue's file holds, whatever its form: cells by field, each with its place, to be judged in one way."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from comptoir.plugins.faults import LANGS, Lang
from comptoir.plugins.toml_mistakes import Said
from comptoir.plugins.toml_positions import Path as Place


class Notes(Protocol):
    """A file that faults are noted of. A place is what this file's form makes of it."""

    lang: Lang

    def note(self, at: Place, what: str, expected: str, *, key: bool = False) -> None: ...


@dataclass(frozen=True, slots=True)
class Cell:
    """What stands somewhere: what TOML or a spreadsheet has, or a text."""

    value: object
    at: Place


@dataclass(frozen=True, slots=True)
class Record:
    """A product, a variant or a zone as it is written; an empty cell is none."""

    at: Place
    cells: Mapping[str, Cell] = field(default_factory=dict)
    variants: tuple["Record", ...] = ()
    partial: bool = False
    """A part of it could not be read and is noted already: what is missing is not."""


class Wrong(ValueError):
    """A value that cannot be meant: found and expected, in French and English."""

    def __init__(self, fr: tuple[str, str], en: tuple[str, str]) -> None:
        super().__init__(en[0])
        self.said: Said = fr, en


def note(notes: Notes, at: Place, said: Said, *, key: bool = False) -> None:
    notes.note(at, *said[LANGS.index(notes.lang)], key=key)
