"""How French words sound: who writes by ear writes another word that sounds the same."""

import re

_SOUNDS = tuple(
    (re.compile(pattern), heard)
    for pattern, heard in (
        (r"^h|(?<![cp])h", ""),
        (r"ph", "f"),
        (r"sch|ch", "X"),
        (r"qu|q|ck", "k"),
        (r"gu(?=[eiy])", "g"),
        (r"g(?=[eiy])", "j"),
        (r"sc(?=[eiy])|c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"tion", "sion"),
        (r"(?<=[aeiouy])s(?=[aeiouy])", "z"),
        (r"eau|au", "o"),
        (r"eur$", "9r"),
        (r"oeu|eu|oe", "e"),
        (r"oi", "wa"),
        (r"ou", "U"),
        (r"(?:ain|ein|aim|in|im|un|yn|ym)(?![aeiouyUnm])", "1"),
        (r"(?:an|am|en|em)(?![aeiouyUnm])", "2"),
        (r"(?:on|om)(?![aeiouyUnm])", "3"),
        (r"ai|ei|ay|ey", "e"),
        (r"y", "i"),
        (r"([a-z])\1+", r"\1"),
        (r"ills?(?=[eao])", "y"),
        (r"(?:er|ez|ee|et|es|e|ent)s?$", "e"),
        (r"[stdxzp]+$", ""),
        (r"e$", ""),
    )
)


def sound(word: str) -> str:
    """A folded French word by ear: `naissanse` and `naissance` sound the same."""
    for pattern, heard in _SOUNDS:
        word = pattern.sub(heard, word)
    return word
