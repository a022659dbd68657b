"""Weighs the words of a mention: of names, of variants, small ones, and those that are none of these."""

from collections.abc import Iterator

from comptoir.plugins.language import ordering_words
from comptoir.plugins.shop.understanding.counting import Counting
from comptoir.plugins.shop.understanding.doubting import OF_NUMBERS, SHARES
from comptoir.plugins.shop.understanding.kinds import colours, is_generic, size_of
from comptoir.plugins.shop.understanding.lexicon import NAME, PREPOSITIONS, TRAIT, Roots
from comptoir.plugins.shop.understanding.packing import packings
from comptoir.plugins.shop.understanding.parts import Part, Walk
from comptoir.plugins.shop.understanding.roles import FIGURE, HEAD, Group
from comptoir.plugins.shop.understanding.roots import links
from comptoir.plugins.shop.understanding.shop_words import ARTICLES

MARKERS = frozenset(
    (
        *("taille", "pointure", "couleur", "numero", "format", "size", "modele", "n", "longueur", "largeur"),
        *("diametre", "contenance", "volume", "epaisseur", "hauteur", "dimension", "litrage"),
    )
)
EXTRA = frozenset(("supplement", "supplements", "extra", "rab"))
_BEFORE_TRAIT = frozenset(("en", "du", "de", "le", "la", "in", "des", "d", "l"))
_KIN = frozenset(("frere", "soeur", "mere", "pere", "merci", "marche"))
_SHORTEST, _MOST_STRANGE = 3, 3


