"""Whether every number in a reply is the shop's: what it is said of decides."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from comptoir.plugins.builtin.clerk.model.checking.amounts import Group, may_cost
from comptoir.plugins.builtin.clerk.model.checking.counts import wrong_count
from comptoir.plugins.builtin.clerk.model.checking.figures import Reading, read
from comptoir.plugins.builtin.clerk.model.checking.goods import Subject, terms_of
from comptoir.plugins.builtin.clerk.model.checking.shelf import Shelf


def wrong_number(sentences: Iterable[str], shelf: Shelf) -> str:
    """The first that is not the shop's; empty where none is."""
    carried: tuple[Subject, ...] = ()
    for sentence in sentences:
        reading = read(sentence, shelf.goods)
        if reading.unreadable:
            return reading.unreadable
        if wrong := wrong_count(reading, carried, shelf) or _wrong_amount(reading, carried, shelf):
            return wrong
        named = (part for part in reading.parts if isinstance(part, Subject) and part.kind in ("product", "zone"))
        carried = tuple(named) or carried
    return ""


def _wrong_amount(reading: Reading, carried: tuple[Subject, ...], shelf: Shelf) -> str:
    """An amount is said of what was named since the one before it; else of what follows, else of what was carried."""
    words = frozenset(reading.words)
    subjects: list[Subject] = []
    counts: list[int] = []
    of_sentence: list[Subject] = []
    all_named = tuple(part for part in reading.parts if isinstance(part, Subject))
    last: tuple[int, Group] | None = None
    for part in reading.parts:
        if isinstance(part, Subject):
            named = _as_option(part, (*carried, *of_sentence), shelf)
            if not _is_told_of(named, of_sentence, shelf):
                subjects.append(named)
                of_sentence.append(named)
        elif not part.money:
            counts.append(part.value)
        else:
            before = _with_products(subjects, of_sentence, carried)
            group = Group(before or all_named or carried, tuple(counts), words)
            if not may_cost(part.value, group, shelf):
                return str(part.value)
            last = (part.value, group) if before else None
            subjects, counts = [], []
    return str(last[0]) if last and not _may_cost_with(*last, subjects, shelf) else ""


def _may_cost_with(amount: int, group: Group, behind: Sequence[Subject], shelf: Shelf) -> bool:
    """`2 500 F with chips`: what stands behind an amount belongs to it, too."""
    named = {name for subject in group.subjects for name in subject.names}
    more = tuple(subject for subject in behind if subject.whole or not subject.names & named)
    if not more:
        return True
    return may_cost(amount, replace(group, subjects=(*group.subjects, *more)), shelf)


def _with_products(
    subjects: Sequence[Subject], of_sentence: Sequence[Subject], carried: tuple[Subject, ...]
) -> tuple[Subject, ...]:
    """`entier 6 500 F` goes on with the product that was named last; so does `+ frites 500 F`."""
    kinds = {subject.kind for subject in subjects}
    if kinds == {"delivery"} and not of_sentence[len(subjects) :]:
        # `We deliver there. The fee is …`
        return tuple(one for one in carried if one.kind == "zone") or tuple(subjects)
    if not kinds or "product" in kinds or not kinds <= {"trait", "option"}:
        return tuple(subjects)
    named = [subject for subject in (*carried, *of_sentence) if subject.kind == "product"]
    return (*named[-1:], *subjects)


def _as_option(subject: Subject, before: Sequence[Subject], shelf: Shelf) -> Subject:
    """`attiéké` beside a dish that takes it is the option, and not the product of that name."""
    takes = any(
        option.name == subject.option
        for one in before
        if one.kind == "product"
        for sku in one.names
        for option in shelf.goods.products[sku].options
    )
    return Subject("option", frozenset((subject.option,))) if subject.option and takes else subject


def _is_told_of(subject: Subject, before: Sequence[Subject], shelf: Shelf) -> bool:
    """`rice with fish` is said of the dish that was named, as its description says, and is no dish itself."""
    if subject.kind != "product" or subject.whole:
        return False
    told = [shelf.goods.products[sku].description for one in before if one.whole for sku in one.names]
    return any(set(subject.words) <= set(terms_of(text)) for text in told)
