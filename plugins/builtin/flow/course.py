"""One customer's way through a flow: where they are, and what a message or an arrival brings. Without any I/O."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from comptoir.plugins.api import Message
from comptoir.plugins.builtin.flow.answer import are_numbered, read_answer, read_number, read_option, says_one_of
from comptoir.plugins.builtin.flow.model import Branch, FlowFile, Step
from comptoir.plugins.text import terms, words
from comptoir.plugins.wording import fill_fields

MAX_TRAIL = 50
MAX_ANSWERS = 40_000
"""Bytes of JSON of all answers together: a plugin's value has room for so much."""
_SPELT = "bonjour bonsoir salut hello hi svp stp please je veux voudrais i want to merci"
_AROUND = frozenset(_SPELT.split())


@dataclass(frozen=True, slots=True)
class At:
    """A customer in a flow: at a step whose question they have been asked."""

    flow: str
    step: str
    answers: Mapping[str, str] = field(default_factory=dict)
    trail: tuple[str, ...] = ()
    """The questions before this one, for `back`."""
    wrong: int = 0
    """Wrong answers to this question."""

    def as_json(self) -> dict[str, Any]:
        return {
            "flow": self.flow,
            "step": self.step,
            "answers": dict(self.answers),
            "trail": list(self.trail),
            "wrong": self.wrong,
        }

    @classmethod
    def of_json(cls, value: Any) -> "At | None":
        """None for what is no such thing."""
        if not isinstance(value, dict) or "flow" not in value or "step" not in value:
            return None
        trail = tuple(map(str, value.get("trail", ())))
        return cls(value["flow"], value["step"], dict(value.get("answers", {})), trail, int(value.get("wrong", 0)))


@dataclass(frozen=True, slots=True)
class HandOver:
    """A person is to go on."""

    reason: str
    to: tuple[str, ...]
    answers: str
    """A line for each that was given."""


