"""One value of a catalogue's file: a price, a number in stock, options, names. Each raises Wrong for what it is not."""

import re
from datetime import date, time, timedelta
from decimal import Decimal
from unicodedata import category

from comptoir.plugins.faults import printable
from comptoir.plugins.shop.files.records import Wrong
from comptoir.plugins.shop.model import MAX_AMOUNT, Option
from comptoir.plugins.shop.money import CURRENCIES, THIN, format_amount, read_amount
from comptoir.plugins.text import fold

MAX_NAME = 120
MAX_NAMES = 30
MAX_OPTIONS = 40
MAX_STOCK = 10**9
_LONGEST_COUNT = 40
_JOINER = "\u200d"
"""Holds the parts of an emoji together."""
_UNCOUNTED = frozenset(
    ("illimite", "illimitee", "non compte", "toujours", "oui", "disponible", "dispo", "en stock", "unlimited", "yes")
)
_SOLD_OUT = frozenset(
    ("epuise", "epuisee", "rupture", "rupture de stock", "en rupture", "fini", "finie", "non", "indisponible", "aucun",
     "sold out", "out of stock", "no", "none")
)  # fmt: skip
_COUNT = re.compile(r"([+-]?\d{1,3}(?: \d{3})+|[+-]?\d+)(?: ?(?:pieces?|pcs|unites?|units?|u))?")
_OPTION = re.compile(r"(?P<name>.*?)\s*(?:[+:=]\s*(?P<price>.*)|\(\s*\+?\s*(?P<bracketed>[^()]*)\))")
_NUMBER_AT_END = re.compile(r"(?P<name>.*?)\s+(?P<number>\d[\d .]*\d\d)(?:\s*(?:f|frs?|fcfa|cfa))?", re.IGNORECASE)
_BETWEEN = re.compile(r"[;|\n]|,(?!\d{3}(?!\d))")
"""A comma before three digits parts thousands."""


def plain(value: object, most: int = MAX_NAME) -> str:
    """A short text; a spreadsheet's number is one too: a size, a code."""
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**15:
        value = int(value)
    if isinstance(value, date | time | timedelta):
        raise Wrong(
            (f"{_quoted(value)} est une date", "un texte : dans Excel, le format de cellule « Texte »"),
            (f"{_quoted(value)} is a date", 'a text: in Excel, the cell format "Text"'),
        )
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise Wrong((f"{_quoted(value)} n'est pas un texte", "un texte"), (f"{_quoted(value)} is no text", "a text"))
    text = " ".join(str(value).split())
    if not text.isprintable():
        text = " ".join("".join(sign for sign in text if _is_shown(sign)).split())
    if len(text) > most:
        raise Wrong(
            (f"un texte de {len(text)} caractères", f"au plus {most}"),
            (f"a text of {len(text)} characters", f"at most {most}"),
        )
    if not text.replace(_JOINER, "").isprintable():
        raise Wrong(
            ("un caractère invisible est dans le texte", "le texte tapé de nouveau"),
            ("there is an invisible character in the text", "the text typed anew"),
        )
    return text


def names(value: object) -> tuple[str, ...]:
    """Several, in a list or with commas between."""
    parts = value if isinstance(value, list | tuple) else _BETWEEN.split(value) if isinstance(value, str) else [value]
    found = tuple(dict.fromkeys(text for part in parts if (text := plain(part))))
    if len(found) > MAX_NAMES:
        raise Wrong((f"{len(found)} noms", f"au plus {MAX_NAMES}"), (f"{len(found)} names", f"at most {MAX_NAMES}"))
    return found


