"""Takes what was shown or asked about: the entry of a list, `the second one`, `I take it`."""

import re
from collections.abc import Sequence

from comptoir.plugins.builtin.clerk.answering import each_of, pick_of, refine
from comptoir.plugins.builtin.clerk.choosing import ordinal
from comptoir.plugins.builtin.clerk.just_asked import each_asked
from comptoir.plugins.builtin.clerk.sale import Want
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.builtin.clerk.wanting import settle
from comptoir.plugins.shop.understanding import Act, Mention
from comptoir.plugins.text import words

_TAKES = re.compile(
    r"\b(?:prends|prend|veux|take)(?: (?:un|une|1|ca|it|celui la|celle la))? (?:avec|et|plus|with|and)\b"
)


def take_last(turn: Turn, acts: Sequence[Act]) -> None:
    """`I take it, with a scarf`: what was asked about, and the scarf besides."""
    mentions = [act.mention for act in acts if act.verb == "put" and act.mention is not None]
    if any(one.refers and not one.options and not one.without for one in mentions):
        return  # That is it already.
    named = {one.sku for act in acts if act.mention is not None for one in act.mention.found}
    if not turn.sale.is_open and turn.sale.last not in {"", *named} and _TAKES.search(" ".join(words(turn.text))):
        settle(turn, Want((turn.sale.last,), turn.sale.last_variants, 1))


def pick(turn: Turn, text: str) -> None:
    """The entry of the list that was shown last."""
    place = int(text) - 1 if text.isdecimal() and len(text) < 4 else -1
    if turn.answering is not None and text == "all":
        each_of(turn, 1)
    elif turn.answering is not None and (
        (turn.answering.kind == "choice" and turn.answering.products)
        or ordinal(turn.text, len(turn.answering.variants)) is not None
    ):
        pick_of(turn, turn.answering, place)
    elif turn.answering is not None and turn.answering.kind in ("choice", "variant"):
        # Variants bear no numbers: so many of whichever it is.
        refine(turn, Mention(quantity=place + 1, refers=True) if place >= 0 else Mention(refers=True))
    elif text == "all":
        each_asked(turn, len(turn.sale.listed))
    elif 0 <= place < len(turn.sale.listed):
        settle(turn, Want((turn.sale.listed[place],)))
