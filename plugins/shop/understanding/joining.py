"""Puts together what two mentions say of one thing."""

from dataclasses import replace

from comptoir.plugins.shop.understanding.acts import Mention
from comptoir.plugins.shop.understanding.roots import root_of
from comptoir.plugins.text import is_linking, words

LAST = Mention(refers=True)
"""What was spoken of last."""
ALIKE = Mention()
"""What of the cart is named most like it: it is replaced where there is such a thing, and nothing else is."""
MOST_PIECES = 999
"""A larger number that stands alone is no quantity."""
_VAGUE = frozenset(("bien", "tres", "peu", "plus"))


def merged(base: Mention, more: Mention, *, replacing: bool) -> Mention:
    """A mention with what was said of it later."""
    joined = (
        (lambda old, new: new or old)
        if replacing
        else (lambda old, new: (*old, *(one for one in new if one not in old)))
    )
    return replace(
        base,
        quantity=more.quantity if more.quantity is not None else base.quantity,
        unsure=more.unsure if more.quantity is not None or more.unsure else base.unsure,
        traits=joined(base.traits, more.traits),
        lacking=joined(base.lacking, more.lacking),
        options=joined(tuple(one for one in base.options if not _replaced(one, more)), more.options),
        without=joined(base.without, more.without),
    )


def _replaced(option: str, more: Mention) -> bool:
    """`sans piment` goes where `bien pimenté` comes."""
    mine = {root_of(word) for word in words(option) if word != "sans"}
    others = ({root_of(word) for word in words(one) if word != "sans"} for one in more.options if one != option)
    return option in more.without or any(mine & other - _VAGUE for other in others)


def waits(mention: Mention) -> bool:
    """Whether a number that comes later may be its quantity."""
    return mention.quantity is None and not mention.refers and bool(mention.found)


def noun(said: str) -> str:
    """`oignon` of `les oignons`."""
    return " ".join(word for word in said.split() if not is_linking(word.lower())) or said
