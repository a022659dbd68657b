"""Whether a text says the shop's name, and what it says beside addressing the shop. Pure."""

import re

from comptoir.plugins.text import fold, words
from comptoir.sessions.events import Address

_WORD = re.compile(r"[^\W_]+")
_AROUND = " \t\n\u00a0\u202f,;:!.-–—"


def says_name(text: str, shop: str) -> bool:
    """Whether the shop's name stands in the text, its words in a row; accents and case do not matter."""
    name, said = words(shop), words(text)
    return bool(name) and any(said[start : start + len(name)] == name for start in range(len(said) - len(name) + 1))


def without_address(text: str, shop: str, own: Address | None) -> str:
    """What is said to the shop: its mention left out, and its name where the text begins or ends with it.

    `Chez Awa, STOP` says STOP. A text that is nothing but the name stays as it is.
    """
    rest = text
    for form in _written(own):
        rest = re.sub(rf"@{form}\b", " ", rest)
    rest = _without_name(rest.strip(_AROUND), words(shop))
    return rest or text


def _written(own: Address | None) -> list[str]:
    """How apps write a mention: @ and the user part of the JID."""
    return [form for form in (own.number and own.number.removeprefix("+"), own.lid) if form] if own else []


def _without_name(text: str, name: list[str]) -> str:
    if not name:
        return text
    places = list(_WORD.finditer(text))
    said = [fold(place[0]) for place in places]
    if said[: len(name)] == name:
        return text[places[len(name) - 1].end() :].lstrip(_AROUND)
    if said[-len(name) :] == name:
        return text[: places[-len(name)].start()].rstrip(_AROUND)
    return text
