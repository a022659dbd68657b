"""A tenant's shop in memory: what is sold and left, what was ordered, what the owner changed by chat."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from comptoir.plugins.api import Contact, Tenant
from comptoir.plugins.shop import changes, payments, states, telling
from comptoir.plugins.shop.changes import Counted
from comptoir.plugins.shop.model import (
    MOST_ORDERS,
    MOST_UNANSWERED,
    AddProduct,
    Catalogue,
    CatalogueChange,
    ChangeProduct,
    Figures,
    MarkPayment,
    MoveOrder,
    Order,
    OrderState,
    OrderStep,
    PlaceOrder,
    Priced,
    ShopEffect,
    Stock,
)
from comptoir.plugins.shop.placing import Stale, bounded, pieces_of, priced
from comptoir.plugins.shop.telling import Words

NOTHING = Words("", "")


@dataclass(frozen=True, slots=True)
class Doing:
    """In whose chat something is done, and when; `by` as in an order's history, empty for the plugin by itself."""

    contact: Contact
    now: datetime
    message: int | None = None
    by: str = ""
    pictured: bool = False
    """The message is a picture."""

    def of(self, plugin: str) -> "Doing":
        """What this plugin does."""
        return replace(self, by=self.by or f"plugin:{plugin}")


@dataclass(frozen=True, slots=True)
class Done:
    """What is to be said of it: in the chat of which contact, and to the owner; empty for nothing."""

    contact: int
    words: Words = NOTHING


