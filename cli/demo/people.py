"""The customers at their phones: they write their lines, and what comes back is shown as it comes."""

import trio

from comptoir.cli.demo.judge import is_by_hand
from comptoir.cli.demo.rows import Row
from comptoir.cli.demo.screen import Screen
from comptoir.cli.demo.script import (
    DESK_HEARS,
    DESK_NUMBER,
    LINES,
    PICTURED,
    READY,
    RUSH,
    Customer,
    Line,
    line_answered,
    lines_of,
)
from comptoir.lab import Lab

# An answer that takes longer is missed; the closing table says so.
ANSWER_LIMIT = 30.0


class Person:
    """One customer of the demo."""

    def __init__(self, lab: Lab, screen: Screen, customer: Customer) -> None:
        self.customer = customer
        self._lab = lab
        self._screen = screen
        self._phone = lab.customer(customer.number, customer.name)
        self._said_at: dict[Line, int] = {}
        self._answered = {line: trio.Event() for line in lines_of(customer, LINES) if line.answer}

    async def say(self, line: Line) -> None:
        self._screen.message(Row(self.customer, "customer", line.text), essential=_is_essential(line))
        self._said_at[line] = self._lab.clock.now_ms()
        await self._phone.say(self.customer.shop.number, line.text, as_lid=self.customer.as_lid)

    async def wait_answer(self, line: Line) -> None:
        """Until the line is answered, or long enough was waited. Some lines are due no answer."""
        if line in self._answered:
            with trio.move_on_after(ANSWER_LIMIT):
                await self._answered[line].wait()

    async def listen(self) -> None:
        """Show what the bot writes, until cancelled."""
        async for heard in self._phone.heard_log.follow():
            [entry] = self._lab.ledger.entries(id=heard.id, sender=self.customer.shop.number)
            if not is_by_hand(entry):
                self._hear(heard.text, heard.at_ms)

    @property
    def is_typed_to(self) -> bool:
        """Whether the shop shows "typing…" on this customer's phone."""
        seen, heard = self._phone.typing_seen, self._phone.heard()
        if not seen or seen[-1].kind != "composing":
            return False
        return not heard or heard[-1].at_ms < seen[-1].at_ms

    def _hear(self, text: str, at: int) -> None:
        line = line_answered(self.customer, text)
        took = (at - self._said_at[line]) / 1000 if line in self._said_at else None
        self._screen.message(Row(self.customer, "bot", text, took), essential=line is None or _is_essential(line))
        if line in self._answered and line.answer and line.answer in text:
            self._answered[line].set()


class Desk:
    """The owner of the shop that sells, on a phone of their own."""

    def __init__(self, lab: Lab, screen: Screen) -> None:
        self._screen = screen
        self._customer = READY.customer
        self._phone = lab.customer(DESK_NUMBER, self._customer.shop.owner)
        self._heard = {part: trio.Event() for part in DESK_HEARS}

    async def listen(self) -> None:
        """Show what the shop tells, until cancelled."""
        async for heard in self._phone.heard_log.follow():
            self._screen.message(Row(self._customer, "told", heard.text))
            for part in DESK_HEARS:
                if part in heard.text:
                    self._heard[part].set()

    async def wait_told(self, part: str) -> None:
        """Until the shop has told this, or long enough was waited."""
        with trio.move_on_after(ANSWER_LIMIT):
            await self._heard[part].wait()

    async def say(self, text: str) -> None:
        self._screen.message(Row(self._customer, "desk", text))
        await self._phone.say(self._customer.shop.number, text)


def _is_essential(line: Line) -> bool:
    return line in PICTURED or line not in RUSH
