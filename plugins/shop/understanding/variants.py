"""Which variants of a product the words that were said leave."""

from collections.abc import Iterable, Sequence
from fractions import Fraction

from comptoir.plugins.shop.understanding.kinds import figures, is_figure
from comptoir.plugins.shop.understanding.lexicon import Entry, Lexicon, Roots
from comptoir.plugins.shop.understanding.measures import is_base, parted
from comptoir.plugins.shop.understanding.roots import root_of
from comptoir.plugins.text import words

_ORDER = (
    ("mini",),
    ("petit", "s"),
    ("moyen", "normal", "simple", "m"),
    ("grand", "gros", "l"),
    ("geant", "familial", "xl"),
)
"""Words of sizes, the smallest first."""
_SHORTEST = 3


def values_said(entry: Entry, said: Sequence[Roots]) -> tuple[str, ...]:
    """The values of the product's variants that these words tell, in the order of the axes; where no variant has all
    that was said, each value that was said whole.
    """
    if not said:
        return ()
    roots = _roots(entry)
    told = said
    variants = [tuple(value for _, value in variant.traits) for variant in entry.product.variants]
    scored = [(_told(own, told, roots), own) for own in variants]
    most = max((score for score, _ in scored), default=(0, 0.0))
    if most[0] < len(told):
        return _each_whole(roots, told)
    best = [own for score, own in scored if score == most]
    found = []
    for axis in range(len(best[0])):
        values = {own[axis] for own in best if axis < len(own)}
        if len(values) == 1:
            (value,) = values
            if any(_matches(value, one, roots) for one in told):
                found.append(value)
    return tuple(sorted(found, key=lambda value: _first(value, told, roots)))


def _first(value: str, told: Sequence[Roots], roots: dict[str, Roots]) -> int:
    """Where it was said."""
    return next((at for at, one in enumerate(told) if _matches(value, one, roots)), len(told))


def comes_in_all(entry: Entry, said: Sequence[Roots]) -> bool:
    """Whether a variant of the product has all that was said."""
    roots = _roots(entry)
    variants = ([value for _, value in variant.traits] for variant in entry.product.variants)
    return any(_told(own, said, roots)[0] == len(said) for own in variants)


def _roots(entry: Entry) -> dict[str, Roots]:
    """Of each value, the longest form."""
    found: dict[str, Roots] = {}
    for told, values in entry.traits.items():
        for value in values:
            if len(told) > len(found.get(value, ())):
                found[value] = told
    return found


def _matches(value: str, one: Roots, roots: dict[str, Roots]) -> bool:
    own = roots.get(value, ())
    return all(word in own or _is_figure_of(value, word) for word in one)


def _is_figure_of(value: str, word: str) -> bool:
    return is_figure(word) and word in figures(value)


def _told(own: Sequence[str], told: Sequence[Roots], roots: dict[str, Roots]) -> tuple[int, float]:
    """How much of what was said is of this variant; then how much of it was said."""
    matched = sum(any(_matches(value, one, roots) for value in own) for one in told)
    flat = {word for one in told for word in one}
    covered = 0.0
    for value in own:
        if any(_matches(value, one, roots) for one in told):
            of = roots.get(value, ()) or (value,)
            covered += sum(word in flat for word in of) / len(of) - 1
    return matched, round(covered, 3)


def _each_whole(roots: dict[str, Roots], told: Sequence[Roots]) -> tuple[str, ...]:
    found: list[str] = []
    for one in told:
        for value, own in roots.items():
            whole = own == one or (len(one) == 1 and _is_figure_of(value, one[0]))
            if whole and value not in found:
                found.append(value)
    return tuple(found)


def sizes_in_order(entry: Entry, traits: Sequence[str] = ()) -> list[str]:
    """The sizes that a product comes in, of those with these traits, the smallest first; nothing for one alone."""
    measures = {
        value: parts[0]
        for told, values in entry.traits.items()
        for value in values
        if len(told) == 1 and (parts := parted(told[0])) is not None and is_base(parts[1])
    }
    if not measures:
        measures = _by_words(entry)
    having = [{value for _, value in variant.traits} for variant in entry.product.variants]
    among = {value for own in having if own.issuperset(traits) for value in own if value in measures}
    sizes = sorted((measures[value], value) for value in among)
    return [value for _, value in sizes] if len(sizes) > 1 else []


def _by_words(entry: Entry) -> dict[str, Fraction]:
    found: dict[str, Fraction] = {}
    for variant in entry.product.variants:
        for _, value in variant.traits:
            said = [root_of(word) for word in words(value)]
            at = next((place for place, group in enumerate(_ORDER) for one in group if said == [one]), None)
            if at is not None:
                found[value] = Fraction(at)
    return found


def options_named(lexicon: Lexicon, places: Iterable[int], told: Roots, *, negated: bool) -> tuple[str, ...]:
    """The options of these products that are called so."""
    found: dict[str, None] = {}
    for place in places:
        own = lexicon.entries[place].options
        if negated and ("sans", *told) in own:
            found[own["sans", *told]] = None
        elif told in own:
            found[own[told]] = None
    return tuple(found)


def options_begun(lexicon: Lexicon, places: Iterable[int], first: str) -> tuple[str, ...]:
    """The only option whose name has this word: `emballage`, `pimenté`."""
    found = {
        name: None
        for place in places
        for roots, name in lexicon.entries[place].options.items()
        if roots[:1] == (first,)
    }
    return tuple(found) if len(found) == 1 and len(first) > _SHORTEST else ()
