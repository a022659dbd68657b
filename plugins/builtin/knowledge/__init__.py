"""Answers from the texts in the tenant's folder `knowledge/`."""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial

import trio

from comptoir.plugins.api import Context, Message, Plugin, PluginConfig, Verdict
from comptoir.plugins.builtin.explaining import explain
from comptoir.plugins.builtin.knowledge.index import Index
from comptoir.plugins.builtin.knowledge.passages import Passage, cut, shorten
from comptoir.plugins.builtin.ranking import ENTRIES, PASSAGES, Ranked, rank
from comptoir.plugins.builtin.speaking import speaks
from comptoir.plugins.folder import text_of
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

    async def start(self) -> None:
        passages = partial(_passages, self.tenant.files)
        self._index = await trio.to_thread.run_sync(lambda: Index(passages(), self.tenant.language))
        PASSAGES.add(self.tenant, self._index)

    async def stop(self) -> None:
        PASSAGES.remove(self.tenant, self._index)
        self._index.close()

    async def message(self, context: Context, message: Message) -> Verdict:
        if not speaks(message) or not message.text:
            return Verdict.CONTINUE
        entries = ENTRIES.of(self.tenant)
        # Long messages take their time; the others of the tenant do not wait for them.
        ranked = await trio.to_thread.run_sync(rank, message.text, entries, self._index, self.tenant.language)
        best = ranked[0] if ranked else None
        if best is None or not isinstance(best.answer, Passage) or not best.fits:
            self._explain_nothing(context, ranked)
            return Verdict.CONTINUE
        said = ", ".join(best.said)
        where = f"{best.answer.file} « {best.answer.title} »"
        explain(context, f"« {said} » se trouve dans {where}", f'"{said}" stands in {where}')
        context.reply(self._answer(context, best.answer))
        return Verdict.STOP

    def _answer(self, context: Context, passage: Passage) -> str:
        parts = [
            fill(self.config.intro, name=context.contact.name, shop=context.tenant.name) if self.config.intro else "",
            f"*{passage.title}*" if self.config.titles and passage.title else "",
            shorten(passage.text),
        ]
        return "\n\n".join(filter(None, parts))

    def _explain_nothing(self, context: Context, ranked: Sequence[Ranked]) -> None:
        nearest = next((one.answer for one in ranked if isinstance(one.answer, Passage)), None)
        if not len(self._index):
            explain(context, "il n'y a pas de texte dans knowledge/", "there is no text in knowledge/")
        elif nearest is None:
            explain(context, "aucun passage ne contient ces mots", "no passage has these words")
        else:
            near = f"{nearest.file} « {nearest.title} »"
            explain(context, f"le passage le plus proche, {near}, n'est pas assez sûr", f"{near} is not sure enough")


def _passages(files: Mapping[str, bytes]) -> Iterator[Passage]:
    for name in sorted(files):
        if name.startswith(FOLDER) and name.lower().endswith(SUFFIXES):
            yield from cut(name.removeprefix(FOLDER), text_of(files, name))
