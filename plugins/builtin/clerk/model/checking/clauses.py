"""Takes texts apart into sentences."""

import re
from collections.abc import Iterator

from comptoir.plugins.text import fold

_SENTENCE = re.compile(r"([!?;\n•…]+|\.(?!\d)|(?<=\s)[-–—](?=\s)|^[-–—*]\s)", re.MULTILINE)


def bare(figures: str) -> str:
    """`3 500` is `3500`."""
    return re.sub(r"[ .,]", "", figures)


def sentences(text: str) -> Iterator[str]:
    """Folded; a line of a list is one."""
    return (sentence for sentence, _ in marked(text))


def marked(text: str) -> Iterator[tuple[str, bool]]:
    """Sentences, and whether each is a question."""
    plain = re.sub(r"[\u00a0\u202f\u2009]", " ", text).replace("’", "'")
    parts = [*_SENTENCE.split(fold(plain)), ""]
    for part, mark in zip(parts[::2], parts[1::2], strict=True):
        if part.strip():
            yield part.strip(), "?" in mark
