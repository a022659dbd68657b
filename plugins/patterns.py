"""Patterns that tenants write: searched by RE2, in a time that grows with the text alone and in bounded memory.

Accents and case do not matter, as with words: `numéro \\d+` finds `NUMERO 12`.
"""

import unicodedata
from collections.abc import Mapping
from typing import Annotated

import re2
from pydantic import AfterValidator, Field

from comptoir.plugins.faults import wrong_value

MAX_PATTERN = 200
"""Characters of one pattern."""
MAX_SEARCHED = 4_000
"""Characters of a text that are looked at; what matters stands before."""
_MAX_MEMORY = 1 << 18
"""Bytes that one pattern may take, once compiled and while it is searched."""
_LIGATURES = str.maketrans({"œ": "oe", "Œ": "OE", "æ": "ae", "Æ": "AE", "’": "'"})

# What RE2 begins its refusals with, and what to say of it.
_REFUSALS: Mapping[str, tuple[str, str]] = {
    "invalid perl operator: (?#": ("un motif sans commentaire (?#…)", "a pattern without a comment (?#…)"),
    "invalid perl operator: (?<": ("un motif sans condition sur ce qui précède", "a pattern without lookbehind"),
    "invalid perl operator": (
        "un motif sans condition sur ce qui suit, comme (?=…) ou (?!…)",
        "a pattern without lookahead, as (?=…) or (?!…)",
    ),
    "invalid escape sequence": (
        "une lettre comme \\d ou \\b après « \\ » ; un renvoi comme \\1 n'est pas possible",
        "a letter as \\d or \\b after `\\`; a backreference as \\1 is not possible",
    ),
    "missing )": ("une « ) » pour chaque « ( »", "a `)` for each `(`"),
    "unexpected )": ("une « ( » pour chaque « ) »", "a `(` for each `)`"),
    "missing ]": ("une « ] » pour chaque « [ »", "a `]` for each `[`"),
    "no argument for repetition": ("quelque chose à répéter avant *, + ou ?", "something to repeat before *, + or ?"),
    "bad repetition operator": ("un seul de *, + et ? à la fois", "only one of *, + and ? at a time"),
    "invalid repetition size": ("au plus 1000 répétitions en tout", "at most 1000 repetitions in all"),
    "invalid character class range": ("une plage comme [a-z] ou [0-9]", "a range as [a-z] or [0-9]"),
    "trailing \\": ("une lettre après « \\ »", "a letter after `\\`"),
    "pattern too large": ("un motif avec moins de répétitions", "a pattern with fewer repetitions"),
}
_OTHERWISE = ("un motif que RE2 comprend, comme « commande n?[0-9]+ »", "a pattern of RE2, as `order n?[0-9]+`")


class Pattern:
    """A compiled pattern. Raises ValueError with RE2's reason for what it refuses."""

    def __init__(self, pattern: str) -> None:
        options = re2.Options()
        options.case_sensitive = False
        options.max_mem = _MAX_MEMORY
        options.log_errors = False  # they would go to the process's standard error
        try:
            self._compiled = re2.compile(_plain(pattern), options)
        except re2.error as error:
            reason = error.args[0]
            raise ValueError(reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)) from None

    def search(self, text: str) -> str | None:
        """What it finds first in the first MAX_SEARCHED characters, without accents; None where it finds nothing."""
        # A lone surrogate is no character to RE2.
        searched = _plain(text[:MAX_SEARCHED]).encode("utf-8", "replace").decode()
        found = self._compiled.search(searched)
        return None if found is None else str(found.group())


def _plain(text: str) -> str:
    """Without accents, otherwise as it is: a pattern's `\\D` must not become `\\d`."""
    decomposed = unicodedata.normalize("NFD", text.translate(_LIGATURES))
    return unicodedata.normalize("NFC", "".join(sign for sign in decomposed if not unicodedata.combining(sign)))


def _check(text: str) -> str:
    try:
        found = Pattern(text).search("")
    except (ValueError, UnicodeError) as error:
        french, english = next((said for start, said in _REFUSALS.items() if str(error).startswith(start)), _OTHERWISE)
        raise wrong_value((f"motif « {text} » refusé", french), (f'pattern "{text}" is refused', english)) from None
    if found is not None:
        raise wrong_value(
            (f"le motif « {text} » convient à n'importe quel message", "un motif qui cherche quelque chose"),
            (f'the pattern "{text}" fits every message', "a pattern that looks for something"),
        )
    return text


TenantPattern = Annotated[str, Field(min_length=1, max_length=MAX_PATTERN), AfterValidator(_check)]
"""A pattern in a plugin's configuration; make a `Pattern` of it in `start`."""
