"""Where each key and value of a TOML file stands; tomllib itself keeps no positions."""

import tomllib
from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tree_sitter import Node

Path = tuple[str | int, ...]
"""Keys, and the numbers of elements from 0, from the top of the file."""


_Point = tuple[int, int]
"""As tree-sitter has it: row and column from 0, in bytes."""


class Position(NamedTuple):
    """Both from 1, in characters; column 0 for a line as a whole."""

    line: int
    column: int


class Positions:
    """Of a text that tomllib accepts. A header is both key and value of its table."""

    def __init__(self, text: str) -> None:
        self.keys: dict[Path, _Point] = {}
        self._values: dict[Path, _Point] = {}
        self._latest: dict[Path, int] = {}
        self._lines = text.encode("utf-8", "replace").split(b"\n")
        self._read(_parse(text))

    def key(self, path: Path) -> Position:
        """Of the last key in `path`, or of the nearest table around it that stands in the file."""
        return self._nearest(path, self.keys)

    def value(self, path: Path) -> Position:
        """Of what stands at `path`, or of the nearest table around it."""
        return self._nearest(path, self._values)

    def _nearest(self, path: Path, known: dict[Path, _Point]) -> Position:
        while path and path not in known:
            path = path[:-1]
            known = self._values
        row, column = known[path] if path else (0, 0)
        # Counted for what is asked for alone: all of a long line would take its length squared.
        return Position(row + 1, len(self._lines[row][:column].decode("utf-8", "replace")) + 1)

    def _read(self, root: "Node") -> None:
        for node in root.named_children:
            if node.type == "pair":
                self._pair(node, ())
            elif node.type in ("table", "table_array_element"):
                self._table(node)

    def _table(self, node: "Node") -> None:
        key, *rest = (child for child in node.named_children if child.type != "comment")
        path: Path = ()
        for _, name in _names(key):
            # Under an array of tables a header means the table that came last.
            path = (*self._in_latest(path), name)
            self._note(path, node, node)
        if node.type == "table_array_element":
            self._latest[path] = self._latest.get(path, -1) + 1
            path = self._in_latest(path)
            self._note(path, node, node)
        for child in rest:
            if child.type == "pair":
                self._pair(child, path)

    def _in_latest(self, path: Path) -> Path:
        return (*path, self._latest[path]) if path in self._latest else path

    def _pair(self, node: "Node", table: Path) -> None:
        key, *values = (child for child in node.named_children if child.type != "comment")
        for part, name in _names(key):
            table = (*table, name)
            self._note(table, part, values[-1] if values else part)
        if values:
            self._value(values[-1], table)

    def _value(self, node: "Node", path: Path) -> None:
        if node.type == "inline_table":
            for child in node.named_children:
                if child.type == "pair":
                    self._pair(child, path)
        elif node.type == "array":
            elements = (child for child in node.named_children if child.type not in ("comment", "ERROR"))
            for index, child in enumerate(elements):
                self._note((*path, index), child, child)
                self._value(child, (*path, index))

    def _note(self, path: Path, key: "Node", value: "Node") -> None:
        self.keys.setdefault(path, key.start_point)
        self._values.setdefault(path, value.start_point)


def _parse(text: str) -> "Node":
    # Loaded where something is wrong, and by nobody else: it is two megabytes.
    import tree_sitter
    import tree_sitter_toml

    language = tree_sitter.Language(tree_sitter_toml.language())
    return tree_sitter.Parser(language).parse(text.encode("utf-8", "replace")).root_node


def _names(key: "Node") -> Iterator[tuple["Node", str]]:
    if key.type == "dotted_key":
        for part in key.named_children:
            yield from _names(part)
    elif key.text is not None:
        text = key.text.decode("utf-8", "replace")
        yield key, next(iter(tomllib.loads(f"{text} = 0"))) if key.type == "quoted_key" else text
