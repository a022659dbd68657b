"""Cuts a tenant's texts into passages: by their headings, then by paragraphs, then by sentences."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

MAX_PASSAGE = 1_500
"""Characters; a longer section becomes several passages with one title."""
MAX_TITLE = 120
MAX_ANSWER = 900
"""Characters of a passage that a customer gets."""

_HEADING = re.compile(r"\s{0,3}(#{1,6})\s+(.*?)\s*#*\s*$")
_UNDERLINE = re.compile(r"\s{0,3}(=+|-{3,})\s*$")
_FENCE = re.compile(r"\s{0,3}(```|~~~)")
_COMMENT = re.compile(r"<!--.*?(-->|\Z)", re.DOTALL)
_IMAGE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)")
_LINK = re.compile(r"\[([^\]\n]+)\]\(([^)\s]+)[^)\n]*\)")
_BOLD = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_ASKED = re.compile(r"^\s*(?:questions|q)\s*:\s*(.*?)(?=\n\s*\n|\Z)", re.IGNORECASE | re.MULTILINE | re.DOTALL)
_BULLET = re.compile(r"^\s{0,8}[*+-]\s+", re.MULTILINE)
_SENTENCE_END = re.compile(r"[.!?…][»\")]*\s")


@dataclass(frozen=True, slots=True)
class Passage:
    """A part of a text that can stand alone."""

    file: str
    title: str
    """The heading that it stands under; empty where there is none."""
    within: str
    """The headings above that one, and the file's name: they tell what the passage is about, nobody reads them."""
    text: str
    asked: str = ""
    """What customers ask who want to know this, as the owner wrote it below `Questions :`; no customer reads it."""


def cut(name: str, text: str) -> Iterator[Passage]:
    """The passages of a file, in their order. `name` is the file's, without its folder."""
    topic = re.sub(r"[\W_]+", " ", name.rsplit(".", 1)[0])
    for above, title, body in _sections(_COMMENT.sub("", text)):
        asked = " ".join(_ASKED.findall(body))
        for part in _parts(_plain(_ASKED.sub("", body))):
            yield Passage(name, title, " ".join([topic, *above]), part, asked)


def shorten(text: str, most: int = MAX_ANSWER) -> str:
    """The text, cut after the last sentence that fits."""
    if len(text) <= most:
        return text
    ends = [end.end() for end in _SENTENCE_END.finditer(text, 0, most)]
    if ends and ends[-1] > most // 3:
        return text[: ends[-1]].rstrip()
    return text[: most - 1].rsplit(None, 1)[0].rstrip() + "…"


def _sections(text: str) -> Iterator[tuple[list[str], str, str]]:
    """Headings above, heading, and what stands below it."""
    levels: dict[int, str] = {}
    current, body, fenced = 7, [], False  # type: int, list[str], bool
    title = ""
    for line in text.splitlines():
        if _FENCE.match(line):
            fenced = not fenced
            continue
        heading = None if fenced else _HEADING.match(line)
        underlined = None if fenced else _UNDERLINE.match(line)
        below = body[-1].strip() if body else ""
        if heading is not None or (underlined is not None and below and len(below) <= MAX_TITLE):
            if heading is None:
                body.pop()
            yield [levels[one] for one in sorted(levels) if one < current], title, "\n".join(body)
            body = []
            current = len(heading[1]) if heading else (1 if line.strip().startswith("=") else 2)
            title = _inline(heading[2] if heading else below)[:MAX_TITLE]
            levels = {one: said for one, said in levels.items() if one < current} | {current: title}
        elif underlined is None or below:
            body.append(line)
    yield [levels[one] for one in sorted(levels) if one < current], title, "\n".join(body)


def _plain(text: str) -> str:
    """Markdown as WhatsApp shows it."""
    return re.sub(r"\n{3,}", "\n\n", _BULLET.sub("• ", _inline(text))).strip()


def _inline(text: str) -> str:
    text = _LINK.sub(r"\1 (\2)", _IMAGE.sub("", text))
    return _BOLD.sub(r"*\2*", text)


def _parts(text: str) -> Iterator[str]:
    """Paragraphs, together as long as they fit."""
    part = ""
    for paragraph in re.split(r"\n\s*\n", text):
        for piece in _pieces(paragraph.strip()):
            if part and len(part) + len(piece) + 2 > MAX_PASSAGE:
                yield part
                part = ""
            part = f"{part}\n\n{piece}" if part else piece
    if part:
        yield part


def _pieces(paragraph: str) -> Iterator[str]:
    while len(paragraph) > MAX_PASSAGE:
        piece = shorten(paragraph, MAX_PASSAGE).removesuffix("…")
        yield piece
        paragraph = paragraph[len(piece) :].lstrip()
    if paragraph:
        yield paragraph
