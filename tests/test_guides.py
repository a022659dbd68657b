"""The guide pages of the built-ins: one for each, naming every key, in French first, with a way to try it."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from guide_pages import OTHER_FILE, blocks, write_folder
from pydantic import BaseModel

from comptoir.plugins.builtin.calls import Calls
from comptoir.plugins.hours import HoursTable
from comptoir.plugins.loading import BUILT_IN, MANDATORY
from comptoir.plugins.testing.shop import play_folder

PAGES = Path(__file__).parents[1] / "docs" / "fr" / "plugins"
PLUGINS = {**MANDATORY, **BUILT_IN}
MODELS: list[tuple[str, type[BaseModel]]] = [
    *((name, plugin.Config) for name, plugin in PLUGINS.items()),
    ("media", Calls.Config),
    ("hours", HoursTable),
]


def keys(model: type[BaseModel]) -> Iterator[str]:
    """Of a table and the tables in it."""
    for name, field in model.model_fields.items():
        yield name
        for inner in models_in(field.annotation):
            yield from keys(inner)


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in getattr(annotation, "__args__", ()):
        yield from models_in(part)


def page(name: str) -> str:
    return (PAGES / f"{name}.md").read_text(encoding="utf-8")


def test_every_built_in_has_a_page_and_every_page_a_built_in() -> None:
    assert {file.stem for file in PAGES.glob("*.md")} - {"README"} == set(PLUGINS)


@pytest.mark.parametrize(("name", "model"), MODELS, ids=[f"{name}-{model.__name__}" for name, model in MODELS])
def test_every_key_is_named_on_its_page(name: str, model: type[BaseModel]) -> None:
    text = page(name)
    named = {word for quoted in re.findall(r"`([^`\n]+)`", text) for word in re.findall(r"\w+", quoted)}
    named |= set(re.findall(r"(?m)^\s*\[*(?:[\w.]+\.)?(\w+)\]*(?:\s*=|$)", text))
    # Of the days of the week the page names some.
    wanted = set(keys(model)) - {"tuesday", "wednesday", "thursday", "friday", "saturday"}
    assert sorted(wanted - named) == []


# What takeover does follows from the owner's hand, and no message shows it.
@pytest.mark.parametrize("name", sorted(PLUGINS.keys() - {"takeover"}))
def test_a_page_tells_owners_in_french_first_what_to_copy_and_how_to_try_it(name: str) -> None:
    text = page(name)
    french, english = text.split("\n## In English\n")
    assert "comptoir try " in french
    assert "```toml\n" in french
    assert len(english) < len(french) / 2


def test_the_index_names_every_plugin() -> None:
    rows = re.findall(r"(?m)^\| \[`(\w+)`\]\((\w+)\.md\)", page("README"))
    assert {name for name, _ in rows} == set(PLUGINS)
    assert all(name == target for name, target in rows)


@pytest.mark.parametrize(
    ("name", "messages"),
    [
        ("optout", ["stop pub svp", "reprise"]),
        ("welcome", ["bonjour"]),
        ("hours", ["je veux commander", "vous ouvrez dimanche ?"]),
        ("handover", ["je veux parler a quelquun"]),
        ("notify", ["Je veux un remboursement !", "voice:"]),
        ("answers", ["c combien la livrezon svp", "vous vendez des motos ?"]),
        ("knowledge", ["vous envoyez en région ?", "vous vendez des motos ?"]),
        ("media", ["image:", "image:", "voice:"]),
    ],
)
def test_what_a_page_says_is_read_is_read(name: str, messages: list[str], tmp_path: Path) -> None:
    """The page's first example, on a Monday evening in Dakar, by a customer called Awa."""
    examples = (block.text for block in blocks(page(name)) if block.language == "toml")
    write_folder(tmp_path, next((text for text in examples if not OTHER_FILE.match(text)), ""))
    for text in (block.text for block in blocks(page(name)) if block.language == "md"):
        (tmp_path / "knowledge" / "livraison.md").write_text(text, encoding="utf-8")
    play = play_folder(tmp_path, now=datetime(2026, 11, 23, 20, tzinfo=ZoneInfo("Africa/Dakar")))
    awa = play.customer(is_new=name == "welcome")
    read = []
    for message in messages:
        kind, colon, text = message.rpartition(":")
        heard = awa.says(text if colon else message, kind or "text")
        read += heard.notices if name == "notify" else heard.texts
    play.stop()
    assert read
    quoted = "\n".join(line[1:].lstrip() for line in page(name).splitlines() if line.startswith(">"))
    assert [said for said in read if said not in quoted] == []
