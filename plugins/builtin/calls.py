"""Answers a call that nobody took by a text: a linked device cannot talk."""

from datetime import datetime, timedelta

from comptoir.plugins.api import Context, Message, Plugin, Verdict
from comptoir.plugins.audiences import CallTable
from comptoir.plugins.wording import fill

EVERY = timedelta(hours=1)
"""Who calls again and again within this time is told once."""


class Calls(Plugin):
    """State: `told`, when a contact was last told."""

    name = "calls"
    Config = CallTable
    config: CallTable

    async def message(self, context: Context, message: Message) -> Verdict:
        if message.kind != "call" or self.config.answer is None:
            return Verdict.CONTINUE
        told = await context.get("told")
        if not isinstance(told, str) or abs(context.now - datetime.fromisoformat(told)) >= EVERY:
            context.put("told", context.now.isoformat())
            context.reply(fill(self.config.answer, name=context.contact.name, shop=context.tenant_name))
        return Verdict.STOP
