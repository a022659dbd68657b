"""Carries out what a model calls for: on a copy of the cart, by the cart's own operations, at the shop's prices."""

import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from comptoir.plugins.api import Context
from comptoir.plugins.builtin.clerk import cart
from comptoir.plugins.builtin.clerk.cart import Problem, Shop
from comptoir.plugins.models import ToolCall
from comptoir.plugins.shop.model import Catalogue, Draft, Product, Stock
from comptoir.plugins.shop.pricing import price
from comptoir.plugins.shop.understanding import Lexicon
from comptoir.plugins.text import fold, words

MOST_FOUND = 8
MOST_ZONES = 60
_MAX_TEXT = 300


class _Given(BaseModel):
    """What a call may be given: wrong types are refused, what is not known is passed by."""

    model_config = ConfigDict(strict=True, extra="ignore", str_max_length=_MAX_TEXT)


class _Search(_Given):
    query: str
    category: str = ""


class _Sku(_Given):
    sku: str


class _Put(_Given):
    sku: str
    quantity: int = Field(ge=0, le=10**9)
    options: list[str] = Field(default_factory=list, max_length=20)


class _Delivery(_Given):
    way: str = ""
    zone: str = ""
    address: str = ""
    name: str = ""
    time: str = ""


@dataclass
class Bench:
    """A message's work: the draft as the calls have left it, and what they asked for beside."""

    context: Context
    lexicon: Lexicon
    shop: Shop
    draft: Draft
    customer: tuple[str, ...] = ()
    """What they wrote in this chat, and their name."""
    heard: str = ""
    """The message at hand."""
    confirmed: bool = False
    """The summary is to be shown."""
    handed_over: bool = False
    shown: dict[str, Product] = field(default_factory=dict)
    """What the model was told of, by sku."""

    @property
    def catalogue(self) -> Catalogue:
        return self.shop.catalogue

    async def run(self, call: ToolCall) -> str:
        """The result, as JSON for the model. What it cannot do says so: no call raises."""
        work = self._works().get(call.name)
        if work is None:
            return _json(error=f"there is no tool {call.name[:50]!r}")
        try:
            given = json.loads(call.arguments or "{}")
            return await work(given if isinstance(given, dict) else {})
        except (ValidationError, ValueError, RecursionError):
            return _json(error="these arguments are not what the tool takes")

    async def know(self, skus: Iterable[str]) -> None:
        """Read what is left of these variants, where that is not known yet."""
        missing = [sku for sku in dict.fromkeys(skus) if sku in self.catalogue.by_sku and sku not in self._known]
        if missing:
            found = await self.context.stock(missing)
            self._known.update(missing)
            self.shop = replace(self.shop, stock=Stock({**self.shop.stock.left, **found.left}))

    def __post_init__(self) -> None:
        self._known: set[str] = set()

    def _works(self) -> Mapping[str, Callable[[dict[str, Any]], Awaitable[str]]]:
        return {
            "search_catalogue": self._search,
            "show_product": self._show,
            "put_in_cart": self._put,
            "show_cart": self._cart,
            "delivery_options": self._delivery,
            "confirm": self._confirm,
            "hand_over": self._hand_over,
        }

    # --- what is sold

    async def _search(self, arguments: dict[str, Any]) -> str:
        given = _Search.model_validate(arguments)
        found = found_products(self.lexicon, f"{given.query} {given.category}", MOST_FOUND)
        return _json(products=[await self.told(product) for product in found])

    async def _show(self, arguments: dict[str, Any]) -> str:
        product = self._product(_Sku.model_validate(arguments).sku)
        return _json(error="unknown sku") if product is None else _json(product=await self.told(product))

    async def told(self, product: Product) -> dict[str, Any]:
        """A product as the model reads it."""
        self.shown[product.sku] = product
        await self.know(variant.sku for variant in product.variants)
        told: dict[str, Any] = {"sku": product.sku, "name": product.name}
        told |= {"description": product.description[:_MAX_TEXT]} if product.description else {}
        told |= {"category": product.category} if product.category else {}
        told["variants"] = [
            {"sku": variant.sku, "price": variant.price}
            | ({"title": variant.title} if variant.title else {})
            | ({"left": left} if (left := self.shop.left(variant.sku)) is not None else {})
            for variant in product.variants
        ]
        if product.options:
            told["options"] = [{"name": option.name, "price": option.price} for option in product.options]
        return told

    def _product(self, sku: str) -> Product | None:
        if (found := self.catalogue.by_sku.get(sku)) is not None:
            return found[0]
        return next((product for product in self.catalogue.products if product.sku == sku), None)

    # --- the cart

    async def _put(self, arguments: dict[str, Any]) -> str:
        given = _Put.model_validate(arguments)
        product = self._product(given.sku)
        if product is not None:
            self.shown[product.sku] = product
        if product is None:
            return _json(error="unknown sku: search_catalogue finds what is sold")
        if given.sku not in self.catalogue.by_sku:
            if len(product.variants) > 1:
                return _json(error="it comes in several: which one?", product=await self.told(product))
            given = given.model_copy(update={"sku": product.variants[0].sku})
        await self.know([given.sku])
        return self._took(self._changed(given))

    def _changed(self, given: _Put) -> Draft | Problem:
        made = cart.change(self.shop, self.draft, given.sku, given.quantity, given.options)
        if isinstance(made, Problem) and made.kind == "absent" and given.quantity:
            return cart.put(self.shop, self.draft, given.sku, given.quantity, given.options)
        return made

    async def _cart(self, _arguments: dict[str, Any]) -> str:
        return _json(cart=self.cart_told())

    def _took(self, made: Draft | Problem) -> str:
        if isinstance(made, Problem):
            return _json(error=_problem(made))
        self.draft = made
        return _json(cart=self.cart_told())

    def cart_told(self) -> dict[str, Any]:
        priced = price(self.catalogue, self.draft)
        lines = [
            {"sku": line.sku, "name": line.name, "quantity": line.quantity, "amount": line.amount}
            for line in priced.lines
        ]
        return {"lines": lines, "fee": priced.fee, "total": priced.total, "currency": priced.currency}

    # --- where it goes, and what follows

    async def _delivery(self, arguments: dict[str, Any]) -> str:
        given = _Delivery.model_validate(arguments)
        made = self._where(given)
        if isinstance(made, Problem):
            return _json(error="no such zone", zones=self._zones())
        notes = ((cart.addressed, given.address), (cart.named, given.name), (cart.timed, given.time))
        for note, said in ((note, said) for note, said in notes if said.strip()):
            if not self._is_theirs(said):
                return _json(error="address, name and time have to be in the customer's own words")
            made = note(made, said)
        self.draft = made
        return _json(zones=self._zones(), way=made.delivery, zone=made.zone, address=made.address, name=made.name)

    def _is_theirs(self, said: str) -> bool:
        """Customer and owner read it: a model may write nothing there that the customer has not."""
        wanted = words(said)
        return any(
            wanted == written[place : place + len(wanted)]
            for written in map(words, self.customer)
            for place in range(len(written))
        )

    def _where(self, given: _Delivery) -> Draft | Problem:
        if given.way == "pickup":
            return cart.fetched(self.draft)
        if given.way or given.zone:
            return cart.delivered(self.shop, self.draft, self._zone(given.zone))
        return self.draft

    def _zone(self, said: str) -> str:
        """Its code, by code or name; what is no zone stays, and is refused."""
        zones = self.catalogue.zones
        named = (zone.code for zone in zones if fold(said) in map(fold, (zone.code, zone.name, *zone.names)))
        return next(named, said)

    def _zones(self) -> list[dict[str, Any]]:
        zones = self.catalogue.zones[:MOST_ZONES]
        return [{"code": zone.code, "name": zone.name, "fee": zone.fee} for zone in zones]

    async def _confirm(self, _arguments: dict[str, Any]) -> str:
        if not self.draft.lines:
            return _json(error="the cart is empty")
        self.confirmed = True
        return _json(done="the customer is asked for what is missing, or shown the summary; only their yes orders it")

    async def _hand_over(self, _arguments: dict[str, Any]) -> str:
        # Its reason is the model's words, and nobody's to read.
        self.handed_over = True
        return _json(done="a person goes on")


def found_products(lexicon: Lexicon, said: str, most: int) -> list[Product]:
    """The nearest first."""
    return [
        lexicon.entries[lexicon.by_sku[found.sku]].product for found in lexicon.nearest(said[: _MAX_TEXT * 4], most)
    ]


def _problem(problem: Problem) -> str:
    match problem.kind:
        case "stock":
            return f"only {problem.left} left"
        case "many":
            return "so many are agreed with a person: hand_over"
        case "option":
            return f"options are: {', '.join(problem.choices) or 'none'}"
        case "absent":
            return "it is not in the cart"
        case "full":
            return "the cart is full"
        case _:
            return problem.kind


def _json(**said: Any) -> str:
    return json.dumps(said, ensure_ascii=False)
