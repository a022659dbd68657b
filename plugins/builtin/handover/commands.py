"""Reads what the owner and the team write to the shop: `4 Oui, il en reste`, `4 fin`, `liste`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from comptoir.plugins.text import fold, words

# A number, then words: `10:30` is a time, and `77 123 45 67` a number to call.
_COMMAND = re.compile(r"\s*(?:n\s*[°o]\s*|#)?(\d{1,9})[:.)]?\s+([^\d\s].*)", re.IGNORECASE | re.DOTALL)
# `4fin`, as a thumb writes it; other words are not sent where a space is missing: `2h` is a time.
_GLUED = re.compile(r"\s*#?(\d{1,9})([^\d\s].*)", re.DOTALL)
_MEANT = re.compile(r"\s*(?:n\s*[°o]\s*|#)?\d{1,9}[:.)]?(?!\d)\D*", re.IGNORECASE)
_CLOSE = frozenset({"fin", "fini", "finie", "termine", "terminer", "fermer", "clore", "end", "done", "close"})
_RELEASE = frozenset({"robot", "bot", "#bot", "rendre", "release"})
_TAKE = frozenset({"moi", "me", "prendre", "je prends", "take"})
_LIST = frozenset({"liste", "list", "#liste", "#list"})
_HELP = frozenset({"aide", "help", "commandes", "#aide", "#help"})


@dataclass(frozen=True, slots=True)
class Command:
    """What is to become of a conversation."""

    number: int
    verb: Literal["say", "close", "release", "take", "assign"]
    text: str = ""
    """What is said, or to whom it is given."""


Request = Command | Literal["list", "help"]


def read_request(text: str, people: Sequence[str]) -> Request | None:
    """What a colleague wants of the conversations; None where they write as a customer would. `people` may be named."""
    alone = fold(text).strip(" .!\n")
    if alone in _LIST:
        return "list"
    if alone in _HELP:
        return "help"
    if found := _COMMAND.fullmatch(text):
        return _command(int(found[1]), found[2].strip(), people)
    glued = _GLUED.fullmatch(text)
    command = _command(int(glued[1]), glued[2].strip(), ()) if glued else None
    return None if command is None or command.verb == "say" else command


def seems_meant(text: str) -> bool:
    """Whether a colleague seems to have meant a command that is none: `4`, `4oui`."""
    return _MEANT.fullmatch(text) is not None


def _command(number: int, said: str, people: Sequence[str]) -> Command:
    alone = fold(said).strip(" .!")
    if alone in _CLOSE:
        return Command(number, "close")
    if alone in _RELEASE:
        return Command(number, "release")
    if alone in _TAKE:
        return Command(number, "take")
    named = next((name for name in people if words(name) == words(said)), None)
    return Command(number, "say", said) if named is None else Command(number, "assign", named)
