"""Lines and columns of keys and values in TOML."""

import tomllib
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.plugins.templates import TEMPLATES, render
from comptoir.plugins.toml_positions import Path, Positions

EVERYTHING = '''\
# [not.a.table]
plain = 1
"quoted key" = "a # no comment, [no] {table} = nothing"
dotted.'a.b'.c = 2
text = """
[inside]
key = "x"
"""
literal = \'\'\'
it's ] [ here
\'\'\'
escaped = "\\"]\\\\"
list = [
  1, # one ]
  [2, 3],

  { a = 1, b.c = [4] },
]
when = 1979-05-27 07:32:00
empty = []
[table]
key = { x = 1, y = "," }
[table."sub table".more]
key = true
[[rows]]
a = 1
[[rows]]
a = 2
[rows.inner]
z = 3
[[rows.deep]]
k = 1
[[rows.deep]]
k = 2
'''


def test_everything_toml_has() -> None:
    positions = Positions(EVERYTHING)
    places: dict[Path, int] = {
        ("plain",): 2,
        ("quoted key",): 3,
        ("dotted", "a.b", "c"): 4,
        ("text",): 5,
        ("literal",): 9,
        ("escaped",): 12,
        ("list", 0): 14,
        ("list", 1, 1): 15,
        ("list", 2, "b", "c", 0): 17,
        ("when",): 19,
        ("empty",): 20,
        ("table",): 21,
        ("table", "key", "y"): 22,
        ("table", "sub table", "more", "key"): 24,
        ("rows", 0): 25,
        ("rows", 0, "a"): 26,
        ("rows", 1, "a"): 28,
        ("rows", 1, "inner", "z"): 30,
        ("rows", 1, "deep", 0, "k"): 32,
        ("rows", 1, "deep", 1, "k"): 34,
    }
    assert {place: positions.key(place).line for place in places} == places


def test_columns_count_characters() -> None:
    positions = Positions(
        'été = 1\n"clé à" = ["é", "x"]\n  [table]\nkey = { "é" = 1, y = 2 }\n'.replace("été", '"été"')
    )
    assert positions.key(("clé à",)) == (2, 1)
    assert positions.value(("clé à",)) == (2, 11)
    assert positions.value(("clé à", 1)) == (2, 17)
    assert positions.key(("table",)) == (3, 3)
    assert positions.key(("table", "key", "y")) == (4, 18)
    assert positions.value(("table", "key", "y")) == (4, 22)


def test_what_is_missing_stands_where_its_table_does() -> None:
    positions = Positions(EVERYTHING)
    assert positions.key(("rows", 1, "missing")) == (27, 1)
    assert positions.key(("table", "key", "missing")) == (22, 7)
    assert positions.key(("missing", "too")) == (1, 1)


def leaves(value: Any, path: Path = ()) -> Iterator[Path]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from leaves(part, (*path, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from leaves(part, (*path, index))
    else:
        yield path


@pytest.mark.parametrize("text", [EVERYTHING, *(render(name, {"name": "x"}) for name in TEMPLATES)])
def test_every_leaf_is_found(text: str) -> None:
    positions = Positions(text)
    assert [path for path in leaves(tomllib.loads(text)) if path not in positions.keys] == []
    assert max(map(positions.key, positions.keys)).line <= len(text.splitlines())


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=20)


@given(st.lists(TEXTS, min_size=1, max_size=8), st.sampled_from(['"{}"', '"""\n{}"""']))
def test_no_text_is_taken_for_structure(texts: list[str], form: str) -> None:
    quoted = [form.format(text.replace("\\", "\\\\").replace('"', '\\"')) for text in texts]
    document = "".join(f"k{index} = [\n{text},\n]\n" for index, text in enumerate(quoted)) + "last = 1\n"
    assert tomllib.loads(document)["k0"] == [texts[0]]
    positions = Positions(document)
    assert positions.key(("last",)).line == document.count("\n")
    assert [positions.key((f"k{index}",)).line for index in range(1, len(texts))] == [
        1 + index * (document.count("\n") - 1) // len(texts) for index in range(1, len(texts))
    ]
