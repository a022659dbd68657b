"""Reads what the owner and the team write to the shop, without I/O: `12 prête`, `prix poulet 3 500`, `4 Oui, il en a`.

A number with words is an order only where the words are a state; else it is what somebody says in a conversation.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Literal

from comptoir.plugins.builtin.desk.commands import (
    Command,
    Figures,
    Pause,
    Pick,
    Plain,
    SetOrder,
    SetQuoted,
    ShowOrder,
    Unknown,
)
from comptoir.plugins.builtin.desk.reading_goods import about_goods, parted_goods
from comptoir.plugins.builtin.desk.vocabulary import plain_word, state_called
from comptoir.plugins.builtin.handover.commands import Command as OfConversation
from comptoir.plugins.builtin.handover.commands import read_request
from comptoir.plugins.text import words

MAX_READ = 4_000
"""Characters of a message that are looked at."""
MAX_COMMANDS = 20
_NUMBER = frozenset({"n", "no", "num", "numero", "number"})
_ORDER = frozenset({"commande", "cmd", "order", "la", "le", "l", "the"}) | _NUMBER
_SAYING = frozenset({"marque", "marquer", "mets", "mettre", "passe", "passer", "set", "mark", "put"}) | _ORDER
_LONGEST_NUMBER = 9
_TOGETHER = re.compile(r"\s*(\d{1,9}(?:(?:\s*[,;+&]\s*|\s+(?:et\s+|and\s+)?)\d{1,9})+)\s+(\D+)", re.IGNORECASE)
_ONE_BY_ONE = re.compile(r"(\d{1,9})\s+([^\d]+)")
_JOINING = re.compile(r"(?:[\s,;]+(?:et|and)?)[\s,;]*$", re.IGNORECASE)
_GLUED = re.compile(r"(\d{1,9})([a-z]+)")

_REPLY = re.compile(
    r"\s*(?:r[ée]pond[sez]*|reply|answer)\s+(?:[àa]u?\s+|to\s+)?(?=(?:n\s*[°o]\s*|#)?\d)", re.IGNORECASE
)
_POLITE = re.compile(r"[\s,]+(?:svp|stp|please|merci|s['\u2019]il (?:vous|te) pla[iî]t)[\s.!]*$", re.IGNORECASE)


def read_commands(text: str, people: Sequence[str], currency: str, *, joined: bool = False) -> tuple[Command, ...]:
    """What a colleague asks for, in the order said; never nothing. `people` may be named.

    Each line is a command of its own, but what follows an answer to a customer belongs to it; where several messages
    were `joined`, only what is no command by itself.
    """
    found: list[Command] = []
    for line in _lines(text[:MAX_READ]):
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


def _lines(text: str) -> Iterator[str]:
    """What is to be read by itself; `12 et 13 prêtes` and `12 prête, 13 livrée` are two."""
    for line in filter(str.strip, text.splitlines()):
        pairs = _pairs(line)
        yield from [f"{number} {state}" for number, state in pairs] or parted_goods(line) or [line]


def _pairs(line: str) -> list[tuple[str, str]]:
    """The orders and their states, where a line is nothing but several of these."""
    if together := _TOGETHER.fullmatch(line):
        found = [(number, together[2]) for number in re.findall(r"\d+", together[1])]
    else:
        found = [(number, _JOINING.sub("", said)) for number, said in _ONE_BY_ONE.findall(line)]
        if "".join(_ONE_BY_ONE.split(line)[::3]).strip():
            return []
    return found if len(found) > 1 and all(state_called(words(state)) for _, state in found) else []


def read_line(line: str, people: Sequence[str], currency: str) -> Command:
    """One line alone."""
    plain = _POLITE.sub("", line)
    return (
        _plain(plain)
        or _of_order(plain)
        or about_goods(plain, currency)
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
    while said and said[0] in _SAYING:
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
