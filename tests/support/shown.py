"""The table of kinds and faults in docs/, made from the `shows` marks of the tests.

`python tests/support/shown.py` writes the page; with `--check` it exits 1 where page and marks have parted.
"""

import difflib
import sys
from collections.abc import Iterable
from contextlib import redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "kinds-and-faults.md"
KINDS = "kinds"
SECTIONS = {
    KINDS: "Kinds of message",
    "media": "Files, and the hosts that keep them",
    "encryption": "Encryption",
    "sending": "Sending",
    "audiences": "Groups, status, channels, calls",
    "people": "Owners, customers, bots",
    "connection": "The connection",
    "absence": "Absences and crashes",
    "linking": "Linking, and the end of it",
    "configuration": "Configuration and commands",
    "plugins": "Plugins that fail",
}
HEAD = """\
# Kinds of message, and faults

What Comptoir does with every kind of message, and what happens when something goes wrong. Each row is held by the
tests that it links to; most run the real daemon and the real client library against the lab. **None of it has been
tried with the real service.**

<!-- Made by `./run table` from the tests' `shows` marks: change those, not this page. -->
"""


class MarkWrong(Exception):
    """A `shows` mark that makes no row; the text says where it stands and what is expected."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One mark: what its test holds."""

    test: str
    file: str
    under: str
    what: str
    received: str = ""
    sent: str = ""
    happens: str = ""


def shown(test: str, file: str, mark: pytest.Mark) -> Shown:
    """Raises MarkWrong."""
    try:
        found = Shown(test, file, *mark.args, **mark.kwargs)
    except TypeError as error:
        raise MarkWrong(f"{file}: {test}: {error}; a mark takes under, what, received, sent, happens") from None
    cells = (found.what, found.received, found.sent, found.happens)
    wrong = (
        f"under={found.under!r} is none of {', '.join(SECTIONS)}"
        if found.under not in SECTIONS
        else "positional arguments: give each by its name"
        if mark.args
        else "`what` is missing"
        if not found.what
        else "a kind takes received= or sent=, and no happens="
        if found.under == KINDS and (found.happens or not (found.received or found.sent))
        else "a fault takes happens=, and no received= or sent="
        if found.under != KINDS and (not found.happens or found.received or found.sent)
        else "a cell of a table holds neither | nor a line end"
        if any(set("|\n") & set(cell) for cell in cells)
        else ""
    )
    if wrong:
        raise MarkWrong(f"{file}: {test}: {wrong}")
    return found


def page(marks: Iterable[Shown]) -> str:
    marks = list(marks)
    parts = [HEAD]
    for under, title in SECTIONS.items():
        rows: dict[str, list[Shown]] = {}
        for mark in marks:
            if mark.under == under:
                rows.setdefault(mark.what, []).append(mark)
        if rows:
            columns = ("received", "sent") if under == KINDS else ("happens",)
            parts.append(f"## {title}\n\n{_table(columns, rows)}")
    return "\n".join(parts)


def _table(columns: tuple[str, ...], rows: dict[str, list[Shown]]) -> str:
    names = {"happens": "what happens"}
    head = ("what", *(names.get(column, column) for column in columns), "shown by")
    lines = [head, ("---",) * len(head)]
    lines += [(what, *(_cell(column, marks) for column in columns), _tests(marks)) for what, marks in rows.items()]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _cell(column: str, marks: list[Shown]) -> str:
    texts = dict.fromkeys(text for mark in marks if (text := getattr(mark, column)))
    return "; ".join(texts)


def _tests(marks: list[Shown]) -> str:
    files: dict[str, dict[str, None]] = {}
    for mark in marks:
        files.setdefault(mark.file, {})[mark.test] = None
    return ", ".join(
        f'[{Path(file).stem.removeprefix("test_")}](../{file} "{", ".join(tests)}")' for file, tests in files.items()
    )


class Collector:
    """A plugin of pytest that takes the marks of all tests it collects."""

    def __init__(self) -> None:
        self.found: list[tuple[str, str, pytest.Mark]] = []

    def pytest_collection_finish(self, session: pytest.Session) -> None:
        for item in session.items:
            name, file = getattr(item, "originalname", item.name), item.path.relative_to(ROOT).as_posix()
            # pytest gives the lowest mark first, a reader expects the highest.
            self.found += [(name, file, mark) for mark in reversed(list(item.iter_markers("shows")))]


def collect(*tests: str) -> list[Shown]:
    """Collect without running. Raises MarkWrong, or SystemExit where pytest cannot collect."""
    collector = Collector()
    with redirect_stdout(StringIO()) as printed:
        quiet = ["--collect-only", "-qq", "-p", "no:cacheprovider"]
        code = pytest.main([*quiet, *(tests or [str(ROOT / "tests")])], plugins=[collector])
    if code != pytest.ExitCode.OK:
        raise SystemExit(f"{printed.getvalue()}\npytest cannot collect the tests: exit code {int(code)}")
    # Each case of a parametrised test has the marks of the test.
    return list(dict.fromkeys(shown(*found) for found in collector.found))


def main(arguments: list[str]) -> int:
    try:
        new = page(collect())
    except MarkWrong as error:
        print(error, file=sys.stderr)
        return 1
    if arguments != ["--check"]:
        PAGE.write_text(new, encoding="utf-8")
        return 0
    old = PAGE.read_text(encoding="utf-8")
    sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), new.splitlines(True), str(PAGE), "the tests"))
    return int(old != new)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
