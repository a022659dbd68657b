"""Knows the words of one message that the shop has, one by one."""

from collections.abc import Mapping, Sequence

from comptoir.plugins.language import ordering_words
from comptoir.plugins.shop.understanding.acts import Asked
from comptoir.plugins.shop.understanding.kinds import is_figure, is_generic
from comptoir.plugins.shop.understanding.lexicon import NAME, TRAIT, Lexicon, Roots
from comptoir.plugins.shop.understanding.phrasing import Phrase, phrases_at
from comptoir.plugins.shop.understanding.roots import links
from comptoir.plugins.shop.understanding.tokens import Token
from comptoir.plugins.text import singular

ARTICLES = frozenset(
    (
        *("de", "d", "du", "des", "le", "la", "les", "l", "of", "some", "ce", "cet", "cette", "ces"),
        *("votre", "vos", "mon", "ma", "mes", "celui", "celle", "ceux", "celles"),
    )
)
_NEVER_FIRST = frozenset(("non", "sans", "pas", "plus"))
_PEOPLE = frozenset(("femme", "homme", "enfant", "enfants", "fille", "garcon", "bebe", "fils", "mari"))
_WHOSE = frozenset(("mon", "ma", "mes", "notre", "nos", "sa", "son", "ses", "leur", "leurs", "my", "our", "his", "her"))
_BESIDE_PEOPLE = frozenset(
    ("petit", "petite", "petits", "petites", "grand", "grande", "beau", "belle", "jeune", "vieux", "vieille")
)
_OF_PEOPLE = frozenset(("ma", "mon", "mes", "sa", "son", "ses", "une", "un", "notre", "nos", "pour"))


