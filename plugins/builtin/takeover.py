"""A person takes over a chat by writing in it; the plugins have it back by a word, or once nobody wrote for a while.

In every pipeline: without it a chat that a person has would never come back.
"""

from datetime import datetime, timedelta
from typing import Annotated, ClassVar

from pydantic import Field

from comptoir.plugins.api import Change, Context, Message, Plugin, PluginConfig, Timer, Verdict
from comptoir.plugins.builtin.explaining import explain
from comptoir.plugins.builtin.speaking import speaks
from comptoir.plugins.text import fold

DAY = 24 * 60
WAITING, TOLD = "waiting", "told"
RELEASE, REMIND = "release", "remind"


class TakeoverConfig(PluginConfig):
    give_back: Annotated[tuple[Annotated[str, Field(min_length=1, max_length=100)], ...], Field(max_length=20)] = (
        "#bot",
    )
    """What the owner writes in a chat, alone in a message, to give it back to the plugins at once."""
    minutes: Annotated[int, Field(ge=1, le=7 * DAY)] = 60
    """A chat in which somebody answered by a command is given back after this long without a word of theirs."""
    remind_minutes: Annotated[int, Field(ge=0, le=DAY)] = 30
    """Who has the chat is told where a customer waits longer than this; 0 for never."""


class Takeover(Plugin):
    """State: `waiting`, since when the customer waits for a person's word, or that somebody was told of it."""

    name = "takeover"
    Config = TakeoverConfig
    config: TakeoverConfig
    always = True
    texts: ClassVar = {
        "reminder": (
            "⏰ {name} ({chat}) attend une réponse depuis {minutes} min (conversation {number}).",
            "⏰ {name} ({chat}) has been waiting for an answer for {minutes} min (conversation {number}).",
        ),
        "unnamed": ("Un client", "A customer"),
    }

    async def message(self, context: Context, message: Message) -> Verdict:
        if with_person(context):
            explain(
                context,
                "une personne a cette conversation, le robot se tait",
                "a person has this chat, the bot is silent",
            )
            if speaks(message):
                await self._begin_wait(context)
        return Verdict.CONTINUE

    async def conversation(self, context: Context, change: Change) -> None:
        match change.kind:
            case "taken" if self._gives_back(change.text):
                # Who gives it back has seen who waits.
                await self._end_wait(context)
                context.assign(None)
            case "taken":
                await self._end_wait(context)
                self._take(context)
            case "assigned" if change.by != f"plugin:{self.name}":
                await self._given(context, answered=has_answered(change))
            case "handed_over":
                context.wake(RELEASE, None)
                await self._begin_wait(context)
            case "released" | "closed":
                if change.kind == "released" and not _is_persons(change.by):
                    # Nobody else will tell of who still waits: the plugins answer only what comes from now on.
                    await self._remind(context)
                context.wake(RELEASE, None)
                await self._end_wait(context)
            case _:
                pass

    async def timer(self, context: Context, timer: Timer) -> None:
        if timer.name == RELEASE:
            self._release(context)
        elif with_person(context):
            await self._remind(context)

    def _gives_back(self, text: str) -> bool:
        return fold(text).strip() in {fold(word).strip() for word in self.config.give_back}

    def _take(self, context: Context) -> None:
        """The owner has it for as long as the chat is silent after their hand."""
        until = context.held_until
        if until is not None and until > context.now:
            if context.conversation.agent is None:
                context.assign("owner")
            context.wake(RELEASE, until)
        elif with_person(context):
            context.assign(None)

    async def _given(self, context: Context, *, answered: bool) -> None:
        """Somebody has it by a command. Who was only named has not answered yet: nothing takes it away from them."""
        if answered:
            await self._end_wait(context)
        context.wake(RELEASE, context.now + timedelta(minutes=self.config.minutes) if answered else None)

    def _release(self, context: Context) -> None:
        until = context.held_until
        if until is not None and until > context.now:
            context.wake(RELEASE, until)
        elif context.conversation.state == "open":
            context.assign(None)

    async def _begin_wait(self, context: Context) -> None:
        if self.config.remind_minutes and await context.get(WAITING) is None:
            context.put(WAITING, context.now.isoformat())
            context.wake(REMIND, context.now + timedelta(minutes=self.config.remind_minutes))

    async def _end_wait(self, context: Context) -> None:
        if await context.get(WAITING) is not None:
            context.put(WAITING, None)
            context.wake(REMIND, None)

    async def _remind(self, context: Context) -> None:
        since = await context.get(WAITING)
        if not isinstance(since, str) or since == TOLD:
            return
        waited = context.now - datetime.fromisoformat(since)
        context.notify(
            context.wording(
                "reminder",
                name=context.contact.name or context.wording("unnamed"),
                chat=context.contact.chat,
                minutes=str(int(waited.total_seconds() // 60)),
                number=str(context.conversation.number),
            ),
            (context.conversation.agent or "owner",),
        )
        context.put(WAITING, TOLD)


def with_person(context: Context) -> bool:
    """Whether the chat waits for a person or has one."""
    return context.conversation.state == "pending" or (
        context.conversation.state == "open" and context.conversation.agent is not None
    )


def has_answered(change: Change) -> bool:
    """Whether who was given the conversation wrote to the customer."""
    return change.kind == "assigned" and bool(change.text) and not change.by.startswith("plugin:")


def _is_persons(by: str) -> bool:
    return by in ("owner", "operator") or by.startswith("agent:")
