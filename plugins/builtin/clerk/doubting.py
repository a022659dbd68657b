"""What is not sure: asked about, said back, taken for the answer that was asked for, or left to a person at last."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from comptoir.plugins.builtin.clerk import delivering, prices_said
from comptoir.plugins.builtin.clerk.coverage import unread
from comptoir.plugins.builtin.clerk.sale import Asked, Want
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.shop.understanding import Act
from comptoir.plugins.text import fold, words

_NAME = re.compile(r"[^\W\d_a-zà-ÿ][\w'’-]+(?: [^\W\d_a-zà-ÿ][\w'’.-]*){0,2}")
"""One to three words that begin in capitals."""
_PLACE = re.compile(
    r"\d|\b(?:rue|derriere|pres|face|villa|maison|quartier|carrefour|immeuble|cite|marche|route|avenue)\b"
)
OF_CART = frozenset(("put", "set_quantity", "replace"))
MOST_ANSWER = 120
"""Characters of a name or an address."""
MOST_NAMES = 5
MOST_ASKED = 3
"""Times that the same is asked about a want, while nothing is put in the cart."""


def ask_what_was_meant(turn: Turn, acts: Sequence[Act]) -> None:
    """What speaks of the cart and changes nothing in it was not understood, unless it says again what is there."""
    mentions = [act.mention for act in acts if act.verb in OF_CART and act.mention is not None]
    changed = (
        (turn.before.lines, turn.before.note) != (turn.draft.lines, turn.draft.note)
        or turn.sale.wants != turn.open_before
        or turn.effects
        or turn.hand_over
    )
    if (
        turn.agreed
        or not mentions
        or changed
        or turn.said
        or not turn.draft.lines
        or any(one.quantity is not None for one in mentions)
    ):
        return
    want = Want((), kind="choice", said=" ".join(turn.text.split()), unclear=True)
    turn.sale = replace(turn.sale, wants=(want, *turn.sale.wants))
    turn.understood = True


def ask_about_the_rest(turn: Turn, acts: Sequence[Act]) -> None:
    """A number or a ware of a message that speaks of the cart, and that nothing was made of."""
    if not any(act.verb in OF_CART and act.mention is not None for act in acts) or turn.hand_over or turn.agreed:
        return
    money = prices_said.figures(turn.text)
    if rest := [word for word in unread(turn.text, acts, turn.lexicon) if word not in money]:
        want = Want((), kind="choice", said=" ".join(rest), unclear=True)
        turn.sale = replace(turn.sale, wants=(*turn.sale.wants, want))


def take_for_answer(turn: Turn) -> None:
    """A name or an address may be any words: the summary shows what they were taken for."""
    said = turn.text.strip()
    if "?" in said or not said or len(said) > MOST_ANSWER:
        return
    if turn.sale.asked.kind == "name" and len(words(said)) <= MOST_NAMES and not _PLACE.search(fold(said)):
        turn.forget_missed()
        delivering.name(turn, said)
    elif turn.sale.asked.kind == "confirm" and _NAME.fullmatch(said):
        delivering.name(turn, said)
    elif turn.sale.asked.kind == "address" and len(words(said)) > 1:
        turn.forget_missed()
        delivering.address(turn, said)


def give_up(turn: Turn) -> None:
    """What they were asked about often enough is for a person."""
    first = next(iter(turn.sale.wants), None)
    if first is not None and first.times >= MOST_ASKED and turn.before.lines == turn.draft.lines:
        turn.hand_over = turn.say("reason_lost")
        turn.answer("handed_over")
        turn.sale = replace(turn.sale.without_first(), asked=Asked())


def not_read(turn: Turn) -> Iterable[str]:
    """What of the message nothing was made of, where something else was."""
    said = " ".join(" ".join(turn.not_read).split())
    if said and turn.understood:
        yield turn.say("not_read", said=said[:100])
