"""A number of what was not named, after several things were: which of them is meant has to be asked."""

from dataclasses import replace
from typing import Literal

from comptoir.plugins.builtin.clerk import cart_words, wares
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.builtin.clerk.wanting import settle, want_of
from comptoir.plugins.shop.understanding import Mention
from comptoir.plugins.text import stem, words

_TWO, _LONGEST = 2, 4


def asks_of_which(turn: Turn, mention: Mention, does: Literal["set", "remove"]) -> bool:
    """Whether `take one off` was about any of several, and is asked or done by now: `15 bags` are of what comes so."""
    told = mention.traits or mention.lacking or mention.options or mention.without
    products = cart_words.products(turn)
    if mention.found or not mention.refers or told or turn.answering is not None:
        return False
    if not turn.sale.several or len(products) < _TWO or turn.draft.lines != turn.before.lines:
        return False
    said = {stem(word) for word in words(mention.said)}
    so = [sku for sku in products if said & _words_of(turn, sku)] or _of_number(turn, mention)
    if len(so) != 1 and does == "set" and not mention.relative:
        return False
    settle(turn, replace(want_of(mention, so if len(so) == 1 else products), does=does))
    return True


def _of_number(turn: Turn, mention: Mention) -> list[str]:
    """`2, not 3`: of which there are 3."""
    numbers = {int(word) for word in words(turn.text) if word.isdecimal() and len(word) < _LONGEST} - {mention.quantity}
    return [wares.product_sku(turn.catalogue, line.sku) for line in turn.before.lines if line.quantity in numbers]


def _words_of(turn: Turn, sku: str) -> set[str]:
    product = wares.product_of(turn.catalogue, sku)
    return {stem(word) for word in words(f"{product.name} {product.description}")} if product is not None else set()
