"""Reads how a customer rates what was done for them."""

import re

from comptoir.plugins.text import fold

BEST = 5
_WORDS = {"un": 1, "une": 1, "deux": 2, "trois": 3, "quatre": 4, "cinq": 5}
_WORDS |= {"one": 1, "two": 2, "three": 3, "four": 4, "five": 5}
_FIGURE = re.compile(r"(?:note\s*:?\s*)?([1-5])(?:\s*/\s*5|\s*sur\s*5|\s*etoiles?|\s*stars?|\s*⭐)?[\s.!]*")


def read_rating(text: str) -> int | None:
    """1 to 5, where a line of `text` is nothing else."""
    return next((rating for line in text.splitlines() if (rating := _line(line)) is not None), None)


def _line(line: str) -> int | None:
    signs = line.replace("\ufe0f", "").replace("\u20e3", "").strip()
    stars = signs.count("⭐") + signs.count("★")
    if stars and not signs.strip("⭐★ "):
        return min(stars, BEST)
    said = fold(signs).strip()
    if said.strip(" .!") in _WORDS:
        return _WORDS[said.strip(" .!")]
    found = _FIGURE.fullmatch(said)
    return int(found[1]) if found else None
