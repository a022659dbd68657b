"""What happens where the clerk does not understand: once more, a word to the owner, or a person."""

import re
from dataclasses import replace

from comptoir.plugins.api import Context
from comptoir.plugins.builtin.clerk import cart, wares
from comptoir.plugins.builtin.clerk.caution import bargains
from comptoir.plugins.builtin.clerk.course import question
from comptoir.plugins.builtin.clerk.sale import Asked, Sale, Want
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.builtin.explaining import explain
from comptoir.plugins.builtin.handover.asking import asks_for_a_person, asks_something
from comptoir.plugins.builtin.handover.summary import called
from comptoir.plugins.text import fold, one_line, words

_CHANGE = re.compile(
    r"\d|\b(?:non|pas|finalement|plutot|attends|attendez|correction|erreur|trompe|pardon|enlev\w*|retir\w*|chang\w*"
    r"|remplac\w*|lieu|aussi|ajout\w*|rajout\w*|deux|trois|quatre|cinq|six|dix|douze|not|instead|add|remove"
    r"|sans?|ss|supplement\w*|supp?|extra|mieux|prefer\w*|taille|pointure|couleur|moitie|pareil\w*"
    r"|petite?s?|grande?s?|grosse?s?|moyen\w*|simples?|doubles?|rouges?|noire?s?|blanc\w*|bleue?s?|verte?s?|jaunes?"
    r"|roses?|with|without|bigger|smaller)\b"
)
"""What seems to change the order must not be passed over."""
_NOTE = re.compile(
    r"\b(?:trop|peu|cuit\w*|chaud\w*|froid\w*|allergi\w*|appel\w*|sonn\w*|urgent\w*|vite|emball\w*|sale|sel|sucre"
    r"|epice\w*|piment\w*)\b"
)
"""What whoever prepares or brings it is to know."""
_COMPLAINT = re.compile(
    r"\b(?:reclam\w*|plainte|rembours\w*|arnaqu\w*|escroc\w*|voleurs?|mauvaise qualite|pas content\w*|refund|scam)\b"
)
_COSTLY = re.compile(r"\b(?:cher|chere|prix|expensive)\b")
MOST_NOTED = 120
MAX_SHOWN = 500
"""Characters of their message that a notice repeats."""
MOST = 2
"""Messages running that are not understood before a person goes on."""


def go_on(context: Context, turn: Turn) -> Sale | None:
    """Answer a message that nobody had an answer to; None where it is not the clerk's, and nothing is done."""
    if not words(turn.text):
        # A slip of the finger.
        return None
    if asks_for_a_person(turn.text) or complains(turn.text):
        turn.hand_over = context.wording("reason_person")
        hand_over(context, turn)
        return turn.sale
    if not turn.sale.is_open:
        return None
    asks = question(turn, turn.sale.asked)
    if asks_something(turn.text) or bargains(turn.text):
        explain(context, "une question sans réponse, au milieu d'une commande", "a question without an answer")
        context.reply("\n\n".join(filter(None, (context.wording("passed_on"), asks))))
        notice = context.wording("question_notice", **_who(context), said=one_line(turn.text, MAX_SHOWN))
        context.notify(notice, turn.config.to)
        return turn.sale
    if (
        turn.draft.lines
        and _NOTE.search(fold(turn.text))
        and not _COSTLY.search(fold(turn.text))
        and len(turn.text) <= MOST_NOTED
    ):
        note = "; ".join(filter(None, (turn.draft.note, " ".join(turn.text.split()))))
        turn.take(cart.noted(turn.draft, note))
        context.reply("\n\n".join(filter(None, (context.wording("noted"), question(turn, turn.sale.asked)))))
        return turn.sale
    of_it = turn.sale.asked.kind == "address" and turn.text.strip().isdigit()  # a house's number, not all of it
    if turn.draft.lines and turn.answering is None and not of_it and _CHANGE.search(fold(turn.text)):
        want = Want((), kind="choice", said=" ".join(turn.text.split()), unclear=True, times=1)
        turn.sale = replace(turn.sale, wants=(want,), asked=Asked("choice"))
        context.reply(question(turn, turn.sale.asked))
        return turn.sale
    lost = turn.sale.lost + 1
    if lost >= MOST:
        turn.hand_over = context.wording("reason_lost")
        hand_over(context, turn, unsure=True)
        return replace(turn.sale, lost=0)
    explain(context, "pas compris : il faut le dire autrement", "not understood: it has to be said differently")
    context.reply("\n\n".join(filter(None, (context.wording("again"), asks))))
    return replace(turn.sale, lost=lost)


def complains(text: str) -> bool:
    """Whether it is about something that went wrong: no clerk's business."""
    return bool(_COMPLAINT.search(fold(text)))


def hand_over(context: Context, turn: Turn, said: str = "", *, unsure: bool = False) -> None:
    """A person goes on, and reads what was wanted; the customer is told so after what was `said`. `unsure`: nothing
    here had an answer.
    """
    context.explain(turn.hand_over)
    context.reply(said or context.wording("handed_over"))
    # {number} stays: the conversation may only begin with this message.
    notice = context.wording(
        "handover_notice",
        **_who(context),
        reason=turn.hand_over,
        said=one_line(turn.text, MAX_SHOWN),
        lines=wares.pieces(turn.catalogue, turn.draft.lines),
    )
    context.hand_over(turn.hand_over[:100], notice.replace("\n\n\n", "\n\n"), turn.config.to, unsure=unsure)


def _who(context: Context) -> dict[str, str]:
    return {"customer": called(context), "chat": context.contact.chat}
