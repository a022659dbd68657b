"""Reads a TOML file with mistakes as far as it goes: every mistake is noted, and the rest is there to be checked."""

import re
import tomllib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from comptoir.plugins.toml_mistakes import SyntaxFault, explain_syntax, place_of
from comptoir.plugins.toml_statements import closes_by_opening, end_of, next_within

MAX_MISTAKES = 30
"""More than this nobody reads; nothing but they are told then."""
UNREADABLE = "\0"
"""Stands in place of a value that cannot be read, and begins what stands in place of a key: no file has it."""
_MAX_REREAD = 5_000_000
"""Characters. Mistakes between statements are found one at a time, each by reading the whole again."""
_KEY = re.compile(r"""[ \t]*((?:[\w.-]|"[^"\n]*"|'[^'\n]*'|[ \t]*\.[ \t]*)+?)[ \t]*(?:[=:\n]|$)""", re.ASCII)
_IN_BRACES = re.compile(r"[^\n=]*=[ \t]*\{")
_HEADER = re.compile(r"[ \t]*(\[\[?)[ \t]*[\w.-]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Salvaged:
    """What could be read."""

    text: str
    """The text as it was read, line for line: in it everything that was read has its place."""
    tables: dict[str, Any]
    mistakes: tuple[SyntaxFault, ...] = ()


def salvage(text: str) -> Salvaged:
    """Raises ValueError or RecursionError where even single values are beyond sense."""
    try:
        return Salvaged(text, tomllib.loads(text))
    except tomllib.TOMLDecodeError:
        return _Reader(text).read()


class _Reader:
    def __init__(self, text: str) -> None:
        self._text = text
        self._mistakes: list[SyntaxFault] = []
        self._starts: list[int] = []
        """On which line each of `_parts` begins, from 1."""
        self._parts: list[str] = []

    def read(self) -> Salvaged:
        line = 1
        for part in self._statements():
            self._starts.append(line)
            self._parts.append(self._instead(part, _mistake(part), line))
            line += part.count("\n")
            if len(self._mistakes) >= MAX_MISTAKES:
                return self._nothing_but_mistakes()
        for _ in range(max(1, min(MAX_MISTAKES, _MAX_REREAD // len(self._text)))):
            text = "".join(self._parts)
            try:
                return Salvaged(text, tomllib.loads(text), tuple(self._mistakes))
            except tomllib.TOMLDecodeError as error:
                self._leave_out(error)
        return self._nothing_but_mistakes()

    def _nothing_but_mistakes(self) -> Salvaged:
        return Salvaged("", {UNREADABLE: 0}, tuple(self._mistakes))

    def _statements(self) -> Iterator[str]:
        at = 0
        while at < len(self._text):
            end = end_of(self._text, at)
            part = self._text[at:end]
            # A table in braces is one statement also where it wrongly has several lines.
            braces = _IN_BRACES.match(part) and part.rstrip().endswith("}")
            sooner = None if braces else next_within(self._text, at, end)
            if sooner and (closes_by_opening(part) or _mistake(part)):
                end = sooner
            yield self._text[at:end]
            at = end

    def _instead(self, part: str, error: tomllib.TOMLDecodeError | None, line: int) -> str:
        """What to read in place of a statement: itself, or what keeps its place where it cannot be read."""
        if error is None:
            return part
        self._mistakes.append(explain_syntax(error, part, line))
        number, ends = len(self._mistakes), "\n" * part.count("\n")
        candidates = [f'"\\u0000{number}" = 0{ends}']
        if header := _HEADER.match(part):
            candidates = [f"{header[0]}{']' * len(header[1])}{ends}", f'["\\u0000{number}"]{ends}']
        elif key := _KEY.match(part):
            candidates.insert(0, f'{key[1]} = "\\u0000"{ends}')
        return next(text for text in candidates if _mistake(text) is None)

    def _leave_out(self, error: tomllib.TOMLDecodeError) -> None:
        """The statement that is right in itself, and wrong after what stands before it: a name given twice."""
        line, _ = place_of(error)
        at = bisect_right(self._starts, line or self._starts[-1]) - 1
        part = self._parts[at]
        self._mistakes.append(explain_syntax(error, part, self._starts[at], whole=True))
        ends = "\n" * part.count("\n")
        # What stands below a table's second header must not fall to the table before it.
        self._parts[at] = f'["\\u0000{len(self._mistakes)}"]{ends}' if part.lstrip().startswith("[") else ends


def _mistake(part: str) -> tomllib.TOMLDecodeError | None:
    try:
        tomllib.loads(part)
    except tomllib.TOMLDecodeError as error:
        return error
    return None
