"""Everyday words: a question of these and of the shop's goods asks for nothing that a yes would promise."""

import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from comptoir.plugins.language import Language, empty_words, numbers
from comptoir.plugins.text import stem, words


@cache
def everyday(language: Language) -> frozenset[str]:
    """The stems of everyday words, of both languages: customers mix them."""
    table = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
    said = {*empty_words("fr"), *empty_words("en"), *numbers(), *table["fr"].split(), *table["en"].split()}
    return frozenset(stem(word, language) for word in said)


def stems_of(texts: Iterable[str], language: Language) -> frozenset[str]:
    return frozenset(stem(word, language) for text in texts for word in words(text))
