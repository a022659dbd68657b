"""What the pages in docs/ tell people to type: commands are parsed, files are checked, names must exist."""

import re
import shlex
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

import pytest
import typer
from guide_pages import Block, blocks, write_folder

from comptoir.cli.errors import ExitCode
from comptoir.cli.main import app
from comptoir.gateway.policy import PARK_REASONS
from comptoir.gateway.settings import parse_settings
from comptoir.plugins.builtin import optout
from comptoir.plugins.checking import load_tenant

ROOT = Path(__file__).parents[1]
PAGES = sorted([*(ROOT / "docs").rglob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"])
SHELLS = ("sh", "bash", "console")
# What may stand before a command.
BEFORE = re.compile(r"(?:\$ ?)?(?:(?:sudo|-u|exec|time|[a-z_]+|[A-Z_]+=\S+) ?)*")
SETTINGS = {"outbox", "daemon", "lab", "log", "models", "transcription"}
# What stands for something else in a line that is not to be typed as it is.
PLACEHOLDERS = {"N": "1", "ID": "1", "S": "1", "X": "1", "COMMAND": "status"}


@dataclass(frozen=True, slots=True)
class Command:
    """A quoted `comptoir …`; in a sentence it may be named without its arguments."""

    place: str
    words: tuple[str, ...]
    in_sentence: bool

    def __str__(self) -> str:
        return f"{self.place} {' '.join(self.words)}"


def commands(text: str, page: str = "page") -> Iterator[Command]:
    for block in blocks(text, page):
        if block.language in SHELLS:
            for line in re.sub(r"\\\n\s*", " ", block.text).splitlines():
                yield from (Command(f"{page}:{block.line}", words, False) for words in commands_in(line))
    prose = re.sub(r"(?ms)^```.*?^```$", lambda fence: "\n" * fence[0].count("\n"), text)
    for found in re.finditer(r"`([^`]+)`", prose):
        if "comptoir " in found[1]:
            place = f"{page}:{prose.count(chr(10), 0, found.start()) + 1}"
            yield from (Command(place, words, True) for words in commands_in(found[1].replace("\n", " ")))


def commands_in(line: str) -> Iterator[tuple[str, ...]]:
    """The arguments of each comptoir command of a shell line, with something for each placeholder."""
    words = shlex.shlex(line.replace("…", ""), posix=True, punctuation_chars=True)
    words.whitespace_split = True
    for separator, part in groupby(words, lambda word: set(word) <= set("|&;<>()")):
        command = list(part)
        if separator or "comptoir" not in command:
            continue
        start = command.index("comptoir")
        if BEFORE.fullmatch(" ".join(command[:start])):
            yield tuple(PLACEHOLDERS.get(word.strip("[]"), word.strip("[]")) for word in command[start + 1 :])


def parse(command: Command) -> None:
    """Raises typer.TyperException or KeyError where there is no such command."""
    target: Any = typer.main.get_command(app)
    words, parents = list(command.words), ""
    while hasattr(target, "commands") and words and not words[0].startswith("-"):
        parents, target, words = f"{parents} {words[0]}", target.commands[words[0]], words[1:]
    if not words and (command.in_sentence or hasattr(target, "commands")):
        return
    try:
        target.make_context(parents, words)
    except (SystemExit, typer.Exit):
        return  # --help


@dataclass(frozen=True, slots=True)
class Page:
    name: str
    text: str


READ = [Page(str(page.relative_to(ROOT)), page.read_text(encoding="utf-8")) for page in PAGES]
COMMANDS = [found for page in READ for found in commands(page.text, page.name)]
TOML = [block for page in READ for block in blocks(page.text, page.name) if block.language == "toml"]


def page(name: str) -> str:
    return (ROOT / "docs" / name).read_text(encoding="utf-8")


def test_the_reading_finds_commands() -> None:
    text = """
Run `comptoir status`, or
```sh
$ comptoir link awa --png code.png   # the code
COMPTOIR_HOME=/srv sudo -u shop comptoir doctor | less
echo no
comptoir send awa +221771234567 \\
    "Bonjour | oui" > out
```
```toml
comptoir = 1
```
"""
    assert [command.words for command in commands(text)] == [
        ("link", "awa", "--png", "code.png"),
        ("doctor",),
        ("send", "awa", "+221771234567", "Bonjour | oui"),
        ("status",),
    ]


@pytest.mark.parametrize("line", ["lnk awa", "link", "link awa --pgn x", "lab x", "messages awa --limit few"])
def test_a_wrong_command_is_noticed(line: str) -> None:
    with pytest.raises((typer.TyperException, KeyError)):
        parse(Command("", tuple(line.split()), in_sentence=False))


@pytest.mark.parametrize("command", COMMANDS, ids=str)
def test_commands_are_those_of_the_command_line(command: Command) -> None:
    parse(command)


@pytest.mark.parametrize("block", TOML, ids=[f"{block.page}:{block.line}" for block in TOML])
def test_files_are_right(block: Block, tmp_path: Path) -> None:
    tables = tomllib.loads(block.text)
    if SETTINGS & set(tables):
        parse_settings(block.text if "version" in tables else "version = 1\n" + block.text, Path(block.page))
        return
    write_folder(tmp_path, block.text)
    load_tenant(tmp_path)


def test_links_lead_somewhere() -> None:
    broken = [
        f"{page.name}: {target}"
        for page in READ
        for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", page.text)
        if "://" not in target and not (ROOT / page.name).parent.joinpath(target).exists()
    ]
    assert not broken


def test_modules_that_the_map_names_are_there() -> None:
    names = {
        file.name
        for folder in ("gateway", "sessions", "plugins", "cli", "lab")
        for file in (ROOT / folder).rglob("*.py")
    }
    named = set(re.findall(r"`([\w/]+\.py)`", page("architecture.md")))
    assert len(named) > 30
    assert [name for name in named if not (ROOT / name).exists() and name not in names] == []


def test_every_page_is_in_the_index() -> None:
    """In that of its own folder, where it has one, and else in the first."""
    for found in (ROOT / "docs").rglob("*.md"):
        folder = found.parent if found.name != "README.md" and (found.parent / "README.md").exists() else ROOT / "docs"
        name = found.relative_to(folder)
        assert name == Path("README.md") or f"]({name})" in (folder / "README.md").read_text(), found


@pytest.mark.parametrize("name", ["operating.md", "first-contact.md"])
def test_every_reason_for_parking_is_explained(name: str) -> None:
    rows = set(re.findall(r"(?m)^\| `(\w+)` \|", page(name)))
    assert set(PARK_REASONS) <= rows


def test_every_exit_code_and_state_is_explained() -> None:
    text = page("operating.md")
    codes = {int(code) for code in re.findall(r"(?m)^\| (\d+) \|", text)}
    assert codes == {int(code) for code in ExitCode}
    states = {"new", "linking", "connecting", "online", "offline", "paused", "parked", "stopped"}
    assert states == set(re.findall(r"(?m)^\| \*\*(\w+)\*\* \|", text))


def test_the_words_that_end_and_begin_it_are_told_to_owners() -> None:
    text = page("fr/tenant.md")
    for word in ("STOP", "ARRET", "REPRISE"):
        assert f"**{word}**" in text
        assert optout.read_wish(word) is not None