class Wording(Counting):
    """Every role that a word may have."""

    def _word(self, walk: Walk, group: Group) -> Iterator[Walk]:
        own = list(self._own_word(walk, group))
        yield from own or self._small_word(walk, group)

    def _own_word(self, walk: Walk, group: Group) -> Iterator[Walk]:
        """A word of these products' names, or of what they come in."""
        at, token = walk.at, self.tokens[walk.at]
        roots, length = self.shop_word(at)
        bits = self._bits(at, group) if roots and not self._article(at) else 0
        of_name = bits & NAME and not group.refers and not self._is_used(walk, roots)
        if of_name and (walk.named or walk.akin or self._may_begin(walk, roots, group)):
            yield walk.with_part(Part("name", at, length, self._name_score(at, bits), roots))
        small = links(token.word) and len(token.word) > 1
        if bits & TRAIT and not small and not self._is_used(walk, roots, "trait"):
            score = 2.0 if walk.named or group.refers else 1.0 if all(map(is_generic, roots)) else 1.6
            score -= 1.0 if self._is_behind_its_number(walk) else 0.0
            score += 0.6 if self._asked == "variant" and group.refers else 0.0
            yield walk.with_part(Part("trait", at, length, score, roots))

    def _small_word(self, walk: Walk, group: Group) -> Iterator[Walk]:
        """A word that says something whatever is sold, or nothing."""
        at, word, phrase = walk.at, self.word(walk.at), self.phrase_at(walk.at)
        if word in MARKERS and phrase is None:
            yield walk.with_part(Part("marker", at, 1, 0.0))
        elif not walk.counted and not walk.named and word in ordering_words("some"):
            yield walk.with_part(Part("some", at, 1, 0.8))
        elif size_of(word) and phrase is None and self.word(at + 1) not in _KIN and self._comes_in_sizes(group):
            yield walk.with_part(Part("size", at, 1, 0.9 if walk.named or group.refers else 0.7))
        elif links(word) or word in ARTICLES or word in _BEFORE_TRAIT:
            yield from self._link(walk, group)
        elif phrase is None and word in PREPOSITIONS:
            if walk.named and self._goes_on(at + 1, walk, group):
                yield walk.with_part(Part("link", at, 1, 0.0))
        elif phrase is None and group.refers and not walk.named:
            yield from self._of_last_word(walk, group)
        elif phrase is None:
            yield from self._strange(walk, group)

    def _of_last_word(self, walk: Walk, group: Group) -> Iterator[Walk]:
        """Where nothing is named, but what was spoken of before is meant."""
        at, token, word = walk.at, self.tokens[walk.at], self.word(walk.at)
        if word in SHARES:
            yield walk.with_part(Part("some", at, 1, 0.6))  # `moitié moitié`
        elif token.root in colours() and group.places:
            yield walk.with_part(Part("lacking", at, 1, -0.3))
        elif word in packings() | ordering_words("pieces") and walk.last == "quantity":
            yield walk.with_part(Part("vessel", at, 1, 0.0, (token.root,)))
        elif word in ordering_words("qualities") and not walk.parts:
            yield walk.with_part(Part("told", at, 1, -0.1))

    def _may_begin(self, walk: Walk, roots: Roots, group: Group) -> bool:
        """A size or a colour alone names nothing, unless a name begins with it; nor does a small word."""
        at = walk.at
        following = self._past_links(at + self.shop_word(at)[1])
        counted = walk.last in ("quantity", "vessel") or self.word(at - 1) in ("de", "d")
        small = self.word(at) in ordering_words("idle") and len(roots) == 1 and not counted
        begins = bool(group.roles.get(at, 0) & HEAD)
        if small and not self._follows_up(roots[0], following):
            return begins and any(name == roots for one in group.places for name in self.lexicon.entries[one].names)
        if begins and self.word(at) in ordering_words("vessels"):
            return True  # `sac à dos`
        if all(map(is_generic, roots)):
            return begins and self._is_head(roots[0], at + 1)
        return self.names_product(at)

    def _link(self, walk: Walk, group: Group) -> Iterator[Walk]:
        at = walk.at
        word = self.word(at)
        if word in ("et", "and"):
            if not (walk.named and self._goes_on(at + 1, walk, group) and not self.phrase_at(at)):
                return
        elif self.phrase_at(at) is not None:
            return
        if not walk.parts and word == "des":
            yield walk.with_part(Part("some", at, 1, 0.02), counted=False)
            return
        if (
            walk.parts
            and walk.named
            and word in ("le", "la", "les", "l", "mon", "ma", "mes")
            and not (self._bits(at + 1, group) & (TRAIT | FIGURE | NAME) or size_of(self.word(at + 1)))
        ):
            return
        yield walk.with_part(Part("link", at, 1, 0.01))

    def _goes_on(self, at: int, walk: Walk, group: Group) -> bool:
        """Whether the next telling word is of these products' names too."""
        place = at
        while links(self.word(place)) or self.word(place) in ARTICLES:
            place += 1
        if place >= len(self.tokens):
            return False
        roots, _ = self.shop_word(place)
        bits = self._bits(place, group)
        if self.word(at - 1) in ("avec", "with") and self._is_all_of_a_name(walk, group):
            return False  # `glucomètre avec bandelettes`
        if self.word(at - 1) in ("et", "and", "avec", "with"):
            return bool(bits & NAME) and not self._is_used(walk, roots) and not bits & HEAD
        return bool(bits & (NAME | TRAIT)) and not self._is_used(walk, roots)

    def _is_all_of_a_name(self, walk: Walk, group: Group) -> bool:
        said = {root for part in walk.parts if part.role == "name" for root in part.said}
        return any(set(name) <= said for place in group.places[:20] for name in self.lexicon.entries[place].names)

    def _strange(self, walk: Walk, group: Group) -> Iterator[Walk]:
        """A word that is none of these products' names."""
        at, token, word = walk.at, self.tokens[walk.at], self.word(walk.at)
        linked = self.word(at - 1) in ("d", "de") and walk.named
        packed = word in packings() or word in ordering_words("pieces")
        if walk.named and (near := self._near(walk, group)):
            yield walk.with_part(Part("name", at, 1, 1.2, (near,)))
        elif packed and (not walk.named or walk.last in ("quantity", "measure", "link", "size", "told")):
            yield walk.with_part(Part("vessel", at, 1, -0.2 if word in ordering_words("lots") else 0.0, (token.root,)))
        elif walk.named and (token.root in colours() or word in ordering_words("sizes")) and not linked:
            yield walk.with_part(Part("lacking", at, 1, -0.3))
        elif word in OF_NUMBERS:
            if not (walk.named and word in SHARES):
                yield walk.with_part(Part("told", at, 1, 0.0))
        elif word in ordering_words("qualities"):
            yield walk.with_part(Part("told", at, 1, -0.05))
        else:
            yield from self._unknown(walk, group)

    def _unknown(self, walk: Walk, group: Group) -> Iterator[Walk]:
        """A word that tells of something else, or only stands in what the shop writes of these."""
        at, token, word = walk.at, self.tokens[walk.at], self.word(walk.at)
        roots, _ = self.shop_word(at)
        others = bool(roots) and self.names_product(at)
        if not others and self._is_told_of(token.root, group):
            yield walk.with_part(Part("told", at, 1, 0.2))
        elif word in ordering_words("idle") or len(word) < _SHORTEST or word in EXTRA:
            pass
        elif group.places and not roots and self._is_told_of_something(token.root):
            yield walk.with_part(Part("told", at, 1, -0.3))
        elif walk.last == "marker":
            yield walk.with_part(Part("lacking", at, 1, -0.3))
        elif walk.strange >= _MOST_STRANGE or (walk.last == "quantity" and walk.named):
            pass
        elif others:
            if walk.named and walk.last in ("name", "link", "trait", "told"):
                yield walk.with_part(Part("other", at, 1, -1.2 if walk.strange else -0.6, (token.said,)))
        else:
            score = -1.0 if not walk.named else -0.3 if walk.last == "link" else -0.6
            yield walk.with_part(Part("unknown", at, 1, score, (token.said,)))
