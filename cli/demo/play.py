"""The demo's acts, one after the other."""

import os
import signal
from collections.abc import Iterable
from itertools import groupby

import trio

from comptoir.cli.demo.control import DemoFailed, Params
from comptoir.cli.demo.people import Desk, Person
from comptoir.cli.demo.rows import Row
from comptoir.cli.demo.screen import Screen
from comptoir.cli.demo.script import (
    BEFORE_THE_KILL,
    BY_HAND,
    CUSTOMERS,
    DESK_HEARS,
    DYING,
    OWNER_FIRST,
    OWNER_THEN,
    READY,
    RUSH,
    SALE,
    SHOPS,
    WHILE_DEAD,
    Line,
    Shop,
)
from comptoir.cli.demo.stage import Stage

EVENT_LIMIT = 30.0
REFRESH_SECONDS = 0.25
# A code is good for twenty seconds.
LONGEST_LOOK = 10.0


class Play:
    """`speed` shortens the pauses, which are there for those who watch."""

    def __init__(self, stage: Stage, screen: Screen, speed: float) -> None:
        self._stage = stage
        self._screen = screen
        self._speed = speed
        self._people = {customer: Person(stage.lab, screen, customer) for customer in CUSTOMERS}
        self._desk = Desk(stage.lab, screen)
        self._phones = {shop: stage.lab.phone(shop.number, shop.name) for shop in SHOPS}

    async def run(self) -> None:
        """All of it. Raises DemoFailed where it cannot go on."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._keep_drawing)
            nursery.start_soon(self._follow_shops)
            for person in self._people.values():
                nursery.start_soon(person.listen)
            nursery.start_soon(self._desk.listen)
            await self._link_all()
            await self._rush()
            await self._sell()
            await self._take_over()
            await self._kill()
            nursery.cancel_scope.cancel()

    # --- acts

    async def _link_all(self) -> None:
        self._screen.act("Three shops link their numbers: each shows a QR code, and its phone scans it")
        for shop in SHOPS:
            await self._stage.add_tenant(shop)
            await self._link(shop)

    async def _rush(self) -> None:
        self._screen.act("A dozen customers write at once, half of them under a LID, WhatsApp's hidden id")
        async with trio.open_nursery() as nursery:
            for _, lines in groupby(RUSH, lambda line: line.customer):
                nursery.start_soon(self._talk, list(lines))
                await self._pause(0.4)
        await self._pause(2)

    async def _sell(self) -> None:
        customer, shop = READY.customer, READY.customer.shop
        self._screen.act(
            f"{customer.name} orders: prices and stock come from {shop.owner}'s catalogue, and {shop.owner} "
            "hears of it on her own phone"
        )
        await self._pause(2.5)
        await self._talk(SALE)
        sold, done = DESK_HEARS
        await self._desk.wait_told(sold)
        await self._pause(2)
        await self._desk.say(READY.text)
        await self._desk.wait_told(done)
        await self._people[customer].wait_answer(READY)
        await self._pause(2)

    async def _take_over(self) -> None:
        customer, shop = BY_HAND.customer, BY_HAND.customer.shop
        self._screen.act(
            f"{shop.owner} takes up her phone and answers {customer.name} by hand: her bot leaves him to her"
        )
        await self._pause(2.5)
        await self._write_by_hand(OWNER_FIRST)
        await self._pause(2.5)
        after = len(self._stage.events)
        await self._people[customer].say(BY_HAND)
        await self._event(after, tenant=shop.tenant, kind="skipped")
        self._screen.note("the bot has an answer to that, and keeps silent in this chat for an hour")
        await self._pause(2)
        await self._write_by_hand(OWNER_THEN)
        await self._pause(3)

    async def _kill(self) -> None:
        self._screen.act(f"{DYING.name} loses its process in the middle of its work, and customers go on writing")
        await self._pause(2.5)
        pid = await self._pid(DYING)
        after = len(self._stage.events)
        await self._people[BEFORE_THE_KILL.customer].say(BEFORE_THE_KILL)
        await self._event(after, tenant=DYING.tenant, kind="received")
        killed_at = trio.current_time()
        os.kill(pid, signal.SIGKILL)
        self._screen.killed(DYING, pid)
        async with trio.open_nursery() as nursery:
            for line in WHILE_DEAD:
                nursery.start_soon(self._people[line.customer].say, line)
            await self._event(after, tenant=DYING.tenant, kind="state", state="online")
        self._screen.back(DYING, trio.current_time() - killed_at)
        for line in (BEFORE_THE_KILL, *WHILE_DEAD):
            await self._people[line.customer].wait_answer(line)
        await self._pause(1)

    # --- what they consist of

    async def _link(self, shop: Shop) -> None:
        """As `comptoir link`, and the shop's phone scans what it shows. Raises ControlError if it fails."""
        scanned_at: list[float] = []

        async def show(note: Params) -> None:
            match note["event"]:
                case "qr" if not scanned_at:
                    self._screen.offer_code(shop, note["code"])
                    await trio.sleep(min(1.5 / self._speed, LONGEST_LOOK))
                    scanned_at.append(trio.current_time())
                    await self._phones[shop].scan(note["code"])
                case "linked":
                    self._screen.linked(shop, trio.current_time() - scanned_at[0])

        await self._stage.control.stream("link", show, tenant=shop.tenant)

    async def _talk(self, lines: Iterable[Line]) -> None:
        """A customer's lines, each once the one before is answered."""
        for line in lines:
            person = self._people[line.customer]
            await person.say(line)
            await person.wait_answer(line)
            await self._pause(1)

    async def _write_by_hand(self, text: str) -> None:
        """The owner's phone writes; the bot must know of it before anybody answers."""
        customer = BY_HAND.customer
        after = len(self._stage.events)
        self._screen.message(Row(customer, "owner", text))
        await self._phones[customer.shop].say(customer.number, text, as_lid=customer.as_lid)
        await self._event(after, tenant=customer.shop.tenant, kind="owner_wrote")

    async def _pid(self, shop: Shop) -> int:
        pid = (await self._stage.status())[shop.tenant]["pid"]
        if pid is None:
            raise DemoFailed(f"{shop.tenant} has no process just now")
        return int(pid)

    async def _event(self, after: int, **fields: object) -> Params:
        return await self._stage.events.wait(EVENT_LIMIT, after=after, **fields)

    async def _pause(self, seconds: float) -> None:
        await trio.sleep(seconds / self._speed)

    # --- what goes on beside

    async def _follow_shops(self) -> None:
        shops = {shop.tenant: shop for shop in SHOPS}
        async for event in self._stage.events.follow():
            if event["tenant"] not in shops:
                continue
            standing = self._screen.standings[shops[event["tenant"]]]
            match event["kind"]:
                case "state":
                    standing.state = event["state"]
                case "worker_started":
                    standing.pid = event["pid"]
                case "worker_died":
                    standing.pid = None

    async def _keep_drawing(self) -> None:
        while True:
            for shop, standing in self._screen.standings.items():
                customers = (person for person in self._people.values() if person.customer.shop == shop)
                standing.typing_to = tuple(each.customer.name for each in customers if each.is_typed_to)
            self._screen.refresh()
            await trio.sleep(REFRESH_SECONDS)
