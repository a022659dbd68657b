"""Tells whether the number of pieces that was said of something is sure: what is not sure is asked, never guessed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from comptoir.plugins.shop.model import Product
from comptoir.plugins.shop.understanding.acts import Mention
from comptoir.plugins.shop.understanding.lexicon import Lexicon
from comptoir.plugins.shop.understanding.packing import one_is_in, own_roots, packings, variant_in
from comptoir.plugins.shop.understanding.roots import root_of
from comptoir.plugins.shop.understanding.tokens import Token
from comptoir.plugins.text import fold, words

_HEDGES = (
    "environ", "au moins", "au plus", "a peu pres", "plus ou moins", "peut etre", "minimum", "maximum", "mini", "maxi",
    "max", "presque", "about", "around", "maybe", "at least",
)  # fmt: skip
_BEFORE = (*_HEDGES, "entre", "jusqu a", "autour de", "moins de", "plus de", "dans les", "between", "up to")
_AFTER = (*_HEDGES, "ou plus", "ou moins", "et demi", "et demie", "et quelques", "par personne", "or more")
_SOME = frozenset(
    ("peu", "beaucoup", "plein", "trop", "assez", "moitie", "quart", "tiers", "double", "triple", "mal", "bit", "half")
)
"""Before `de` and what is named: `un peu de`, `la moitié d'un`."""
_OF = frozenset(("de", "d", "du", "des", "of"))
_HALVES = frozenset(("demi", "demie", "demis", "demies", "moitie", "quart", "quarts", "tiers", "half"))
SHARES = frozenset(("moitie", "quart", "tiers", "double", "triple"))
_PERSONS = frozenset(("personne", "personnes", "pers", "invites", "convives", "enfants", "adultes", "people"))
_EACH = frozenset(("chacun", "chacune", "each"))
_NEW = frozenset(("neuf", "neufs"))
"""Behind the name it is no 9."""
OF_NUMBERS = frozenset(hedge for hedge in _HEDGES if " " not in hedge) | _HALVES | SHARES
"""Words that say how sure or how much a number is, and nothing of what is named."""
_MODELS = frozenset(
    ("iphone", "galaxy", "samsung", "redmi", "tecno", "infinix", "itel", "note", "spark", "camon", "hot", "pro", "type")
)
"""A number behind these may be of the name."""
_LEAST_PRICE, _MOST_PIECES, _NEAR = 100, 999, 3


@dataclass(frozen=True, slots=True)
class Doubts:
    """Of one message."""

    tokens: Sequence[Token]
    lexicon: Lexicon
    sums: Mapping[int, int]
    """Sums of money, by where they stand in the message."""

    def of(self, mention: Mention, start: int, end: int, since: int) -> Mention:
        """The mention that these tokens are, without its number where that is not sure, or with the variant that a
        packing names: `un pack d'eau`. `since`: where what was read before it ends.
        """
        mention = self._priced(mention, end)
        if mention.unsure or self._is_hedged(mention, start, end, since):
            return in_doubt(mention)
        if mention.refers and any(self._word(place) in SHARES for place in range(start, end)):
            return replace(in_doubt(mention), traits=())
        if not mention.found:
            return mention
        products = [self.lexicon.entries[self.lexicon.by_sku[one.sku]].product for one in mention.found]
        if self._is_part(products, start, end, since) or self._may_be_price(mention, products, start, end):
            return in_doubt(mention)
        if self._word(end) in _EACH:
            persons = self._persons()
            if not persons and self._is_number(end - 1) and end - start > 1:
                return mention  # `gloss et vernis 2 chacun`
            return replace(mention, quantity=(mention.quantity or 1) * persons) if persons else in_doubt(mention)
        if mention.quantity is None and self._persons():
            return in_doubt(mention)
        return self._packed(mention, products, start, end)

    def _word(self, at: int) -> str:
        return self.tokens[at].word if 0 <= at < len(self.tokens) else ""

    def _is_number(self, at: int) -> bool:
        return 0 <= at < len(self.tokens) and self.tokens[at].kind == "number"

    def _is_hedged(self, mention: Mention, start: int, end: int, since: int) -> bool:
        """`environ 3`, `2 ou plus`, `un peu de`, `deux trois`."""
        dresses = mention.refers and bool(mention.options or mention.without)
        if (not dresses and self._is_some(start, end, since)) or self._begins(end, _AFTER):
            return True
        if mention.quantity is None:
            return self._word(end) in ("pour", "for") and self._is_bare_number(end + 1)
        if any(self._hedges(place) for place in range(start, end)) or self._ends(start, since, _BEFORE):
            return True
        if mention.refers and (
            self._word(start - 1) in ("ou", "or", "pour", "for") or self._is_of_option(mention, start)
        ):
            return True
        if self._word(end) in ("ou", "or") and self._is_number(end + 1):
            return True
        return self._is_second(start, since) or (self._is_number(end) and self._word(end + 1) in ("fois", "times"))

    def _hedges(self, at: int) -> bool:
        """`mini` of a `mini pizza` does not."""
        return self._word(at) in _HEDGES and self.tokens[at].root not in self.lexicon.places

    def _is_of_option(self, mention: Mention, start: int) -> bool:
        """`avec 2 frites`, where fries come with something."""
        at = next((place for place in range(start, start + _NEAR) if self._is_number(place)), start)
        counted = bool(mention.options) and (mention.quantity or 0) > 1
        return counted and self._word(at + 1) not in ("avec", "with", "+", "➕", "sans", "without", "plus")

    def _is_some(self, start: int, end: int, since: int) -> bool:
        said = [self._word(place) for place in range(max(since, start - _NEAR), end)]
        upto = next((place for place, word in enumerate(said) if word in ("avec", "with", "+")), len(said))
        return any(one in _SOME and other in _OF for one, other in pairwise(said[:upto]))

    def _is_bare_number(self, at: int) -> bool:
        """A number that nothing named follows."""
        return self._is_number(at) and not self.lexicon.places.get(
            self.tokens[at + 1].root if at + 1 < len(self.tokens) else ""
        )

    def _ends(self, start: int, since: int, phrases: Sequence[str]) -> bool:
        said = " " + " ".join(self._word(place) for place in range(max(since, start - _NEAR), start))
        return any(said.endswith((f" {phrase}", f" {phrase} les")) for phrase in phrases)

    def _begins(self, end: int, phrases: Sequence[str]) -> bool:
        said = " ".join(self._word(place) for place in range(end, end + _NEAR)) + " "
        return any(said.startswith(f"{phrase} ") for phrase in phrases)

    def _is_second(self, start: int, since: int) -> bool:
        """`deux trois`, `entre 2 et 3`: which of them?"""
        of = start if self._word(start) in _OF else start - 1
        if self._word(of) in _OF and self._word(of - 1) in packings() and self._is_number(of + 1):
            packs = self.tokens[of - 2].value if of > 1 else 1
            return packs != 1  # `2 cartons de 12`
        linked = self._word(start - 1) in ("et", "and") and self._word(start - 3) in ("entre", "between")
        place = start - 1 - linked
        if place < since or not self._is_number(start):
            return False
        return self.tokens[place].kind == "measure" or (self._is_number(place) and self.tokens[place].value is not None)

    def _is_part(self, products: Sequence[Product], start: int, end: int, since: int) -> bool:
        """`1/2 poulet`, where nothing comes by the half."""
        halves = [
            self.tokens[place].root for place in range(max(since, start - 1), end) if self._word(place) in _HALVES
        ]
        return any(half not in own_roots(product) for half in halves for product in products)

    def _may_be_price(self, mention: Mention, products: Sequence[Product], start: int, end: int) -> bool:
        """`coca 500`, `yassa 2000`, `sac neuf`: a number behind the name may be its price, or no number."""
        prices = {variant.price for product in products for variant in product.variants if variant.price}
        last = self.tokens[end - 1]
        behind = end - 2 >= start and self.tokens[end - 2].kind == "word" and last.kind == "number" and not last.glued
        if behind and last.value is not None and last.value == mention.quantity:
            return (
                fold(last.said) in _NEW
                or self._word(end - 2) in _MODELS
                or (last.value >= _LEAST_PRICE and any(last.value % price == 0 for price in prices))
            )
        following = self.tokens[end] if end < len(self.tokens) else None
        if following is None or mention.quantity is not None:
            return False
        after = self.sums.get(following.start) or following.value or 0
        is_sum = after > _MOST_PIECES or following.start in self.sums
        return is_sum and after not in prices

    def _priced(self, mention: Mention, end: int) -> Mention:
        """`le dibi à 4000`: of what the words leave open, the one that costs so much."""
        if not mention.found:
            return mention
        following = self.tokens[end] if end < len(self.tokens) else None
        lacking = [int(one) for one in mention.lacking if one.isdecimal()]  # `2 dibi de 7500`
        behind = following and (self.sums.get(following.start) or following.value)
        amount = behind or (lacking[0] if lacking else 0)
        if amount < _LEAST_PRICE:
            return mention
        costing = [
            (one, tuple(value for _, value in variant.traits))
            for one in mention.found
            for variant in self.lexicon.entries[self.lexicon.by_sku[one.sku]].product.variants
            if variant.price == amount
        ]
        costing = [(one, values) for one, values in costing if set(mention.traits) <= set(values)]
        if len(costing) == 1:
            ((one, values),) = costing
            left = tuple(said for said in mention.lacking if said != str(amount))
            return replace(mention, found=(one,), traits=values, lacking=left)
        skus = {one.sku for one, _ in costing}
        return replace(mention, found=tuple(one for one in mention.found if one.sku in skus)) if skus else mention

    def _persons(self) -> int:
        """`pour 4 personnes`; 0 where none are told."""
        counted = (self.tokens[place].value for place in range(len(self.tokens)) if self._word(place + 1) in _PERSONS)
        return next((value for value in counted if value is not None), 0)

    def _packed(self, mention: Mention, products: Sequence[Product], start: int, end: int) -> Mention:
        dressed = {root_of(word) for option in mention.options for word in words(option)}
        for vessel in self._vessels(start, end):
            if vessel in dressed:
                continue  # `thiof en tranches`
            if not all(one_is_in(product, vessel) for product in products):
                return in_doubt(mention)
            variant = variant_in(products, vessel)
            if variant and not mention.traits:
                mention = replace(mention, traits=(variant,))
        return mention

    def _vessels(self, start: int, end: int) -> Iterator[str]:
        for place in range(start, end):
            if self.tokens[place].kind == "word" and self.tokens[place].word in packings():
                yield self.tokens[place].root


def sum_in(text: str) -> int:
    """The francs of `à 1 000 F`; 0 for what is no sum of them."""
    found = _SUM.fullmatch(fold(text))
    figures = re.sub(r"\D", "", found["figures"]) if found else ""
    return int(figures) if 0 < len(figures) <= _LONGEST_SUM else 0


_SUM = re.compile(r"(?:(?:a|de|pour|est|fait|font) )?(?P<figures>\d[\d .]*) ?[a-z ]{0,8}")
_LONGEST_SUM = 7


def in_doubt(mention: Mention) -> Mention:
    """With its number to be asked."""
    return replace(mention, quantity=None, unsure=True, relative=False)
