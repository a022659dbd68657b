"""A message as bounded tokens: words as they were meant, numbers, measures, and what parts them."""

import re
import unicodedata
from collections.abc import Iterator, Set
from dataclasses import dataclass, replace
from typing import Literal

from comptoir.plugins.language import Language, ordering_spellings, ordering_words
from comptoir.plugins.shop.numbers import MOST, from_figures, groups_at, number_at
from comptoir.plugins.shop.understanding.measures import is_unit, measure_of
from comptoir.plugins.shop.understanding.roots import root_of
from comptoir.plugins.text import fold, singular

MAX_READ = 2_000
"""Characters of a message that are read: an order is shorter."""
MAX_TOKENS = 400
_LONGEST_SPELLING = 4
_SHORTEST_GLUED = 3

Kind = Literal["word", "number", "measure", "mark"]

_TOKEN = re.compile(
    r"(?P<size>\d+[xX×]\d+(?:[xX×]\d+)?(?![\w.,]*\w))"
    r"|(?P<number>\d{1,3}(?:[ .](?!(?:128|256|512)\b)\d{3})+(?![\d.,]*\d| ?[gG](?:[oObB]|iga)\b)"
    r"|\d+[.,]\d+|\d+/\d+|\d+)"
    r"(?P<glued>[^\W\d_]+\d*)?"
    r"|(?P<word>[^\W\d_]+\d*)"
    r"|(?P<mark>\.{2,}|[-+?!.,;:\n()=/*•&×➕👍👌✅🆗🤝👎❌🚫])"
)
_WRITTEN = {"½": " 1/2 ", "¼": " 1/4 ", "¾": " 3/4 ", "œ": "oe", "🔟": " 10 "}
_ORDINAL = re.compile(r"(?:i?er|i?ere|i?e|i?eme|nde?)s?")
_AND_A_HALF = re.compile(r"[lL]5")
_LISTED = re.compile(r"(?:^|\n|(?<=[ ,;])(?=\d{1,2}\)))[ \t]*(?P<number>\d{1,2}) ?(?P<sign>[).]|°\)?|[-/])(?!\d)")
_DICTATED = re.compile(r"\bvirgule\b", re.IGNORECASE)
"""Who speaks to the keyboard says the signs, too."""
_POINT = re.compile(r"(?<!rond )(?<!rond-)\bpoint\b(?! [eE]\b)", re.IGNORECASE)
_COLONS = re.compile(r"(?<![\w:])(\d{1,3}) ?:(?=[^\W\d_])")
"""Of `2:yassa 3:coca`."""
_BY = re.compile(r"[xX]\d+")
"""Of `4x50`, which is a size; alone, `x2` is a number."""
_UNIT_FOLLOWS = re.compile(r" ?(?:kg|g|cl|ml|l|m|cm|mm)\b|[.,]\d", re.IGNORECASE)
_REPEATED = re.compile(r"([^\W\d])\1{2,}")


@dataclass(frozen=True, slots=True)
class Token:
    said: str
    word: str
    """Folded, and as it was meant: `jve` gives `je` and `veux`."""
    root: str
    start: int
    """Where it stands in the message that was cleaned."""
    end: int
    kind: Kind = "word"
    value: int | None = None
    """Of a whole number."""
    glued: bool = False
    """A sign right before it: `-5`; or `x` at it: `x2`."""


def clean(text: str) -> str:
    """As much as is read of it, without signs that nobody sees."""
    if len(_COLONS.findall(text)) > 1 or _COLONS.match(text):
        text = _COLONS.sub(r"\1 ", text)
    text = _unnumbered(text[:MAX_READ])
    for sign, meant in _WRITTEN.items():
        text = text[:MAX_READ].replace(sign, meant)
    text = unicodedata.normalize("NFKC", text)
    if _DICTATED.search(text):
        text = _POINT.sub(".", _DICTATED.sub(",", text))
    text = re.sub(r"~[^~\n]{1,200}~", " ", text)  # struck out
    text = re.sub(r"[ \t\u00a0\u202f]+", " ", text.replace("\r", "\n").replace("’", "'"))
    return "".join(_seen(character) for character in text[:MAX_READ])


