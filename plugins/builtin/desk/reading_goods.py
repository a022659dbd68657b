"""Reads what is said of the goods: `stock poulet 0`, `prix poulet 3 500 F`, `ajoute thiof 3500`, `le riz est fini`."""

import re
from collections.abc import Callable, Mapping

from comptoir.plugins.builtin.desk.commands import AboutPrice, AboutStock, AddToShop, Command, Hide, Uncounted, Wrong
from comptoir.plugins.shop.money import read_amount

_SETTING = r"(?:(?:mets|mettre|mettez|change[rz]?|fixe[rz]?|set)\s+(?:le\s+|the\s+)?)?"
_VERBS: Mapping[str, re.Pattern[str]] = {
    verb: re.compile(rf"\s*(?:{spelt})\b\s*:?\s*(.*)", re.IGNORECASE | re.DOTALL)
    for verb, spelt in {
        "stock": rf"{_SETTING}(?:stoc?ks?|stok)",
        "empty": r"rupture|[ée]puis[ée]e?s?|(?:il )?(?:n['\u2019])?y ?a plus(?: de| du)?|sold out"
        r"|(?:on n['\u2019]a )?plus d(?:e|['\u2019])",
        "price": rf"{_SETTING}(?:prix|tarif|prices?)",
        "add": r"ajoute[rz]?|rajoute[rz]?|nouveau produit|nouveau|add|new",
        "hide": r"retire[rz]?|enl[èe]ve[rz]?|cache[rz]?|remove|hide",
        "show": r"remet[sz]?|remettre|remettez|restore|put back",
    }.items()
}
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


def about_goods(line: str, currency: str) -> Command | None:
    """Where a line begins with one of these verbs, or says that something is gone."""
    readers: Mapping[str, Callable[[str], Command | None]] = {
        "stock": _stock,
        "empty": lambda rest: AboutStock(_name(rest), 0) if rest else None,
        "price": lambda rest: _price(rest, currency),
        "add": lambda rest: _add(rest, currency),
        "hide": lambda rest: Hide(_name(rest), hidden=True) if rest else None,
        "show": lambda rest: Hide(_name(rest), hidden=False) if rest else None,
    }
    for verb, pattern in _VERBS.items():
        if found := pattern.fullmatch(line):
            return readers[verb](found[1].strip(" .!\t"))
    gone = _IS_GONE.fullmatch(line.strip(" .!\t"))
    return AboutStock(_name(gone[1]), 0) if gone else None


def _stock(rest: str) -> Command:
    if _SIGNED.search(rest):
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
    return AboutStock(_name(rest))


def _price(rest: str, currency: str) -> Command:
    name, price = _with_amount(rest, currency)
    if price is None and _SIGNED.search(rest):
        return Wrong("price", rest)
    return AboutPrice(name, price) if name else Wrong("price", rest)


def _add(rest: str, currency: str) -> Command | None:
    name, price = _with_amount(rest, currency)
    return AddToShop(name, price) if name else None


def _with_amount(rest: str, currency: str) -> tuple[str, int | None]:
    """A name and the amount at its end; the longest end that is an amount: `3 500 F CFA`."""
    if _SIGNED.search(rest):
        return _name(rest), None
    parts = rest.split()
    for size in range(min(_VALUE_WORDS, len(parts)), 0, -1):
        amount = read_amount(" ".join(parts[-size:]), currency)
        if amount is not None:
            return _name(_BEFORE_VALUE.sub("", " ".join(parts[:-size]))), amount
    return _name(rest), None


def _name(said: str) -> str:
    """Without the words that lead to it, and without its quotation marks."""
    bare = said.strip(' .,;:!?"«»“”\t')
    linking = _LINKING.match(bare)
    return bare[linking.end() :].strip() if linking and linking.end() < len(bare) else bare
