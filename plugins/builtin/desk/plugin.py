"""The owner's desk: what owner and team write to the shop is a command in plain words, and nobody else's is."""

from collections.abc import Mapping, Sequence
from datetime import time
from typing import ClassVar

from comptoir.plugins.api import SILENT, Context, Message, Mistake, Plugin, Timer, Verdict
from comptoir.plugins.builtin import people
from comptoir.plugins.builtin.desk import figures
from comptoir.plugins.builtin.desk.answering import answer
from comptoir.plugins.builtin.desk.config import DeskConfig
from comptoir.plugins.builtin.desk.pausing import is_paused
from comptoir.plugins.builtin.desk.texts import TEXTS
from comptoir.plugins.builtin.explaining import explain

SUMMARY = "summary"


class Desk(Plugin):
    """State of a person: `asked`, the question that is open. Of the tenant: `paused`, since when, and `summed`."""

    name = "desk"
    Config = DeskConfig
    config: DeskConfig
    always = True
    own_chat = True
    texts: ClassVar = TEXTS

    def check(self) -> Sequence[Mistake]:
        if self.config.summary_at is None:
            return ()
        # The timer is the owner's, whoever is told.
        named = [(("summary_at",), ("owner",)), (("summary_to",), self.config.summary_to)]
        return list(people.mistakes(named, self.tenant))

    def daily(self) -> Mapping[str, time]:
        return {SUMMARY: self.config.summary_at} if self.config.summary_at is not None else {}

    async def message(self, context: Context, message: Message) -> Verdict:
        if context.contact.role == "customer" or self._among_customers(context, message):
            return await self._for_customer(context)
        if message.kind in SILENT:
            return Verdict.CONTINUE
        await answer(context, message)
        return Verdict.STOP

    async def timer(self, context: Context, timer: Timer) -> None:
        context.notify(await figures.since_last(context, timer.due), self.config.summary_to)

    def _among_customers(self, context: Context, message: Message) -> bool:
        """In a group that is not the team's, others read what is answered."""
        return bool(message.sender) and context.contact.chat not in {member.address for member in self.tenant.team}

    async def _for_customer(self, context: Context) -> Verdict:
        if context.held or not await is_paused(context):
            return Verdict.CONTINUE
        explain(context, "le responsable a mis le robot en pause", "the owner has paused the bot")
        return Verdict.STOP