class ShopWords:
    """The tokens of a message against a lexicon."""

    def __init__(
        self, tokens: Sequence[Token], lexicon: Lexicon, about: Sequence[str] = (), asked: Asked | None = None
    ) -> None:
        self.tokens = tokens
        self.lexicon = lexicon
        self.about = frozenset(lexicon.by_sku[sku] for sku in about if sku in lexicon.by_sku)
        self._asked = asked
        self.stops: Mapping[int, int] = {}
        """Tokens at which something else begins for sure, and where that ends: a zone."""
        self.guesses: Mapping[int, int] = {}
        """As `stops`, where it is not sure."""
        self._roots = [token.root for token in tokens]
        self._last: frozenset[int] = frozenset()
        """The products that were named last."""
        self._resolved: dict[int, tuple[Roots, int]] = {}
        self._phrases: dict[int, Phrase | None] = {}

    def word(self, at: int) -> str:
        return self.tokens[at].word if at < len(self.tokens) else ""

    def shop_word(self, at: int) -> tuple[Roots, int]:
        """The roots of the shop's word that stands here, and how many tokens it takes; nothing for other words."""
        if at not in self._resolved:
            self._resolved[at] = self._shop_word(at) if at < len(self.tokens) else ((), 0)
        return self._resolved[at]

    def _shop_word(self, at: int) -> tuple[Roots, int]:
        token = self.tokens[at]
        if token.kind == "mark" or (token.word == "mais" and self._is_but(at)):
            return (), 0
        if token.root in self.lexicon.places and self.lexicon.only_sounds_like(token.word):
            return (), 0
        if token.root in self.lexicon.places and (token.kind != "number" or is_figure(token.word)):
            following = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
            both = (
                self.lexicon.joined(singular(token.word + following.word)) if following and token.kind == "word" else ()
            )
            if following and both:
                return both, 2
            return (token.root,), 1
        if token.kind != "word":
            return (), 0
        if both := self.lexicon.joined(singular(token.word)):
            return both, 1
        if at + 1 < len(self.tokens) and (both := self.lexicon.joined(singular(token.word + self.tokens[at + 1].word))):
            return both, 2
        one = self.lexicon.resolve(token.word, token.root)
        return ((one,), 1) if one is not None else ((), 0)

    def _is_but(self, at: int) -> bool:
        """`mais` without its diaeresis is maize only where an article or a number stands before it."""
        before = self.tokens[at - 1] if at else None
        counted = before is not None and (before.kind in ("number", "measure") or before.word in ARTICLES)
        after = self.tokens[at + 1 : at + 3]
        last = not after or (after[0].kind in ("number", "mark") and (len(after) == 1 or after[1].kind == "mark"))
        return "ï" not in self.tokens[at].said.lower() and not counted and not last

    def _article(self, at: int) -> bool:
        """An article or a small word; `L` alone is a size."""
        if at >= len(self.tokens) or self.tokens[at].word not in ARTICLES:
            return False
        return not (self.tokens[at].said == "L" and "l" in self.lexicon.places)

    def names_product(self, at: int) -> bool:
        """Whether a word of a product's name, or a variant that is called by its own, stands here."""
        roots, length = self.shop_word(at)
        if len(roots) == 1 and self.word(at) in ordering_words("vessels") and not self._is_vessel_sold(roots[0], at):
            return False
        if len(roots) == 1 and self.word(at) in _PEOPLE and self.word(at - 1) in _OF_PEOPLE:
            return False  # `pour ma femme`
        if len(roots) == 1 and roots[0] in _NEVER_FIRST and not self._follows_up(roots[0], at + length):
            return False
        return any(
            self._roles(one) & NAME or (self._roles(one) & TRAIT and not (is_generic(one) or links(one)))
            for one in roots
        )

    def person_at(self, at: int) -> int:
        """How many words `ma petite soeur` takes, where it is not what is wanted; 0 for others."""
        place = at
        while self.word(place) in ("pour", "et", "a"):
            place += 1
        if self.word(place) not in _WHOSE:
            return 0
        place += 1
        while self.word(place) in _BESIDE_PEOPLE:
            place += 1
        if self.word(place) not in ordering_words("people") or (
            self.word(place) not in _PEOPLE and self._is_own(place)
        ):
            return 0
        return place + 1 - at

    def _is_vessel_sold(self, one: str, at: int) -> bool:
        """`sac` names something where several things are bags, or the next word is of the name too."""
        heads = sum(name[0] == one for entry in self.lexicon.entries for name in entry.names)
        place = self._past_links(at + 1)
        return heads > 1 or self._follows_up(one, place)

    def _past_links(self, at: int) -> int:
        """The next place without a word that only links: `rouleau à peinture`."""
        place = at
        while links(self.word(place)) and self.word(place) not in ("et", "un", "une"):
            place += 1
        return place

    def _follows_up(self, one: str, at: int) -> bool:
        """Whether the next word is of a name that this one is of too: `non sucré`."""
        following, _ = self.shop_word(at)
        return any(self.lexicon.places.get(other, {}).keys() & self.lexicon.places[one].keys() for other in following)

    def _roles(self, one: str) -> int:
        roles = 0
        for role in self.lexicon.places.get(one, {}).values():
            roles |= role
        return roles

    def _is_head(self, one: str, following: int) -> bool:
        """A colour or size that a name begins with: `rouge à lèvres`, `crème` where nothing comes in that colour."""
        roles = self.lexicon.places.get(one, {})
        if not any(name[0] == one for place in roles for name in self.lexicon.entries[place].names):
            return False
        here = {product for product, role in roles.items() if role & NAME}
        others = self.shop_word(self._past_links(following))[0]
        there = {product for other in others for product in self.lexicon.places.get(other, {})}
        return bool(here & there) or not any(role & TRAIT for role in roles.values())

    def phrase_at(self, at: int) -> Phrase | None:
        """What else begins here: a question, an order, an answer."""
        if at not in self._phrases:
            every = phrases_at(self._roots, at) if at < len(self.tokens) else []
            self._phrases[at] = next((one for one in every if not self._is_of_shop(at, one.length)), None)
        return self._phrases[at]

    def _is_of_shop(self, at: int, length: int) -> bool:
        """Whether these are words of the shop after all; `à la maison` is no burger of the house."""
        if length > 1 and not (at > 0 and self.names_product(at - 1)) and not self._is_name_begun(at, length):
            return False
        return all(self.names_product(place) or links(self.word(place)) for place in range(at, at + length))

    def _is_name_begun(self, at: int, length: int) -> bool:
        """`le menu famille`, `la carte mémoire`: a name that does not end with the phrase."""
        roots, _ = self.shop_word(at + length - 1)
        behind = at + length
        if not roots or links(self.word(behind)) or not self.names_product(behind):
            return False
        return self._follows_up(roots[0], behind)

    def _is_own(self, at: int) -> bool:
        """Whether something of the shop is called so, or comes so."""
        return bool(self.shop_word(at)[0]) and bool(self._among_places(at))

    def _among_places(self, at: int) -> set[int]:
        return {place for one in self.shop_word(at)[0] for place in self.lexicon.places.get(one, {})}
