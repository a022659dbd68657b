"""Greets a customer who writes for the first time, or again after a long silence."""

from datetime import date, timedelta
from typing import Annotated, Literal

from pydantic import Field

from comptoir.plugins.api import Context, Message, Plugin, PluginConfig, Verdict
from comptoir.plugins.builtin.speaking import speaks
from comptoir.plugins.wording import CustomerText, fill


class WelcomeConfig(PluginConfig):
    text: CustomerText
    again_after_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    """Greet again who has not written for this many days."""
    then: Literal["continue", "stop"] = "continue"
    """Whether the plugins after this one may answer the same message too."""


class Welcome(Plugin):
    """State: `seen`, the day of the contact's last message."""

    name = "welcome"
    Config = WelcomeConfig
    config: WelcomeConfig

    async def message(self, context: Context, message: Message) -> Verdict:
        # Who names the shop in a group has not come in.
        if not speaks(message) or message.sender:
            return Verdict.CONTINUE
        today = context.now.date()
        seen = await context.get("seen")
        if seen != today.isoformat():
            context.put("seen", today.isoformat())
        last = date.fromisoformat(seen) if isinstance(seen, str) else None
        if not self._is_due(last, today, context.contact.is_new):
            return Verdict.CONTINUE
        # What the phone has said by itself stands for this greeting, also in what follows from it.
        if not context.contact.greeted:
            context.reply(fill(self.config.text, name=context.contact.name, shop=context.tenant.name))
        return Verdict(self.config.then)

    def _is_due(self, last: date | None, today: date, is_new: bool) -> bool:
        if last is None:
            return is_new
        again = self.config.again_after_days
        return again is not None and today - last >= timedelta(days=again)
