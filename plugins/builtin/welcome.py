"""Greets a customer who writes for the first time, or again after a long silence."""

from datetime import date, timedelta
from typing import Annotated, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field

from comptoir.plugins.api import Context, Message, Plugin, PluginConfig, Verdict
from comptoir.plugins.builtin.explaining import explain
from comptoir.plugins.builtin.speaking import speaks
from comptoir.plugins.wording import MAX_TEXT, fill_fields, with_fields

EVENING, NIGHT = 18, 5
"""Hours of the shop's clock: from the one on and before the other one says good evening."""


class WelcomeConfig(PluginConfig):
    text: Annotated[str, Field(max_length=MAX_TEXT), AfterValidator(with_fields("greeting"))]
    """What the customer reads. `{greeting}` becomes `Bonjour`, from 18 h on `Bonsoir`."""
    again_after_days: Annotated[int, Field(ge=1, le=3650)] | None = None
    """Greet again who has not written for this many days."""
    then: Literal["continue", "stop"] = "continue"
    """Whether the plugins after this one may answer the same message too."""


class Welcome(Plugin):
    """State: `seen`, the day of the contact's last message."""

    name = "welcome"
    Config = WelcomeConfig
    config: WelcomeConfig
    texts: ClassVar = {"day": ("Bonjour", "Hello"), "evening": ("Bonsoir", "Good evening")}

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
        if context.contact.greeted:
            explain(context, "le téléphone a déjà salué ce client", "the phone has greeted this customer already")
        else:
            context.reply(self._greeting(context), greeting=True)
            self._explain(context, last)
        return Verdict(self.config.then)

    def _is_due(self, last: date | None, today: date, is_new: bool) -> bool:
        if last is None:
            return is_new
        again = self.config.again_after_days
        return again is not None and today - last >= timedelta(days=again)

    def _greeting(self, context: Context) -> str:
        hour = context.now.astimezone(ZoneInfo(context.tenant.timezone)).hour
        greeting = context.wording("day" if NIGHT <= hour < EVENING else "evening")
        fields = {"name": context.contact.name, "shop": context.tenant.name, "greeting": greeting}
        return fill_fields(self.config.text, fields)

    def _explain(self, context: Context, last: date | None) -> None:
        if last is None:
            explain(context, "c'est le premier message de ce client", "this customer writes for the first time")
            return
        explain(
            context,
            f"ce client n'avait pas écrit depuis le {last:%d/%m/%Y}",
            f"this customer had not written since {last:%d %B %Y}",
        )
