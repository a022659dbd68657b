"""Phrases that are read as others, sign for sign, so that places in the message stay what they are."""

import re

from comptoir.plugins.shop.understanding.details import flat
from comptoir.plugins.shop.understanding.halves import halved

_PHRASES = (
    (
        re.compile(
            r"\b(?:on est|on sera|nous sommes|nous serons|ns sommes|on etait) (?:\d+|deux|trois|quatre"
            r"|cinq|six|sept|huit|neuf|dix|douze)\b(?! [a-z]*(?:personne|pers\b|gens|adulte|enfant))"
        ),
        ",",
    ),
    (re.compile(r"\bmais (?=c'?est\b|ce sera\b|en fait\b|finalement\b|plutot\b)"), ", "),
    (re.compile(r"\bl'une? et l'autre\b"), "les deux"),
    (re.compile(r"\bon m'a dit(?: qu[e'])?"), ","),
    (re.compile(r"\b(?:je|on|nous|ns) (?:viens|vient|venons) (?:d'|d |de |d’)(?=[a-z]+(?:er|ir|re)\b)"), ","),
    (re.compile(r"\bpas mal\b"), "assez"),
    (re.compile(r"\bsoit\b"), "ou"),
    (re.compile(r"(?<=\w )(?<!ou )(?:non|hein|n'est[- ]ce pas) ?(?=\?)"), ""),
    (re.compile(r"\bbetween\b"), "entre"),
    (re.compile(r"\b(?:la |une )?moitie d[' ]une?\b"), "un demi"),
    (re.compile(r"\bpour (?=(?:l'|l )?une?(?: (?:seule?|des (?:deux|trois|2|3))\b|\s*(?:$|[,.;!?\n])))"), "sur"),
    (re.compile(r"(?<=\bun )seule?(?:ment)?\b|(?<=\bune )seule?\b|(?<=\bsur \d )seule?(?:ment|s)?\b"), ""),
    (re.compile(r"\b(?:et )?l'autre (?=sans\b|avec\b)"), ", un"),
    (re.compile(r"\b(?:et )?(?:l'|l )autre (?:toute? )?(?:nature|normale?|simple|sans rien|tel quel)\b"), ","),
    (re.compile(r"\bsi (?:vous aviez|tu avais|vous auriez)\b"), "vous avez"),
    (re.compile(r"\b(?:l'|l )?(?:un|une|1) des (?:deux|trois|quatre|2|3|4)\b"), "un"),
    (re.compile(r"\b(?:un|une) (?:deuxieme|seconde?|troisieme)\b"), "encore un"),
)


def rephrased(text: str) -> str:
    """`soit un yassa soit un thieb`, `piment sur l'un des deux`, `un deuxième coca`, in words that are read."""
    text = halved(text)
    folded = flat(text)
    for pattern, phrase in _PHRASES:
        for one in reversed(list(pattern.finditer(folded))):
            said = phrase.ljust(one.end() - one.start())
            text = text[: one.start()] + said + text[one.end() :]
            folded = folded[: one.start()] + said + folded[one.end() :]
    return text