def _unnumbered(text: str) -> str:
    """A list without the numbers of its lines: `1) 2 yassa`, `2) coca x3`. `1- yassa` may be one of it."""
    found = list(_LISTED.finditer(text))
    counted = [int(one["number"]) for one in found]
    if len(found) < 2 or counted != list(range(1, len(found) + 1)):
        return text
    signs = {one["sign"] for one in found}
    starts = [*(one.start() for one in found[1:]), len(text)]
    lines = [text[one.end() : following] for one, following in zip(found, starts, strict=True)]
    if not signs <= {")", "."} and not all(re.search(r"\d|\bune?\b", line) for line in lines):
        return text
    for one in reversed(found):
        text = text[: one.start("number")] + "-" + text[one.end() :]
    return text


def _seen(character: str) -> str:
    if character == "\n" or character.isascii():
        return character if character == "\n" or character.isprintable() else " "
    if character.isdecimal():
        return str(int(character))
    return "" if unicodedata.category(character) in ("Cf", "Cc", "Mn", "Me", "Co", "Cs", "Cn") else character


def tokens_of(text: str, language: Language, units: Set[str], own: Set[str]) -> list[Token]:
    """The tokens of a cleaned text. `units`: single letters that this shop measures in; `own`: its words, which are
    never taken for abbreviations.
    """
    raw = list(_raw(text, own))[:MAX_TOKENS]
    return _measured(list(_spelled(raw, language, own)), units)


def _raw(text: str, own: Set[str]) -> Iterator[Token]:
    for found in _TOKEN.finditer(text):
        start, end = found.span()
        if mark := found["mark"]:
            if mark == "-" and _within_word(text, start):
                continue
            yield Token(mark, mark, mark, start, end, "mark")
        elif found["size"]:
            yield _word(re.sub(r"[X×]", "x", found["size"]), start, end)  # `vis 4x50`
        elif found["number"]:
            yield from _figures(text, found, own)
        elif _BY.fullmatch(found["word"]):
            yield _number(found["word"][1:], start, end, glued=True)
        else:
            yield from _parted(found["word"], start, end, own)


def _figures(text: str, found: re.Match[str], own: Set[str]) -> Iterator[Token]:
    """A number, and what is written at it."""
    (start, end), middle = found.span(), found.end("number")
    figures, glued = found["number"], found["glued"] or ""
    if not glued:
        minus = text[start - 1 : start] == "-" and text[start - 2 : start - 1] in ("", " ")
        yield _number(figures, start, end, glued=minus)
    elif not is_unit(fold(glued)) and _is_a_word(figures, glued, own, _UNIT_FOLLOWS.match(text, end) is not None):
        yield _word(figures + glued, start, end)
    elif _AND_A_HALF.fullmatch(glued):  # `1l5`
        yield _number(figures, start, middle, glued=False)
        yield _word(glued[0], middle, end - 1)
        yield _number(glued[1:], middle + 1, end, glued=False)
    elif _BY.fullmatch(glued):  # `2x5kg`
        yield _number(figures, start, middle, glued=True)
        yield _number(glued[1:], middle + 1, end, glued=False)
    elif fold(glued) == "x":
        yield _number(figures, start, middle, glued=True)
    else:
        times = glued[0] in "xX" and _is_own(glued[1:], own)
        yield _number(figures, start, middle, glued=times or text[start - 1 : start] == "-")
        yield from _parted(glued[times:], middle + times, end, own)


def _is_a_word(figures: str, glued: str, own: Set[str], measured: bool) -> bool:
    """`2XL`, `7up`, `2e`, `4x50`: no number of pieces."""
    whole = fold(figures + glued)
    if whole in own or whole in ordering_words("sizes") or _is_one_word(glued, own):
        return True
    return bool(_ORDINAL.fullmatch(fold(glued))) or (bool(_BY.fullmatch(glued)) and not measured)


def _is_one_word(glued: str, own: Set[str]) -> bool:
    """`7up` and `8e` are no number of pieces."""
    letters = fold(glued)
    known = letters in own or letters in ordering_words("pieces") or letters == "x" or bool(_BY.fullmatch(glued))
    return len(letters) < _SHORTEST_GLUED and not known and not _AND_A_HALF.fullmatch(glued)


