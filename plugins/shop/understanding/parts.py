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

    def with_part(
        self, part: Part, *, chain: Literal["", "with", "without"] | None = None, counted: bool | None = None
    ) -> "Walk":
        """What is given is so, whatever the part says of it."""
        role = part.role
        return replace(
            self,
            at=part.at + part.length,
            score=self.score + part.score,
            parts=(*self.parts, part),
            named=self.named or role == "name",
            counted=(self.counted or role in ("quantity", "some", "measure")) if counted is None else counted,
            strange=self.strange + (role in ("unknown", "other")),
            chain=(self.chain if role in ("option", "without", "link") else "") if chain is None else chain,
        )
