"""Reads one thing that is named in a message: which product, how many of it, which variant, with which options."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import cache

from rapidfuzz.distance import OSA

from comptoir.plugins.language import ordering_same, ordering_words
from comptoir.plugins.shop.understanding.acts import Asked, Found, Mention
from comptoir.plugins.shop.understanding.lexicon import NAME, OPTION, PREPOSITIONS, TRAIT, Lexicon, Roots
from comptoir.plugins.shop.understanding.measures import parted
from comptoir.plugins.shop.understanding.phrasing import phrases_at
from comptoir.plugins.shop.understanding.roots import links, root_of, skeleton
from comptoir.plugins.shop.understanding.scoring import Strange, found_in
from comptoir.plugins.shop.understanding.tokens import Token
from comptoir.plugins.text import fold, singular

_MOST_AFTER = 999
"""A larger number behind a product is a price or a phone's."""
_LONGEST_TRAIT = 4
_MARKERS = frozenset(("taille", "pointure", "couleur", "numero", "format", "size", "modele", "n"))
_BEFORE_TRAIT = frozenset(("en", "du", "de", "le", "la", "in", "des", "d"))
_ARTICLES = frozenset(
    (
        "de",
        "d",
        "du",
        "des",
        "le",
        "la",
        "les",
        "l",
        "of",
        "some",
        "ce",
        "cet",
        "cette",
        "ces",
        "votre",
        "vos",
        "mon",
        "ma",
        "mes",
    )
)
_ONES = frozenset(("un", "une"))


@dataclass
class Reading:
    """What has been read of a mention so far."""

    places: set[int] | None = None
    """The products that have every word so far; None before the first."""
    named: bool = False
    """A word of a name was among them, not just a size."""
    roots: list[str] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    """Those of the roots that were spelled as they should be."""
    unknown: list[str] = field(default_factory=list)
    """Words that the shop does not know, before and after."""
    linked: bool = False
    """`jus de mangue`: what is unknown tells which of them."""
    traits: list[str] = field(default_factory=list)
    lacking: list[str] = field(default_factory=list)
    options: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)
    quantity: int | None = None
    unsure: bool = False
    measure: str = ""
    measured: str = ""
    """In the customer's words."""
    cheapest: bool = False
    size: int = 0
    """-1 for the smallest that there is, 1 for the largest."""
    lots: bool = False
    vessel: str = ""
    marked: bool = False
    qualified: bool = False
    """A word of another product tells which of these is meant."""