@dataclass(frozen=True, slots=True)
class Turn:
    """What a message or an arrival brings."""

    said: tuple[str, ...] = ()
    at: At | None = None
    """The question that waits now; None where the flow is over."""
    tags: tuple[str, ...] = ()
    notices: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """Text and people."""
    hand_over: HandOver | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known beside the answers: for texts, dates and numbers."""

    name: str
    shop: str
    chat: str
    today: date
    country: str
    texts: Mapping[str, str]
    """The plugin's own, by key, in the tenant's language and words; with {fields} of theirs left in."""


@dataclass(frozen=True, slots=True)
class Course:
    """A flow, for one customer."""

    name: str
    flow: FlowFile
    known: Known

    def begin(self) -> Turn:
        """From the first step."""
        return self._arrive(At(self.name, self.flow.first), self.flow.first, Turn())

    def take(self, at: At, message: Message) -> Turn:
        """What a message brings to a customer who was asked the question of `at`."""
        if message.kind == "text" and (led := self._led(at, message.text)) is not None:
            return led
        step = self.flow.steps[at.step]
        answer, way = self._read(step, message)
        if answer is None:
            return self._wrong(at, step)
        answers = {**at.answers, step.store: answer} if step.store else at.answers
        if len(json.dumps(dict(answers))) > MAX_ANSWERS:
            return self._wrong(at, step)
        gone = replace(at, answers=answers, trail=(*at.trail, at.step)[-MAX_TRAIL:], wrong=0)
        return self._go_on(gone, step, answer, way, Turn())

    def take_each(self, turn: Turn, messages: Sequence[Message]) -> Turn:
        """What messages bring that came together: each answers the question that the one before led to.

        As far as they do; only the last question is asked.
        """
        for message in messages:
            if turn.at is None or not self.understands(turn.at, message):
                break
            taken = self.take(turn.at, message)
            turn = replace(taken, tags=(*turn.tags, *taken.tags), notices=(*turn.notices, *taken.notices))
        return turn

    def understands(self, at: At, message: Message) -> bool:
        """Whether the message is an answer to the question, or says where to go."""
        if message.kind == "text" and self._led(at, message.text) is not None:
            return True
        return self._read(self.flow.steps[at.step], message)[0] is not None

    def _read(self, step: Step, message: Message) -> tuple[str | None, str | None]:
        """The answer, and the way that it chooses; no answer where the message is none."""
        if step.menu is None:
            return read_answer(step, message, self.known.today, self.known.country), None
        option = read_option(message.text, step.menu) if message.kind == "text" else None
        return (None, None) if option is None else (step.menu[option].text, step.menu[option].goto)

    def question(self, at: At) -> str:
        """The question that waits, once more."""
        step = self.flow.steps[at.step]
        lines = [self._filled(step.say, at)] if step.say else []
        lines += [f"{number}. {option.text}" for number, option in enumerate(step.menu or (), 1)]
        numbered = are_numbered(step.choices)
        lines += [f"{number}. {choice}" if numbered else f"• {choice}" for number, choice in enumerate(step.choices, 1)]
        return "\n".join(lines)

    def _led(self, at: At, text: str) -> Turn | None:
        """What is said about the way itself: out, to the beginning, or back."""
        if _wishes(text, self.flow.leave):
            return Turn((self.known.texts["left"],))
        if _wishes(text, self.flow.menu):
            return self.begin()
        if _wishes(text, self.flow.back) and at.trail:
            return self._arrive(replace(at, trail=at.trail[:-1], wrong=0), at.trail[-1], Turn())
        return None

    def _arrive(self, at: At, name: str, turn: Turn) -> Turn:
        """Say what the step says; ask, or go on at once."""
        step = self.flow.steps[name]
        at = replace(at, step=name)
        said = self.question(at)
        turn = replace(turn, said=(*turn.said, said) if said else turn.said)
        return replace(turn, at=at) if step.asks else self._go_on(at, step, None, None, turn)

    def _go_on(self, at: At, step: Step, answer: str | None, way: str | None, turn: Turn) -> Turn:
        """Do what the step does besides asking, and take its way on."""
        if step.tag:
            turn = replace(turn, tags=(*turn.tags, step.tag))
        if step.notify:
            turn = replace(turn, notices=(*turn.notices, (self._filled(step.notify, at), step.to)))
        branch = next((branch.goto for branch in step.when if _holds(branch, at, answer)), None)
        goes_to = branch or way or step.goto
        if goes_to is not None:
            return self._arrive(at, goes_to, turn)
        if step.hand_over:
            return replace(turn, hand_over=HandOver(step.hand_over, step.to, _listed(at)))
        return turn

    def _wrong(self, at: At, step: Step) -> Turn:
        at = replace(at, wrong=at.wrong + 1)
        if at.wrong >= self.flow.wrong_answers:
            reason = self.known.texts["reason_lost"]
            return Turn((self.known.texts["lost"],), hand_over=HandOver(reason, step.to, _listed(at)))
        said = step.wrong or self.known.texts[_why_wrong(step)]
        limits = {"min": _shown(step.min), "max": _shown(step.max)}
        again = [self.question(at)] if step.menu is not None or step.ask == "choice" else []
        return Turn(("\n\n".join([self._filled(said, at, **limits), *again]),), at)

    def _filled(self, text: str, at: At, **more: str) -> str:
        known = self.known
        own = {"answers": _listed(at), "name": known.name, "shop": known.shop, "chat": known.chat, **more}
        return fill_fields(text, {**at.answers, **own})


def is_started_by(flow: FlowFile, text: str) -> bool:
    """Whether `text` is one of the words that begin the flow, whatever people say around it."""
    return bool(flow.start) and _wishes(text, flow.start)


def _wishes(text: str, phrases: Sequence[str]) -> bool:
    """Whether `text` is one of these, also with what people say around a wish."""
    return says_one_of(text, phrases) or says_one_of(_bare(text), [_bare(phrase) for phrase in phrases])


def _bare(text: str) -> str:
    return " ".join(word for word in words(text) if word not in _AROUND)


def _why_wrong(step: Step) -> str:
    """Which text says what would do."""
    if step.menu is not None:
        return "wrong_menu"
    if step.ask != "number" or (step.min is None and step.max is None):
        return f"wrong_{step.ask}"
    return "wrong_between" if None not in (step.min, step.max) else "wrong_most" if step.min is None else "wrong_least"


def _shown(limit: float | None) -> str:
    return "" if limit is None else f"{limit:.12g}"


def _listed(at: At) -> str:
    return "\n".join(f"{name} : {answer}" for name, answer in at.answers.items())


def _holds(branch: Branch, at: At, answer: str | None) -> bool:
    said = answer if branch.field is None else at.answers.get(branch.field)
    if said is None:
        return False
    if branch.equals is not None and terms(said) not in [terms(one) for one in branch.equals]:
        return False
    if branch.min is None and branch.max is None:
        return True
    number = read_number(said)
    if number is None:
        return False
    return (branch.min is None or number >= branch.min) and (branch.max is None or number <= branch.max)
