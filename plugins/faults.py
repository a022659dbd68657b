"""What is wrong in a tenant's file, in the tenant's language: where, what was found, what was expected."""

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel
from pydantic_core import ErrorDetails, PydanticCustomError

from comptoir.plugins.toml_positions import Path as Place

Lang = Literal["fr", "en"]
LANGS: tuple[Lang, ...] = ("fr", "en")
MAX_FAULTS = 100
"""Told at once; more nobody reads."""


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that is wrong in a configuration file."""

    file: Path
    line: int
    what: str
    expected: str
    lang: Lang = "fr"
    column: int = 0
    """In characters, from 1; 0 where the file as a whole is meant."""

    def __str__(self) -> str:
        if self.lang == "fr":
            column = f" colonne {self.column} :" if self.column else ""
            return f"{self.file}:{self.line}:{column} {self.what} ; attendu : {self.expected}"
        column = f" column {self.column}:" if self.column else ""
        return f"{self.file}:{self.line}:{column} {self.what}; expected: {self.expected}"

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"file": str(self.file)}


_MORE: Mapping[Lang, tuple[str, str]] = {
    "fr": ("il y en a d'autres encore", "d'abord ceux-ci corrigés"),
    "en": ("there are more", "these corrected first"),
}


class ConfigWrong(Exception):
    """Everything that is wrong at once, in the order of the lines, as far as MAX_FAULTS."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        in_order = sorted(faults, key=lambda fault: (str(fault.file), fault.line, fault.column))
        self.faults = tuple(in_order[:MAX_FAULTS])
        if len(in_order) > MAX_FAULTS:
            last = self.faults[-1]
            self.faults += (Fault(last.file, last.line, *_MORE[last.lang], last.lang, last.column),)
        super().__init__("\n".join(map(str, self.faults)))


def wrong_value(fr: tuple[str, str], en: tuple[str, str]) -> PydanticCustomError:
    """To be raised by a validator: what was found and what was expected, in both languages."""
    context = {"fr": fr, "en": en}
    return PydanticCustomError("explained", "{text}", {"text": f"{en[0]}: expected {en[1]}", "said": context})


def printable(text: str, most: int = 500) -> str:
    """As it may go to a terminal and into a chat: what a fault quotes is anybody's."""
    shown = "".join(sign if sign.isprintable() else "·" for sign in text[: most + 1])
    return shown if len(shown) <= most else shown[: most - 1] + "…"


Contradiction = tuple[Place, tuple[str, str], tuple[str, str]]
"""Where below the value that is judged, and what to say of it in French and English: found and expected."""


def contradicting(found: Sequence[Contradiction]) -> PydanticCustomError:
    """To be raised by a validator that judges several values together: all that does not fit."""
    text = "; ".join(f"{_spoken(at)}: {en[0]}: expected {en[1]}" for at, _, en in found)
    return PydanticCustomError("contradicting", "{text}", {"text": text, "found": tuple(found)})


def explain(error: ErrorDetails, model: type[BaseModel], place: Place, lang: Lang) -> tuple[str, str]:
    """What was found and what was expected, for one of pydantic's errors about `model`, which is about `place`."""
    name = _spoken(place)
    kind, context = error["type"], error.get("ctx", {})
    if kind == "explained":
        what, expected = context["said"][lang]
        return (f"{name} : {what}" if lang == "fr" else f"{name}: {what}"), expected
    if kind == "extra_forbidden":
        return _unknown_key(str(place[-1]), fields_at(model, error["loc"][:-1]), lang)
    if kind == "missing":
        return (f"{name} manque", f"une ligne « {place[-1]} = … »") if lang == "fr" else (
            f"{name} is missing", f"a line `{place[-1]} = …`")  # fmt: skip
    found = _shown(error["input"], lang)
    # A validator of somebody else's plugin says what it wants in its own words.
    own = str(context.get("error", "")) if kind in ("value_error", "assertion_error") else ""
    expected = own or _expectation(kind, context, lang) or str(error["msg"])
    return (f"{name} : {found}" if lang == "fr" else f"{name} is {found}"), expected


def fields_at(model: type[BaseModel], path: tuple[str | int, ...]) -> list[str]:
    """The keys that a table of this model may have, at a path inside it."""
    current: Any = model
    for part in path:
        if isinstance(part, str) and _is_model(current) and part in current.model_fields:
            current = _model_in(current.model_fields[part].annotation)
    return list(current.model_fields) if _is_model(current) else []


_TRANSLATED = {
    "lundi": "monday", "mardi": "tuesday", "mercredi": "wednesday", "jeudi": "thursday", "vendredi": "friday",
    "samedi": "saturday", "dimanche": "sunday", "nom": "name", "langue": "lang", "pays": "country",
    "fuseau": "timezone", "proprietaire": "owner", "horaires": "hours", "equipe": "team", "numero": "number",
    "groupe": "group", "mots": "words", "texte": "text", "reponses": "answers", "bienvenue": "welcome",
}  # fmt: skip


def nearest(name: str, names: Sequence[str]) -> str | None:
    """The one of `names` that was probably meant."""
    if (translated := _TRANSLATED.get(name.lower())) in names:
        return translated
    return next(iter(difflib.get_close_matches(name, names, 1, 0.6)), None)


def _unknown_key(key: str, keys: list[str], lang: Lang) -> tuple[str, str]:
    meant = nearest(key, keys)
    listed = ", ".join(keys)
    if lang == "fr":
        expected = f"« {meant} »" if meant else f"une de ces clés : {listed}" if keys else "une table sans clé"
        return f"la clé « {key} » n'existe pas ici", expected
    expected = f"`{meant}`" if meant else f"one of these keys: {listed}" if keys else "a table without keys"
    return f"the key `{key}` does not exist here", expected


