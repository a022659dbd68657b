"""What one event brought, as a test wants to see it."""

from collections.abc import Iterable
from dataclasses import dataclass

from comptoir.plugins.api import Effect, Reply
from comptoir.plugins.walking.walk import Outcome


@dataclass(frozen=True, slots=True)
class Told:
    """A message to somebody of the tenant's, rendered."""

    to: str
    """`owner`, or a name in the team."""
    text: str


@dataclass(frozen=True, slots=True)
class Heard:
    """What the plugins decided about one event, and what was done of it."""

    outcomes: tuple[Outcome, ...] = ()
    replies: tuple[Reply, ...] = ()
    """What went out in this chat, with what it held."""
    told: tuple[Told, ...] = ()
    answers: tuple[tuple[str, str], ...] = ()
    """What went out in other chats, by the owner or the team or about an order: chat and text."""

    @property
    def texts(self) -> list[str]:
        return [reply.text for reply in self.replies]

    @property
    def notices(self) -> list[str]:
        return [told.text for told in self.told]

    @property
    def effects(self) -> list[Effect]:
        """All that was asked for, whether it was done or not."""
        return [effect for outcome in self.outcomes for effect in outcome.effects]

    @property
    def stopped_by(self) -> str | None:
        """The plugin that ended the walk."""
        return next((outcome.plugin for outcome in self.outcomes if outcome.decision == "stop"), None)

    @property
    def faults(self) -> dict[str, str]:
        """Plugins that raised or were late, and how."""
        return {outcome.plugin: outcome.fault for outcome in self.outcomes if outcome.failed}

    @property
    def explained(self) -> list[str]:
        return [line for outcome in self.outcomes for line in outcome.explained]

    def __add__(self, other: "Heard") -> "Heard":
        return Heard(
            self.outcomes + other.outcomes,
            self.replies + other.replies,
            self.told + other.told,
            self.answers + other.answers,
        )


def together(heard: Iterable[Heard]) -> Heard:
    return sum(heard, Heard())
