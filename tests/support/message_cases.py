"""The labelled messages of `tests/corpus/messages`: played each in a new shop, with what came of it.

As a command, it prints the figures of each file, and the course of what did not come out right; with names of files or
ids, of these alone.
"""

import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from order_corpus import shop_of

from comptoir.plugins.builtin.clerk.sale import Sale
from comptoir.plugins.shop.model import CartLine, Draft
from comptoir.plugins.testing import Play
from comptoir.plugins.testing.memory import Memory

CORPUS = Path(__file__).parents[1] / "corpus" / "messages"
Verdict = Literal["right", "asked", "WRONG"]
_OPEN = frozenset(("variant", "choice", "quantity", "option", "stock", "again", "cancel"))
"""Questions about what is to be in the cart."""


@dataclass(frozen=True, slots=True)
class Case:
    """What is written to a shop, after what, and what the cart has to be then."""

    file: str
    id: str
    shop: str
    before: tuple[str, ...]
    say: str
    cart: frozenset[CartLine] | None
    asks: tuple[str, ...]
    """Questions of which one must be asked; empty: none about the cart may be."""
    where: str | None
    details: tuple[tuple[str, str], ...]
    """What the draft's `address`, `name` and `time` must hold."""
    says: tuple[str, ...]
    """What must stand in the reply."""
    placed: bool | None


@dataclass(frozen=True, slots=True)
class Tried:
    case: Case
    verdict: Verdict
    course: tuple[str, ...]
    got: str


def cases() -> list[Case]:
    return [
        _case(file.stem, table)
        for file in sorted(CORPUS.glob("*.toml"))
        for table in tomllib.loads(file.read_text(encoding="utf-8"))["case"]
    ]


def tried(case: Case) -> Tried:
    play = shop_of(case.shop)
    play.memory = Memory(play.tenant, {})
    person = play.customer("", "+221770000000")
    course: list[str] = []
    for text in case.before:
        course += _said(play, person, text)
    was, earlier = _sale(play, person).draft, set(play.shop.placed)
    answer = _said(play, person, case.say)
    sale = _sale(play, person)
    orders = [order.draft for number, order in sorted(play.shop.placed.items()) if number not in earlier]
    draft = orders[-1] if orders else sale.draft
    handed_over = person.chat.conversation.state == "pending"
    verdict: Verdict = "WRONG"
    if _is_right(case, _After(was, draft, sale.asked.kind, bool(orders), " ".join(answer[1:]))):
        verdict = "right"
    elif not orders and frozenset(sale.draft.lines) == frozenset(was.lines):
        verdict = "asked"
    state = "handed over" if handed_over else f"asks {sale.asked.kind or 'nothing'}"
    return Tried(case, verdict, (*course, *answer), f"{_shown(draft)}; {state}{'; placed' if orders else ''}")


@dataclass(frozen=True, slots=True)
class _After:
    was: Draft
    draft: Draft
    asked: str
    placed: bool
    answer: str


def _is_right(case: Case, after: _After) -> bool:
    plain = after.answer.replace("\u202f", " ").replace("\xa0", " ").casefold()
    draft = after.draft
    return (
        frozenset(draft.lines) == (frozenset(after.was.lines) if case.cart is None else case.cart)
        and (after.asked in case.asks if case.asks else after.asked not in _OPEN)
        and (case.where is None or (draft.zone or draft.delivery) == case.where)
        and all(held.casefold() in getattr(draft, name).casefold() for name, held in case.details)
        and all(one.casefold() in plain for one in case.says)
        and (case.placed is None or case.placed is after.placed)
    )


def _sale(play: Play, person: Any) -> Sale:
    sale = Sale.of_json(play.state("clerk", "sale", person))
    lines = tuple(replace(line, options=tuple(sorted(line.options))) for line in sale.draft.lines)
    return replace(sale, draft=replace(sale.draft, lines=lines))


def _said(play: Play, person: Any, text: str) -> list[str]:
    heard = person.says(text)
    if heard.faults:
        raise RuntimeError(f"{text}: {heard.faults}")
    later = play.passes(seconds=10)
    lines = [line for said in (*heard.texts, *later.texts) for line in said.split("\n")]
    return [f"> {text}", *(f"    {line}" for line in lines)]


def _shown(draft: Draft) -> str:
    lines = ", ".join(
        " ".join((line.sku, str(line.quantity), *(f"+{one}" for one in line.options))) for line in draft.lines
    )
    kept = (draft.zone or draft.delivery, draft.address, draft.name, draft.time)
    return f"[{lines}] {' | '.join(filter(None, kept))}"


def _case(file: str, table: dict[str, Any]) -> Case:
    return Case(
        file,
        table["id"],
        table["shop"],
        tuple(table.get("before", ())),
        table["say"],
        frozenset(map(_line, table["cart"])) if "cart" in table else None,
        tuple(table.get("asks", ())),
        table.get("where"),
        tuple((name, table[name]) for name in ("address", "name", "time") if name in table),
        tuple(table.get("says", ())),
        table.get("placed"),
    )


def _line(text: str) -> CartLine:
    """Of `poulet-braise 2 +frites +sans oignon`."""
    head, *options = (part.strip() for part in text.split("+"))
    sku, quantity = head.split()
    return CartLine(sku, int(quantity), tuple(sorted(options)))


def figures(every: Sequence[Tried]) -> str:
    count = {verdict: sum(one.verdict == verdict for one in every) for verdict in ("right", "asked", "WRONG")}
    share = count["right"] / max(1, len(every))
    return f"{count['right']}/{len(every)} right ({share:.1%}), {count['asked']} asked, {count['WRONG']} wrong"


def _told(one: Tried) -> Iterator[str]:
    case = one.case
    yield f"=== {case.id} · {case.shop} · {one.verdict}"
    yield from one.course
    wanted = "as before" if case.cart is None else _shown(Draft(tuple(case.cart)))
    rest = {name: getattr(case, name) for name in ("asks", "where", "details", "says", "placed")}
    yield f"  wanted: {wanted} {({name: value for name, value in rest.items() if value not in (None, ())}) or ''}"
    yield f"  got: {one.got}"


def main(arguments: Sequence[str]) -> None:
    names = set(arguments)
    every = [tried(case) for case in cases() if not names or {case.file, case.id} & names]
    for one in every:
        if one.verdict != "right" or one.case.id in names:
            print("\n".join(_told(one)), end="\n\n")
    for file in sorted({one.case.file for one in every}):
        print(f"{file}: {figures([one for one in every if one.case.file == file])}")
    print(f"all: {figures(every)}")


if __name__ == "__main__":
    main(sys.argv[1:])
