"""Which words a reply may use: everyday ones, the shop's, and the customer's to say that there is no such thing."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from comptoir.plugins.builtin.clerk.model.checking.clauses import Clause
from comptoir.plugins.language import Language, empty_words, numbers
from comptoir.plugins.text import stem, words

# What is not there may be named as the customer named it.
_LACKS = re.compile(
    r"\b(?:n'avons pas|n'ai pas|ne vendons pas|ne faisons pas|ne livrons pas|"
    r"ne peux pas|ne pouvons pas|ne connais pas|ne sais pas|"
    r"don't have|do not have|don't sell|cannot|can't|don't know)\b"
)


def unknown_word(clause: Clause, own: frozenset[str], customer: Iterable[str], shop: Iterable[Clause]) -> str:
    """A word that nobody of this shop has said, `own` being the stems that it may always use; empty where there is
    none. Figures are judged elsewhere.
    """
    rare = {one for one in clause.stems if not one[0].isdigit()} - everyday(clause.language) - own
    if not rare:
        return ""
    roots = clause.roots_of(rare)
    if any(roots <= source.roots and clause.denies == source.denies for source in shop):
        return ""
    if _LACKS.search(clause.folded) and rare <= stems_of(customer, clause.language):
        return ""
    return min(rare)


@cache
def everyday(language: Language) -> frozenset[str]:
    """The stems of everyday words, of both languages: customers mix them."""
    table = tomllib.loads(Path(__file__).with_name("words.toml").read_text(encoding="utf-8"))
    said = {*empty_words("fr"), *empty_words("en"), *numbers(), *table["fr"].split(), *table["en"].split()}
    return frozenset(stem(word, language) for word in said)


def stems_of(texts: Iterable[str], language: Language) -> frozenset[str]:
    return frozenset(stem(word, language) for text in texts for word in words(text))
