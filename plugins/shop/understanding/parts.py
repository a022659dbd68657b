"""What the tokens of a mention are, part by part."""

from dataclasses import dataclass, replace
from typing import Literal

Role = Literal[
    "quantity", "some", "measure", "vessel", "name", "trait", "lacking", "size", "option", "without", "link", "marker",
    "unknown", "other", "told"
]  # fmt: skip
CONTENT = frozenset(
    ("quantity", "some", "measure", "vessel", "name", "trait", "lacking", "size", "option", "without", "unknown",
     "other", "told")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Part:
    """What a run of tokens is in a mention."""

    role: Role
    at: int
    length: int
    score: float
    said: tuple[str, ...] = ()
    """Roots, or names of options."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A mention as far as it has been read."""

    start: int
    at: int
    score: float
    parts: tuple[Part, ...]
    named: bool = False
    counted: bool = False
    """A number or a measure was said."""
    strange: int = 0
    chain: Literal["", "with", "without"] = ""
    akin: bool = False
    """It need not begin with a word that names something by itself."""

    @property
    def last(self) -> Role:
        return self.parts[-1].role if self.parts else "link"

    def has(self, *roles: Role) -> bool:
        return any(part.role in roles for part in self.parts)

    def with_part(self, part: Part, **more: object) -> "Walk":
        named = self.named or part.role == "name"
        counted = self.counted or part.role in ("quantity", "some", "measure")
        strange = self.strange + (part.role in ("unknown", "other"))
        chain = self.chain if part.role in ("option", "without", "link") else ""
        walk = Walk(
            self.start, part.at + part.length, self.score + part.score, (*self.parts, part), named, counted, strange,
            chain, self.akin,
        )  # fmt: skip
        return replace(walk, **more) if more else walk  # type: ignore[arg-type]
