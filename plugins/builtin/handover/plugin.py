"""Asks for a person where a customer wants one or the plugins have no answer, and stands between the two to the end."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, ClassVar

from comptoir.plugins.api import Change, Context, Message, Mistake, Plugin, Timer, Verdict
from comptoir.plugins.builtin import people
from comptoir.plugins.builtin.explaining import explain
from comptoir.plugins.builtin.handover.asking import asks_for_a_person, asks_something, is_pleasantry
from comptoir.plugins.builtin.handover.commands import seems_meant
from comptoir.plugins.builtin.handover.config import HandoverConfig
from comptoir.plugins.builtin.handover.desk import answer_colleague, reply_help
from comptoir.plugins.builtin.handover.rating import ask_rating, rated
from comptoir.plugins.builtin.handover.summary import called, mark, opening_line, summary, unseen
from comptoir.plugins.builtin.handover.texts import TEXTS
from comptoir.plugins.builtin.speaking import speaks
from comptoir.plugins.builtin.takeover import has_answered, with_person
from comptoir.plugins.opening import opening_of
from comptoir.plugins.patterns import Pattern
from comptoir.plugins.phrases import Phrasebook
from comptoir.plugins.text import fold

CASE, UNANSWERED = "case", "unanswered"
FORWARD = "forward"
RUNNING = timedelta(hours=12)
"""Unanswered messages that lie further apart do not follow one another."""


class Handovers(Plugin):
    """State of a contact: `case` while a person is asked for or there (`told`: the customer knows; `hand`: they are
    answered from the shop's phone; `passed`: when their messages were passed on, `seen`: up to which), `unanswered`
    (`count`, `at`), and what `rating` keeps.
    """

    name = "handover"
    Config = HandoverConfig
    config: HandoverConfig
    always = True
    texts: ClassVar = TEXTS

    def check(self) -> Sequence[Mistake]:
        return list(people.mistakes([(("to",), self.config.to)], self.tenant))

    async def start(self) -> None:
        self._opening = opening_of(self.tenant)
        self._words = Phrasebook([self.config.words], self.tenant.language, meanings=False)
        self._patterns = [Pattern(rule.pattern) if rule.pattern else None for rule in self.config.rules]

    # --- messages

    async def message(self, context: Context, message: Message) -> Verdict:
        if context.contact.role != "customer" and await answer_colleague(context, message):
            return Verdict.STOP
        # In a group several people talk, and nobody has it.
        if message.sender or not speaks(message):
            return Verdict.CONTINUE
        if await rated(context, message):
            return Verdict.STOP
        if with_person(context):
            await self._pass_on(context, message)
            return Verdict.CONTINUE
        reason = "" if context.held else self._reason(context, message)
        if not reason:
            return Verdict.CONTINUE
        await self._hand_over(context, "asked", reason)
        return Verdict.STOP

    async def unanswered(self, context: Context, message: Message) -> None:
        if context.held or message.sender or not speaks(message):
            return
        if message.kind == "text" and is_pleasantry(message.text):
            return
        if context.contact.role != "customer" and seems_meant(message.text):
            reply_help(context)
            return
        count = await self._count(context)
        if self.config.questions and asks_something(message.text):
            await self._hand_over(context, "unsure", context.wording("reason_question"))
        elif context.replied:
            # Greeted, and nothing was asked.
            return
        elif self.config.after_unanswered and count >= self.config.after_unanswered:
            await self._hand_over(context, "unsure", context.wording("reason_unanswered", count=str(count)))
        elif self.config.after_unanswered:
            explain(context, "personne n'a su répondre : il faut le dire autrement", "nobody had an answer: ask again")
            context.put(UNANSWERED, {"count": count, "at": context.now.isoformat()})
            context.reply(context.wording("again"))

    def _reason(self, context: Context, message: Message) -> str:
        """Why this message is for a person; empty where it is not."""
        if asks_for_a_person(message.text):
            return context.wording("reason_asked")
        if found := self._words.find(message.text):
            return context.wording("reason_word", word=found[0].phrase)
        for rule, pattern in zip(self.config.rules, self._patterns, strict=True):
            if (
                (rule.tag is None or rule.tag in context.contact.tags)
                and (rule.kind is None or rule.kind == message.kind)
                and (pattern is None or pattern.search(message.text) is not None)
            ):
                return rule.reason
        return ""

    async def _hand_over(self, context: Context, line: str, reason: str) -> None:
        context.explain(reason)
        said = [context.wording(line), opening_line(context, self._opening)]
        context.reply("\n".join(filter(None, said)))
        context.put(UNANSWERED, None)
        context.put(CASE, await self._passed_on(context))
        # {number} and {chat} stay: the conversation may only begin with this message.
        notice = context.wording("notice", customer=called(context), reason=reason, lines=await summary(context))
        context.hand_over(reason[:100], notice, self.config.to, unsure=line == "unsure")

    async def _count(self, context: Context) -> int:
        """How many messages running nobody has answered, with the one at hand."""
        last = await context.get(UNANSWERED)
        if not isinstance(last, dict):
            return 1
        count, at = last.get("count"), datetime.fromisoformat(str(last.get("at")))
        if not isinstance(count, int) or context.now - at > RUNNING:
            return 1
        since = [line for line in await context.history(50) if line.time > at]
        answered = any(line.by not in ("customer", f"plugin:{self.name}") for line in since)
        return 1 if answered else count + 1

    # --- while a person is asked for, or there

    async def _pass_on(self, context: Context, message: Message) -> None:
        case = await self._case(context)
        pending = context.conversation.state == "pending"
        if pending and not case.get("told"):
            context.reply("\n".join(filter(None, [context.wording("wait"), opening_line(context, self._opening)])))
            context.put(CASE, case | {"told": True})
        if pending or not case.get("hand"):
            await self._forward_later(context, case)

    async def _forward_later(self, context: Context, case: dict[str, Any]) -> None:
        """Now, or when the last time is long enough ago; then with all that has come by then."""
        due = _time(case.get("passed")) + timedelta(minutes=self.config.notice_minutes)
        if due > context.now:
            context.wake(FORWARD, due)
        else:
            await self._forward(context)

    async def timer(self, context: Context, timer: Timer) -> None:
        if timer.name == FORWARD and with_person(context):
            await self._forward(context)

    async def _forward(self, context: Context) -> None:
        case = await self._case(context)
        new = [line for line in unseen(await context.history(50), case.get("seen")) if line.by == "customer"]
        context.put(CASE, case | await self._passed_on(context))
        if new:
            agent = context.conversation.agent
            context.notify(
                context.wording(
                    "more",
                    customer=called(context),
                    number=str(context.conversation.number),
                    lines=await summary(context, new),
                ),
                self.config.to if agent is None else (agent,),
            )

    async def conversation(self, context: Context, change: Change) -> None:
        match change.kind:
            case "taken" if self._closes(change.text):
                context.close()
            case "taken":
                context.put(CASE, {"hand": True})
            case "assigned" if has_answered(change):
                context.put(CASE, await self._passed_on(context))
            case "assigned":
                await self._tell_agent(context, change)
            case "handed_over" if change.by != f"plugin:{self.name}":
                context.put(CASE, await self._passed_on(context))
            case "released":
                self._forget(context)
            case "closed":
                self._forget(context)
                if self.config.rating:
                    await ask_rating(context, change)
            case _:
                pass

    async def _tell_agent(self, context: Context, change: Change) -> None:
        """Somebody was given the conversation by another one, who has not answered."""
        agent = context.conversation.agent
        if agent is None or change.by.startswith("plugin:") or change.by in (agent, f"agent:{agent}"):
            return
        context.put(CASE, await self._passed_on(context))
        number, chat = str(context.conversation.number), context.contact.chat
        lines = await summary(context)
        context.notify(
            context.wording("given", number=number, chat=chat, customer=called(context), lines=lines), (agent,)
        )

    def _closes(self, text: str) -> bool:
        return fold(text).strip() in {fold(word).strip() for word in self.config.close}

    def _forget(self, context: Context) -> None:
        context.put(CASE, None)
        context.wake(FORWARD, None)

    async def _passed_on(self, context: Context) -> dict[str, Any]:
        """That all up to now has been passed on."""
        return {"passed": context.now.isoformat(), "seen": mark(await context.history(1))}

    async def _case(self, context: Context) -> dict[str, Any]:
        case = await context.get(CASE)
        return case if isinstance(case, dict) else {}


def _time(written: object) -> datetime:
    """Long ago, where nothing is written."""
    return datetime.fromisoformat(written if isinstance(written, str) else "2000-01-01T00:00:00+00:00")
