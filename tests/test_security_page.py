"""docs/security.md promises nothing without a test, and names no test that is not there."""

import ast
import re
from pathlib import Path

PAGE = Path(__file__).parents[1] / "docs/security.md"
NAMED = re.compile(r"\[\w+\]\((?P<path>\.\./tests/[\w/.]+\.py) \"(?P<test>test_\w+)\"\)")
PROMISES = 20


def rows() -> list[list[str]]:
    """The table of promises."""
    _, _, chapter = PAGE.read_text().partition("\n## What is promised\n")
    table = [line for line in chapter.partition("\n## ")[0].splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


def names_in(file: Path) -> set[str]:
    tree = ast.parse(file.read_text())
    return {node.name for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_every_promise_names_who_is_kept_out_and_a_test() -> None:
    found = rows()
    assert len(found) >= PROMISES
    assert [row[0] for row in found if len(row) != 4 or not row[1] or not NAMED.search(row[3])] == []


def test_every_named_test_is_there() -> None:
    named = list(NAMED.finditer(PAGE.read_text()))
    assert len(named) >= PROMISES
    missing = [each[0] for each in named if each["test"] not in names_in((PAGE.parent / each["path"]).resolve())]
    assert missing == []


def test_each_is_named_in_a_form_that_is_looked_at() -> None:
    text = PAGE.read_text()
    assert text.count("../tests/") == len(NAMED.findall(text))
