"""Reads what the owner and the team write to the shop, without I/O: `12 prête`, `prix poulet 3 500`, `4 Oui, il en a`.

A number with words is an order only where the words are a state; else it is what somebody says in a conversation.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Literal

from comptoir.plugins.builtin.desk.commands import (
    AboutPrice,
    AboutStock,
    AddToShop,
    Command,
    Figures,
    Hide,
    Pause,
    Pick,
    Plain,
    SetOrder,
    SetQuoted,
    ShowOrder,
    Uncounted,
    Unknown,
    Wrong,
)
from comptoir.plugins.builtin.desk.vocabulary import plain_word, state_called
from comptoir.plugins.builtin.handover.commands import Command as OfConversation
from comptoir.plugins.builtin.handover.commands import read_request
from comptoir.plugins.shop.money import read_amount
from comptoir.plugins.text import words

MAX_READ = 4_000
"""Characters of a message that are looked at."""
MAX_COMMANDS = 20
MOST_STOCK = 10**9
_NUMBER = frozenset({"n", "no", "num", "numero", "number"})
_ORDER = frozenset({"commande", "cmd", "order", "la", "le", "l", "the"}) | _NUMBER
_LONGEST_NUMBER = 9
_GLUED = re.compile(r"(\d{1,9})([a-z]+)")

_REPLY = re.compile(
    r"\s*(?:r[ée]pond[sez]*|reply|answer)\s+(?:[àa]u?\s+|to\s+)?(?=(?:n\s*[°o]\s*|#)?\d)", re.IGNORECASE
)
_VERBS: Mapping[str, re.Pattern[str]] = {
    verb: re.compile(rf"\s*(?:{spelt})\b\s*:?\s*(.*)", re.IGNORECASE | re.DOTALL)
    for verb, spelt in {
        "stock": r"stoc?ks?|stok|stocke",
        "empty": r"rupture|[ée]puis[ée]e?s?|plus de|plus d['\u2019]|sold out",
        "price": r"prix|tarif|prices?",
        "add": r"ajoute[rz]?|rajoute[rz]?|nouveau produit|nouveau|add|new",
        "hide": r"retire[rz]?|enl[èe]ve[rz]?|cache[rz]?|remove|hide",
        "show": r"remet[sz]?|remettre|remettez|restore|put back",
    }.items()
}
_POLITE = re.compile(r"[\s,]+(?:svp|stp|please|merci|s['\u2019]il (?:vous|te) pla[iî]t)[\s.!]*$", re.IGNORECASE)
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


def read_commands(text: str, people: Sequence[str], currency: str, *, joined: bool = False) -> tuple[Command, ...]:
    """What a colleague asks for, in the order said; never nothing. `people` may be named.

    Each line is a command of its own, but what follows an answer to a customer belongs to it; where several messages
    were `joined`, only what is no command by itself.
    """
    found: list[Command] = []
    for line in filter(str.strip, text[:MAX_READ].splitlines()):
        last = found[-1] if found else None
        command = read_line(line, people, currency)
        if (
            isinstance(last, OfConversation)
            and last.verb == "say"
            and (not joined or isinstance(command, Unknown | Plain))
        ):
            found[-1] = OfConversation(last.number, "say", f"{last.text}\n{line.strip()}")
        else:
            found.append(command)
    return tuple(found[:MAX_COMMANDS]) or (Unknown(text.strip()),)


def read_line(line: str, people: Sequence[str], currency: str) -> Command:
    """One line alone."""
    plain = _POLITE.sub("", line)
    return (
        _plain(plain)
        or _of_order(plain)
        or _about_goods(plain, currency)
        or _of_conversation(line, people)
        or Unknown(line.strip())
    )


def _plain(line: str) -> Command | None:
    match plain_word(words(line)):
        case None:
            return None
        case "pause" | "resume" as what:
            return Pause(what == "pause")
        case "today" | "yesterday" as day:
            return Figures(day)
        case what:
            return Plain(what)


# --- orders


def _of_order(line: str) -> Command | None:
    """`12`, `commande n°12`, `12 prête`, `annule la 12`, `prête`."""
    if re.search(r"\d[.,:]\d|\+\d", line):
        return None  # a time, an amount, a telephone number
    said = [part for word in words(line) for part in _parted(word)]
    named = bool(said) and said[0] in _ORDER
    while said and said[0] in _ORDER:
        del said[0]
    if not said:
        return None
    if _is_number(said[0]):
        number, rest = int(said[0]), said[1:]
        if not rest:
            return ShowOrder(number) if named else Pick(number)
        state = state_called(rest)
        return SetOrder(number, state) if state else None
    if _is_number(said[-1]) and len(said) > 1:
        state = state_called(_without_end(said[:-1]))
        return SetOrder(int(said[-1]), state) if state else None
    quoted = state_called(said)
    return SetQuoted(quoted) if quoted else None


def _parted(word: str) -> tuple[str, ...]:
    glued = _GLUED.fullmatch(word)
    return glued.groups() if glued else (word,)


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit() and len(word) <= _LONGEST_NUMBER


def _without_end(said: list[str]) -> list[str]:
    while said and said[-1] in _ORDER:
        said = said[:-1]
    return said


# --- goods


def _about_goods(line: str, currency: str) -> Command | None:
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
    return None


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


# --- conversations


def _of_conversation(line: str, people: Sequence[str]) -> Command | None:
    replied = _REPLY.match(line)
    request = read_request(line[replied.end() :] if replied else line, people)
    match request:
        case None:
            return None
        case "help" | "list":
            plain: Mapping[str, Literal["help", "conversations"]] = {"help": "help", "list": "conversations"}
            return Plain(plain[request])
        case command:
            return command
