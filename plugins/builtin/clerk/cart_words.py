"""What of the cart a customer's words mean: they call it shorter than the shop does."""

from collections.abc import Sequence

from comptoir.plugins.builtin.clerk import wares
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.language import ordering_words
from comptoir.plugins.shop.model import CartLine
from comptoir.plugins.shop.understanding import Mention
from comptoir.plugins.text import fold, is_linking

_OF = frozenset(("de", "du", "des", "d", "sur", "dans", "of", "on"))


def products(turn: Turn) -> tuple[str, ...]:
    """Those of the cart, in its order."""
    return tuple(dict.fromkeys(wares.product_sku(turn.catalogue, line.sku) for line in turn.draft.lines))


def called(turn: Turn, said: str) -> tuple[str, ...]:
    """`The eggs`, of a tray of eggs: the products of the cart that have every telling word of this."""
    told = _telling(turn, said)
    there = products(turn)
    found = tuple(sku for sku in there if told and told <= _words_of(turn, sku))
    return found or tuple(sku for sku in there if any(told.issuperset(name) for name in _names_of(turn, sku)))


def meant(turn: Turn, mention: Mention, products_meant: Sequence[str]) -> tuple[str, ...]:
    """The products that are meant, or those of the cart that are called so where none of them is in it."""
    if not mention.said or mention.refers or set(products(turn)) & set(products_meant):
        return tuple(products_meant)
    return called(turn, mention.said) or tuple(products_meant)


def dressed_with(turn: Turn, mention: Mention) -> tuple[CartLine, str] | None:
    """`No chips`, where no chips are in the cart but a chicken with chips is: the one line that comes so, and the
    option."""
    told = _telling(turn, mention.said)
    found = [
        (line, name)
        for line in turn.draft.lines
        for name in line.options
        if not name.startswith("sans ") and _says(turn, told, name, line)
    ]
    return found[0] if len(found) == 1 else None


def _says(turn: Turn, told: set[str], option: str, line: CartLine) -> bool:
    """`Chips`, or `chips of the chicken`."""
    names = _telling(turn, option)
    return bool(told & names) and told <= names | _words_of(turn, wares.product_sku(turn.catalogue, line.sku))


def is_of_option(turn: Turn, mention: Mention, of: Mention) -> bool:
    """Whether these are the `chips` that come with what follows: `of the chicken`."""
    ware = wares.product_of(turn.catalogue, of.sku) if of.said.split()[:1] and of.sku else None
    if ware is None or fold(of.said.split()[0]) not in _OF or mention.sku in products(turn):
        return False
    told = _telling(turn, mention.said)
    return any(told and told <= _telling(turn, option.name) for option in ware.options)


def _telling(turn: Turn, said: str) -> set[str]:
    idle = ordering_words("idle") | ordering_words("vessels")
    return {
        turn.lexicon.resolve(token.word, token.root) or token.root
        for token in turn.lexicon.read(said)
        if token.kind == "word" and not is_linking(token.word) and fold(token.word) not in idle
    }


def _names_of(turn: Turn, sku: str) -> tuple[tuple[str, ...], ...]:
    return turn.lexicon.entries[turn.lexicon.by_sku[sku]].names


def _words_of(turn: Turn, sku: str) -> set[str]:
    entry = turn.lexicon.entries[turn.lexicon.by_sku[sku]]
    there = {line.sku for line in turn.draft.lines}
    values = [value for one in entry.product.variants if one.sku in there for _, value in one.traits]
    return {one for name in _names_of(turn, sku) for one in name}.union(*(_telling(turn, value) for value in values))