def _parted(said: str, start: int, end: int, own: Set[str]) -> Iterator[Token]:
    """`coca2` is two coca; `CPJ45` is one word of the shop."""
    letters = said.rstrip("0123456789")
    if letters == said or fold(said) in own or not _is_own(letters, own):
        yield _word(said, start, end)
    else:
        middle = start + len(letters)
        yield _word(letters, start, middle)
        yield _number(said[len(letters) :], middle, end, glued=False)


def _is_own(said: str, own: Set[str]) -> bool:
    """Whether it is a longer word of the shop."""
    word = fold(said)
    return len(word) >= _SHORTEST_GLUED and (word in own or singular(word) in own)


def _within_word(text: str, at: int) -> bool:
    return at > 0 and text[at - 1].isalpha() and text[at + 1 : at + 2].isalpha()


def _number(figures: str, start: int, end: int, *, glued: bool) -> Token:
    try:
        value: int | None = from_figures(figures)
    except ValueError:
        value = None
    return Token(figures, figures.replace(",", "."), figures, start, end, "number", value, glued)


def _word(said: str, start: int, end: int) -> Token:
    word = _REPEATED.sub(r"\1\1", fold(said))
    return Token(said, word, root_of(word), start, end)


def _spelled(raw: list[Token], language: Language, own: Set[str]) -> Iterator[Token]:
    """With abbreviations and words of other languages as what they stand for."""
    known = ordering_spellings() if language == "fr" else {}
    place = 0
    while place < len(raw):
        token = raw[place]
        if token.kind != "word":
            yield token
            place += 1
            continue
        if place and raw[place - 1].kind == "number" and is_unit(token.word):
            yield token  # `500 g` is no `j'ai`
            place += 1
            continue
        for length in range(min(_LONGEST_SPELLING, len(raw) - place), 0, -1):
            part = raw[place : place + length]
            written = tuple(one.word for one in part)
            if written in known and all(one.kind == "word" for one in part) and not _kept(written, own):
                after = tuple(one.word for one in raw[place : place + len(known[written])])
                if after and after == known[written]:
                    continue  # `c` of `c'est` stands for no second `est`
                said, end = " ".join(one.said for one in part), part[-1].end
                for word in known[written]:
                    yield Token(said, word, root_of(word), token.start, end)
                place += length
                break
        else:
            yield token
            place += 1


def _kept(written: tuple[str, ...], own: Set[str]) -> bool:
    """A size, a word of the shop, or one that says yes or no, is no abbreviation."""
    return (len(written) == 1 and (written[0] in own or root_of(written[0]) in own)) or " ".join(written) in own


def _measured(tokens: list[Token], units: Set[str]) -> list[Token]:
    """With numbers in words as numbers, and `1,5 litre` as one measure."""
    found: list[Token] = []
    words = [token.word for token in tokens]
    place = 0
    while place < len(tokens):
        token = tokens[place]
        if (token.kind != "mark" or token.word == "/") and (measured := measure_of(words, place, units)):
            canon, length = measured
            last = tokens[place + length - 1]
            said = " ".join(one.said for one in tokens[place : place + length])
            found.append(Token(said, canon, canon, token.start, last.end, "measure"))
            place += length
        elif token.kind == "number" and token.value and (group := groups_at(words, place + 1)):
            last = tokens[place + group.length]  # `2 douzaines`
            value = min(token.value * group.value, MOST)
            said = " ".join(one.said for one in tokens[place : place + 1 + group.length])
            found.append(replace(token, said=said, word=str(value), root=str(value), end=last.end, value=value))
            place += 1 + group.length
        elif token.kind == "word" and (number := number_at(words, place)):
            last = tokens[place + number.length - 1]
            said = " ".join(one.said for one in tokens[place : place + number.length])
            # `un` and `une` are articles too.
            word = words[place] if number.value == 1 else str(number.value)
            found.append(Token(said, word, root_of(word), token.start, last.end, "number", number.value))
            place += number.length
        elif token.word == "1/2":
            found.append(replace(token, kind="word", word="demi", root=root_of("demi")))
            place += 1
        elif token.word in ("x", "×", "*") and place + 1 < len(tokens) and tokens[place + 1].value is not None:
            place += 1  # `x 2`
            tokens[place] = replace(tokens[place], glued=True)
        else:
            found.append(token)
            place += 1
    return found
