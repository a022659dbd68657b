"""Amounts as people write them, and the currencies that shops count in."""

import re
from dataclasses import dataclass

from comptoir.plugins.shop.model import MAX_AMOUNT
from comptoir.plugins.text import fold

THIN = "\u202f"
"""Between thousands and before the sign, so that no line breaks there."""


@dataclass(frozen=True, slots=True)
class Currency:
    """How a currency is written. Amounts are counted in its smallest unit in use."""

    sign: str
    decimals: int = 0
    words: tuple[str, ...] = ()
    """What people write after a number beside code and sign, folded."""


_FRANCS = ("f", "fr", "frs", "fcfa", "f cfa", "cfa", "francs", "franc")
CURRENCIES = {
    "XOF": Currency("F", words=_FRANCS),
    "XAF": Currency("FCFA", words=_FRANCS),
    "GNF": Currency("FG", words=(*_FRANCS, "gnf")),
    "CDF": Currency("FC", words=_FRANCS),
    "KMF": Currency("FC", words=_FRANCS),
    "DJF": Currency("FDJ", words=_FRANCS),
    "RWF": Currency("FRW", words=_FRANCS),
    "BIF": Currency("FBU", words=_FRANCS),
    "MGA": Currency("Ar", words=("ariary",)),
    "MRU": Currency("MRU", words=("um", "ouguiya")),
    "NGN": Currency("₦", words=("naira", "n")),
    "GHS": Currency("GH₵", 2, ("cedi", "cedis", "ghc")),
    "GMD": Currency("D", words=("dalasi", "dalasis")),
    "MAD": Currency("DH", 2, ("dhs", "dirham", "dirhams")),
    "DZD": Currency("DA", words=("dinar", "dinars")),
    "TND": Currency("DT", 3, ("dinar", "dinars")),
    "EUR": Currency("€", 2, ("euro", "euros")),
    "USD": Currency("$", 2, ("dollar", "dollars")),
    "GBP": Currency("£", 2, ("pound", "pounds")),
    "CHF": Currency("CHF", 2, ("fr", "francs", "franc")),
    "CAD": Currency("$ CA", 2, ("dollar", "dollars")),
}

_COUNTRIES = {
    "XOF": "BF BJ CI GW ML NE SN TG",
    "XAF": "CF CG CM GA GQ TD",
    "GNF": "GN", "CDF": "CD", "KMF": "KM", "DJF": "DJ", "RWF": "RW", "BIF": "BI", "MGA": "MG", "MRU": "MR",
    "NGN": "NG", "GHS": "GH", "GMD": "GM", "MAD": "MA", "DZD": "DZ", "TND": "TN",
    "EUR": "FR BE DE ES IT LU NL PT AT IE FI GR GP MQ GF RE YT",
    "USD": "US", "GBP": "GB", "CHF": "CH", "CAD": "CA",
}  # fmt: skip
_CURRENCY_OF = {country: code for code, countries in _COUNTRIES.items() for country in countries.split()}

_FREE = frozenset(("gratuit", "gratuite", "offert", "offerte", "free"))
_NUMBER = re.compile(r"(\d+|\d{1,3}(?:([ .,'])\d{3})(?:\2\d{3})*)(?:[.,](\d{1,2}))?")
_THOUSANDTHS = re.compile(r"(\d+|\d{1,3}(?:([ '])\d{3})(?:\2\d{3})*)(?:[.,](\d{1,3}))?")
_FIGURES = re.compile(r"(?=[.,' ]*\d)[\d.,' ]+")
_LONGEST = 30
_SPACES = re.compile(r"[\s\u00a0\u202f\u2009]+")


def currency_of(country: str) -> str | None:
    """The code of what is paid with in a country (ISO 3166, two letters); None where that is not known here."""
    return _CURRENCY_OF.get(country)


def format_amount(amount: int, currency: str) -> str:
    """As customers read it: `12 500 F`, `12,50 €`."""
    known = CURRENCIES.get(currency) or Currency(currency)
    whole, part = divmod(abs(amount), 10**known.decimals)
    number = f"{whole:,}".replace(",", THIN) + (f",{part:0{known.decimals}}" if part else "")
    return f"{'-' if amount < 0 else ''}{number}{THIN}{known.sign}"


def read_amount(text: str, currency: str = "XOF") -> int | None:
    """What `3 500`, `3.500 F`, `3500 FCFA` or `gratuit` means; None for anything else, and for more than MAX_AMOUNT.

    A point or comma before three digits parts thousands, unless the currency has thousandths.
    """
    known = CURRENCIES.get(currency) or Currency(currency)
    plain = _SPACES.sub(" ", fold(text)).strip()
    if plain in _FREE:
        return 0
    number = _without_unit(plain, currency, known)
    form = _NUMBER if known.decimals < 3 else _THOUSANDTHS
    found = form.fullmatch(number) if len(number) <= _LONGEST else None
    if found is None or not all(sign.isdecimal() or not sign.isdigit() for sign in text):
        return None
    whole, decimals = int(re.sub(r"\D", "", found[1])), found[3] or ""
    if decimals[known.decimals :].strip("0"):
        return None  # less than the smallest unit
    amount: int = whole * 10**known.decimals + int(decimals[: known.decimals].ljust(known.decimals, "0") or 0)
    return amount if amount <= MAX_AMOUNT else None


def looks_like_amount(text: str, currency: str = "XOF") -> bool:
    """Whether this is figures, with or without the currency, though they may be no amount: `35 00`, `3500,50`."""
    plain = _SPACES.sub(" ", fold(text)).strip()
    number = _without_unit(plain, currency, CURRENCIES.get(currency) or Currency(currency))
    return _FIGURES.fullmatch(number) is not None


def _without_unit(text: str, currency: str, known: Currency) -> str:
    """The number alone; the unit may stand on either side of it, with a point: `3500 frs.`"""
    units = sorted({*known.words, fold(currency), fold(known.sign)}, key=len, reverse=True)
    bare = text.rstrip(".")
    for unit in units:
        if bare.endswith(unit) and not bare[: -len(unit)].endswith(tuple("abcdefghijklmnopqrstuvwxyz")):
            return bare[: -len(unit)].strip()
        if bare.startswith(unit) and not bare[len(unit) :].startswith(tuple("abcdefghijklmnopqrstuvwxyz")):
            return bare[len(unit) :].strip()
    return text
