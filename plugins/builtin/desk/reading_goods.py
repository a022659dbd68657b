"""Reads what is said of the goods: `stock poulet 0`, `prix poulet 3 500 F`, `ajoute thiof 3500`, `le riz est fini`."""

import re
from collections.abc import Callable, Mapping

from comptoir.plugins.builtin.desk.commands import AboutPrice, AboutStock, AddToShop, Command, Hide, Uncounted, Wrong
from comptoir.plugins.shop.money import CURRENCIES, looks_like_amount, read_amount
from comptoir.plugins.shop.numbers import number_at
from comptoir.plugins.text import fold

_SETTING = r"(?:(?:mets|mettre|mettez|change[rz]?|fixe[rz]?|set)\s+(?:le\s+|the\s+)?)?"
_VERBS: Mapping[str, re.Pattern[str]] = {
    verb: re.compile(rf"\s*(?:{spelt})\b\s*:?\s*(.*)", re.IGNORECASE | re.DOTALL)
    for verb, spelt in {
        "stock": rf"{_SETTING}(?:stoc?ks?|stok)",
        "empty": r"rupture|[ée]puis[ée]e?s?|(?:il )?(?:n['\u2019])?y ?a plus(?: de| du)?|sold out"
        r"|(?:on n['\u2019]a )?plus d(?:e|['\u2019])",
        "price": rf"{_SETTING}(?:prix|tarif|prices?)",
        "add": r"ajoute[rz]?|rajoute[rz]?|nouveau produit|nouveau|add|new",
        "hide": r"retire[rz]?|enl[èe]ve[rz]?|supprime[rz]?|efface[rz]?|cache[rz]?|remove|delete|hide",
        "show": r"remet[sz]?|remettre|remettez|restore|put back",
    }.items()
}
_LEFT = re.compile(
    r"\s*(?:il\s+)?(?:(?:ne\s+|n['\u2019])?(?:(?:me|nous|m['\u2019]en)\s+)?(?:en\s+)?reste(?:\s+(?:plus\s+)?que)?"
    r"|(?:n['\u2019]?)?(?:y\s+a\s+)?plus\s+que)\s+(\d{1,9})\s+(.+)",
    re.IGNORECASE,
)
_ON_SALE = re.compile(
    r"\s+(?:en\s+vente|[àa]\s+la\s+vente|(?:du|au|dans\s+le|sur\s+le)\s+(?:menu|catalogue))$", re.IGNORECASE
)
_BESIDE = re.compile(r"\s+(?:au\s+lieu\s+de|instead\s+of)\b.*$", re.IGNORECASE | re.DOTALL)
_WAS = re.compile(r"[\d .]*\d\s*[a-z]*\s*(?:-+>|=+>|→)\s*(?=\d)", re.IGNORECASE)
_EQUALS = re.compile(r"\s*=\s*")
_BETWEEN = re.compile(r"\s*(?:[;+]|,(?!\d)|\bet\b|\band\b)\s*", re.IGNORECASE)
_ENDS_IN_FIGURES = re.compile(r".*[^\W\d].*?\d\s*[a-z]{0,5}", re.IGNORECASE)
_IS_GONE = re.compile(
    r"\s*(?!c['\u2019]|[çc]a\b|tout\b)([^\W\d].*?)\s+(?:(?:est|sont|is|are)\s+)?"
    r"(?:en\s+rupture|[ée]puis[ée]e?s?|finie?s?|sold out)",
    re.IGNORECASE,
)
_LINKING = re.compile(r"(?:(?:des?|du|d['\u2019]|le|la|les|l['\u2019]|of|the|pour|for|un|une)\b\s*)+", re.IGNORECASE)
_BEFORE_VALUE = re.compile(r"\s*(?:\b(?:[àa]|to|est|is|passe\s+[àa])|[:=])\s*$", re.IGNORECASE)
_COUNTED = re.compile(
    r"(.*?)(?<![\d.,+\-])\s*\b(\d{1,9}|\d{1,3}(?:[ .]\d{3})*[ .]000)\s*(?:pi[èe]ces?|pcs?|pieces?)?", re.DOTALL
)
_SIGNED = re.compile(r"[+\-\u2212]\s*\d[\d ]*\s*$")
_UNCOUNTED = re.compile(
    r"(.*?)\b(illimit[ée]e?s?|non compt[ée]e?s?|pas compt[ée]e?s?|unlimited|uncounted)", re.IGNORECASE | re.DOTALL
)
_NONE_LEFT = re.compile(
    r"(.*?)\b([ée]puis[ée]e?s?|rupture|z[ée]ro|fini[es]*|termin[ée]e?s?|sold out)", re.IGNORECASE | re.DOTALL
)
_VALUE_WORDS = 4
"""`3 500 F CFA` is one amount."""
_LONG_FIGURES = re.compile(r"(?:^|\D)\d{10,}\D*$")
_WORD = re.compile(r"[^\s\-]+")
_AFTER_NUMBER = re.compile(r"\s+(?:f|francs?|f?cfa|pi[èe]ces?|pcs?|pieces?)$", re.IGNORECASE)
_MORE_THAN_A_NAME = re.compile(r"(?:\b\d{3,}\b\D*)?\b(?:stocks?|prix|prices?)\b|\b\d{3,}$", re.IGNORECASE)
_SMALL = 100
"""No price, where a number stands before it and the currency has no smaller coins; in words, a part of a name."""


