"""Walks over tokens as one mention of a few products, and weighs what each token says of them."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from comptoir.plugins.language import ordering_words
from comptoir.plugins.shop.understanding.doubting import OF_NUMBERS
from comptoir.plugins.shop.understanding.kinds import colours, is_figure, is_generic, size_of
from comptoir.plugins.shop.understanding.lexicon import NAME, PREPOSITIONS, TRAIT
from comptoir.plugins.shop.understanding.measures import parted
from comptoir.plugins.shop.understanding.packing import packings
from comptoir.plugins.shop.understanding.roles import FIGURE, HEAD, Group, Roles
from comptoir.plugins.shop.understanding.roots import links
from comptoir.plugins.shop.understanding.shop_words import ARTICLES

Role = Literal[
    "quantity", "some", "measure", "vessel", "name", "trait", "lacking", "size", "option", "without", "link", "marker",
    "unknown", "other", "told", "inner",
]  # fmt: skip
MARKERS = frozenset(
    (
        *("taille", "pointure", "couleur", "numero", "format", "size", "modele", "n", "longueur", "largeur"),
        *("diametre", "contenance", "volume", "epaisseur", "hauteur", "dimension", "litrage"),
    )
)
EXTRA = frozenset(("supplement", "supplements", "extra", "rab"))
WITH = frozenset(("avec", "+", "➕", "with", "plus", "supplement", "extra"))
_WITHOUT = frozenset(("sans", "without"))
_BEFORE_TRAIT = frozenset(("en", "du", "de", "le", "la", "in", "des", "d", "l"))
_SIZED = frozenset(("le", "la", "du", "en", "in", "de", "d"))
_MUCH = frozenset(("trop", "beaucoup", "peu", "assez", "tres", "plus"))
_ONES = frozenset(("un", "une"))
_KIN = frozenset(("frere", "soeur", "mere", "pere", "merci", "marche"))
_CONTENT = frozenset(
    ("quantity", "some", "measure", "vessel", "name", "trait", "lacking", "size", "option", "without", "unknown",
     "other", "told")
)  # fmt: skip
_MOST_AFTER, _LONGEST, _SHORTEST, _MOST_STRANGE = 999, 16, 3, 3
_LONGEST_OPTION = 4


@dataclass(frozen=True, slots=True)
class Part:
    """What a run of tokens is in a mention."""

    role: Role
    at: int
    length: int
    score: float
    said: tuple[str, ...] = ()
    """Roots, or names of options."""


@dataclass(frozen=True, slots=True)
class Walk:
    """A mention as far as it has been read."""

    start: int
    at: int
    score: float
    parts: tuple[Part, ...]
    named: bool = False
    counted: bool = False
    """A number or a measure was said."""
    strange: int = 0
    chain: Literal["", "with", "without"] = ""
    akin: bool = False
    """It need not begin with a word that names something by itself."""

    @property
    def last(self) -> Role:
        return self.parts[-1].role if self.parts else "link"

    def has(self, *roles: Role) -> bool:
        return any(part.role in roles for part in self.parts)

    def with_part(self, part: Part, **more: object) -> "Walk":
        named = self.named or part.role == "name"
        counted = self.counted or part.role in ("quantity", "some", "measure")
        strange = self.strange + (part.role in ("unknown", "other"))
        chain = self.chain if part.role in ("option", "without", "link") else ""
        walk = Walk(
            self.start, part.at + part.length, self.score + part.score, (*self.parts, part), named, counted, strange,
            chain, self.akin,
        )  # fmt: skip
        return replace(walk, **more) if more else walk  # type: ignore[arg-type]


class Walking(Roles):
    """All ways to read a mention that begins at a token, of one group of products."""

    def walks(self, start: int, group: Group, *, akin: bool = False) -> Iterator[Walk]:
        open_ = [Walk(start, start, 0.0, (), akin=akin)]
        while open_:
            walk = open_.pop()
            if walk.parts and walk.last in _CONTENT:
                yield walk
            if walk.at - start < _LONGEST and walk.at < len(self.tokens) and walk.at not in self.stops:
                open_.extend(self._steps(walk, group))

    def _steps(self, walk: Walk, group: Group) -> Iterator[Walk]:
        token = self.tokens[walk.at]
        if token.kind == "mark" and token.word not in ("+", "➕"):
            yield from self._over_mark(walk, group)
            return
        yield from self._options(walk, group)
        if (values := self._value(walk.at, group))[1] > 1:
            said, length = values
            yield walk.with_part(Part("trait", walk.at, length, 1.6 + 0.6 * length, said))
        if token.kind == "number":
            yield from self._number(walk, group)
        elif token.kind == "measure":
            yield from self._measure(walk, group)
        elif walk.chain == "" or walk.last not in ("link",):
            yield from self._word(walk, group)

    def _bits(self, at: int, group: Group) -> int:
        if at in group.roles:
            return group.roles[at]
        here = self.roles_at(at)
        bits = -1
        for place in group.places:
            bits &= here.get(place, 0)
        return bits if group.places else 0

    def _is_used(self, walk: Walk, roots: tuple[str, ...], role: str = "name") -> bool:
        return any(part.role == role and part.said == roots for part in walk.parts)

    # Marks ----------------------------------------------------------------------------------------------------------

    def _over_mark(self, walk: Walk, group: Group) -> Iterator[Walk]:
        token, after = self.tokens[walk.at], walk.at + 1
        if token.word == "," and walk.chain and self._option(after, group)[1]:
            yield walk.with_part(Part("link", walk.at, 1, 0.0))
            return
        if token.word not in "-/'=:()" or after >= len(self.tokens) or not walk.parts:
            return
        bits = self._bits(after, group)
        number = self.tokens[after].kind == "number" and walk.named and not walk.counted
        if (
            number
            or bits & TRAIT
            or (token.word != ":" and bits & (NAME | FIGURE))
            or (token.word in ")" and walk.named)
        ):
            yield walk.with_part(Part("link", walk.at, 1, 0.0))

    # Numbers --------------------------------------------------------------------------------------------------------

    def _number(self, walk: Walk, group: Group) -> Iterator[Walk]:
        token, at = self.tokens[walk.at], walk.at
        bits, roots = self._bits(at, group), self.shop_word(at)[0] or (token.word,)
        before = self.word(at - 1) if at > walk.start else ""
        marked = walk.last == "marker" or (before in _SIZED and walk.parts != () and walk.last == "link")
        if bits & NAME and not token.glued and walk.parts and not self._is_used(walk, roots):
            yield walk.with_part(Part("name", at, 1, self._name_score(at, bits), roots))
        if bits & (TRAIT | FIGURE) and not token.glued and not self._is_used(walk, roots, "trait"):
            leads = not walk.named and not (group.refers and (walk.parts or self._asked == "variant"))
            score = 0.1 if leads else 1.1 if bits & TRAIT else 0.9
            score += 0.8 if marked else 0.0
            score -= 1.0 if self._is_behind_its_number(walk) else 0.0
            if self.word(at + 1) in ("ou", "or") and self._bits(at + 2, group) & (TRAIT | FIGURE):
                yield walk.with_part(Part("told", at, 3, score))  # `en 34 ou 36` is no size yet
                return
            score -= 0.9 if walk.has("trait") and walk.parts[-1].role != "trait" and not marked else 0.0
            yield walk.with_part(Part("trait", at, 1, score, (token.word,)))
        if marked and walk.named and not bits & (NAME | TRAIT | FIGURE) and is_figure(token.word):
            if walk.last == "marker" or self.word(at + 1) not in ordering_words("pieces"):
                yield walk.with_part(Part("lacking", at, 1, 0.2))
        if walk.named and token.value == 0 and not token.glued:
            yield walk.with_part(Part("unknown", at, 1, -0.6, (token.said,)))
            return
        yield from self._quantity(walk, group)

    def _quantity(self, walk: Walk, group: Group) -> Iterator[Walk]:
        token, at = self.tokens[walk.at], walk.at
        if walk.counted:
            vessel = any(part.role == "vessel" for part in walk.parts[-2:])
            if vessel and not walk.named and self.word(at - 1) in ("de", "d"):
                yield walk.with_part(Part("inner", at, 1, -0.2))
            return
        before_name = not walk.named and not walk.has("trait", "option", "without", "lacking")
        if before_name and any(part.role in ("unknown", "size") for part in walk.parts):
            return
        if not before_name and (token.value is None or token.value > _MOST_AFTER or walk.chain == "without"):
            return
        if walk.last == "marker" or (
            walk.named and walk.last == "link" and self.word(at - 1) in ("de", "d", "du", "en", "in")
        ):
            return
        length, unsure = self._either(at)
        apart = token.glued or (self.word(at - 1) in ("(", ":", "=") and not self._names_next(at + length))
        score = 1.0 if before_name else 0.6 + (0.5 if apart else 0.0)
        if not before_name and token.word in _ONES:
            score -= 0.4
        after = at + length
        if before_name and (self.word(after) in ("x", "*", "×") or (self.word(after) == "fois")):
            length += 1
        if not before_name and self.word(after) in ordering_words("pieces") | ordering_words("lots"):
            length += 1
            score += 0.3
        yield walk.with_part(Part("quantity", at, length, score, ("unsure",) if unsure else ()))

    def _names_next(self, at: int) -> bool:
        return at < len(self.tokens) and bool(self.shop_word(at)[0])

    def _either(self, at: int) -> tuple[int, bool]:
        """`2 ou 3` is no number."""
        token = self.tokens[at]
        if self.word(at + 1) in ("ou", "or", "a", "-", "/") and at + 2 < len(self.tokens):
            other = self.tokens[at + 2]
            if other.kind == "number" and other.value is not None and not other.glued and other.value != token.value:
                return 3, True
        negative = token.glued and at > 0 and self.word(at - 1) == "-" and (at == 1 or self.word(at - 2) != "\n")
        return 1, token.value is None or negative

    def _measure(self, walk: Walk, group: Group) -> Iterator[Walk]:
        at, token = walk.at, self.tokens[walk.at]
        bits = self._bits(at, group)
        if bits & TRAIT:
            yield walk.with_part(Part("trait", at, 1, 1.4, (token.word,)))
        elif bits & NAME and walk.parts:
            yield walk.with_part(Part("name", at, 1, 1.2, (token.word,)))
        elif not walk.has("measure"):
            before_name = not walk.named
            score = -0.8 if self._measures_else(token.word, group) else 1.0 if before_name else 0.6
            if not walk.has("quantity") or not before_name:
                yield walk.with_part(Part("measure", at, 1, score, (token.word,)))
        elif walk.named:
            yield walk.with_part(Part("lacking", at, 1, -0.3))

    def _is_behind_its_number(self, walk: Walk) -> bool:
        """Of `t-shirt noir 2 M` the number is of what follows."""
        last = next((part for part in reversed(walk.parts) if part.role != "link"), None)
        return walk.named and last is not None and last.role == "quantity" and not self.tokens[last.at].glued

    def _measures_else(self, measure: str, group: Group) -> bool:
        """Whether what is meant has another such measure in its name: `coca 50 cl` is no `Coca 1,5 L`."""
        unit = (parted(measure) or (0, ""))[1]
        return any(
            (own := parted(one)) is not None and own[1] == unit
            for place in group.places[:20]
            for name in self.lexicon.entries[place].names
            for one in name
        )

    # Words ----------------------------------------------------------------------------------------------------------

    def _name_score(self, at: int, bits: int) -> float:
        roots, _ = self.shop_word(at)
        weight = max((self.lexicon.weight(one) for one in roots), default=0.3)
        exact = self.tokens[at].root in roots or len(roots) > 1
        score = (1.0 + 1.5 * weight + (0.4 if bits & HEAD else 0.0)) * (1.0 if exact else 0.85)
        return score * (1.0 + 0.5 * (self.shop_word(at)[1] - 1))

    def _word(self, walk: Walk, group: Group) -> Iterator[Walk]:
        at, token = walk.at, self.tokens[walk.at]
        roots, length = self.shop_word(at)
        bits = self._bits(at, group) if roots and not self._article(at) else 0
        said = 0
        if bits & NAME and not group.refers and not self._is_used(walk, roots):
            if (
                walk.named
                or walk.akin
                or self._may_begin(
                    at,
                    roots,
                    group,
                    begins=walk.last not in ("quantity", "vessel") and self.word(at - 1) not in ("de", "d"),
                )
            ):
                said += 1
                yield walk.with_part(Part("name", at, length, self._name_score(at, bits), roots))
        small = links(token.word) and len(token.word) > 1
        if bits & TRAIT and not small and not self._is_used(walk, roots, "trait"):
            said += 1
            generic = all(map(is_generic, roots))
            score = 2.0 if walk.named or group.refers else 1.0 if generic else 1.6
            score -= 1.0 if self._is_behind_its_number(walk) else 0.0
            if self._asked == "variant" and group.refers:
                score += 0.6
            yield walk.with_part(Part("trait", at, length, score, roots))
        if said:
            return
        word, phrase = token.word, self.phrase_at(at)
        if word in MARKERS and phrase is None:
            yield walk.with_part(Part("marker", at, 1, 0.0))
            return
        if not walk.counted and not walk.named and word in ordering_words("some"):
            yield walk.with_part(Part("some", at, 1, 0.8))
            return
        if size_of(word) and phrase is None and self.word(at + 1) not in _KIN and self._comes_in_sizes(group):
            yield walk.with_part(Part("size", at, 1, 0.9 if walk.named or group.refers else 0.7))
            return
        if links(word) or word in ARTICLES or word in _BEFORE_TRAIT:
            yield from self._link(walk, group)
            return
        if phrase is not None:
            return
        if word in PREPOSITIONS:
            if walk.named and self._goes_on(at + 1, walk, group):
                yield walk.with_part(Part("link", at, 1, 0.0))
            return
        if group.refers and not walk.named:
            if token.root in colours() and group.places:
                yield walk.with_part(Part("lacking", at, 1, -0.3))
            elif word in packings() | ordering_words("pieces") and walk.last == "quantity":
                yield walk.with_part(Part("vessel", at, 1, 0.0, (token.root,)))
            elif word in ordering_words("qualities") and not walk.parts:
                yield walk.with_part(Part("told", at, 1, -0.1))
            return
        yield from self._strange(walk, group, roots)

    def _may_begin(self, at: int, roots: tuple[str, ...], group: Group, *, begins: bool) -> bool:
        """A size or a colour alone names nothing, unless a name begins with it."""
        following = self._past_links(at + self.shop_word(at)[1])
        if (
            begins
            and self.word(at) in ordering_words("idle")
            and len(roots) == 1
            and not self._follows_up(roots[0], following)
        ):
            return bool(group.roles.get(at, 0) & HEAD) and any(
                name == roots for place in group.places for name in self.lexicon.entries[place].names
            )
        if all(map(is_generic, roots)):
            return bool(group.roles.get(at, 0) & HEAD) and self._is_head(roots[0], at + 1)
        return self.names_product(at)

    def _comes_in_sizes(self, group: Group) -> bool:
        return any(self.sizes_of(place) for place in group.places[:20])

    def sizes_of(self, place: int) -> bool:
        raise NotImplementedError

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
        if self.word(at - 1) in ("et", "and", "avec", "with"):
            return bool(bits & NAME) and not self._is_used(walk, roots) and not bits & HEAD
        return bool(bits & (NAME | TRAIT)) and not self._is_used(walk, roots)

    def _strange(self, walk: Walk, group: Group, roots: tuple[str, ...]) -> Iterator[Walk]:
        """A word that is none of these products'."""
        at, token, word = walk.at, self.tokens[walk.at], self.word(walk.at)
        linked = self.word(at - 1) in ("d", "de") and walk.named
        if walk.named and (near := self._near(walk, group)):
            yield walk.with_part(Part("name", at, 1, 1.2, (near,)))
            return
        if word in packings() or word in ordering_words("pieces"):
            lots = word in ordering_words("lots")
            if not walk.named or (walk.last in ("quantity", "measure", "link", "size", "told")):
                yield walk.with_part(Part("vessel", at, 1, -0.2 if lots else 0.0, (token.root,)))
                return
        if walk.named and (token.root in colours() or word in ordering_words("sizes")) and not linked:
            yield walk.with_part(Part("lacking", at, 1, -0.3))
            return
        if word in OF_NUMBERS:
            if walk.named:
                yield walk.with_part(Part("told", at, 1, 0.0))
            return
        if word in ordering_words("qualities"):
            yield walk.with_part(Part("told", at, 1, -0.05))
            return
        if self._is_told_of(token.root, group) and not (roots and self.names_product(at)):
            yield walk.with_part(Part("told", at, 1, 0.2))
            return
        if word in ordering_words("idle") or len(word) < _SHORTEST or word in EXTRA:
            return
        if group.places and not roots and self._is_told_of_something(token.root):
            yield walk.with_part(Part("told", at, 1, -0.3))
            return
        if walk.last == "marker":
            yield walk.with_part(Part("lacking", at, 1, -0.3))
            return
        if walk.strange >= _MOST_STRANGE or (walk.last == "quantity" and walk.named):
            return
        if roots and self.names_product(at):
            if walk.named and walk.last in ("name", "link", "trait", "told"):
                yield walk.with_part(Part("other", at, 1, -0.6 if not walk.strange else -1.2, (token.said,)))
            return
        score = -1.0 if not walk.named else -0.3 if walk.last == "link" else -0.6
        yield walk.with_part(Part("unknown", at, 1, score, (token.said,)))

    def _near(self, walk: Walk, group: Group) -> str:
        raise NotImplementedError

    def _is_told_of_something(self, root: str) -> bool:
        return bool(self.lexicon.described.get(root)) or root in self.lexicon.categories

    def _is_told_of(self, root: str, group: Group) -> bool:
        told = self.lexicon.described.get(root, ())
        return bool(group.places) and any(place in told for place in group.places)

    # Options --------------------------------------------------------------------------------------------------------

    def _options(self, walk: Walk, group: Group) -> Iterator[Walk]:
        """`avec frites et piment`, `sans oignon`, `frites piment`."""
        if not (walk.named or group.refers):
            return
        at, word = walk.at, self.word(walk.at)
        negated, linked, place = walk.chain == "without", False, walk.at
        if word in WITH or (word in ("et", "ni", "and") and walk.chain):
            linked, place = word in WITH or walk.chain == "with", place + 1
            negated = negated and word not in WITH
        if self.word(place) in _WITHOUT or (self.word(place) == "pas" and self.word(place + 1) in ("de", "d")):
            negated, linked, place = True, True, place + 1
        while self._article(place) or (
            linked
            and (
                self.word(place) in _MUCH | EXTRA | _ONES
                or self.word(place) in ordering_words("qualities")
                or self.word(place) in ordering_words("pieces")
            )
            and not self._option(place, group)[1]
        ):
            place += 1
        names, length = self._option(place, group, negated=negated)
        if not names and linked and not negated and place > at and self._bits(place, group) & TRAIT:
            said, length = self._value(place, group)
            said, length = (said, length) if said else self.shop_word(place)
            if said and not self._is_used(walk, said, "trait"):
                yield walk.with_part(Part("trait", at, place + length - at, 4.2, said))
        direct = not linked and not walk.chain
        if direct and place != at and not group.refers:
            return
        if names:
            role: Role = "without" if negated and not names[0].lower().startswith("sans ") else "option"
            score = 2.2 if direct else 4.2
            chain: Literal["with", "without"] = "without" if negated else "with"
            made = Part(role, at, place + length - at, score, names)
            yield walk.with_part(made, chain=chain if not direct else walk.chain)
        elif negated and linked and self._is_strange_option(place):
            made = Part("without", at, place + 1 - at, 0.8, (self.tokens[place].said,))
            yield walk.with_part(made, chain="without")

    def _is_strange_option(self, at: int) -> bool:
        if at >= len(self.tokens) or self.tokens[at].kind != "word" or self.phrase_at(at) or self.names_product(at):
            return False
        return self.word(at) not in ordering_words("idle") and not links(self.word(at))

    def _option(self, at: int, group: Group, *, negated: bool = False) -> tuple[tuple[str, ...], int]:
        """The options that these words name, and how many words they take."""
        raise NotImplementedError

    def _value(self, at: int, group: Group) -> tuple[tuple[str, ...], int]:
        """The value of several words that stands here whole, and how many tokens it takes."""
        raise NotImplementedError
