"""What customers write, read against a catalogue: text in, acts out. Pure, bounded, and it never guesses."""

from collections.abc import Sequence

from comptoir.plugins.shop.understanding.acts import Act, Asked, Found, Mention, Verb
from comptoir.plugins.shop.understanding.lexicon import Lexicon

__all__ = ["Act", "Asked", "Found", "Lexicon", "Mention", "Verb", "understand"]


def understand(text: str, lexicon: Lexicon, asked: Asked | None = None, about: Sequence[str] = ()) -> tuple[Act, ...]:
    """What a message does, in the order in which it says so; at most 20 items, and never nothing: `unknown` then.

    `asked` is the clerk's open question, and `about` the products that it was about (their skus): for `variant`,
    `quantity`, `option` and `stock` the one, for `choice` the candidates.
    """
    return (Act("unknown", text=text),)
