"""A TOML file against a model: every fault at once, each with its place, in the reader's language."""

import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from comptoir.plugins.faults import MAX_FAULTS, ConfigWrong, Fault, Lang, explain, printable
from comptoir.plugins.toml_positions import Path as Place
from comptoir.plugins.toml_positions import Positions
from comptoir.plugins.toml_syntax import UNREADABLE, Salvaged, salvage

Model = TypeVar("Model", bound=BaseModel)

MAX_SIZE = 1_000_000
"""Characters. What a person writes by hand is far below; a catalogue has a file of its own."""


_TOO_LARGE: dict[Lang, tuple[str, str]] = {
    "fr": ("le fichier est trop grand", "au plus {} million(s) de caractères"),
    "en": ("the file is too large", "at most {} million characters"),
}
_BEYOND_SENSE: dict[Lang, tuple[str, str]] = {
    "fr": ("une valeur est beaucoup trop longue ou imbriquée", "des textes, des nombres et des listes simples"),
    "en": ("a value is far too long or nested", "plain texts, numbers and lists"),
}


@dataclass(slots=True)
class TomlFile:
    """What could be read of a file, and what was found wrong in it so far."""

    path: Path
    tables: dict[str, Any]
    lang: Lang
    text: str
    faults: list[Fault] = field(default_factory=list)
    _positions: Positions | None = None

    def check(self, model: type[Model], table: object = None, at: Place = ()) -> Model | None:
        """The table that stands at `at`, by default the whole file, as `model`; None once its faults are noted."""
        try:
            return model.model_validate(self.tables if table is None else table)
        except ValidationError as wrong:
            noted: dict[Place, int] = {}
            # Each costs a search, for its place and for what was meant.
            for error in wrong.errors()[: MAX_FAULTS + 1]:
                place = self._place(error, at)
                if error["type"] == "contradicting":
                    for below, *in_both in error["ctx"]["found"]:
                        self.note((*place, *below), *in_both[self.lang == "en"])
                elif self._is_unreadable(error, place) or _is_of_items(error):
                    continue
                elif place in noted:
                    self._add_choice(noted[place], explain(error, model, place, self.lang)[1])
                else:
                    said = explain(error, model, place, self.lang)
                    noted[place] = len(self.faults)
                    self.note(place, *said, key=error["type"] == "extra_forbidden" or "[key]" in error["loc"])
            return None

    def _place(self, error: ErrorDetails, at: Place) -> Place:
        """Where an error is in the file. Pydantic names types on the way, too, where a value may be of several."""
        place = at
        inner: Any = self.tables
        for part in at:
            inner = inner[part]
        is_there = True
        for part in error["loc"]:
            inside = inner if isinstance(inner, dict) else range(len(inner)) if isinstance(inner, list) else ()
            is_there = part in inside
            if is_there:
                place, inner = (*place, part), inner[part]
        return place if is_there or error["type"] != "missing" else (*place, error["loc"][-1])

    def _add_choice(self, index: int, expected: str) -> None:
        """A value that may be of several types is one fault."""
        fault = self.faults[index]
        if expected not in fault.expected:
            either = f"{fault.expected} {'ou' if self.lang == 'fr' else 'or'} {expected}"
            self.faults[index] = replace(fault, expected=printable(either))

    def note(self, at: Place, what: str, expected: str, *, key: bool = False) -> None:
        """A fault of what stands at `at`, or of its name where it is the `key` that is wrong."""
        if self._positions is None:
            self._positions = Positions(self.text)
        position = self._positions.key(at) if key else self._positions.value(at)
        told = printable(what), printable(expected)
        self.faults.append(Fault(self.path, position.line, *told, self.lang, position.column))

    def _is_unreadable(self, error: ErrorDetails, place: Place) -> bool:
        """Whether this follows from a line that could not be read, which is noted already."""
        if error["type"] == "missing":
            table: Any = self.tables
            for part in place[:-1]:
                table = table[part]
            return isinstance(table, dict) and any(str(key).startswith(UNREADABLE) for key in table)
        found = error["input"]
        # A dotted key makes tables: `hours.monday` without a value is no table of anybody's.
        while isinstance(found, dict) and len(found) == 1:
            (found,) = found.values()
        return found == UNREADABLE or str(place[-1] if place else "").startswith(UNREADABLE)


def _is_of_items(error: ErrorDetails) -> bool:
    """Whether a list is too short only without its wrong items, which are noted already."""
    return error["type"] == "too_short" and len(error["input"]) >= error["ctx"]["min_length"]


def own_language(text: str) -> Lang:
    """What the file's own key `lang` says, readable or not as the rest may be; French where there is none."""
    return "en" if re.search(r"""(?m)^lang\s*=\s*["']en["']""", text[:MAX_SIZE]) else "fr"


def read_toml(text: str, path: Path, lang: Lang | None = None, *, most: int = MAX_SIZE) -> TomlFile:
    """The file's tables; `path` is only named in faults. Without `lang`, the file's own key `lang` decides. `most`, in
    characters, counts in millions.

    What is no TOML is noted, and the rest is there to be checked. Raises ConfigWrong for what no person wrote.
    """
    spoken = lang or own_language(text)
    if len(text) > most:
        what, expected = _TOO_LARGE[spoken]
        raise ConfigWrong([Fault(path, 1, what, expected.format(most // 1_000_000), spoken)])
    try:
        read: Salvaged = salvage(text)
    except (RecursionError, ValueError):
        # Thousands of brackets in one another, or a number with thousands of digits: TOML, but nobody's meaning.
        raise ConfigWrong([Fault(path, 1, *_BEYOND_SENSE[spoken], spoken)]) from None
    which = 0 if spoken == "fr" else 1
    faults = [Fault(path, found.line, *found.said[which], spoken, found.column) for found in read.mistakes]
    return TomlFile(path, read.tables, spoken, read.text, faults)
