"""Extras on some of the pieces that are in the cart: `1 with chips`, `no chips on one`."""

import re
from dataclasses import replace

from comptoir.plugins.builtin.clerk import cart, wares
from comptoir.plugins.builtin.clerk.sale import Want
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.builtin.clerk.wanting import part
from comptoir.plugins.shop.model import CartLine
from comptoir.plugins.shop.understanding import Mention
from comptoir.plugins.text import fold, words

_OTHER_ONE = re.compile(r"\b(?:et )?[lL]['’]?\s?autre\b|\b(?:and )?the other\b")
_BESIDES = frozenset(words("et aussi ajoute ajoutez rajoute rajoutez encore autre plus and also another add"))


def parts(turn: Turn, mention: Mention) -> bool:
    """Whether it was about some of the pieces of what was spoken of last: done then, or asked where it is not clear
    which. What comes besides is more pieces.
    """
    told = mention.refers and not (mention.found or mention.traits or mention.relative or mention.unsure)
    pieces = mention.quantity or 0
    if not told or pieces < 1 or not (mention.options or mention.without):
        return False
    lines = [one for one in turn.draft.lines if wares.product_sku(turn.catalogue, one.sku) == turn.sale.last]
    there = {line.sku for line in turn.before.lines}
    if not lines or not there.issuperset(line.sku for line in lines) or _is_besides(turn):
        return False
    others = [line for line in lines if _dressed(line, mention) != line.options]
    so = sum(line.quantity for line in lines) - sum(line.quantity for line in others)
    turn.understood = True
    if not others and mention.without and so > pieces:
        _note(turn, mention)
    elif so == pieces:
        turn.cart_asked = True  # as it is
    elif so or sum(line.quantity for line in others) < pieces or len(others) > 1:
        _ask(turn)
    else:
        part(turn, others[0], pieces, _dressed(others[0], mention))
    return True


def _is_besides(turn: Turn) -> bool:
    return not _BESIDES.isdisjoint(words(_OTHER_ONE.sub(" ", turn.text)))


def _dressed(line: CartLine, mention: Mention) -> tuple[str, ...]:
    off = {fold(name) for name in mention.without}
    return tuple(dict.fromkeys(name for name in (*line.options, *mention.options) if fold(name) not in off))


def _ask(turn: Turn) -> None:
    want = Want((), kind="choice", said=" ".join(turn.text.split()), unclear=True)
    turn.sale = replace(turn.sale, wants=(want, *turn.sale.wants))


def _note(turn: Turn, mention: Mention) -> None:
    """What no option says: whoever prepares it reads it."""
    product = wares.named(turn.catalogue, turn.sale.last)
    asked = turn.say("note_without", product=f"{mention.quantity} {product}", words=", ".join(mention.without))
    turn.take(cart.noted(turn.draft, "; ".join(filter(None, (turn.draft.note, asked)))))
    turn.answer("noted")
