"""What has been read of one mention so far."""

from dataclasses import dataclass, field


@dataclass
class Sketch:
    """What has been read of a mention so far."""

    roots: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    """Those of the roots that were spelled as they should be."""
    unknown: list[str] = field(default_factory=list)
    """Words that the shop does not know, before and after."""
    linked: bool = False
    """`jus de mangue`: what is unknown tells which of them."""
    traits: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    quantity: int | None = None
    unsure: bool = False
    measure: str = ""
    measured: str = ""
    """In the customer's words."""
    size: int = 0
    """-1 for the smallest that there is, 1 for the largest."""
    qualified: bool = False
    """A word of another product tells which of these is meant."""
    told: list[tuple[str, ...]] = field(default_factory=list)
    """Words of variants, as they were said."""
