"""What a sentence tells, out of the few things that a clerk may tell: whatever else is in it makes it tell more."""

import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from comptoir.plugins.builtin.clerk.model.checking.figures import Figure, read
from comptoir.plugins.builtin.clerk.model.checking.goods import Goods, Subject
from comptoir.plugins.text import words

_TABLE = tomllib.loads(Path(__file__).with_name("glue.toml").read_text(encoding="utf-8"))
GLUE: Mapping[str, frozenset[str]] = {
    kind: frozenset(words(listed)) for kind, listed in _TABLE.items() if kind != "verbs"
}
VERBS: Mapping[str, frozenset[str]] = {kind: frozenset(listed.split()) for kind, listed in _TABLE["verbs"].items()}
_PARTS = re.compile(r",(?!\d)|\b(?:mais|but)\b|:|[()]")
_OR = re.compile(r"\b(?:et|ou|and|or)\b")
_IGNORED = re.compile(r"[^\w%/-]")

Flow = tuple[Subject | Figure | str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """Some parts of a sentence that tell one thing. `kind`: price, there, gone, lacks, cart, fee, ask or list."""

    kind: str
    flow: Flow

    @property
    def words(self) -> frozenset[str]:
        return frozenset(part for part in self.flow if isinstance(part, str))

    @property
    def has_money(self) -> bool:
        return _has_money(self.flow)

    @property
    def tells(self) -> bool:
        """It names something or says an amount."""
        return any(isinstance(part, Figure) or (isinstance(part, Subject) and part.names) for part in self.flow)


def told(sentence: str, goods: Goods, *, asks: bool) -> list[Told]:
    """What a folded sentence tells, one after the other. What goes on with a thing is told with it."""
    found: list[Told] = []
    before: Flow = ()
    for part in filter(str.strip, _PARTS.split(sentence)):
        flow = (*_flow(part, goods), ",")
        kind = _kind(flow, asks=asks)
        if kind in ("list", "money"):
            if found:
                found[-1] = Told(found[-1].kind, (*found[-1].flow, *flow))
            else:
                before = (*before, *flow)
            continue
        found.append(Told(kind, (*before, *flow)))
        before = ()
    if before:
        found.append(Told("price" if _has_money(before) else "list", before))
    return found


def foreign_word(one: Told, customer: Collection[str]) -> str:
    """A word that tells more than such a thing; empty where there is none. What is lacking, the customer names."""
    may = GLUE[one.kind] | (GLUE["price"] if one.has_money else frozenset())
    if one.kind == "ask" and not one.words & GLUE["marks"]:
        return "?"
    if one.kind == "price" and not one.has_money:
        return "no amount"
    for part in one.flow:
        if not isinstance(part, str) or part in may or _IGNORED.fullmatch(part):
            continue
        if one.kind != "lacks" or part not in customer:
            return part
    return ""


def _flow(part: str, goods: Goods) -> Iterator[Subject | Figure | str]:
    for piece, place in _pieces(part):
        if place:
            yield ","
        yield from read(piece, goods).flow


def _pieces(part: str) -> Iterator[tuple[str, int]]:
    for place, piece in enumerate(_OR.split(part)):
        yield piece, place


def _kind(flow: Flow, *, asks: bool) -> str:
    if asks:
        return "ask"
    said = {part for part in flow if isinstance(part, str)}
    denied = bool(said & VERBS["denied"])
    if said & VERBS["gone"] or "sold" in said or (denied and said & {"disponible", "disponibles", "available"}):
        return "gone"
    if said & VERBS["cart"] or any(isinstance(part, Subject) and "panier" in part.words for part in flow):
        return "cart"
    if denied and said & (VERBS["there"] | VERBS["fee"] | {"vendons", "faisons"}):
        return "lacks"
    if "plus" in said and not _has_money(flow):
        return "gone"
    if said & VERBS["there"]:
        return "there"
    if said & VERBS["fee"]:
        return "fee"
    if said & {"est", "sont", "coute", "coutent", "fait", "font", "c", "is", "are", "costs", "vaut", "celui"}:
        return "price"
    return "money" if _has_money(flow) else "list"


def _has_money(flow: Sequence[Subject | Figure | str]) -> bool:
    return any(isinstance(part, Figure) and part.money for part in flow)
