"""What all courses of one run have shown together, as text."""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from chaos.world import World

CONFIDENCE = 3
"""Nothing wrong in N tries: with 95 % confidence it goes wrong in fewer than 3 of N (the rule of three)."""
OUTCOMES = {
    "answered": "answered once",
    "out uncertain": "answers held as uncertain, and shown",
    "reported as lost": "lost unread, and reported",
    "given up after two deaths": "left to the owner after two deaths",
    "lost without a secret": "lost unread without a secret, which nobody can know",
    "lost between two writes of the library": "lost unread between the library's ratchet and its secret, likewise",
    "taken and unknown after a power cut": "taken by neonize in a power cut, and unknown",
    "lost to sending while receiving": "answers lost to sending while receiving",
}


@dataclass
class Tally:
    kills: Counter[str] = field(default_factory=Counter)
    """Power cuts are among them."""
    outcomes: Counter[str] = field(default_factory=Counter)
    dropped: Counter[str] = field(default_factory=Counter)
    messages: int = 0
    wrong: int = 0

    def add(self, kills: Mapping[str, int], world: World, dropped: Mapping[str, int] = MappingProxyType({})) -> None:
        """What one course did, and what its judge found."""
        self.kills.update(kills)
        self.outcomes.update(world.counts)
        self.dropped.update(dropped)
        self.messages += len(world.said)
        self.wrong += len(world.wrong)

    def lines(self) -> Iterator[str]:
        total = sum(self.kills.values())
        if not total:
            return
        for point, times in sorted(self.kills.items()):
            yield f"{times:5} × {point}"
        yield f"{total} kills and power cuts, {self.messages} messages; wrong: {self.wrong}"
        for kind, text in OUTCOMES.items():
            if times := self.outcomes[kind]:
                yield f"{times:6} {text}"
        if self.dropped:
            yield "power cuts took back " + ", ".join(f"{times} {what}" for what, times in self.dropped.items())
        if not self.wrong:
            yield (
                "none lost, none answered twice, no counter used twice: with 95 % confidence that happens in fewer "
                f"than {CONFIDENCE} of {total} ({100 * CONFIDENCE / total:.2g} %)"
            )


tally = Tally()
"""Of this process."""
