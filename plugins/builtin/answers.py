"""Answers questions by their words: opening times, prices, where the shop is."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from pydantic import AfterValidator, Field

from comptoir.plugins.api import Context, Message, Plugin, PluginConfig, Verdict
from comptoir.plugins.builtin.speaking import speaks
from comptoir.plugins.faults import wrong_value
from comptoir.plugins.text import terms
from comptoir.plugins.wording import CustomerText, fill

MAX_ANSWERS = 2
"""A message that asks for more gets the answers to what it asks most exactly."""

Terms = tuple[str, ...]


def _check_words(text: str) -> str:
    if not terms(text):
        raise wrong_value((f"« {text} »", "un mot que le client écrit"), (f'"{text}"', "a word that customers write"))
    return text


class Entry(PluginConfig):
    words: Annotated[
        tuple[Annotated[str, Field(max_length=100), AfterValidator(_check_words)], ...],
        Field(min_length=1, max_length=100),
    ]
    """Words or phrases; accents, case and plurals do not matter, nor do articles inside a phrase."""
    text: CustomerText
    """The answer."""


class AnswersConfig(PluginConfig):
    entries: Annotated[tuple[Entry, ...], Field(max_length=500)] = ()
    """Questions and their answers, a block `[[plugins.answers.entries]]` for each."""
    otherwise: CustomerText | None = None
    """Said where nothing matches, once a day in a chat at most, never after a greeting, in groups only to a text."""


@dataclass(frozen=True, slots=True)
class Match:
    """Where an entry's phrase stands in a message."""

    entry: int
    start: int
    phrase: Terms

    @property
    def places(self) -> range:
        return range(self.start, self.start + len(self.phrase))

    @property
    def rank(self) -> tuple[int, int, int]:
        """Best first: more words, then longer ones, then the entry that stands first in the file."""
        return -len(self.phrase), -sum(map(len, self.phrase)), self.entry


class Phrasebook:
    """Finds entries' phrases in a message; looks at each of its words once."""

    def __init__(self, entries: Sequence[Sequence[str]]) -> None:
        self._by_first: dict[str, set[tuple[int, Terms]]] = defaultdict(set)
        for entry, phrases in enumerate(entries):
            for phrase in map(tuple, map(terms, phrases)):
                self._by_first[phrase[0]].add((entry, phrase))

    def best(self, text: str) -> list[int]:
        """The entries that answer `text`, at most MAX_ANSWERS, in the order in which they were asked for.

        A word counts once: "prix de la livraison" asks for the entry with that phrase, not also for "prix".
        """
        chosen: list[Match] = []
        for match in sorted(self._matches(terms(text)), key=lambda match: match.rank):
            free = all(set(match.places).isdisjoint(other.places) for other in chosen)
            if free and match.entry not in {other.entry for other in chosen}:
                chosen.append(match)
            if len(chosen) == MAX_ANSWERS:
                break
        return [match.entry for match in sorted(chosen, key=lambda match: match.start)]

    def _matches(self, said: list[str]) -> list[Match]:
        return [
            Match(entry, start, phrase)
            for start, term in enumerate(said)
            for entry, phrase in self._by_first.get(term, ())
            if tuple(said[start : start + len(phrase)]) == phrase
        ]


class Answers(Plugin):
    """State: `otherwise`, the day on which a contact was last told that nothing matched."""

    name = "answers"
    Config = AnswersConfig
    config: AnswersConfig

    async def start(self) -> None:
        self._phrasebook = Phrasebook([entry.words for entry in self.config.entries])

    async def message(self, context: Context, message: Message) -> Verdict:
        if not speaks(message):
            return Verdict.CONTINUE
        found = [self.config.entries[index].text for index in self._phrasebook.best(message.text)]
        if not found:
            return await self._otherwise(context, message)
        self._reply(context, "\n\n".join(found))
        return Verdict.STOP

    async def _otherwise(self, context: Context, message: Message) -> Verdict:
        """Once a day, so that two automatic parties do not talk to each other for ever."""
        if message.sender and message.kind != "text":
            # The shop is named below a picture or in a poll that is for all of them.
            return Verdict.CONTINUE
        today = context.now.date().isoformat()
        if self.config.otherwise is None or context.replied or await context.get("otherwise") == today:
            return Verdict.CONTINUE
        context.put("otherwise", today)
        self._reply(context, self.config.otherwise)
        return Verdict.CONTINUE

    def _reply(self, context: Context, text: str) -> None:
        context.reply(fill(text, name=context.contact.name, shop=context.tenant.name))
