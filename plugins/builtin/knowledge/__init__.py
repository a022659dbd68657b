"""Answers from the texts in the tenant's folder `knowledge/`."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import ClassVar

import trio

from comptoir.plugins.api import Context, Message, Plugin, PluginConfig, Tenant, Verdict
from comptoir.plugins.builtin.explaining import explain
from comptoir.plugins.builtin.knowledge.index import Found, Index
from comptoir.plugins.builtin.knowledge.passages import Passage, cut, shorten
from comptoir.plugins.builtin.speaking import speaks
from comptoir.plugins.folder import text_of
from comptoir.plugins.language import Language
from comptoir.plugins.reading import read, tells
from comptoir.plugins.wording import CustomerText, fill

FOLDER = "knowledge/"
SUFFIXES = (".md", ".markdown", ".txt")


class KnowledgeConfig(PluginConfig):
    intro: CustomerText | None = None
    """Said above the passage, as `Voici ce que je trouve :`."""
    titles: bool = True
    """Show the heading that a passage stands under."""


class Knowledge(Plugin):
    """Keeps no state: what it knows is read anew where a file changes."""

    name = "knowledge"
    Config = KnowledgeConfig
    config: KnowledgeConfig
    _started: ClassVar[dict[int, Index]] = {}
    """By the identity of the tenant's files: `answers` asks what is known here before it answers half a question."""

    async def start(self) -> None:
        passages = partial(_passages, self.tenant.files)
        self._index = await trio.to_thread.run_sync(lambda: Index(passages(), self.tenant.language))
        self._started[id(self.tenant.files)] = self._index

    async def stop(self) -> None:
        if self._started.get(id(self.tenant.files)) is self._index:
            del self._started[id(self.tenant.files)]
        self._index.close()

    @classmethod
    def of(cls, tenant: Tenant) -> Index | None:
        """What is known of a tenant in whose pipeline this plugin stands."""
        return cls._started.get(id(tenant.files))

    async def message(self, context: Context, message: Message) -> Verdict:
        if not speaks(message) or not message.text or tells(message.text):
            return Verdict.CONTINUE
        found = await best_passage(self._index, message.text, self.tenant.language)
        if found is None or not found.fits:
            self._explain_nothing(context, found)
            return Verdict.CONTINUE
        said = ", ".join(found.said)
        where = f"{found.passage.file} « {found.passage.title} »"
        explain(context, f"« {said} » se trouve dans {where}", f'"{said}" stands in {where}')
        context.reply(self._answer(context, found.passage))
        return Verdict.STOP

    def _answer(self, context: Context, passage: Passage) -> str:
        parts = [
            fill(self.config.intro, name=context.contact.name, shop=context.tenant.name) if self.config.intro else "",
            f"*{passage.title}*" if self.config.titles and passage.title else "",
            shorten(passage.text),
        ]
        return "\n\n".join(filter(None, parts))

    def _explain_nothing(self, context: Context, found: Found | None) -> None:
        if not len(self._index):
            explain(context, "il n'y a pas de texte dans knowledge/", "there is no text in knowledge/")
        elif found is None:
            explain(context, "aucun passage ne contient ces mots", "no passage has these words")
        else:
            near = f"{found.passage.file} « {found.passage.title} »"
            explain(context, f"le passage le plus proche, {near}, n'est pas assez sûr", f"{near} is not sure enough")


async def best_passage(index: Index, text: str, language: Language) -> Found | None:
    """The passage that fits best, whether or not it fits well enough."""
    found = await trio.to_thread.run_sync(lambda: index.search(read(text, language)))
    return found[0] if found else None


def _passages(files: Mapping[str, bytes]) -> Iterator[Passage]:
    for name in sorted(files):
        if name.startswith(FOLDER) and name.lower().endswith(SUFFIXES):
            yield from cut(name.removeprefix(FOLDER), text_of(files, name))
