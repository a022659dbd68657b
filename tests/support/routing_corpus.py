"""The labelled messages of `tests/corpus`: reading them, and telling the held-out third apart."""

import hashlib
import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

CORPUS = Path(__file__).parents[1] / "corpus"
SHOPS = CORPUS / "shops"
MESSAGES = CORPUS / "messages.jsonl"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A customer's message, the route it should take, and the routes that are no mistake either."""

    shop: str
    text: str
    route: str
    also: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    why: str = ""
    """Why the label was changed after the first commit of the corpus, if it was."""

    @property
    def right(self) -> frozenset[str]:
        return frozenset((self.route, *self.also))

    @property
    def held_out(self) -> bool:
        """Chosen by hash, so that nobody chooses; never looked at while tuning."""
        digest = hashlib.sha256(f"{self.shop}\n{self.text}".encode()).hexdigest()
        return int(digest, 16) % 3 == 0


def labelled() -> list[Labelled]:
    """Every message of the corpus, in the order of the file; `TypeError` for an unknown or a missing key."""
    return [_labelled(json.loads(line)) for line in MESSAGES.read_text(encoding="utf-8").splitlines()]


def _labelled(line: dict[str, object]) -> Labelled:
    lists = {key: tuple(value) for key, value in line.items() if isinstance(value, list)}
    return Labelled(**{**line, **lists})  # type: ignore[arg-type]  # test_corpus.py holds the types


def routes(shop: Path) -> Iterator[str]:
    """Every route a message to this shop may take."""
    tenant = tomllib.loads((shop / "tenant.toml").read_text(encoding="utf-8"))
    for entry in tenant["plugins"]["answers"]["entries"]:
        yield f"answers:{entry['name']}"
    for file in sorted((shop / "knowledge").glob("*.md")):
        for title in re.findall(r"^## (.+)$", file.read_text(encoding="utf-8"), flags=re.MULTILINE):
            yield f"knowledge:{file.name}#{title}"
    yield from ("handover", "none")