def about_goods(line: str, currency: str) -> Command | None:
    """Where a line begins with one of these verbs, or says that something is gone."""
    readers: Mapping[str, Callable[[str], Command | None]] = {
        "stock": _stock,
        "empty": lambda rest: AboutStock(_name(rest), 0) if rest else None,
        "price": lambda rest: _price(rest, currency),
        "add": lambda rest: _add(rest, currency),
        "hide": lambda rest: Hide(_name(_ON_SALE.sub("", rest)), hidden=True) if rest else None,
        "show": lambda rest: Hide(_name(_ON_SALE.sub("", rest)), hidden=False) if rest else None,
    }
    if left := _LEFT.fullmatch(line.strip(" .!\t")):
        return AboutStock(_name(left[2]), int(left[1]))
    for verb, pattern in _VERBS.items():
        if found := pattern.fullmatch(line):
            return readers[verb](_EQUALS.sub(" ", found[1]).strip(" .!\t"))
    gone = _IS_GONE.fullmatch(line.strip(" .!\t"))
    return AboutStock(_name(gone[1]), 0) if gone else None


def parted_goods(line: str) -> list[str]:
    """`stock poulet 5 et thiof 3` as a line for each; nothing where it is one."""
    for verb in ("stock", "price"):
        if found := _VERBS[verb].fullmatch(line):
            said = _BETWEEN.split(found[1].strip(" .!\t"))
            if len(said) > 1 and all(map(_ENDS_IN_FIGURES.fullmatch, said)):
                return [f"{line[: found.start(1)]}{one}" for one in said]
    return []


def _stock(rest: str) -> Command:
    if _SIGNED.search(rest) or _LONG_FIGURES.search(rest):
        return Wrong("stock", rest)
    values: tuple[tuple[re.Pattern[str], int | Uncounted | None], ...] = (
        (_UNCOUNTED, "uncounted"),
        (_NONE_LEFT, 0),
        (_COUNTED, None),
    )
    for pattern, meant in values:
        if found := pattern.fullmatch(rest):
            value = int(re.sub(r"\D", "", found[2])) if meant is None else meant
            name = _name(_BEFORE_VALUE.sub("", found[1]))
            return AboutStock(name, value) if name else Wrong("stock", rest)
    name, count = _with_number_in_words(rest)
    return AboutStock(name, count)


def _price(rest: str, currency: str) -> Command:
    name, price, is_wrong = _with_amount(_WAS.sub(" ", _BESIDE.sub("", rest)), currency)
    return Wrong("price", rest) if is_wrong or not name else AboutPrice(name, price)


def _add(rest: str, currency: str) -> Command | None:
    name, price, _ = _with_amount(rest, currency)
    if more := _MORE_THAN_A_NAME.search(name):
        name, price = _name(name[: more.start()]), None
    return AddToShop(name, price) if name else None


def _with_amount(rest: str, currency: str) -> tuple[str, int | None, bool]:
    """A name, the amount at its end, and whether there is one that cannot be read; the longest end that is an amount:
    `3 500 F CFA`.
    """
    if _SIGNED.search(rest):
        return _name(rest), None, True
    parts = rest.split()
    for size in range(min(_VALUE_WORDS, len(parts)), 0, -1):
        said, before = " ".join(parts[-size:]), parts[:-size]
        amount = read_amount(said, currency)
        if amount is not None:
            name = _name(_BEFORE_VALUE.sub("", " ".join(before)))
            return (name, None, True) if _is_piece(said, amount, before, currency) else (name, amount, False)
    for size in (2, 1):
        said, before = " ".join(parts[-size:]), parts[:-size]
        if looks_like_amount(said, currency) and len(re.split(r"[.,]", said)[0]) >= len(str(_SMALL)):
            return _name(" ".join(before)), None, True
    name, value = _with_number_in_words(rest)
    if value is not None and value >= _SMALL:
        return name, value * 10 ** _decimals(currency), False
    return _name(rest), None, False


def _is_piece(said: str, amount: int, before: list[str], currency: str) -> bool:
    """Whether this is the end of an amount that was written apart: `35 00`, `3 50 0`."""
    if re.match(r"0\d", said):
        return True
    return _decimals(currency) == 0 and amount < _SMALL and bool(before) and before[-1].isdecimal()


def _decimals(currency: str) -> int:
    known = CURRENCIES.get(currency)
    return known.decimals if known else 0


def _with_number_in_words(rest: str) -> tuple[str, int | None]:
    """A name and the number at its end: `poulet dix`, `poulet trois mille francs`."""
    bare = _AFTER_NUMBER.sub("", rest)
    places = list(_WORD.finditer(bare))
    folded = [fold(word.group()) for word in places]
    for at in range(1, len(folded)):
        number = number_at(folded, at)
        if number is not None and at + number.length == len(folded) and not folded[at][0].isdecimal():
            name = _name(_BEFORE_VALUE.sub("", bare[: places[at].start()]))
            return (name, number.value) if name else (_name(rest), None)
    return _name(rest), None


def _name(said: str) -> str:
    """Without the words that lead to it, and without its quotation marks."""
    bare = said.strip(' .,;:!?"«»“”-–—\t')
    linking = _LINKING.match(bare)
    return bare[linking.end() :].strip() if linking and linking.end() < len(bare) else bare