class MentionReader:
    """Reads mentions out of the tokens of one message."""

    def __init__(
        self, tokens: Sequence[Token], lexicon: Lexicon, about: Sequence[str] = (), asked: Asked | None = None
    ) -> None:
        self.tokens = tokens
        self.lexicon = lexicon
        self.about = frozenset(lexicon.by_sku[sku] for sku in about if sku in lexicon.by_sku)
        self._asked = asked
        self._roots = [token.root for token in tokens]
        self._last: frozenset[int] = frozenset()
        """The products that were named last."""
        self._resolved: dict[int, tuple[Roots, int]] = {}

    # --- single words ---------------------------------------------------------------------------------------

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
        if token.root in self.lexicon.places and (token.kind != "number" or _is_figure(token.word)):
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
        counted = before is not None and (before.kind in ("number", "measure") or before.word in _ARTICLES)
        after = self.tokens[at + 1 : at + 3]
        last = not after or (after[0].kind in ("number", "mark") and (len(after) == 1 or after[1].kind == "mark"))
        return "ï" not in self.tokens[at].said.lower() and not counted and not last

    def _article(self, at: int) -> bool:
        """An article or a small word; `L` alone is a size."""
        if at >= len(self.tokens) or self.tokens[at].word not in _ARTICLES:
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
        return any(self._roles(one) & NAME or (self._roles(one) & TRAIT and not _generic(one)) for one in roots)

    def _is_vessel_sold(self, one: str, at: int) -> bool:
        """`sac` names something where several things are bags, or the next word is of the name too."""
        heads = sum(name[0] == one for entry in self.lexicon.entries for name in entry.names)
        place = at + 1
        while links(self.word(place)):
            place += 1
        return heads > 1 or self._follows_up(one, place)

    def _follows_up(self, one: str, at: int) -> bool:
        """Whether the next word is of a name that this one is of too: `non sucré`."""
        following, _ = self.shop_word(at)
        return any(self.lexicon.places.get(other, {}).keys() & self.lexicon.places[one].keys() for other in following)

    def _roles(self, one: str) -> int:
        roles = 0
        for role in self.lexicon.places.get(one, {}).values():
            roles |= role
        return roles

    def _phrase_at(self, at: int) -> bool:
        """Whether something else begins here: a question, an order, an answer."""
        for phrase in phrases_at(self._roots, at):
            if phrase.length > 1 and not (at > 0 and self.names_product(at - 1)):
                return True
            words = range(at, at + phrase.length)
            if not all(self.names_product(place) or links(self.word(place)) for place in words):
                return True
        return False

    # --- a mention ------------------------------------------------------------------------------------------

    def read(self, at: int, *, expected: bool = False) -> tuple[Mention, int] | None:
        """The mention that begins at this token, and where it ends. `expected`: after `je veux`, an unknown word
        names something too.
        """
        state = Reading()
        state.unsure = self.word(at) == "des"
        counted = self._quantity(at, state)
        if self.word(at) == "des" and counted > at:
            state.unsure = False
        begun = self._vessel(counted, state)
        place = self._name(begun, state)
        if place == begun and not state.named and not state.unknown:
            place = begun if state.lots else counted
        place = self._options(place, state)
        if state.named and (length := self._cheapest_at(place)):
            state.cheapest, place = True, place + length
        mention = self._mention(at, place, state, expected=expected)
        if mention is None:
            return None
        if mention.sku and mention.quantity is None and not (expected or mention.traits) and self._is_aside(state):
            return None
        if mention.found and state.places:
            self._last = frozenset(state.places)
        return mention, max(place, at + 1)

    def name(self) -> Mention:
        """All the tokens as the name of one product."""
        state = Reading(quantity=0)
        end = self._name(self._vessel(0, state), state)
        mention = self._mention(0, end, state, expected=True) if state.named else None
        said = " ".join(token.said for token in self.tokens)[:_LONGEST_SAID]
        return replace(mention, quantity=None, said=said) if mention is not None else Mention(said=said)

    def _cheapest_at(self, at: int) -> int:
        """How many words `le moins cher` takes."""
        place = at + (self.word(at) in ("le", "la", "les"))
        return (
            place + 2 - at if self.word(place) == "moins" and self.word(place + 1) in ("cher", "chere", "chers") else 0
        )

    def _cheapest(self, places: set[int], traits: Sequence[str]) -> set[int]:
        """The product of which a variant with these traits costs least."""
        costs = [
            (variant.price, place)
            for place in places
            for variant in self.lexicon.entries[place].product.variants
            if set(traits) <= {value for _, value in variant.traits}
        ]
        return {min(costs)[1]} if costs else places

    def _is_aside(self, state: Reading) -> bool:
        """Nothing but a word that stands behind another in the name, where that other one is the product's own:
        `le chantier` is no pair of `gants de chantier`.
        """
        if not state.places or len(state.places) != 1:
            return False
        (place,) = state.places
        names = [name for name in self.lexicon.entries[place].names if set(state.roots) & set(name)]
        return bool(names) and all(
            head not in state.roots
            and len(name) > 1
            and sum(bool(role & NAME) for role in self.lexicon.places[head].values()) == 1
            for name in names
            for head in [next((one for one in name if self.lexicon.weight(one) > _LIGHT), name[0])]
        )

    def _quantity(self, at: int, state: Reading) -> int:
        place = at
        while self._article(place) and place + 1 < len(self.tokens) and self._counts(place + 1):
            place += 1  # `les 2 poulets`
        token = self.tokens[place] if place < len(self.tokens) else None
        if token is not None and self._asked == "variant" and self.about and self._trait_at(place, state)[0]:
            return at  # `la 27`
        if token is not None and self.word(place - 1) in _SIZED and place > at - 1 and self._is_size(place, state):
            return place  # `ourlet sur le 40`
        if token is None or not self._counts(place):
            if token is not None and token.word in ordering_words("some"):
                state.unsure = True
                return place + 1
            return at
        if token.kind == "measure":
            state.measure, state.measured = token.word, token.said
            place += 1
        else:
            state.quantity = token.value
            state.unsure = token.value is None or (token.glued and self._negative(place))
            place = self._or_number(place + 1, state)
            if self.word(place) == "x" or self.word(place) in ("*", "×"):
                place += 1
        return place

    def _is_size(self, at: int, state: Reading) -> bool:
        token = self.tokens[at]
        return token.kind == "number" and _is_figure(token.word) and bool(self._trait_at(at, state)[0]) and at > 0

    def _counts(self, at: int) -> bool:
        return self.tokens[at].kind in ("number", "measure")

    def _negative(self, at: int) -> bool:
        return at > 0 and self.word(at - 1) == "-" and (at == 1 or self.word(at - 2) != "\n")

    def _or_number(self, at: int, state: Reading) -> int:
        """`2 ou 3` is no number."""
        if self.word(at) in ("ou", "or", "a", "-", "/") and at + 1 < len(self.tokens):
            other = self.tokens[at + 1]
            if other.kind == "number" and other.value is not None and not other.glued and other.value != state.quantity:
                state.unsure = True
                return at + 2
        return at

    def _vessel(self, at: int, state: Reading) -> int:
        """`2 sacs de` ciment: the vessel counts, unless it is part of a product's name that follows."""
        place = at
        while self._article(place) or (self.word(place) in ordering_words("qualities") and not self._is_own(place)):
            state.size = state.size or _size(self.word(place))
            place += 1
        vessel = self.word(place)
        if vessel in ordering_words("lots") and not self.names_product(place):
            state.lots = not self.lexicon.sold_by.get(self.tokens[place].root)
            state.unsure = state.unsure or state.lots
            place += 1
        elif vessel in ordering_words("pieces") and not self._is_named_so(place):
            state.vessel = self.tokens[place].root
            place += 1
        else:
            return place
        while self._article(place):
            place += 1
        return place

    def _is_own(self, at: int) -> bool:
        """Whether something of the shop is called so, or comes so."""
        return bool(self.shop_word(at)[0]) and bool(self._among_places(at))

    def _among_places(self, at: int) -> set[int]:
        return {place for one in self.shop_word(at)[0] for place in self.lexicon.places.get(one, {})}

    def _is_named_so(self, at: int) -> bool:
        """Whether the vessel and the next word are of one product's name: `plateau d'oeufs`, `sac a main`."""
        roots, length = self.shop_word(at)
        if not roots or not self._roles(roots[0]) & NAME:
            return False
        place = at + length
        while links(self.word(place)):
            place += 1
        following, _ = self.shop_word(place)
        here = {place for place, role in self.lexicon.places[roots[0]].items() if role & NAME}
        if not following:
            return True
        there = self.lexicon.places.get(following[0], {})
        return any(there.get(product, 0) & NAME for product in here)

    def _name(self, at: int, state: Reading) -> int:
        """The words of the name, and sizes and colours among them."""
        place = end = at
        while place < len(self.tokens):
            token = self.tokens[place]
            length = self._take(place, state)
            if length:
                place += length
                end = place
                state.marked = False
                continue
            if token.kind == "mark":
                follows = self.shop_word(place + 1)[0] or self._trait_at(place + 1, state)[0]
                if token.word in "-/'=:()" and (follows or self._counted_in_brackets(place, state)):
                    place += 1
                    continue
                break
            if token.word in _MARKERS:
                state.marked = True
                place += 1
                continue
            if token.word in PREPOSITIONS and state.named and self._goes_on(place + 1, state):
                place += 1  # `crayon pour les yeux`
                continue
            if token.kind == "word" and (token.word in _BEFORE_TRAIT or links(token.word)):
                if token.word in ("et",) or self._phrase_at(place):
                    break
                place += 1
                continue
            break
        return end

    def _goes_on(self, at: int, state: Reading) -> bool:
        """Whether the next telling word is of a name that is meant so far."""
        place = at
        while links(self.word(place)):
            place += 1
        return any(
            self.lexicon.places[one].get(product, 0) & NAME and one not in state.roots
            for one in self.shop_word(place)[0]
            for product in state.places or ()
        )

    def _counted_in_brackets(self, at: int, state: Reading) -> bool:
        """`huile 5 L (1)`, `bissap : 2`."""
        following = self.tokens[at + 1] if at + 1 < len(self.tokens) else None
        return state.named and state.quantity is None and following is not None and following.kind == "number"

    def _take(self, at: int, state: Reading) -> int:
        """Take the word as part of what is named; how many tokens it was, 0 where it is none."""
        token = self.tokens[at]
        if token.kind == "number":
            return self._take_number(at, state)
        if length := self._take_trait(at, state):
            return length
        roots, length = self.shop_word(at)
        if roots and self._take_roots(roots, state, at):
            return length
        if state.named and token.kind == "word" and (near := self._near(token, state)):
            return int(self._take_roots((near,), state, at))
        if roots:
            return length if self._qualifies(roots, state, at) else 0
        if token.kind == "measure":
            return self._take_measure(at, state)
        if token.kind != "word" or self._phrase_at(at):
            return 0
        return self._take_strange(at, state)

    def _take_roots(self, roots: Roots, state: Reading, at: int) -> bool:
        if not state.places and self._phrase_at(at):
            return False
        if not state.named and all(map(_generic, roots)) and not self._is_head(roots[0], at + 1):
            return self._take_sibling(roots[0], state)
        if not state.named and not self.names_product(at):
            return False
        for one in roots:
            having = {
                place
                for place, role in self.lexicon.places[one].items()
                if role & NAME or (role & TRAIT and not _generic(one))
            }
            if not having:
                return False
            if one in state.roots and len(roots) == 1:
                return False
            if state.places is None or not state.named:
                narrowed = having & state.places if state.places else self._with_traits(having, state)
                state.places = narrowed or having
                state.named = True
            elif having & state.places:
                state.places &= having
            else:
                return False
        state.roots.extend(roots)
        if len(roots) == 1 and self.tokens[at].root == roots[0]:
            state.words.append(self.tokens[at].word)
        return True

    def _near(self, token: Token, state: Reading) -> str:
        """A misspelt word of one of the few products that are meant: `kedjenou de poulè`."""
        if (
            not state.places
            or len(state.places) > _FEW
            or len(token.word) < _SHORTEST_NEAR
            or self._phrase_at_word(token)
        ):
            return ""
        left = {one for place in state.places for name in self.lexicon.entries[place].names for one in name}
        left -= set(state.roots)
        bones = skeleton(token.word)
        near = [
            one
            for one in left
            if len(one) >= _SHORTEST_NEAR and (skeleton(one) == bones or OSA.distance(one, token.root) <= 1)
        ]
        return near[0] if len(near) == 1 else ""

    def _phrase_at_word(self, token: Token) -> bool:
        return token.word in ordering_words("idle") or links(token.word)

    def _qualifies(self, roots: Roots, state: Reading, at: int) -> bool:
        """`2 attiéké poisson`, where no dish has both words, and no dish is called by the second alone: the second word
        tells which of the first is meant, and the shop has to ask.
        """
        if not state.named or not state.places or len(roots) != 1 or self._starts_anew(at):
            return False
        whole = any(
            tuple(one for one in name if self.lexicon.weight(one) > _LIGHT) == roots
            for place in self.lexicon.places[roots[0]]
            for name in self.lexicon.entries[place].names
        )
        options = any(roots in self.lexicon.entries[place].options for place in state.places)
        one_each = len(state.places) == 1 and len(self.lexicon.places[roots[0]]) == 1
        if (
            one_each
            or whole
            or options
            or not self._roles(roots[0]) & NAME
            or _generic(roots[0])
            or roots[0] in state.roots
        ):
            return False
        following, _ = self.shop_word(at + 1)
        if following and self._follows_up(roots[0], at + 1):
            return False
        state.unknown.append(self.tokens[at].said)
        state.qualified = True
        return True

    def _starts_anew(self, at: int) -> bool:
        """Something but the product's own words stands right before."""
        return (
            at == 0
            or not (self.shop_word(at - 1)[0] or links(self.word(at - 1)))
            or self.word(at - 1) in ("et", "avec")
        )

    def _is_head(self, one: str, following: int) -> bool:
        """A colour or size that a name begins with: `rouge à lèvres`, `crème` where nothing comes in that colour."""
        roles = self.lexicon.places.get(one, {})
        if not any(name[0] == one for place in roles for name in self.lexicon.entries[place].names):
            return False
        place = following
        while links(self.word(place)):
            place += 1
        return self._follows_up(one, place) or not any(role & TRAIT for role in roles.values())

    def _take_sibling(self, one: str, state: Reading) -> bool:
        """`les blanches` after `baskets noires`, where these are products of their own."""
        having = {place for place in self._siblings() if self.lexicon.places[one].get(place, 0) & NAME}
        if not having:
            return False
        state.places, state.named = having, True
        state.roots.extend((one, *self._heads(self._last)))
        return True

    def _siblings(self) -> set[int]:
        """What is called by the same first word as what was named last."""
        heads = self._heads(self._last)
        return (
            {place for place, entry in enumerate(self.lexicon.entries) if heads & {name[0] for name in entry.names}}
            if heads
            else set()
        )

    def _heads(self, places: Iterable[int]) -> set[str]:
        return {name[0] for place in places for name in self.lexicon.entries[place].names}

    def _with_traits(self, having: set[int], state: Reading) -> set[int]:
        """Those that come in what was said before the name: `un demi poulet`."""
        if not state.traits:
            return having
        said = set(state.traits)
        return {
            place
            for place in having
            if any(said & set(values) for values in self.lexicon.entries[place].traits.values())
        }

    def _trait_at(self, at: int, state: Reading) -> tuple[Roots, int]:
        """The words of a variant's value that stand here, of the products that are meant so far."""
        for length in range(min(_LONGEST_TRAIT, len(self.tokens) - at), 0, -1):
            told = tuple(
                (self.shop_word(place)[0] or (self.tokens[place].root,))[0] for place in range(at, at + length)
            )
            if self._having_trait(told, self._among(told, state)):
                return told, length
        return (), 0

    def _among(self, told: Roots, state: Reading) -> set[int] | frozenset[int] | None:
        """The products whose value these words may be: of `2 rouges` what was named last."""
        if state.places is not None:
            return state.places
        if self.about:
            return self.about
        return self._last if self._last and all(map(_generic, told)) and self._having_trait(told, self._last) else None

    def _having_trait(self, told: Roots, among: set[int] | frozenset[int] | None) -> set[int]:
        candidates = {place for place, role in self.lexicon.places.get(told[0], {}).items() if role & TRAIT}
        if among is not None:
            candidates &= among
        return {place for place in candidates if told in self.lexicon.entries[place].traits}

    def _take_trait(self, at: int, state: Reading) -> int:
        told, length = self._trait_at(at, state)
        if not told or (not state.named and self._is_name(told[0]) and self._is_head(told[0], at + length)):
            return 0
        having = self._having_trait(told, self._among(told, state))
        if not state.named and not self.about:
            if not all(map(_generic, told)) and (len(told) > 1 or not self._is_name(told[0])):
                state.named = True  # `un coca` where that is a kind of lemonade
                state.places = having
            elif (
                not all(map(_generic, told))
                and self._is_name(told[0])
                and not (state.marked or self.tokens[at].kind == "measure")
            ):
                return 0
        if state.named and self._is_name(told[0]) and state.places:
            # A word of names as well: `savon noir` is one, `robe noire` another.
            by_name = {place for place, role in self.lexicon.places[told[0]].items() if role & NAME} & state.places
            having |= by_name
        if state.named and state.places is not None:
            state.places &= having
        values = dict.fromkeys(
            value for place in sorted(having) for value in self.lexicon.entries[place].traits.get(told, ())
        )
        state.traits.extend(value for value in values if value not in state.traits)
        state.roots.extend(told)
        return length

    def _is_name(self, one: str) -> bool:
        return bool(self._roles(one) & NAME)

    def _take_number(self, at: int, state: Reading) -> int:
        token = self.tokens[at]
        bracketed = self.word(at - 1) == "("
        if not bracketed and (
            (
                _is_figure(token.word)
                and (
                    state.quantity is not None
                    or state.measure
                    or self._asked == "variant"
                    or self.word(at - 1) in _SIZED
                )
            )
            or (state.named and (self._looks_trait(at, state) or self.lexicon.joined(token.word)))
            or state.marked
        ):
            if length := self._take_trait(at, state):
                return self._either(at + length, state) - at
            if (length := self._take_bare_measure(token, state)) or (length := self._figure_of_name(token, state)):
                return length
            if state.named and (model := self.lexicon.joined(token.word)) and self._take_roots(model, state, at):
                return 1
            if state.marked or (self.word(at - 1) in _BEFORE_TRAIT and _is_figure(token.word) and state.named):
                state.lacking.append(token.said)
                return 1
        if not state.named and state.quantity is not None and self._take_sold_by(token, state):
            return 1
        after = (
            (state.named or state.unknown)
            and state.quantity is None
            and token.value is not None
            and token.value <= _MOST_AFTER
        )
        if not after or self._belongs_to_next(at):
            return 0
        state.quantity = token.value
        place = self._or_number(at + 1, state)
        if self.word(place) in ordering_words("pieces") | ordering_words("lots"):
            place += 1
        return place - at

    def _either(self, at: int, state: Reading) -> int:
        """`en 34 ou 36` is no size yet."""
        if self.word(at) not in ("ou", "or") or not self._trait_at(at + 1, state)[0]:
            return at
        state.traits.pop()
        return at + 2

    def _figure_of_name(self, token: Token, state: Reading) -> int:
        """`contreplaqué de 10`, where that is the only thickness."""
        having = {
            place
            for place in state.places or ()
            for name in self.lexicon.entries[place].names
            for one in name
            if parted(one) is not None and one.startswith(token.word) and one[len(token.word) :].isalpha()
        }
        if state.places is not None and having:
            state.places = having
        return int(bool(having))

    def _take_sold_by(self, token: Token, state: Reading) -> bool:
        """`20 barres de 10`: the only thing that is sold by the bar and comes in 10."""
        having = {
            (place, value)
            for place in self.lexicon.sold_by.get(state.vessel, ())
            for told, values in self.lexicon.entries[place].traits.items()
            for value in values
            if len(told) == 1 and _figure(value) == token.word
        }
        if len(having) != 1:
            return False
        ((place, value),) = having
        state.places, state.named = {place}, True
        state.traits.append(value)
        return True

    def _looks_trait(self, at: int, state: Reading) -> bool:
        """Whether a number behind a product is a size of it: `baskets 42`; `x2` is not."""
        token = self.tokens[at]
        return (
            _is_figure(token.word)
            and not token.glued
            and not any(_figure(value) for value in state.traits)
            and bool(self._trait_at(at, state)[0] or self._bare_measures(token, state))
        )

    def _belongs_to_next(self, at: int) -> bool:
        """`poulet 2 coca`: whose number is it? The next one's, unless it ends there or is `x2`."""
        if self.tokens[at].glued:
            return False
        place = at + 1
        if self.word(place) in ordering_words("pieces") | ordering_words("lots"):
            place += 1
            if self.word(place) in ("du", "des", "la", "le", "les"):
                return False  # `gombo trois tas, du piment deux tas`
        while self._article(place):
            place += 1
        return bool(self.shop_word(place)[0]) and self.names_product(place)

    def _bare_measures(self, token: Token, state: Reading) -> dict[str, set[int]]:
        """Values whose figure this is: `fer de 8` for `8 mm`."""
        found: dict[str, set[int]] = {}
        for place in state.places or self.about or self._last:
            for told, values in self.lexicon.entries[place].traits.items():
                if len(told) == 1 and parted(told[0]) is not None:
                    for value in values:
                        if _figure(value) == token.word:
                            found.setdefault(value, set()).add(place)
        return found

    def _take_bare_measure(self, token: Token, state: Reading) -> int:
        values = self._bare_measures(token, state)
        if len(values) != 1:
            return 0
        ((value, having),) = values.items()
        if state.places is not None:
            state.places &= having
        if value not in state.traits:
            state.traits.append(value)
        return 1

    def _take_measure(self, at: int, state: Reading) -> int:
        """`oignons 5 kg`, `5 kg` alone; a second one is what nothing has, unless something else follows it."""
        token = self.tokens[at]
        if state.named and self._belongs_to_next(at):
            return 0
        if not state.measure:
            state.measure, state.measured = token.word, token.said
        else:
            state.lacking.append(token.said)
        return 1

    def _take_strange(self, at: int, state: Reading) -> int:
        """A word that the shop does not know."""
        token = self.tokens[at]
        word = token.word
        if token.root in _colours() or word in ordering_words("sizes"):
            coloured = state.places is None or any(
                root_of(fold(value)) in _colours() or value.lower() in ordering_words("sizes")
                for place in state.places
                for values in self.lexicon.entries[place].traits.values()
                for value in values
            )
            if (state.named or state.unknown) and coloured:
                state.lacking.append(token.said)
                return 1
            if not state.named:
                return 0
        if word in ordering_words("idle") or links(word) or len(word) < _SHORTEST:
            return 0
        if word in ordering_words("qualities"):
            state.size = state.size or _size(word)
            return 1 if state.named else 0
        if state.marked:
            state.lacking.append(token.said)
            return 1
        if len(state.unknown) < _MOST_STRANGE:
            state.linked = state.linked or (at > 0 and links(self.word(at - 1)))
            state.unknown.append(token.said)
            return 1
        return 0

    # --- options --------------------------------------------------------------------------------------------

    def _options(self, at: int, state: Reading) -> int:
        """`avec frites et piment`, `sans oignon`, `frites piment`."""
        place = at
        negated = False
        chained = False
        while place < len(self.tokens):
            word = self.word(place)
            start = place
            linked = False
            if (
                word in ("avec", "+", "➕", "with", "plus")
                or (word == "," and chained)
                or (word in ("et", "ni", "and") and chained)
            ):
                linked = word in ("avec", "+", "➕", "with", "plus")
                negated = negated and not linked
                place += 1
            if self.word(place) in ("sans", "without") or (word == "pas" and self.word(place + 1) in ("de", "d")):
                negated, linked = True, True
                place += 1
            while (
                self._article(place)
                or (linked and self.word(place) in _ONES | ordering_words("qualities"))
                or (linked and self.word(place) in ordering_words("pieces"))
            ):
                place += 1
            if self.word(place) in ordering_words("qualities") and not self._option_at(place, state):
                place += 1
            length = self._take_option(place, state, negated=negated, linked=linked or chained, direct=start == place)
            if not length and negated and linked and self._strange_option(place):
                state.without.append(self.tokens[place].said)
                length = 1
            if not length:
                return start
            place += length
            chained = linked or chained
        return place

    def _option_at(self, at: int, state: Reading) -> bool:
        """Whether an option's name begins with this word."""
        if at >= len(self.tokens):
            return False
        among = state.places if state.places is not None else self.about or self._last
        first = (self.shop_word(at)[0] or (self.tokens[at].root,))[0]
        return any(roots[0] == first for place in among for roots in self.lexicon.entries[place].options)

    def _strange_option(self, at: int) -> bool:
        if at >= len(self.tokens) or self.tokens[at].kind != "word" or self._phrase_at(at):
            return False
        return self.word(at) not in ordering_words("idle") and not links(self.word(at))

    def _take_option(self, at: int, state: Reading, *, negated: bool, linked: bool, direct: bool) -> int:
        among = state.places if state.places is not None else self.about or self._last
        if not among and not state.named:
            among = set(range(len(self.lexicon.entries)))
        for length in range(min(_LONGEST_TRAIT, len(self.tokens) - at), 0, -1):
            told = tuple(
                (self.shop_word(place)[0] or (self.tokens[place].root,))[0] for place in range(at, at + length)
            )
            having = {
                place
                for place, role in self.lexicon.places.get(told[0], {}).items()
                if role & OPTION and place in among
            }
            if negated and (without := self._named_without(told, among)):
                state.options.extend(without)
                return length
            names = dict.fromkeys(
                self.lexicon.entries[place].options[told]
                for place in sorted(having)
                if told in self.lexicon.entries[place].options
            )
            if not names and length == 1:
                names = self._options_from(told[0], among)
            if not names:
                continue
            (state.without if negated else state.options).extend(name for name in names if name not in state.options)
            return length
        return 0

    def _options_from(self, first: str, among: Iterable[int]) -> dict[str, None]:
        """The only option whose name begins so: `emballage`."""
        names = dict.fromkeys(
            name
            for place in sorted(among)
            for roots, name in self.lexicon.entries[place].options.items()
            if roots[:1] == (first,)
        )
        return names if len(names) == 1 and len(first) > _SHORTEST else {}

    def _named_without(self, told: Roots, among: set[int] | frozenset[int]) -> dict[str, None]:
        """Options that are called `sans oignon` themselves."""
        return dict.fromkeys(
            name
            for place in sorted(among)
            for roots, name in self.lexicon.entries[place].options.items()
            if roots == ("sans", *told)
        )

    # --- together -------------------------------------------------------------------------------------------

    def _mention(self, start: int, end: int, state: Reading, *, expected: bool) -> Mention | None:
        quantity, unsure = state.quantity, state.unsure
        said = " ".join(token.said for token in self.tokens[start:end] if token.kind != "mark")[:_LONGEST_SAID]
        found: tuple[Found, ...] = ()
        traits, lacking = list(state.traits), list(state.lacking)
        if state.named and state.places:
            ambiguous = state.linked and len(state.places) > 1 and not state.qualified
            places = set() if ambiguous and state.unknown else state.places
            single = len(state.places) == 1
            if (
                (state.linked or state.qualified)
                and not (state.qualified and not single)
                and (told := self._described(state))
            ):
                places = told
            elif state.qualified and len(places) == 1:
                places = set()
            if self.about & places:
                places = self._chosen(set(self.about & places), state)
            if state.cheapest:
                places = self._cheapest(places, [*traits, *self._exact_size(places, state)])
            if (
                len(places) > 1
                and quantity is not None
                and self._last
                and self.word(start + 1) in ("de", "d", "a", "au")
            ):
                places = places & self._siblings() or places  # `3 brochettes de bœuf et 2 de poulet`
            strange: Strange = "meant" if state.qualified else "beside" if state.unknown else ""
            found = found_in(self.lexicon, places, state.roots, state.words, strange)
            if state.size and not traits:
                traits.extend(self._by_size(places, state.size))
            if state.measure:
                quantity, unsure = self._measured(state, found_places=places, traits=traits, lacking=lacking)
        elif state.size and not state.named and not traits and len(self.about or self._last) == 1:
            traits.extend(self._by_size(set(self.about or self._last), state.size))
        if state.unknown and not state.named:
            if not (expected or quantity is not None or unsure or state.measure):
                return None
        elif not state.named and (
            traits or state.options or state.without or quantity is not None or unsure or state.measure
        ):
            if state.measure:
                quantity, unsure = self._sized(state, traits, lacking)
            return Mention(
                self._narrowed(traits),
                said,
                quantity,
                unsure=unsure,
                traits=tuple(traits),
                lacking=tuple(lacking),
                options=tuple(state.options),
                without=tuple(state.without),
                refers=True,
            )
        elif not state.named:
            return None
        return Mention(
            found,
            said,
            quantity,
            False,
            unsure,
            tuple(traits),
            tuple(lacking),
            tuple(state.options),
            tuple(state.without),
        )

    def _exact_size(self, places: set[int], state: Reading) -> list[str]:
        """The value that a measure said stands for."""
        told = (state.measure,)
        values = (value for place in places for value in self.lexicon.entries[place].traits.get(told, ()))
        return list(dict.fromkeys(values))[:1]

    def _by_size(self, places: set[int], size: int) -> list[str]:
        """The smallest or the largest of one product's sizes: `la petite`."""
        if len(places) != 1:
            return []
        (place,) = places
        sizes = sorted(
            (parts[0], value)
            for told, values in self.lexicon.entries[place].traits.items()
            for value in values
            if len(told) == 1 and (parts := parted(told[0])) is not None
        )
        return [sizes[0 if size < 0 else -1][1]] if len(sizes) > 1 else []

    def _chosen(self, places: set[int], state: Reading) -> set[int]:
        """Of the candidates that were asked about, the one that the words said tell from the others: `le sucré`."""
        names = {
            place: frozenset(one for name in self.lexicon.entries[place].names for one in name) for place in places
        }
        common = frozenset.intersection(*names.values())
        told = frozenset(state.roots) - common
        if not state.roots:
            return places
        exact = {place for place in places if names[place] - common == told}
        return exact if len(exact) == 1 else places

    def _described(self, state: Reading) -> set[int]:
        """`riz au poisson`: what a description says all of."""
        wanted = [*state.roots, *(root_of(fold(word)) for word in state.unknown)]
        having: list[set[int] | frozenset[int]] = [self.lexicon.described.get(one, frozenset()) for one in wanted]
        return set(frozenset.intersection(*map(frozenset, having))) if having and state.unknown else set()

    def _narrowed(self, traits: Sequence[str]) -> tuple[Found, ...]:
        """Those of the products that were named last that have these values: nothing where all or none have."""
        has = {
            place
            for place in self._last
            if traits
            and set(traits) & {value for values in self.lexicon.entries[place].traits.values() for value in values}
        }
        if not has or has == self._last or self.about:
            return ()
        return tuple(Found(self.lexicon.entries[place].product.sku, 0.5) for place in sorted(has))

    def _sized(self, state: Reading, traits: list[str], lacking: list[str]) -> tuple[int | None, bool]:
        """`le 5 kg`, `4 kg`: a size of what was spoken of, or so many of it."""
        among = set(self.about or self._last)
        if among:
            return self._measured(state, found_places=among, traits=traits, lacking=lacking)
        having = self._having_trait((state.measure,), None)
        values = [value for place in sorted(having) for value in self.lexicon.entries[place].traits[(state.measure,)]]
        traits.extend(dict.fromkeys(value for value in values if value not in traits))
        if not values and not traits:
            lacking.append(state.measured)
        return state.quantity, state.unsure

    def _measured(
        self, state: Reading, *, found_places: set[int], traits: list[str], lacking: list[str]
    ) -> tuple[int | None, bool]:
        """How many pieces `2 kg` are: a variant of that size, so many of the size 1, or of what is sold by it."""
        amount = parted(state.measure)
        sizes = {
            (told[0], value)
            for place in found_places
            for told, values in self.lexicon.entries[place].traits.items()
            for value in values
            if len(told) == 1 and (size := parted(told[0])) and amount and size[1] == amount[1]
        }
        if exact := [value for told, value in sizes if told == state.measure]:
            traits.extend(exact)
            return state.quantity, state.unsure
        if amount is None:
            return state.quantity, True
        unit = {"g": "1000g", "ml": "1000ml", "mm": "1000mm"}.get(amount[1], "")
        base = next((value for told, value in sizes if told == unit), None)
        whole = amount[0] / (parted(unit) or (1, ""))[0] if unit else amount[0]
        if base is not None and whole.denominator == 1:
            traits.append(base)
            return int(whole), state.unsure
        if sizes:
            lacking.append(state.measured)
            return state.quantity, state.unsure
        in_name = any(state.measure in name for place in found_places for name in self.lexicon.entries[place].names)
        if in_name:
            return state.quantity, state.unsure
        return (int(whole), state.unsure) if whole.denominator == 1 and whole >= 1 else (None, True)


