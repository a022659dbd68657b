"""What customers write, read against a catalogue: text in, acts out. Pure, bounded, and it never guesses."""

from comptoir.plugins.shop.understanding.acts import Act, Asked, Found, Mention, Verb
from comptoir.plugins.shop.understanding.lexicon import Lexicon
from comptoir.plugins.shop.understanding.reading import name_product, understand

__all__ = ["Act", "Asked", "Found", "Lexicon", "Mention", "Verb", "name_product", "understand"]
