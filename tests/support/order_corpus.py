"""The labelled order conversations of `tests/corpus/orders`: reads them, plays them, and says what came of each.

As a command, it prints the figures; with `--open` also the course of each conversation of the open part that went
wrong, with ids the course of these. Of the held-out third nothing but figures is ever shown.
"""

import hashlib
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from comptoir.plugins.api import Handover, Plugin, Tenant
from comptoir.plugins.builtin.clerk import Clerk
from comptoir.plugins.builtin.clerk.config import ClerkConfig
from comptoir.plugins.builtin.handover import Handovers
from comptoir.plugins.builtin.handover.config import HandoverConfig
from comptoir.plugins.folder import read_folder
from comptoir.plugins.shop.files import read_catalogue
from comptoir.plugins.shop.model import Order
from comptoir.plugins.shop.money import currency_of
from comptoir.plugins.testing import OWNER, Heard, Person, Play
from comptoir.plugins.testing.memory import Memory

CORPUS = Path(__file__).parents[1] / "corpus" / "orders"
MOST_MESSAGES = 40
MOST_TIMES = 3
"""How often the same answer is given to the same question."""

_READ = "h-"
"""Of this author, all failures were looked at while tuning."""

Line = tuple[str, int, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Expected:
    """An order: its lines, the zone's code, or `pickup`, and the total."""

    lines: frozenset[Line]
    where: str
    total: int


@dataclass(frozen=True, slots=True)
class Conversation:
    """What a customer writes, what they answer when asked, and which orders have to come of it."""

    id: str
    shop: str
    about: str
    turns: tuple[str, ...]
    answers: Mapping[str, str]
    expected: tuple[Expected, ...]
    beside: str = ""
    """The conversation that it is played with, in turns."""

    @property
    def held_out(self) -> bool:
        """Chosen by hash, so that nobody chooses; never looked at while tuning."""
        return not self.id.startswith(_READ) and hashlib.sha256(self.id.encode()).digest()[0] % 3 == 0


@dataclass(slots=True)
class Played:
    """What came of a conversation."""

    conversation: Conversation
    orders: list[Order] = field(default_factory=list)
    course: list[str] = field(default_factory=list)
    asked: str = ""
    """The question that was left open."""
    handed_over: bool = False

    @property
    def got(self) -> list[Expected]:
        return [
            Expected(
                frozenset((line.sku, line.quantity, frozenset(line.options)) for line in order.draft.lines),
                order.draft.zone or order.draft.delivery,
                order.priced.total,
            )
            for order in self.orders
        ]

    @property
    def is_right(self) -> bool:
        return self.got == list(self.conversation.expected)

    @property
    def is_wrong(self) -> bool:
        """An order was placed that nobody wanted; everything else that is not right ended in a question or a person."""
        return any(order not in self.conversation.expected for order in self.got) or len(self.got) > len(
            self.conversation.expected
        )

    @property
    def totals_are_right(self) -> bool:
        """Added up from the catalogue's file alone."""
        return all(order.total == by_hand(self.conversation.shop, order) for order in self.got)


def conversations() -> list[Conversation]:
    """All of them, in the order of their files."""
    return [
        _conversation(table)
        for file in sorted((CORPUS / "conversations").glob("*.toml"))
        for table in tomllib.loads(file.read_text(encoding="utf-8"))["conversation"]
    ]


def play_all(chosen: Sequence[Conversation]) -> list[Played]:
    """Each in a shop of its own that has just opened; those that belong together in one."""
    by_id = {one.id: one for one in chosen}
    beside = {one.beside: one for one in chosen if one.beside}
    played = []
    for one in chosen:
        if one.beside not in by_id:
            played += play_together([one, beside[one.id]] if one.id in beside else [one])
    return played


def play_together(together: Sequence[Conversation]) -> list[Played]:
    play = shop_of(together[0].shop)
    play.memory = Memory(play.tenant, {})
    customers = [_Customer(one, play, place) for place, one in enumerate(together)]
    going = customers
    while going:
        going = [customer for customer in going if customer.goes_on()]
    for customer in customers:
        chat = customer.person.contact.chat
        customer.played.orders = [order for _, order in sorted(play.shop.placed.items()) if order.chat == chat]
    return [customer.played for customer in customers]


class _Customer:
    """Somebody in front of the shop, with all that they will say."""

    def __init__(self, conversation: Conversation, play: Play, place: int) -> None:
        self.played = Played(conversation)
        # Without a name, so that it is asked for.
        self.person: Person = play.customer("", f"+22177000000{place}")
        self._play = play
        self._turns = list(conversation.turns)
        self._answers = 0
        self._given: dict[str, int] = {}

    def goes_on(self) -> bool:
        """Say the next thing; False where there is nothing more to say."""
        played, text = self.played, self._next()
        if text is None or played.handed_over or self._answers >= MOST_MESSAGES:
            return False
        self._answers += 1
        heard = self.person.says(text)
        if heard.faults:
            raise RuntimeError(f"{played.conversation.id}: {heard.faults}")
        played.course += [f"> {text}", *(f"    {line}" for said in self._heard(heard) for line in said.split("\n"))]
        if self.person.chat.conversation.state == "pending":
            self._handed_over(heard)
        state: Any = self._play.state("clerk", "sale", self.person)
        played.asked = state["asked"]["kind"] if state else ""
        return True

    def _handed_over(self, heard: Heard) -> None:
        """Where the clerk gave up, that is the end. What only no plugin knew the owner answers, and gives back."""
        if any(
            isinstance(effect, Handover) for one in heard.outcomes if one.plugin == "clerk" for effect in one.effects
        ):
            self.played.handed_over = True
            return
        number = self.person.chat.conversation.number
        self._play.owner().says(f"{number} Je vous dis ça tout de suite.")
        self._play.owner().says(f"{number} robot")

    def _next(self) -> str | None:
        if self._turns:
            return self._turns.pop(0)
        asked = self.played.asked
        self._given[asked] = self._given.get(asked, 0) + 1
        return self.played.conversation.answers.get(asked) if asked and self._given[asked] <= MOST_TIMES else None

    def _heard(self, heard: Heard) -> list[str]:
        later = self._play.passes(seconds=10)
        return [*heard.texts, *later.texts]


@cache
def shop_of(shop: str) -> Play:
    """Opened once: what the clerk knows of its words is the same for all conversations."""
    return Play(*_plugins(shop))


def _plugins(shop: str) -> tuple[Plugin, ...]:
    folder = CORPUS / "shops" / shop
    table = tomllib.loads((folder / "tenant.toml").read_text(encoding="utf-8"))
    catalogue, faults = read_catalogue(read_folder(folder), folder, currency_of(table["country"]), "fr")
    if faults:
        raise ValueError("\n".join(map(str, faults)))
    tenant = Tenant(table["name"], "fr", table["country"], table["timezone"], OWNER, (), None, {}, catalogue)
    return Clerk(ClerkConfig(**table["plugins"]["clerk"]), tenant), Handovers(HandoverConfig(), tenant)


@cache
def prices(shop: str) -> tuple[dict[str, tuple[int, dict[str, int]]], dict[str, int]]:
    """Of variants with their options, and of zones, read without the product's own reader."""
    table = tomllib.loads((CORPUS / "shops" / shop / "catalogue.toml").read_text(encoding="utf-8"))
    costs = {}
    for product in table["produits"]:
        options = {option["nom"]: option.get("prix", 0) for option in product.get("options", ())}
        for variant in product.get("variantes", [product]):
            costs[variant["code"]] = (variant["prix"] if "prix" in variant else product["prix"], options)
    return costs, {zone["code"]: zone["frais"] for zone in table.get("zones", ())}


def by_hand(shop: str, order: Expected) -> int:
    costs, fees = prices(shop)
    total = fees.get(order.where, 0)
    for sku, quantity, options in order.lines:
        cost, extra = costs[sku]
        total += quantity * (cost + sum(extra[name] for name in options))
    return total


def _conversation(table: dict[str, Any]) -> Conversation:
    wanted = table["expected"]
    orders = wanted["orders"] if "orders" in wanted else [] if wanted.get("order") is False else [wanted]
    return Conversation(
        table["id"],
        table["shop"],
        table["about"],
        tuple(table["turns"]),
        table.get("answers", {}),
        tuple(_expected(order) for order in orders),
        table.get("with", ""),
    )


def _expected(order: dict[str, Any]) -> Expected:
    lines = frozenset((line["sku"], line["quantity"], frozenset(line.get("options", ()))) for line in order["lines"])
    return Expected(lines, order.get("zone") or order["delivery"], order["total"])


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one part of the corpus."""

    conversations: int
    right: int
    wrong: int
    """An order was placed that is not the one wanted."""
    left_open: int
    """No order, but a question or a person."""

    def __str__(self) -> str:
        share = self.right / max(1, self.conversations)
        return f"{self.right}/{self.conversations} right ({share:.1%}), {self.wrong} wrong, {self.left_open} left open"


def figures(played: Sequence[Played]) -> Figures:
    right = sum(one.is_right for one in played)
    wrong = sum(one.is_wrong for one in played)
    return Figures(len(played), right, wrong, len(played) - right - wrong)


def _shown(played: Played) -> Iterator[str]:
    one = played.conversation
    verdict = "right" if played.is_right else "WRONG" if played.is_wrong else "left open"
    yield f"=== {one.id} · {one.about} · {verdict}{' · handed over' if played.handed_over else ''}"
    yield from played.course
    for name, orders in (("expected", one.expected), ("got", played.got)):
        for order in orders:
            lines = sorted((sku, quantity, *sorted(options)) for sku, quantity, options in order.lines)
            yield f"  {name}: {lines} {order.where} {order.total}"


def main(arguments: Sequence[str]) -> None:
    began = time.perf_counter()
    played = play_all(conversations())
    took = time.perf_counter() - began
    open_part = [one for one in played if not one.conversation.held_out]
    ids = set(arguments) - {"--open"}
    for one in open_part:
        if one.conversation.id in ids or ("--open" in arguments and not one.is_right):
            print("\n".join(_shown(one)), end="\n\n")
    print(f"open: {figures(open_part)}")
    print(f"held out: {figures([one for one in played if one.conversation.held_out])}")
    print(f"{len(played)} conversations in {took:.1f} s")


if __name__ == "__main__":
    main(sys.argv[1:])
