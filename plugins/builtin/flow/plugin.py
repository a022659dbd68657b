"""Leads customers through the tenant's flows, a question at a time; no other plugin sees what a flow takes."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar
from zoneinfo import ZoneInfo

from comptoir.plugins.api import Change, Context, Message, Mistake, Plugin, PluginConfig, Tenant, Timer, Verdict
from comptoir.plugins.builtin.explaining import explain
from comptoir.plugins.builtin.flow.course import At, Course, Known, Turn, is_started_by
from comptoir.plugins.builtin.flow.model import FlowFile
from comptoir.plugins.builtin.flow.reading import read_flows
from comptoir.plugins.builtin.flow.texts import TEXTS
from comptoir.plugins.builtin.speaking import speaks

MAX_SAID = 15_000
"""Characters of one message, however many steps and answers are in it."""
AT = "at"
REMIND, TIMEOUT = "remind", "timeout"


class Flows(Plugin):
    """State: `at`, where a customer is, as `At.as_json` writes it."""

    name = "flow"
    texts: ClassVar = TEXTS

    def __init__(self, config: PluginConfig, tenant: Tenant) -> None:
        super().__init__(config, tenant)
        people = ("owner", "team", *(member.name for member in tenant.team))
        self._flows, self._mistakes = read_flows(tenant.files, tenant.language, people)

    def check(self) -> Sequence[Mistake]:
        return self._mistakes

    async def message(self, context: Context, message: Message) -> Verdict:
        # A group is no one customer.
        if message.sender or not speaks(message):
            return Verdict.CONTINUE
        at = At.of_json(await context.get(AT))
        flow = self._flows.get(at.flow) if at is not None else None
        if at is not None and flow is not None:
            self._go_on(context, at, flow, message)
            return Verdict.STOP
        if at is not None:
            self._leave(context)
        parts = _parts(message)
        found = self._begun_by(context, parts)
        if found is None:
            return Verdict.CONTINUE
        name, used = found
        self._begin(context, name, parts[used:])
        return Verdict.STOP

    async def unanswered(self, context: Context, message: Message) -> None:
        if context.held or message.sender or not speaks(message):
            return
        found = next((name for name, flow in self._flows.items() if flow.unanswered), None)
        if found is not None:
            self._begin(context, found)

    async def timer(self, context: Context, timer: Timer) -> None:
        at = At.of_json(await context.get(AT))
        flow = self._flows.get(at.flow) if at is not None else None
        if at is None or flow is None or at.step not in flow.steps:
            context.put(AT, None)
        elif timer.name == REMIND:
            _reply(context, self._course(context, at.flow).question(at))
        else:
            self._leave(context)
            context.reply(context.wording("timeout"))

    async def conversation(self, context: Context, change: Change) -> None:
        """Where a person goes on, or the conversation has ended, the questions are over."""
        if change.kind in ("taken", "handed_over", "assigned", "closed") and await context.get(AT) is not None:
            self._leave(context)

    def _begun_by(self, context: Context, parts: Sequence[Message]) -> tuple[str, int] | None:
        """Which flow begins, and with how many of these messages."""
        for used, part in enumerate(parts, 1):
            for name, flow in self._flows.items():
                if part.kind == "text" and is_started_by(flow, part.text):
                    return name, used
        new = context.contact.is_new and not context.replied
        return next(((name, len(parts)) for name, flow in self._flows.items() if new and flow.first_message), None)

    def _begin(self, context: Context, name: str, answers: Sequence[Message] = ()) -> None:
        """`answers` came together with what begins it."""
        flow, course = self._flows[name], self._course(context, name)
        explain(context, f"commence le parcours {name}", f"begins the flow {name}")
        self._do(context, flow, course.take_each(course.begin(), answers))

    def _go_on(self, context: Context, at: At, flow: FlowFile, message: Message) -> None:
        course, parts = self._course(context, at.flow), _parts(message)
        if at.step not in flow.steps or not flow.steps[at.step].asks:
            # The file was changed under them.
            begun = course.begin()
            self._do(context, flow, replace(begun, said=(context.wording("changed"), *begun.said)))
            return
        turn = course.take(at, message)
        if not course.understands(at, message) and course.understands(at, parts[0]):
            # An address may have several lines; else each answers its own question.
            turn = course.take_each(Turn(at=at), parts)
        fr, en = (f"étape {turn.at.step}", f"step {turn.at.step}") if turn.at is not None else ("fin", "end")
        explain(
            context, f"parcours {at.flow}, réponse à {at.step} : {fr}", f"flow {at.flow}, answer to {at.step}: {en}"
        )
        self._do(context, flow, turn)

    def _do(self, context: Context, flow: FlowFile, turn: Turn) -> None:
        if turn.said:
            _reply(context, "\n\n".join(turn.said))
        for tag in turn.tags:
            context.tag(tag)
        for text, people in turn.notices:
            if text.strip():
                context.notify(text[:MAX_SAID], people)
        if turn.at is not None:
            self._wait(context, flow, turn.at)
            return
        self._leave(context)
        if turn.hand_over is not None:
            asked = turn.hand_over
            customer = context.contact.name or context.contact.chat
            # {number} and {chat} are filled in when it is sent.
            notice = context.wording("notice", customer=customer, reason=asked.reason, answers=asked.answers)
            # Without answers their place is empty.
            context.hand_over(asked.reason, re.sub(r"\n{3,}", "\n\n", notice), asked.to)

    def _wait(self, context: Context, flow: FlowFile, at: At) -> None:
        context.put(AT, at.as_json())
        context.wake(TIMEOUT, context.now + timedelta(minutes=flow.timeout_minutes))
        if flow.remind_minutes:
            context.wake(REMIND, context.now + timedelta(minutes=flow.remind_minutes))

    def _leave(self, context: Context) -> None:
        context.put(AT, None)
        context.wake(TIMEOUT, None)
        context.wake(REMIND, None)

    def _course(self, context: Context, name: str) -> Course:
        today = context.now.astimezone(ZoneInfo(context.tenant.timezone)).date()
        texts = {key: context.wording(key) for key in self.texts if key != "notice"}
        contact, tenant = context.contact, context.tenant
        return Course(
            name, self._flows[name], Known(contact.name, tenant.name, contact.chat, today, tenant.country, texts)
        )


def _reply(context: Context, text: str) -> None:
    """A text that is nothing but the name of somebody without one says nothing."""
    if text.strip():
        context.reply(text[:MAX_SAID])


def _parts(message: Message) -> list[Message]:
    """A burst in its messages again, as far as their texts show them."""
    if len(message.ids) < 2:
        return [message]
    return [replace(message, text=line) for line in message.text.split("\n") if line.strip()] or [message]
