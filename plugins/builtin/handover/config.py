"""What a tenant decides about handing over: by which words and rules, who is told, and what is asked at the end."""

from typing import Annotated

from pydantic import Field, model_validator

from comptoir.plugins.api import PluginConfig
from comptoir.plugins.faults import wrong_value
from comptoir.plugins.patterns import TenantPattern
from comptoir.plugins.phrases import Phrase
from comptoir.plugins.wording import OneLine


class Rule(PluginConfig):
    """A message that is for a person at once: all that is named here must be so."""

    reason: OneLine
    """What the people who are told read."""
    tag: OneLine | None = None
    """The customer has this tag."""
    kind: OneLine | None = None
    """The message is of this kind: `voice`, `image`, `document` and so on."""
    pattern: TenantPattern | None = None
    """A regular expression that stands in the text, as `commande +n?[0-9]+`."""

    @model_validator(mode="after")
    def _says_when(self) -> "Rule":
        if self.tag is None and self.kind is None and self.pattern is None:
            raise wrong_value(
                ("une règle qui ne dit pas quand", "tag, kind ou pattern"),
                ("a rule that does not say when", "tag, kind or pattern"),
            )
        return self


class HandoverConfig(PluginConfig):
    words: Annotated[tuple[Phrase, ...], Field(max_length=100)] = ()
    """Words or phrases that are for a person, besides those that ask for one: `remboursement`, `réclamation`."""
    rules: Annotated[tuple[Rule, ...], Field(max_length=50)] = ()
    """Messages that are for a person at once, a block `[[plugins.handover.rules]]` for each rule."""
    questions: bool = True
    """A question that no plugin answered is for a person at once."""
    after_unanswered: Annotated[int, Field(ge=0, le=10)] = 2
    """So many messages running that no plugin answered are for a person; 0 for never."""
    to: Annotated[tuple[OneLine, ...], Field(min_length=1, max_length=20)] = ("owner",)
    """Who is told: `owner`, `team` for all of it, or names in it. Who answers first has the conversation."""
    notice_minutes: Annotated[int, Field(ge=1, le=120)] = 5
    """What the customer writes meanwhile is passed on to them, at most this often."""
    close: Annotated[tuple[OneLine, ...], Field(max_length=20)] = ("#fin",)
    """What the owner writes by hand in a chat, alone in a message, to close the conversation."""
    rating: bool = False
    """Ask for a rating of 1 to 5 when a person who answered closes the conversation."""