_FEW, _SHORTEST_NEAR, _LIGHT = 30, 4, 0.2
_PEOPLE = frozenset(("femme", "homme", "enfant", "enfants", "fille", "garcon", "bebe", "fils", "mari"))
_OF_PEOPLE = frozenset(("ma", "mon", "mes", "sa", "son", "ses", "une", "un", "notre", "nos"))
_SIZED = frozenset(("le", "la", "en", "in"))
"""A number right behind these is a size."""
_NEVER_FIRST = frozenset(("non", "sans", "pas", "plus"))
_SHORTEST, _MOST_STRANGE, _LONGEST_SAID = 3, 3, 80


def _size(word: str) -> int:
    return {"petit": -1, "grand": 1, "gros": 1}.get(root_of(word), 0)


def _is_figure(word: str) -> bool:
    return word.replace(".", "", 1).isdigit()


def _figure(value: str) -> str:
    """`8` of `8 mm`."""
    found = re.match(r"[\d.]+", value.replace(",", "."))
    return found.group() if found else ""


@cache
def _colours() -> frozenset[str]:
    return frozenset(map(root_of, ordering_words("colours")))


def _generic(one: str) -> bool:
    """A size, a colour, a number or a measure: what many products come in, and no name by itself."""
    return (
        one[0].isdigit()
        or one in ordering_words("sizes")
        or one in _colours()
        or one in ordering_same().values()
        or len(one) == 1
    )