def amount(value: object, currency: str) -> int:
    """A price or a fee, in the currency's smallest unit in use."""
    shown = _quoted(value)
    if is_negative(value):
        raise Wrong((f"{shown} est négatif", "un prix de 0 ou plus"), (f"{shown} is negative", "a price of 0 or more"))
    written = _written(value)
    read = read_amount(written, currency) if written else None
    if read is not None:
        return read
    if re.fullmatch(r"[\d .,]*\d{10}[\d .,]*\D*", written):
        most = format_amount(MAX_AMOUNT, currency).replace(THIN, " ")
        raise Wrong((f"{shown} est trop grand", f"au plus {most}"), (f"{shown} is too much", f"at most {most}"))
    example = "3500" if not CURRENCIES[currency].decimals else "35,50"
    raise Wrong(
        (f"{shown} n'est pas un prix", f"un nombre, comme {example}, ou « gratuit »"),
        (f"{shown} is no price", f'a number, as {example.replace(",", ".")}, or "free"'),
    )


def stock(value: object) -> int | None:
    """How many there are; None where nobody counts them."""
    shown = _quoted(value)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    text = " ".join(fold(str(value)).split()) if isinstance(value, str | int) and not isinstance(value, bool) else "?"
    if text in _UNCOUNTED:
        return None
    if text in _SOLD_OUT:
        return 0
    found = _COUNT.fullmatch(text) if len(text) <= _LONGEST_COUNT else None
    fr, en = "n'est pas un nombre entier", "is no whole number"
    if found:
        count = int(found[1].replace(" ", ""))
        if 0 <= count <= MAX_STOCK:
            return count
        fr, en = ("est négatif", "is negative") if count < 0 else ("est trop grand", "is too large")
    raise Wrong(
        (f"le stock {shown} {fr}", "un nombre de 0 ou plus, « illimité » ou « épuisé »"),
        (f"the stock {shown} {en}", 'a number of 0 or more, "unlimited" or "sold out"'),
    )


def options(text: str, currency: str) -> tuple[Option, ...]:
    """As in a table: `frites +500, piment`."""
    return tuple(_option(part.strip(), currency) for part in _BETWEEN.split(text) if part.strip())


def check_options(found: tuple[Option, ...]) -> tuple[Option, ...]:
    if len(found) > MAX_OPTIONS:
        raise Wrong(
            (f"{len(found)} options", f"au plus {MAX_OPTIONS}"), (f"{len(found)} options", f"at most {MAX_OPTIONS}")
        )
    known: set[str] = set()
    for option in found:
        if fold(option.name) in known:
            raise Wrong(
                (f"l'option « {option.name} » est là deux fois", "chaque option une seule fois"),
                (f'the option "{option.name}" is there twice', "each option only once"),
            )
        known.add(fold(option.name))
    return found


def is_negative(value: object) -> bool:
    if isinstance(value, str):
        return re.match(r"\s*[-−]\s*\d", value) is not None
    return isinstance(value, int | float) and value < 0


def _option(part: str, currency: str) -> Option:
    found = _OPTION.fullmatch(part)
    if found is None and (unclear := _NUMBER_AT_END.fullmatch(part)):
        meant = f"{unclear['name']} +{unclear['number']}"
        raise Wrong(
            (f"« {part} » : est-ce un nom ou un prix ?", f"« {meant} » pour un prix en plus"),
            (f'"{part}": a name or a price?', f'"{meant}" for a price on top'),
        )
    name = plain(found["name"] if found else part)
    said = (found["price"] or found["bracketed"] or "") if found else ""
    if not name:
        raise Wrong(
            (f"l'option « {part} » n'a pas de nom", "nom +prix, comme frites +500"),
            (f'the option "{part}" has no name', "name +price, as fries +500"),
        )
    return Option(name, amount(said, currency) if found else 0)


def _is_shown(sign: str) -> bool:
    """Marks of direction and the like come with what is copied from a telephone."""
    return sign == _JOINER or category(sign) != "Cf"


def _written(value: object) -> str:
    """A number as one writes it: a spreadsheet has 3499.9999999999995 for what shows as 3500."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    if isinstance(value, float):
        return f"{Decimal(repr(round(value, 6))):f}" if abs(value) < 10**18 else ""
    return str(value) if isinstance(value, str) or abs(value) < 10**30 else ""


def _quoted(value: object) -> str:
    if isinstance(value, dict | list):
        return "…"
    return f"« {printable(str(value), 40)} »"
