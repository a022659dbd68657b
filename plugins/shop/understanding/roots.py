"""One form for the forms of a word, and one for its spellings: what a catalogue's words and a message's meet in."""

import re
from functools import lru_cache

from comptoir.plugins.language import ordering_same, root
from comptoir.plugins.text import is_linking, singular

_SKELETON = tuple(
    (re.compile(pattern), plain)
    for pattern, plain in (
        (r"sch|sh", "ch"),
        (r"^h|(?<![cs])h", ""),
        (r"ph", "f"),
        (r"eau|au", "o"),
        (r"ai|ei", "e"),
        (r"qu|q|k", "c"),
        (r"gu(?=[eiy])", "g"),
        (r"y", "i"),
        (r"z", "s"),
        (r"w", "ou"),
        (r"(.)\1+", r"\1"),
        (r"(?:er|ez|es|et|e|s|t)$", ""),
    )
)
_SHORTEST_SKELETON = 3
_SIZES = frozenset(("grand", "petit", "gros"))


@lru_cache(50_000)
def root_of(word: str) -> str:
    """`noires`, `noire` and `noir` are one; sizes and numbers stay as they are."""
    if not word or word[0].isdigit() or len(word) < _SHORTEST_SKELETON:
        return word
    same = ordering_same()
    if (plain := same.get(word) or same.get(singular(word))) is not None:
        return plain
    found = root(word)
    return word if found in _SIZES else found  # `il grandit` is no large one


def links(word: str) -> bool:
    """Whether a word only links others. In French `the` is tea."""
    return word != "the" and is_linking(word)


@lru_cache(50_000)
def skeleton(word: str) -> str:
    """`atieke`, `athiéké` and `attieke` look the same; empty for what is too short to tell."""
    for pattern, plain in _SKELETON:
        word = pattern.sub(plain, word)
    return word if len(word) >= _SHORTEST_SKELETON else ""
