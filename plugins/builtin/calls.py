"""Answers a call that nobody took by a text: a linked device cannot talk."""

from datetime import datetime, timedelta

from pydantic import ConfigDict

from comptoir.plugins.api import Context, Message, Plugin, PluginConfig, Verdict
from comptoir.plugins.builtin.explaining import explain
from comptoir.plugins.wording import CustomerText, fill

EVERY = timedelta(hours=1)
"""Who calls again and again within this time is told once."""


class CallTable(PluginConfig):
    model_config = ConfigDict(strict=True)

    answer: CustomerText | None = None
    """What a caller reads after a call that nobody took, once an hour at most; None for nothing."""
    reject: bool = False
    """Refuse calls as they come instead of letting the phone ring."""

    @property
    def kept(self) -> bool:
        """Whether calls are journaled at all."""
        return self.reject or self.answer is not None


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
            context.reply(fill(self.config.answer, name=context.contact.name, shop=context.tenant.name))
            explain(context, "personne n'a pris cet appel", "nobody took this call")
        else:
            explain(context, "ce client vient d'avoir la réponse aux appels", "this caller was answered a while ago")
        return Verdict.STOP
