"""A TOML file against a model: every fault at once, each with its line, in the reader's language."""

import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from comptoir.plugins import toml_lines
from comptoir.plugins.faults import ConfigWrong, Fault, Lang, explain
from comptoir.plugins.toml_syntax import syntax_fault

Model = TypeVar("Model", bound=BaseModel)

MAX_SIZE = 1_000_000
"""Characters. What a person writes by hand is far below; a catalogue has a file of its own."""


_TOO_LARGE: dict[Lang, tuple[str, str]] = {
    "fr": ("le fichier est trop grand", "au plus un million de caractères"),
    "en": ("the file is too large", "at most a million characters"),
}
_BEYOND_SENSE: dict[Lang, tuple[str, str]] = {
    "fr": ("une valeur est beaucoup trop longue ou imbriquée", "des textes, des nombres et des listes simples"),
    "en": ("a value is far too long or nested", "plain texts, numbers and lists"),
}


@dataclass(frozen=True, slots=True)
class TomlFile:
    """A parsed file, and what was found wrong in it so far."""

    path: Path
    tables: dict[str, Any]
    lang: Lang
    lines: dict[toml_lines.Path, int]
    faults: list[Fault] = field(default_factory=list)

    def check(self, model: type[Model], table: object = None, at: toml_lines.Path = ()) -> Model | None:
        """The table that stands at `at`, by default the whole file, as `model`; None once its faults are noted."""
        try:
            return model.model_validate(self.tables if table is None else table)
        except ValidationError as wrong:
            for error in wrong.errors():
                self.note((*at, *error["loc"]), *explain(error, model, at, self.lang))
            return None

    def note(self, at: toml_lines.Path, what: str, expected: str) -> None:
        line = toml_lines.line_of(self.lines, at)
        self.faults.append(Fault(self.path, line, what, expected, self.lang))


def read_toml(text: str, path: Path, lang: Lang | None = None) -> TomlFile:
    """The file's tables; `path` is only named in faults. Without `lang`, the file's own key `lang` decides.

    Raises ConfigWrong for text that is not TOML, or that no person wrote.
    """
    if len(text) > MAX_SIZE:
        raise ConfigWrong([Fault(path, 1, *_TOO_LARGE[lang or "fr"], lang or "fr")])
    try:
        tables = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigWrong([syntax_fault(error, text, path, lang)]) from None
    except (RecursionError, ValueError):
        # Thousands of brackets in one another, or a number with thousands of digits: TOML, but nobody's meaning.
        raise ConfigWrong([Fault(path, 1, *_BEYOND_SENSE[lang or "fr"], lang or "fr")]) from None
    own: Lang = "en" if tables.get("lang") == "en" else "fr"
    return TomlFile(path, tables, lang or own, toml_lines.find_lines(text))
