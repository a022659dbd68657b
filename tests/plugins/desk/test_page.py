"""The examples on the desk's page, played as they stand there."""

import re
from collections.abc import Iterator
from pathlib import Path

from counter import opened

from comptoir.plugins.testing import Player

PAGE = Path(__file__).parents[3] / "docs" / "fr" / "plugins" / "desk.md"


def spoken(page: str) -> Iterator[tuple[str, str]]:
    """What the owner writes in the examples, each with the answer below it."""
    said = "\n".join(line.removeprefix(">").strip() for line in page.splitlines() if line.startswith(">"))
    parts = re.split(r"\*\*(Vous|Chez Awa) :\*\* ", said)[1:]
    voices, texts = parts[::2], [text.strip() for text in parts[1::2]]
    assert voices == ["Vous", "Chez Awa"] * (len(voices) // 2)
    yield from zip(texts[::2], texts[1::2], strict=True)


def test_the_pages_examples_are_answered_as_it_says(play: Player) -> None:
    counter = opened(play)
    counter.awa.says("achète")
    examples = list(spoken(PAGE.read_text(encoding="utf-8")))
    assert len(examples) >= 5
    assert [(said, counter.says(said).replace("\u202f", " ")) for said, _ in examples] == examples
