"""Prices that customers say: what is not the shop's price of what they name is said back with the one that is."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from comptoir.plugins.builtin.clerk import wares
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.shop.model import Product
from comptoir.plugins.shop.money import read_amount
from comptoir.plugins.shop.understanding import Act, Mention
from comptoir.plugins.text import fold, words

_CURRENCY = r"(?:f(?:r|rs)?|francs?|f ?cfa|cfa|fcfa|xof|xaf|balles|euros?|€|\$)"
_FIGURE = r"\d{1,3}(?:[ .]\d{3})+|\d{2,7}"
_SAID = re.compile(
    rf"\b(?P<cue>a|pour|est|c'est|etait|sont|fait|font|coute|coutent|vaut|dit|bien|for|at|is|costs?)"
    rf" (?P<at>{_FIGURE})(?: ?{_CURRENCY})?(?=\s*(?:$|[,.?!;\n)]|(?:et|non|hein|le|la|les|svp|stp|ou|chacun|piece|avant"
    rf"|l'|mais|chez|normalement|avec|seulement|no|right)\b))"
    rf"|(?<![\w.,+])(?P<alone>{_FIGURE}) ?{_CURRENCY}(?!\w)"
    r"|(?<![\w.,+])(?P<of>\d{1,3}[ .]\d{3}|\d{3,6})(?= (?:le|la|l')\b)"
)
_TELLING = frozenset(
    ("est", "c'est", "etait", "sont", "fait", "font", "coute", "coutent", "vaut", "bien", "is", "costs")
)
"""`le thieb c'est 1500`: what it costs, and no order."""
_SOMETHING_ELSE = re.compile(
    r"\b(?:livr\w*|total|tout|budget|billet|monnaie|pay\w*|envoy\w*|envoi\w*|transfer\w*|wave|om|momo|depot|recu|coupure"
    r"|reduction|remise|somme|deliver\w*|paid|sent|order|commande|frais|j'ai|g)\b"
)
_TAG = re.compile(r"\b(?:non|hein|right|no) ?\?")
"""`c'est 1500 non ?` asks, and refuses nothing."""
_SUM = re.compile(r"\bca (?:me |nous )?(?:fait|fera)\b")
_MONEY = re.compile(rf"\b(?:billet|monnaie|budget|coupure|paye|envoye)s? (?:de |sur )?{_FIGURE}\b")
_ELSEWHERE = ("address", "name", "time", "zone")
_LEAST = 50


@dataclass(frozen=True, slots=True)
class _Price:
    """An amount as it was said, where, and whether it tells a price for sure."""

    amount: int
    at: int
    tells: bool


def heard(turn: Turn, acts: Sequence[Act]) -> list[Act]:
    """The acts of a message without those that only tell a price; what is wrong is said back."""
    folded = fold(turn.text).replace("’", "'")
    said = list(_prices(turn, folded))
    if not said or turn.sale.asked.kind in _ELSEWHERE or _SOMETHING_ELSE.search(folded):
        return list(acts)
    kept, told = list(acts), {place for place, act in enumerate(acts) if act.verb == "no" and _TAG.search(folded)}
    if turn.draft.lines and _SUM.search(folded):
        turn.understood = turn.cart_asked = True
        return [act for place, act in enumerate(acts) if place not in told and act.verb != "unknown"]
    for price in said:
        place = _about(acts, folded, price)
        mention = acts[place].mention if place is not None else None
        product = wares.product_of(turn.catalogue, mention.sku if mention is not None else turn.sale.last)
        if product is None or (mention is not None and mention.unsure and _buys(product, price.amount)):
            continue
        wrong = price.amount not in _right(turn, product, mention)
        if wrong:
            cost = wares.prices(turn.catalogue, product)
            turn.answer("our_price", product=product.name, price=cost)
            told |= {at for at, act in enumerate(acts) if act.verb == "unknown" or _is_amount(turn, act, price)}
        if place is not None and _tells_only(acts[place], price):
            told.add(place)
            if not wrong:
                kept.append(replace(acts[place], verb="ask_price"))
    return [act for place, act in enumerate(kept) if place not in told]


def figures(text: str) -> frozenset[str]:
    """The words of a message that are amounts of money."""
    folded = fold(text).replace("’", "'")
    return frozenset(word for pattern in (_SAID, _MONEY) for one in pattern.finditer(folded) for word in words(one[0]))


def _prices(turn: Turn, folded: str) -> Iterator[_Price]:
    for one in _SAID.finditer(folded):
        figure = one["at"] or one["alone"] or one["of"]
        amount = read_amount(figure, turn.catalogue.currency)
        if amount is not None and amount >= _LEAST:
            before = folded[: one.start()].split()[-1:]
            tells = (
                one["of"] is not None
                or one["cue"] in _TELLING
                or (one["cue"] == "a" and before != [] and before[0] in _TELLING)
            )
            yield _Price(amount, one.start(), tells)


def _about(acts: Sequence[Act], folded: str, price: _Price) -> int | None:
    """The act that names what the price is said of: the last one before it, else the first."""
    named = [place for place, act in enumerate(acts) if act.mention is not None and act.mention.sku]
    before = [place for place in named if 0 <= _place_of(acts[place].mention, folded) < price.at]
    return before[-1] if before else named[0] if named else None


def _place_of(mention: Mention | None, folded: str) -> int:
    return folded.find(fold(mention.said).split(" ")[-1]) if mention is not None and mention.said else -1


def _right(turn: Turn, product: Product, mention: Mention | None) -> set[int]:
    """What may be said of it: of one piece or of all, with options or without."""
    options = sum(option.price for option in product.options if mention is not None and option.name in mention.options)
    each = {variant.price + more for variant in product.variants for more in (0, options)}
    pieces = {1, (mention.quantity if mention is not None else None) or 1}
    pieces |= {line.quantity for line in turn.draft.lines if wares.product_sku(turn.catalogue, line.sku) == product.sku}
    return {price * count for price in each for count in pieces}


def _is_amount(turn: Turn, act: Act, price: _Price) -> bool:
    """The amount itself, read as a number of pieces."""
    mention = act.mention
    alone = mention is not None and mention.refers and mention.unsure
    return alone and mention is not None and read_amount(mention.said, turn.catalogue.currency) == price.amount


def _buys(product: Product, amount: int) -> bool:
    """`coke for 1,000`: so many pieces, which are asked for."""
    return any(one.price and amount % one.price == 0 for one in product.variants)


def _tells_only(act: Act, price: _Price) -> bool:
    if act.verb == "ask_stock":
        return True
    counted = act.mention.quantity if act.mention is not None else None
    return act.verb in ("put", "set_quantity") and price.tells and counted in (None, price.amount)
