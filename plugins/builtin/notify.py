"""Tells the owner or the team of messages that they want to know of at once."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from comptoir.plugins.api import Context, Message, Mistake, Plugin, PluginConfig, Tenant, Verdict
from comptoir.plugins.builtin import people
from comptoir.plugins.builtin.explaining import explain
from comptoir.plugins.builtin.speaking import speaks
from comptoir.plugins.faults import wrong_value
from comptoir.plugins.patterns import Pattern, TenantPattern
from comptoir.plugins.phrases import Phrase, Phrasebook
from comptoir.plugins.wording import MAX_TEXT, fill_fields, with_fields

Kind = Literal[
    "text",
    "image",
    "video",
    "audio",
    "voice",
    "document",
    "sticker",
    "location",
    "contact",
    "poll",
    "view_once",
    "call",
]
MAX_QUOTED = 500
"""Characters of the customer's message that a notice quotes."""
_DAY = 24 * 60


class Rule(PluginConfig):
    """Which messages, and who is told; all that is named here must be so. Either a word or the pattern is enough."""

    words: Annotated[tuple[Phrase, ...], Field(max_length=100)] = ()
    """Words or phrases, one of which stands in the message; accents, case, plurals and small mistakes do not matter."""
    pattern: TenantPattern | None = None
    """A pattern of RE2 for numbers and the like, as `commande n?[0-9]+`."""
    kinds: Annotated[tuple[Kind, ...], Field(max_length=20)] = ()
    """`voice`, `image`, `location` and so on: what the message is."""
    new: bool = False
    """Only the first message of a customer."""
    tag: Annotated[str, Field(min_length=1, max_length=100)] | None = None
    """Only customers with this tag, as another plugin has put it."""
    to: Annotated[
        tuple[Annotated[str, Field(min_length=1, max_length=100)], ...], Field(min_length=1, max_length=20)
    ] = ("owner",)
    """Who is told: `owner`, `team` for all of it, or names in it."""
    text: Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(with_fields("chat", "text"))] | None = None
    """What they read: `{name}` is the customer, `{chat}` their number, `{text}` the message. Without it, all three."""
    every_minutes: Annotated[int, Field(ge=0, le=7 * _DAY)] = 60
    """At most so often for one customer; 0 for each message."""

    @model_validator(mode="after")
    def _says_when(self) -> Self:
        if not (self.words or self.pattern or self.kinds or self.new or self.tag):
            raise wrong_value(
                ("une règle qui ne dit pas quand", "words, pattern, kinds, new ou tag"),
                ("a rule that does not say when", "words, pattern, kinds, new or tag"),
            )
        return self

    @property
    def key(self) -> str:
        """By which the rule is known while its text and its place in the file change."""
        said = repr((self.words, self.pattern, self.kinds, self.new, self.tag))
        return "told:" + hashlib.sha256(said.encode()).hexdigest()[:16]


def _check_rules(rules: tuple[Rule, ...]) -> tuple[Rule, ...]:
    # Not by min_length, which would speak of items where a block is missing.
    if not rules:
        raise wrong_value(
            ("aucune règle", "un bloc [[plugins.notify.rules]]"), ("no rule", "a block [[plugins.notify.rules]]")
        )
    return rules


class NotifyConfig(PluginConfig):
    rules: Annotated[tuple[Rule, ...], Field(max_length=50), AfterValidator(_check_rules)]
    """A block `[[plugins.notify.rules]]` for each."""


class Notify(Plugin):
    """State: `told:…` for a rule, when its people were last told of the contact."""

    name = "notify"
    Config = NotifyConfig
    config: NotifyConfig
    texts: ClassVar = {
        "notice": ("🔔 {customer} ({chat}) : {text}", "🔔 {customer} ({chat}): {text}"),
        "unnamed": ("Un client", "A customer"),
        "image": ("une photo", "a picture"),
        "video": ("une vidéo", "a video"),
        "audio": ("un enregistrement", "a recording"),
        "voice": ("un message vocal", "a voice note"),
        "document": ("un document", "a document"),
        "sticker": ("un autocollant", "a sticker"),
        "location": ("une position", "a location"),
        "contact": ("un contact", "a contact"),
        "poll": ("un sondage", "a poll"),
        "view_once": ("une photo à voir une fois", "a picture to be seen once"),
        "call": ("un appel", "a call"),
        "other": ("un message", "a message"),
    }

    def __init__(self, config: NotifyConfig, tenant: Tenant) -> None:
        super().__init__(config, tenant)
        self._books = [Phrasebook([rule.words], tenant.language) if rule.words else None for rule in config.rules]
        self._patterns = [Pattern(rule.pattern) if rule.pattern else None for rule in config.rules]

    def check(self) -> Sequence[Mistake]:
        return list(
            people.mistakes(((("rules", at, "to"), rule.to) for at, rule in enumerate(self.config.rules)), self.tenant)
        )

    async def message(self, context: Context, message: Message) -> Verdict:
        # Whoever is told knows what they write themselves.
        if context.contact.role == "customer" and (speaks(message) or message.kind == "call"):
            for place, rule in enumerate(self.config.rules):
                found = self._found(place, context, message)
                if found is not None and await self._is_due(context, rule):
                    context.put(rule.key, context.now.isoformat())
                    context.notify(self._notice(context, message, rule), rule.to)
                    fr, en = (f" : « {found} »", f': "{found}"') if found else ("", "")
                    explain(context, f"la règle {place + 1} convient{fr}", f"rule {place + 1} fits{en}")
        return Verdict.CONTINUE

    def _found(self, place: int, context: Context, message: Message) -> str | None:
        """By which words the rule holds, empty where it asks for none; None where it does not."""
        rule = self.config.rules[place]
        if rule.kinds and message.kind not in rule.kinds:
            return None
        if (rule.new and not context.contact.is_new) or (rule.tag and rule.tag not in context.contact.tags):
            return None
        book, pattern = self._books[place], self._patterns[place]
        if book is None and pattern is None:
            return ""
        matches = book.find(message.text) if book else []
        return matches[0].said if matches else pattern.search(message.text) if pattern else None

    async def _is_due(self, context: Context, rule: Rule) -> bool:
        told = await context.get(rule.key)
        if not isinstance(told, str):
            return True
        # A clock that was set back must not keep them from being told for longer.
        return abs(context.now - datetime.fromisoformat(told)) >= timedelta(minutes=rule.every_minutes)

    def _notice(self, context: Context, message: Message, rule: Rule) -> str:
        customer = context.contact.name or context.wording("unnamed")
        said = " ".join(message.text.split())
        if not said:
            said = context.wording(message.kind if message.kind in self.texts else "other")
        fields = {
            "chat": context.contact.chat,
            "text": said if len(said) <= MAX_QUOTED else said[: MAX_QUOTED - 1] + "…",
        }
        if rule.text is None:
            return context.wording("notice", customer=customer, **fields)
        return fill_fields(rule.text, {"name": customer, "shop": context.tenant.name, **fields})
