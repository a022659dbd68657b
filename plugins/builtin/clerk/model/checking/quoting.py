"""Whether a sentence is one of the shop's own, whole: its words put together otherwise may say the contrary."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from itertools import product
from pathlib import Path

from comptoir.plugins.builtin.clerk.model.checking.clauses import marked
from comptoir.plugins.text import is_linking, words

Parts = tuple[tuple[str, ...], ...]
"""A sentence between its commas; `&` stands for `and`."""

_COMMA = re.compile(r"[,:;()]")
_AND = re.compile(r"\b(?:et|and)\b")
_WIDE = re.compile(r" : |[;()]|, (?=et |and )| (?=(?:et|and) (?:nous|we|il|elle)\b)")
_TABLE = tomllib.loads(Path(__file__).with_name("sayings.toml").read_text(encoding="utf-8"))["quotes"]
_NARROWS = frozenset(_TABLE["narrows"].split())
_HERE = frozenset(_TABLE["here"].split())
_MOST_ANDS = 4
_LEAST_WORDS = 3
_MOST_WAYS = 60


def sources(texts: Iterable[str]) -> frozenset[Parts]:
    """The sentences of texts, and those that `:` or `, and` joins in them, each as it may be said."""
    found: set[Parts] = set()
    for text in texts:
        for sentence in _whole_sentences(text):
            for one in {sentence, *_WIDE.split(sentence)}:
                found |= set(_shortened(_parts(one)))
    return frozenset(found)


def _whole_sentences(text: str) -> Iterator[str]:
    """What asks states nothing, and what was cut short states too much."""
    found = [sentence for sentence, asks in marked(text) if not asks]
    return iter(found[:-1] if text.rstrip().endswith(("…", "...")) else found)


def is_quoted(sentence: str, known: frozenset[Parts]) -> bool:
    """It may leave out one of two that `and` joins, a part behind a comma that narrows nothing, and who `here` is;
    `for X, …` may stand first; and it may be several, one after the other.
    """
    turned = re.fullmatch(r"((?:pour|for) [^,]+), (.+)", sentence)
    if _is_one(sentence, known) or (turned and _is_one(f"{turned[2]} {turned[1]}", known)):
        return True
    ends = [found.span() for found in re.finditer(r",(?!\d)|:|\b(?:et|and|mais|but)\b", sentence)]
    return any(_is_one(sentence[:start], known) and is_quoted(sentence[end:].strip(), known) for start, end in ends)


def _is_one(sentence: str, known: Iterable[Parts]) -> bool:
    said = [word for part in _parts(sentence) for word in part if word != "&"]
    return len(said) >= _LEAST_WORDS and any(_follows(said, source, first=True) for source in known)


def _parts(sentence: str) -> Parts:
    return tuple(filter(None, map(_words, _COMMA.split(sentence))))


def _words(part: str) -> tuple[str, ...]:
    told = (_AND.sub(" zzand ", part)).replace("contiennent", "contient")
    return tuple("&" if word == "zzand" else word for word in words(told) if not is_linking(word))


def _shortened(source: Parts) -> Iterator[Parts]:
    ways = [list(_one_of_two(part)) for part in source]
    return (one for one in product(*ways) if one) if sum(map(len, ways)) < _MOST_WAYS else iter((source,))


def _one_of_two(part: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    """`the mafé and the domoda contain`: of both, of either."""
    if "&" not in part or part.count("&") > _MOST_ANDS:
        yield tuple(word for word in part if word != "&")
        return
    place = part.index("&")
    before, after = part[:place], part[place + 1 :]
    for rest in _one_of_two(after):
        yield (*before, *rest)
        if before and _may_go(before[-1]) and len(before) + len(rest) > _LEAST_WORDS:
            yield (*before[:-1], *rest)
    if after and _may_go(after[0]):
        yield from ((*before, *rest) for rest in _one_of_two(after[1:]))


def _may_go(word: str) -> bool:
    return word not in _NARROWS and not word.isdigit()


def _is_named(part: tuple[str, ...]) -> bool:
    """`code 4321`."""
    return len(part) == 2 and _may_go(part[0]) and part[1].isdigit()


def _follows(said: Sequence[str], source: Parts, *, first: bool) -> bool:
    """The same words in the same order, but for whole parts that may be left out."""
    if not source:
        return not said
    part, rest = source[0], source[1:]
    for one in (part, tuple(word for word in part if word not in _HERE)):
        if one and tuple(said[: len(one)]) == one and _follows(said[len(one) :], rest, first=False):
            return True
    # `The kitchen being small, …` is a reason, and narrows nothing.
    may_go = all(map(_may_go, part)) or _is_named(part)
    return (not first or "etant" in part) and may_go and _follows(said, rest, first=False)