class MemoryShop:
    """As the journal keeps it, without a journal. The rules of `plugins.shop` are the same."""

    def __init__(self, tenant: Tenant, wording: Mapping[str, str]) -> None:
        self.file = tenant.catalogue
        self.in_force: tuple[CatalogueChange, ...] = ()
        self.placed: dict[int, Order] = {}
        self.left: dict[str, Counted] = changes.taken_over(self.file, (), {}) if self.file else {}
        self.version = 1
        self.unanswered: list[tuple[datetime, str]] = []
        """What customers asked and nobody had an answer to."""
        self._language = tenant.language
        self._wording = wording
        self._contacts: dict[int, int] = {}
        self._taken: dict[int, dict[str, int]] = {}
        self._references: dict[str, int] = {}
        self._effective = self._overlaid()

    # --- what a context reads

    async def catalogue(self) -> Catalogue | None:
        return self._effective

    async def stock(self, skus: Sequence[str]) -> Stock:
        return Stock({sku: left for sku in skus if (left := self.remaining(sku)) is not None})

    async def orders(self, number: int | None, contact: int | None, *, open_only: bool) -> tuple[Order, ...]:
        found = (
            order
            for order in reversed(self.placed.values())
            if number in (None, order.number) and contact in (None, self._contacts[order.number])
        )
        return tuple(order for order in found if order.is_open or not open_only)[:MOST_ORDERS]

    async def changes(self) -> tuple[CatalogueChange, ...]:
        return self.in_force

    async def figures(self, begins: datetime, ends: datetime) -> Figures:
        of_then = [order for order in self.placed.values() if begins <= order.created < ends]
        asked = [text for time, text in self.unanswered if begins <= time < ends]
        kept = [order for order in of_then if order.state != "cancelled"]
        return Figures(
            begins,
            ends,
            len(kept),
            len(of_then) - len(kept),
            sum(order.priced.total for order in kept),
            sum(order.priced.total for order in kept if order.payment == "paid"),
            self.file.currency if self.file else "",
            _most_sold(kept),
            tuple(asked[-MOST_UNANSWERED:]),
            len(asked),
        )

    def remaining(self, sku: str) -> int | None:
        """How many are left; None where it is not counted."""
        found = self.left.get(sku)
        return found.remaining if found else None

    # --- what is done

    def check(self, doing: Doing, effect: ShopEffect) -> None:
        """Raises Stale where it rests on what is no longer so."""
        match effect:
            case PlaceOrder():
                self._priced(effect)
            case MoveOrder(number):
                states.check(self._order(doing, number), effect, customer=doing.contact.role == "customer")
            case MarkPayment(number):
                self._order(doing, number)
            case ChangeProduct():
                self._revised(doing, effect)

    def do(self, doing: Doing, effect: ShopEffect) -> Done:
        """Raises Stale, as `check` does."""
        match effect:
            case PlaceOrder():
                return self._place(doing, effect)
            case MoveOrder(number, state):
                return self._move(doing, self._order(doing, number), state)
            case MarkPayment(number):
                return self._mark(doing, self._order(doing, number), effect)
            case ChangeProduct():
                self._change(doing, effect)
            case AddProduct():
                photo = f"message:{doing.message}" if doing.pictured else ""
                assert self.file is not None
                self._put(changes.addition(self.file, self.in_force, effect, photo, doing.by, doing.now))
        return Done(doing.contact.id)

    def _place(self, doing: Doing, effect: PlaceOrder) -> Done:
        made, draft = self._priced(effect), bounded(effect.draft)
        number = len(self.placed) + 1
        reached = states.reached(effect)
        zone = self._effective.zone_by_code.get(effect.draft.zone) if self._effective else None
        self.placed[number] = Order(
            number,
            doing.contact.chat,
            draft.name or doing.contact.name,
            made,
            draft,
            zone.name if zone and effect.draft.delivery == "delivery" else "",
            reached[-1],
            "open",
            doing.now,
            doing.now,
            tuple(OrderStep(state, doing.by, doing.now) for state in reached),
        )
        self._contacts[number] = doing.contact.id
        self._taken[number] = {sku: count for sku, count in pieces_of(effect.draft).items() if sku in self.left}
        self._move_stock(number, -1)
        return Done(
            doing.contact.id,
            Words(effect.receipt.replace("{number}", str(number)), effect.notice.replace("{number}", str(number))),
        )

    def _move_stock(self, number: int, sign: int) -> None:
        """What an order took, of what was counted then and still is."""
        for sku, pieces in self._taken[number].items():
            if sku in self.left:
                self.left[sku] = replace(self.left[sku], remaining=self.left[sku].remaining + sign * pieces)

    def _move(self, doing: Doing, order: Order, state: OrderState) -> Done:
        self.check(doing, MoveOrder(order.number, state))
        if order.state == state:
            return Done(self._contacts[order.number])
        if state == "cancelled":
            self._move_stock(order.number, 1)
        moved = self._step(doing, replace(order, state=state), state)
        words = telling.moved(moved, state, doing.by, self._wording, self._language)
        return Done(self._contacts[order.number], words)

    def _mark(self, doing: Doing, order: Order, effect: MarkPayment) -> Done:
        reference = payments.folded(effect.reference)
        marked = payments.marked(order, effect, self._references.get(reference))
        if marked.keeps:
            self._references[reference] = order.number
        for step in marked.steps:
            changed = replace(order, state="confirmed") if step == "confirmed" else replace(order, payment=effect.state)
            order = self._step(doing, changed, step)
        words = telling.payment_marked(order, marked, effect.reference, doing.by, self._wording, self._language)
        return Done(self._contacts[order.number], words)

    def _change(self, doing: Doing, effect: ChangeProduct) -> None:
        assert self.file is not None
        change = self._revised(doing, effect)
        if effect.field == "stock":
            figure = changes.said(self.file, effect.sku, "stock")
            self.left.pop(effect.sku, None)
            if effect.value is not None:
                self.left[effect.sku] = Counted(None if figure is None else int(figure), int(effect.value))
        self.in_force = tuple(old for old in self.in_force if (old.sku, old.field) != (effect.sku, effect.field))
        self._put(change)

    def _put(self, change: CatalogueChange | None) -> None:
        if change is not None:
            self.in_force = (*self.in_force, change)
        if self._overlaid() != self._effective:
            self.version += 1
            self._effective = self._overlaid()

    def _overlaid(self) -> Catalogue | None:
        return changes.effective(self.file, self.in_force, self.version) if self.file else None

    def _priced(self, effect: PlaceOrder) -> Priced:
        return priced(self._effective, {sku: counted.remaining for sku, counted in self.left.items()}, effect)

    def _revised(self, doing: Doing, effect: ChangeProduct) -> CatalogueChange | None:
        if self.file is None:
            raise Stale("the tenant has no catalogue")
        return changes.revised(self.file, self.in_force, effect, doing.by, doing.now)

    def _order(self, doing: Doing, number: int) -> Order:
        """Raises Stale where there is none, or a customer means another's."""
        order = self.placed.get(number)
        if order is None or (doing.contact.role == "customer" and self._contacts[number] != doing.contact.id):
            raise Stale(f"there is no order {number}")
        return order

    def _step(self, doing: Doing, order: Order, step: str) -> Order:
        stepped = replace(order, changed=doing.now, history=(*order.history, OrderStep(step, doing.by, doing.now)))
        self.placed[order.number] = stepped
        return stepped


def _most_sold(orders: Sequence[Order]) -> tuple[tuple[str, int, int], ...]:
    sold: dict[str, tuple[int, int]] = {}
    for line in (line for order in orders for line in order.priced.lines):
        pieces, amount = sold.get(line.name, (0, 0))
        sold[line.name] = (pieces + line.quantity, amount + line.amount)
    ranked = sorted(sold.items(), key=lambda item: (-item[1][0], item[0]))
    return tuple((name, pieces, amount) for name, (pieces, amount) in ranked)