_EXPECTATIONS: Mapping[str, tuple[str, str]] = {
    "string_type": ("un texte entre guillemets", "a text in quotes"),
    "int_type": ("un nombre entier, sans guillemets", "a whole number, without quotes"),
    "int_parsing": ("un nombre entier, sans guillemets", "a whole number, without quotes"),
    "int_from_float": ("un nombre entier", "a whole number"),
    "float_type": ("un nombre, sans guillemets", "a number, without quotes"),
    "float_parsing": ("un nombre, sans guillemets", "a number, without quotes"),
    "bool_type": ("true ou false, sans guillemets", "true or false, without quotes"),
    "bool_parsing": ("true ou false, sans guillemets", "true or false, without quotes"),
    "list_type": ("une liste entre crochets, comme [\"a\", \"b\"]", "a list in brackets, as [\"a\", \"b\"]"),
    "tuple_type": ("une liste entre crochets, comme [\"a\", \"b\"]", "a list in brackets, as [\"a\", \"b\"]"),
    "dict_type": ("une table", "a table"),
    "model_type": ("une table", "a table"),
    "greater_than_equal": ("au moins {ge:g}", "at least {ge:g}"),
    "greater_than": ("plus de {gt:g}", "more than {gt:g}"),
    "less_than_equal": ("au plus {le:g}", "at most {le:g}"),
    "less_than": ("moins de {lt:g}", "less than {lt:g}"),
    "finite_number": ("un nombre fini", "a finite number"),
    "string_too_short": ("au moins {min_length} caractère(s)", "at least {min_length} character(s)"),
    "string_too_long": ("au plus {max_length} caractères", "at most {max_length} characters"),
    "too_short": ("au moins {min_length} élément(s)", "at least {min_length} item(s)"),
    "too_long": ("au plus {max_length} éléments", "at most {max_length} items"),
    "literal_error": ("{expected}", "{expected}"),
    "enum": ("{expected}", "{expected}"),
    "union_tag_invalid": ("{discriminator} : {expected_tags}", "{discriminator}: {expected_tags}"),
    "union_tag_not_found": ("une ligne {discriminator} = …", "a line {discriminator} = …"),
    "string_pattern_mismatch": ("un texte de la forme {pattern}", "a text of the form {pattern}"),
    "url_type": ("une adresse, comme https://exemple.com", "an address, as https://example.com"),
    "url_parsing": ("une adresse, comme https://exemple.com", "an address, as https://example.com"),
    "url_scheme": ("une adresse qui commence par {expected_schemes}", "an address beginning with {expected_schemes}"),
    "time_type": ("une heure, comme 08:30", "a time, as 08:30"),
    "time_parsing": ("une heure, comme 08:30", "a time, as 08:30"),
    "datetime_type": ("un jour et une heure, comme 2026-12-24 18:00", "a day and a time, as 2026-12-24 18:00"),
    "datetime_parsing": ("un jour et une heure, comme 2026-12-24 18:00", "a day and a time, as 2026-12-24 18:00"),
    "datetime_from_date_parsing": (
        "un jour et une heure, comme 2026-12-24 18:00", "a day and a time, as 2026-12-24 18:00"
    ),
    "time_delta_type": ("une durée, comme 00:30:00", "a duration, as 00:30:00"),
    "time_delta_parsing": ("une durée, comme 00:30:00", "a duration, as 00:30:00"),
    "multiple_of": ("un multiple de {multiple_of:g}", "a multiple of {multiple_of:g}"),
    "decimal_type": ("un nombre, sans guillemets", "a number, without quotes"),
    "decimal_parsing": ("un nombre, sans guillemets", "a number, without quotes"),
    "set_type": ("une liste entre crochets, comme [\"a\", \"b\"]", "a list in brackets, as [\"a\", \"b\"]"),
    "frozen_set_type": ("une liste entre crochets, comme [\"a\", \"b\"]", "a list in brackets, as [\"a\", \"b\"]"),
    "date_type": ("une date comme 2026-12-24", "a date as 2026-12-24"),
    "date_parsing": ("une date comme 2026-12-24", "a date as 2026-12-24"),
    "date_from_datetime_parsing": ("une date comme 2026-12-24", "a date as 2026-12-24"),
    "date_from_datetime_inexact": ("une date comme 2026-12-24, sans heure", "a date as 2026-12-24, without a time"),
}  # fmt: skip


def _expectation(kind: str, context: Mapping[str, Any], lang: Lang) -> str | None:
    if kind not in _EXPECTATIONS:
        return None
    text = _EXPECTATIONS[kind][LANGS.index(lang)].format(**context)
    return text.replace(" or ", " ou ") if lang == "fr" else text


def _spoken(place: Place) -> str:
    """`plugins.answers.entries[2].words`; people count from one."""
    spoken = ""
    for part in place:
        spoken += f"[{part + 1}]" if isinstance(part, int) else f".{part}"
    return spoken.removeprefix(".")


def _shown(value: object, lang: Lang) -> str:
    match value:
        case bool():
            return str(value).lower()
        case str():
            short = value if len(value) <= 40 else value[:39] + "…"
            return f"« {short} »" if lang == "fr" else f'"{short}"'
        case int() | float():
            return str(value)
        case list():
            return f"une liste de {len(value)}" if lang == "fr" else f"a list of {len(value)}"
        case dict():
            return "une table" if lang == "fr" else "a table"
        case _:
            return str(value)[:40]


def _is_model(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)


def _model_in(annotation: Any) -> Any:
    """The model inside `Model | None`, `tuple[Model, ...]` and the like."""
    if _is_model(annotation):
        return annotation
    found = (_model_in(part) for part in getattr(annotation, "__args__", ()))
    return next((part for part in found if _is_model(part)), None)
