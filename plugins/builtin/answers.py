"""Answers questions by their words: opening times, prices, where the shop is."""

from functools import partial
from typing import Annotated, Self

import trio
from pydantic import Field, ValidationInfo, field_validator, model_validator
from pydantic_core import PydanticKnownError

from comptoir.plugins.api import Context, Message, Plugin, PluginConfig, Verdict
from comptoir.plugins.builtin.entries import Entries
from comptoir.plugins.builtin.explaining import explain
from comptoir.plugins.builtin.ranking import ENTRIES, PASSAGES, Ranked, rank
from comptoir.plugins.builtin.speaking import speaks
from comptoir.plugins.faults import wrong_value
from comptoir.plugins.patterns import Pattern, TenantPattern
from comptoir.plugins.phrases import Phrase
from comptoir.plugins.wording import CustomerText, fill

MAX_PATTERNS = 200
"""Of all entries together."""


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
        self._entries = await trio.to_thread.run_sync(partial(Entries, entries, self.tenant.language))
        ENTRIES.add(self.tenant, self._entries)

    async def stop(self) -> None:
        ENTRIES.remove(self.tenant, self._entries)

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
        passages = PASSAGES.of(self.tenant)
        # Long messages take their time; the others of the tenant do not wait for them.
        ranked = await trio.to_thread.run_sync(rank, text, self._entries, passages, self.tenant.language)
        by_entry = {one.answer: one for one in ranked if isinstance(one.answer, int)}
        if not by_entry:
            return []
        best = ranked[0]
        if not isinstance(best.answer, int):
            title = self.config.entries[next(iter(by_entry))].title
            explain(context, f"{title} : knowledge sait mieux", f"{title}: knowledge knows better")
            return []
        if not best.fits:
            return []
        matches = {number: one.matches for number, one in by_entry.items() if one.matches}
        chosen = self._entries.together(text, best.answer, matches)
        for number in chosen:
            self._explain(context, number, by_entry[number])
        return chosen

    def _explain(self, context: Context, number: int, one: Ranked) -> None:
        title = self.config.entries[number].title
        if not one.matches:
            explain(context, f"la réponse « {title} » en parle", f'the answer "{title}" speaks of it')
            return
        match = one.matches[0]
        explain(
            context, f"« {match.said} » : {title} (« {match.phrase} »)", f'"{match.said}": {title} ("{match.phrase}")'
        )

    def _reply(self, context: Context, text: str) -> None:
        context.reply(fill(text, name=context.contact.name, shop=context.tenant.name))
