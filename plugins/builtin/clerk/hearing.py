"""What a message does, read in the light of the sale that it comes into."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import get_args

from comptoir.plugins.builtin.clerk import prices_said
from comptoir.plugins.builtin.clerk.agreeing import is_plain_yes
from comptoir.plugins.builtin.clerk.caution import asks_of_the_shop, asks_what_is_in_it, bargains, is_for_a_person
from comptoir.plugins.builtin.clerk.sale import Sale
from comptoir.plugins.builtin.clerk.wares import product_of, product_sku
from comptoir.plugins.shop.model import Catalogue
from comptoir.plugins.shop.understanding import Act, Asked, Lexicon, Mention, understand
from comptoir.plugins.text import stem, words

MOST_WORDS = 3
"""Of what may be the rest of a name."""
_ASKED: tuple[Asked, ...] = get_args(Asked)
_NO_NUMBERS = ("confirm", "zone", "address", "name", "time")
"""Questions to which a bare number is no number of pieces."""
_ASKING = frozenset(("ask_price", "ask_stock", "ask_about"))
_OF_CART = frozenset(("put", "set_quantity", "remove", "replace"))
_SUM = re.compile(r"(?<!\d)\d{3,7}(?!\d)|\d{1,3}[ .]\d{3}(?!\d)")
_HELLO = r"(?:bonjour|bonsoir|bjr|bsr|salut|slt|coucou|cc|hello|hi|salam)(?: (?:madame|monsieur|tantie|maman))?"
_PLEASE = r"(?:s['’ ]?il (?:vous|te) pla[iî]t|svp|stp|merci(?: d['’]avance)?|mrc(?: d['’]avance)?)"
_POLITE = re.compile(
    rf"^\s*(?:(?:{_HELLO}|{_PLEASE})[\s,!.:]+)+|(?<![\s,])(?:[\s,]+{_PLEASE})+[\s!.🙏]*$", re.IGNORECASE
)
"""What stands around a name or a quarter."""


def understood(text: str, lexicon: Lexicon, sale: Sale) -> tuple[Act, ...]:
    """By the question that is open, and by what was spoken of."""
    kind = "confirm" if sale.asked.kind == "cancel" else sale.asked.kind
    asked = next((one for one in _ASKED if one == kind), None)
    said = _POLITE.sub("", text).strip() if kind in ("name", "zone") else text
    acts = understand(said or text, lexicon, asked, _about(lexicon.catalogue, sale))
    if is_for_a_person(text, lexicon.taken):
        return (Act("unknown", text=text),)
    if asks_what_is_in_it(text, lexicon.taken):
        return _what_is_in_it(text, acts, lexicon, sale)
    if kind == "confirm" and is_plain_yes(text) and all(act.verb != "yes" for act in acts):
        return (Act("yes"),)
    if asks_of_the_shop(text):
        acts = tuple(act for act in acts if act.verb not in _ASKING or _names(act)) or (Act("unknown", text=text),)
    if bargains(text):
        return _but_for_the_bargain(text, acts)
    unread = {act.verb for act in acts} <= {"unknown", "yes"} and not is_plain_yes(text)
    asks = "?" in text and prices_said.figures(text)
    if not sale.wants and sale.last and unread and not asks and kind not in _NO_NUMBERS:
        # A bare number is how many they want of what was spoken of last.
        many = understand(text, lexicon, "quantity", (sale.last,))
        if {act.verb for act in many} in ({"set_quantity"}, {"set_quantity", "yes"}):
            return tuple(act for act in many if act.verb == "set_quantity")
        return _of_a_longer_name(text, lexicon, sale) or acts
    return acts


def _but_for_the_bargain(text: str, acts: Sequence[Act]) -> tuple[Act, ...]:
    """`Too dear, can you make it 9,000?` puts nothing: beside a sum only what is counted and named is meant."""
    kept = tuple(
        act
        for act in acts
        if (act.verb not in _OF_CART or _is_ordered(text, act)) and (act.verb not in _ASKING or _names(act))
    )
    return kept or (Act("unknown", text=text),)


def _names(act: Act) -> bool:
    return act.mention is not None and bool(act.mention.found)


def _is_ordered(text: str, act: Act) -> bool:
    mention = act.mention
    if act.verb == "remove" or mention is None:
        return _SUM.search(text) is None
    if _SUM.search(text) is None and "?" not in text:
        return True
    return bool(mention.found) and mention.quantity is not None and not mention.unsure


def _what_is_in_it(text: str, acts: Sequence[Act], lexicon: Lexicon, sale: Sale) -> tuple[Act, ...]:
    """What the description tells; without one it is for somebody else."""
    mention = next((act.mention for act in acts if act.mention is not None and act.mention.sku), None)
    product = product_of(lexicon.catalogue, mention.sku if mention is not None else sale.last)
    if product is None or not product.description:
        return (Act("unknown", text=text),)
    return (Act("ask_about", mention or Mention(refers=True)),)


def _of_a_longer_name(text: str, lexicon: Lexicon, sale: Sale) -> tuple[Act, ...]:
    """`Castor oil` — `the black one`: the black castor oil, where the shop has one."""
    last = product_of(lexicon.catalogue, sale.last)
    if last is None or len(words(text)) > MOST_WORDS:
        return ()
    acts = understand(f"{last.name} {text}", lexicon)
    mention = acts[0].mention if len(acts) == 1 and acts[0].verb == "put" else None
    other = product_of(lexicon.catalogue, mention.sku) if mention is not None and mention.sku else None
    if mention is None or other is None or other.sku == last.sku:
        return ()
    said = {stem(word) for word in words(f"{last.name} {text}")}
    if not {stem(word) for word in words(other.name)} <= said:
        return ()
    return (Act("replace", replace(mention, quantity=None), instead=Mention(refers=True)),)


def _about(catalogue: Catalogue, sale: Sale) -> tuple[str, ...]:
    """The products that a message without a name is about: the open question's, else the last and those in the cart."""
    if sale.wants:
        return sale.wants[0].products
    if sale.listed and not sale.last:
        return sale.listed  # `Which ones in 42?` — `the black ones`
    in_cart = (product_sku(catalogue, line.sku) for line in sale.draft.lines)
    return tuple(dict.fromkeys(filter(None, (sale.last, *in_cart))))
