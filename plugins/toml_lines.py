"""On which line each key and element of a TOML file stands; tomllib itself keeps no positions."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

Path = tuple[str | int, ...]

# Strings come first, so that brackets and signs inside them are never taken for structure.
_TOKEN = re.compile(
    r'''(?P<string>"""(?:\\.|[^\\])*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:\\.|[^"\\\n])*"|'[^'\n]*')'''
    r"""|(?P<comment>\#[^\n]*)|(?P<end>\n)|(?P<sign>[\[\]{}=,])|(?P<bare>[^\s\[\]{}=,#"']+)""",
    re.DOTALL | re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    line: int


def find_lines(text: str) -> dict[Path, int]:
    """The line (from 1) of every key, table and array element, for text that tomllib accepts."""
    return _Reader(text).read()


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of `path`, or of the nearest table around it that stands in the file, or 1."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return 1


def _tokens(text: str) -> Iterator[_Token]:
    line, position = 1, 0
    for found in _TOKEN.finditer(text):
        line += text.count("\n", position, found.start())
        position = found.start()
        if found.lastgroup != "comment":
            yield _Token(str(found.lastgroup), found[0], line)


class _Reader:
    """One pass over the tokens. It may trust the structure: tomllib has accepted it."""

    def __init__(self, text: str) -> None:
        self._tokens = list(_tokens(text))
        self._at = 0
        self._lines: dict[Path, int] = {}
        self._arrays: dict[Path, int] = {}

    def read(self) -> dict[Path, int]:
        table: Path = ()
        while self._at < len(self._tokens):
            token = self._tokens[self._at]
            if token.kind == "end":
                self._at += 1
            elif token.text == "[" and token.kind == "sign":
                table = self._header()
            else:
                self._pair(table)
        return self._lines

    def _header(self) -> Path:
        line = self._next().line
        is_array = self._peek("[")
        if is_array:
            self._at += 1
        names = self._key("]")
        self._at += 1 + is_array
        path: Path = ()
        for name in names[:-1]:
            path = self._latest((*path, name))
        path = (*path, names[-1])
        self._lines.setdefault(path, line)
        if is_array:
            index = self._arrays[path] = self._arrays.get(path, -1) + 1
            path = (*path, index)
            self._lines[path] = line
        return path

    def _latest(self, path: Path) -> Path:
        """A header under an array of tables means the table that came last."""
        return (*path, self._arrays[path]) if path in self._arrays else path

    def _pair(self, table: Path) -> None:
        line = self._tokens[self._at].line
        path = table
        for name in self._key("="):
            path = (*path, name)
            self._lines.setdefault(path, line)
        self._at += 1
        self._value(path)

    def _key(self, end: str) -> list[str]:
        names: list[str] = []
        while not self._peek(end):
            token = self._next()
            if token.kind == "string":
                names.append(next(iter(tomllib.loads(f"{token.text} = 0"))))
            else:
                names += [name for name in token.text.split(".") if name]
        return names

    def _value(self, path: Path) -> None:
        if self._peek("["):
            self._array(path)
        elif self._peek("{"):
            self._inline_table(path)
        else:
            # A date and a time are two bare tokens.
            while self._at < len(self._tokens) and self._tokens[self._at].kind in ("bare", "string"):
                self._at += 1

    def _array(self, path: Path) -> None:
        self._at += 1
        index = 0
        while not self._peek("]"):
            token = self._tokens[self._at]
            if token.kind == "end" or (token.kind == "sign" and token.text == ","):
                self._at += 1
                continue
            self._lines[(*path, index)] = token.line
            self._value((*path, index))
            index += 1
        self._at += 1

    def _inline_table(self, path: Path) -> None:
        self._at += 1
        while not self._peek("}"):
            token = self._tokens[self._at]
            if token.kind == "end" or (token.kind == "sign" and token.text == ","):
                self._at += 1
            else:
                self._pair(path)
        self._at += 1

    def _peek(self, sign: str) -> bool:
        token = self._tokens[self._at]
        return token.kind == "sign" and token.text == sign

    def _next(self) -> _Token:
        self._at += 1
        return self._tokens[self._at - 1]
