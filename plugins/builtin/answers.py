"""Answers questions by their words: opening times, prices, where the shop is."""

from collections.abc import Sequence
from functools import partial
from typing import Annotated, Self

import trio
from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticKnownError

from comptoir.plugins.api import Context, Message, Plugin, PluginConfig, Verdict
from comptoir.plugins.builtin.choosing import Choice, Chooser
from comptoir.plugins.builtin.explaining import explain
from comptoir.plugins.builtin.knowledge import Knowledge, best_passage
from comptoir.plugins.builtin.knowledge.index import Found
from comptoir.plugins.builtin.speaking import speaks
from comptoir.plugins.faults import wrong_value
from comptoir.plugins.patterns import Pattern, TenantPattern
from comptoir.plugins.phrases import Phrase
from comptoir.plugins.reading import tells
from comptoir.plugins.wording import CustomerText, fill

MAX_PATTERNS = 200
"""Of all entries together."""
_KNOWN_BETTER = 0.9
_WORD_MORE = 0.6
"""A passage of `knowledge` that explains this share of what the entry does is the better answer. Tuned."""


class Entry(PluginConfig):
    name: Annotated[str, Field(min_length=1, max_length=40)] | None = None
    """What `comptoir try` calls it; else its first word."""
    patterns: Annotated[tuple[TenantPattern, ...], Field(max_length=20)] = ()
    """For what has a form rather than words, as `commande n?[0-9]{4}`."""
    words: Annotated[tuple[Phrase, ...], Field(max_length=100, validate_default=True)] = ()
    """Words or phrases; accents, case and plurals do not matter, nor do articles inside a phrase."""
    text: CustomerText
    """The answer."""

    @field_validator("words")
    @classmethod
    def _is_asked_for(cls, words: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        # Where the patterns themselves are wrong, they are missing here, and told already.
        if not words and info.data.get("patterns", True) == ():
            raise PydanticKnownError("missing")
        return words

    @property
    def title(self) -> str:
        return self.name or (*self.words, *self.patterns)[0]


class AnswersConfig(PluginConfig):
    entries: Annotated[tuple[Entry, ...], Field(max_length=500)] = ()
    """Questions and their answers, a block `[[plugins.answers.entries]]` for each."""
    otherwise: CustomerText | None = None
    """Said where no plugin answers, once a day in a chat at most, in groups only to a text."""

    @model_validator(mode="after")
    def _is_bounded(self) -> Self:
        patterns = sum(len(entry.patterns) for entry in self.entries)
        if patterns > MAX_PATTERNS:
            raise wrong_value(
                (f"{patterns} motifs", f"au plus {MAX_PATTERNS} en tout"),
                (f"{patterns} patterns", f"at most {MAX_PATTERNS} in all"),
            )
        return self


def _knows_better(found: Found, best: Choice) -> bool:
    """Whether a passage answers what the entry only touches."""
    more = best.left - found.left
    if found.titled and more >= 0:
        return True
    if not best.matches and not best.offered:
        return True
    if best.sure:
        return False
    return found.score >= _KNOWN_BETTER * best.score or more >= _WORD_MORE


class Answers(Plugin):
    """State: `otherwise`, the day on which a contact was last told that nothing matched."""

    name = "answers"
    Config = AnswersConfig
    config: AnswersConfig

    async def start(self) -> None:
        self._patterns = [
            (index, Pattern(pattern)) for index, entry in enumerate(self.config.entries) for pattern in entry.patterns
        ]
        entries = [(entry.words, entry.text) for entry in self.config.entries]
        self._chooser = await trio.to_thread.run_sync(partial(Chooser, entries, self.tenant.language))

    async def message(self, context: Context, message: Message) -> Verdict:
        if not speaks(message) or not message.text:
            return Verdict.CONTINUE
        found = self._by_pattern(context, message.text) or await self._by_words(context, message.text)
        if not found:
            return Verdict.CONTINUE
        self._reply(context, "\n\n".join(self.config.entries[index].text for index in found))
        return Verdict.STOP

    async def unanswered(self, context: Context, message: Message) -> None:
        """Once a day, so that two automatic parties do not talk to each other for ever."""
        if not speaks(message) or (message.sender and message.kind != "text"):
            # The shop is named below a picture or in a poll that is for all of them.
            return
        today = context.now.date().isoformat()
        if self.config.otherwise is None or await context.get("otherwise") == today:
            return
        context.put("otherwise", today)
        self._reply(context, self.config.otherwise)

    def _by_pattern(self, context: Context, text: str) -> list[int]:
        for index, pattern in self._patterns:
            if (said := pattern.search(text)) is not None:
                title = self.config.entries[index].title
                explain(context, f"le motif trouve « {said} » : {title}", f'the pattern finds "{said}": {title}')
                return [index]
        return []

    async def _by_words(self, context: Context, text: str) -> list[int]:
        # Long messages take their time; the others of the tenant do not wait for them.
        choices = await trio.to_thread.run_sync(self._chooser.choose, text)
        if not choices or tells(text):
            return []
        chosen = self._chooser.together(text, choices)
        if not await self._answer(context, chosen, choices[0], text):
            return []
        for choice in chosen:
            self._explain(context, choice)
        return [choice.entry for choice in chosen]

    async def _answer(self, context: Context, chosen: Sequence[Choice], best: Choice, text: str) -> bool:
        """Whether the entries answer, or `knowledge` has more of what the message asks for."""
        if not best.sure and not best.fits:
            return False
        known = Knowledge.of(self.tenant)
        found = known and await best_passage(known, text, self.tenant.language)
        # Two things that are asked for one after the other are seldom one thing that a passage tells.
        if not found or not found.fits or len(chosen) > 1 or not _knows_better(found, best):
            return True
        title = self.config.entries[best.entry].title
        explain(context, f"{title} : knowledge sait mieux", f"{title}: knowledge knows better")
        return False

    def _explain(self, context: Context, choice: Choice) -> None:
        title = self.config.entries[choice.entry].title
        if not choice.matches:
            explain(context, f"la réponse « {title} » en parle", f'the answer "{title}" speaks of it')
            return
        match = choice.matches[0]
        explain(
            context, f"« {match.said} » : {title} (« {match.phrase} »)", f'"{match.said}": {title} ("{match.phrase}")'
        )

    def _reply(self, context: Context, text: str) -> None:
        context.reply(fill(text, name=context.contact.name, shop=context.tenant.name))
