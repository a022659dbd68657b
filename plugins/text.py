"""Reads text as people write it: without accents, in any case, in the plural."""

import re
import unicodedata
from functools import cache, lru_cache
from typing import Literal

import snowballstemmer

_WORD = re.compile(r"[^\W_]+")
_LIGATURES = str.maketrans({"œ": "oe", "æ": "ae"})
# Words that link others: "prix de la livraison" asks what "prix livraison" asks.
_LINKING = frozenset(
    (
        "a",
        "au",
        "aux",
        "d",
        "de",
        "des",
        "du",
        "en",
        "et",
        "l",
        "la",
        "le",
        "les",
        "un",
        "une",
        "the",
        "of",
        "an",
    )
)
_UNSEEN = re.compile("[\x00-\x1f\x7f-\x9f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_BRACES = str.maketrans("{}", "()")
_SHORTEST_PLURAL = 4
_SHORTEST_STEM = 4


def fold(text: str) -> str:
    """Lower case without accents: `Où êtes-vous ?` becomes `ou etes-vous ?`."""
    if text.isascii():
        return text.lower()
    # Some signs come apart into capitals, and some capitals into signs.
    lower = unicodedata.normalize("NFKD", text).casefold().translate(_LIGATURES)
    decomposed = unicodedata.normalize("NFKD", lower)
    return "".join(character for character in decomposed if not unicodedata.combining(character))


def one_line(text: str, most: int) -> str:
    """A stranger's words, to stand among ours: on a line, at most so many characters, and nothing that turns a line
    round or is filled in later.
    """
    return " ".join(_UNSEEN.sub(" ", text).translate(_BRACES).split())[:most]


def words(text: str) -> list[str]:
    """The folded words of a text; apostrophes, hyphens and signs part them."""
    return _WORD.findall(fold(text))


def terms(text: str) -> list[str]:
    """The words to compare by: folded, in the singular, linking words left out."""
    return [singular(word) for word in words(text) if word not in _LINKING]


def is_linking(word: str) -> bool:
    """Whether a folded word only links others."""
    return word in _LINKING


@lru_cache(100_000)
def stem(word: str, language: Literal["fr", "en"] = "fr") -> str:
    """One form for the forms of a folded word: `livrer`, `livrez` and `livraison` give `livr`."""
    one = singular(word)
    # The stem of a short word is that of too many others: `pays` is not `payer`.
    if len(one) <= _SHORTEST_STEM:
        return one
    if language == "fr" and one.endswith("ee"):
        one = one[:-1]  # the feminine of what lost its accent: `périmée`
    found: str = _stemmer(language).stemWord(one)
    return _one_of_a_family(found) if language == "fr" else found


def _one_of_a_family(found: str) -> str:
    """What verbs make nouns and forms with, and the stemmer leaves: `livraison`, `rendre` and `rendu`, `repassage`."""
    for ending, least in (("aison", 4), ("ag", 6)):
        if found.endswith(ending) and len(found) >= least + len(ending):
            return found.removesuffix(ending)
    if found.endswith("dr") or (found.endswith("du") and len(found) > _SHORTEST_STEM):
        return found[:-1]
    return found


@cache
def _stemmer(language: Literal["fr", "en"]) -> snowballstemmer.stemmer:
    return snowballstemmer.stemmer("french" if language == "fr" else "english")


def singular(word: str) -> str:
    """One form for the singular and the plural of a folded French or English word.

    It need not be a word, only the same for both: `tuyau` and `tuyaux` give `tuyal`.
    """
    if len(word) < _SHORTEST_PLURAL:
        return word
    if word.endswith(("eaux", "eux", "oux")):
        return word[:-1]
    if word.endswith("aux"):
        return word[:-3] + "al"
    if word.endswith("au") and not word.endswith("eau"):
        return word[:-2] + "al"
    if word.endswith("s") and not word.endswith("ss"):
        return word[:-1]
    return word
