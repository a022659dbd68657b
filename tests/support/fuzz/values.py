"""Parameters as a client would give them, and as nobody would."""

import random
import string
from collections.abc import Callable
from typing import Any

from comptoir.sessions.descriptors import Descriptor

_SENSIBLE: dict[str, tuple[Any, ...]] = {
    "to": ("+221771000001", "lid:1234567890", "77 100 00 01", "group:120363000000000001"),
    "chat": ("+221771000001", "+221771000002", "lid:1234567890", "status", "group:1"),
    "from": ("+221771000001", "lid:99", "+33612345678"),
    "text": ("menu", "Bonjour, menu svp ?", "", " ", "é" * 2_000, "STOP", "\u202e\u2067x"),
    "id": (1, 2, 3, 10**6),
    "before": (1, 2, 3, 10**9),
    "limit": (1, 2, 50, 500),
    "state": ("sent", "delivered", "read"),
    # What waits longer than this holds its connection up.
    "timeout": (0.001, 0.01, 0.05, 0, -1),
    "version": (1,),
    "template": ("empty", "restaurant", "bank"),
    "owner": ("+221770000009", "77"),
    "lang": ("fr", "en", "xx"),
    "code": ("+221770000009", "77", ""),
    "name": ("menu.pdf", "../../etc/passwd", "a/b", "\0", "é" * 300, ""),
    "kind": ("image", "video", "audio", "voice", "document", "sticker", "exe"),
    "quote": (1, 2, 10**9),
    "client_key": ("k1", "", "k" * 500),
    "content": (
        {"place": {"latitude": 14.69, "longitude": -17.44}},
        {"place": {"latitude": float("nan"), "longitude": 1e308}},
        {"cards": [{"name": "x", "vcard": "BEGIN:VCARD"}]},
        {"poll": {"question": "?", "options": ["a", "b"], "choices": 10**30}},
        {"reaction": {"message": 1, "emoji": "👍"}},
        {"edit": {"message": 1}},
        {"deletion": {"message": -1}},
        {"place": {}, "poll": {}},
        {},
    ),
}

WEIRD: tuple[Callable[[random.Random], Any], ...] = (
    lambda _: None,
    lambda _: True,
    lambda chance: chance.choice((0, -1, 1, 2**31, 2**63, -(2**63) - 1, 2**70, 10**300, 10**4_000)),
    lambda chance: chance.choice((0.5, -0.0, 1e308, 5e-324, float("inf"), float("-inf"), float("nan"))),
    lambda chance: chance.choice(
        ("", " ", "\0", "\ud800", "\U0010ffff", "\u202e", "\u2028", "👩🏾\u200d🍳", "%s%n", "../..")
    ),
    lambda chance: "".join(chance.choices(string.printable, k=chance.randrange(60))),
    lambda chance: "".join(chr(chance.randrange(0x110000)) for _ in range(chance.randrange(20))),
    lambda chance: chance.choice("xé\0") * (70_000 if chance.random() < 0.01 else chance.choice((256, 2_048))),
    lambda chance: [None] * chance.choice((0, 1, 200)),
    lambda chance: _nested(chance.choice((3, 50, 400))),
    lambda chance: {f"k{number}": number for number in range(chance.choice((0, 1, 200)))},
    lambda _: {"descriptor": True},
    lambda _: {"descriptor": False, "x": 1},
)
_WRONG_NAMES = ("", " ", "CHEZ-AWA", "chez-awa ", "chez-awa\0", "../chez-awa", "a" * 33, "-x", "é", "_", ".", "\ud800")


def sensible(chance: random.Random, name: str, kinds: tuple[type, ...]) -> Any:
    """A value of the right type, and often of the right form."""
    if Descriptor in kinds:
        return {"descriptor": True}
    if name in _SENSIBLE:
        return chance.choice(_SENSIBLE[name])
    by_type = {str: "x", int: 1, float: 0.5, bool: False, dict: {}}
    return next((value for kind, value in by_type.items() if kind in kinds), None)


def names(chance: random.Random, *, possible: bool) -> Any:
    """What is no tenant here, or what nothing can be."""
    if possible and chance.random() < 0.5:
        return f"nobody-{chance.randrange(1000)}"
    return chance.choice((*_WRONG_NAMES, *(value(chance) for value in WEIRD[1:5])))


def _nested(depth: int) -> Any:
    value: Any = "x"
    for _ in range(depth):
        value = [value]
    return value
