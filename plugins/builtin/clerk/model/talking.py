"""One message through the model: a few calls, a text that is checked, or nothing at all."""

from collections.abc import Sequence
from dataclasses import replace

from comptoir.plugins.api import Context, Message
from comptoir.plugins.builtin.clerk.model.bench import Bench
from comptoir.plugins.builtin.clerk.model.checking import Known, why_wrong
from comptoir.plugins.builtin.clerk.model.prompt import prompt
from comptoir.plugins.builtin.clerk.model.tools import TOOLS
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.builtin.explaining import explain
from comptoir.plugins.models import Completion, ModelFailed, Said
from comptoir.plugins.shop.understanding import Act

MOST_CALLS = 4
"""Tools that are carried out for one message."""
MOST_TOKENS = 1_000
"""Of one answer, with what some models think before it."""

_ANSWERS = frozenset(("yes", "no"))
_OF_ORDERS = frozenset(("cancel", "again", "ask_order", "reference", "ask_photo"))


def is_formal(turn: Turn, acts: Sequence[Act]) -> bool:
    """What is never a model's: a yes or no to the open question, and what is about orders that were made."""
    verbs = {act.verb for act in acts}
    return bool(verbs & _OF_ORDERS) or bool(turn.sale.asked.kind and verbs <= _ANSWERS)


async def converse(context: Context, message: Message, turn: Turn) -> bool:
    """Have the model answer: what it did is in `turn` then. False: nothing was changed, and the offline brain answers.

    What the model says about the cart is never all that the customer reads of it: what has become of the cart, and the
    next question, are added by `dialogue.finish`.
    """
    bench = Bench(context, turn.lexicon, turn.shop, turn.draft)
    try:
        text, texts = await _talk(context, message, bench, turn)
    except ModelFailed as failed:
        explain(context, f"le modèle n'a pas répondu : {failed}", f"the model did not answer: {failed}")
        return False
    if not text and not bench.confirmed and not bench.handed_over:
        return False
    known = Known(context.tenant, bench, turn.draft, texts, turn.config)
    if text and (why := await why_wrong(text, known)):
        explain(context, f"la réponse du modèle a été refusée : {why}", f"the model's answer was refused: {why}")
        return False
    _take(turn, bench, text)
    return True


async def _talk(context: Context, message: Message, bench: Bench, turn: Turn) -> tuple[str, tuple[str, ...]]:
    """What it says in the end, and the shop's texts that it was given. Raises ModelFailed."""
    said, texts = await prompt(context, message, bench, turn.config)
    done = 0
    while True:
        completion = await _ask(context, said, turn, may_call=done < MOST_CALLS)
        calls = completion.calls[: MOST_CALLS - done]
        if not calls:
            return completion.text.strip(), texts
        said.append(Said("model", completion.text, calls))
        for call in calls:
            said.append(Said("result", await bench.run(call), answers=call.id))
        done += len(calls)


async def _ask(context: Context, said: list[Said], turn: Turn, *, may_call: bool) -> Completion:
    tools = TOOLS if may_call else ()
    model = turn.config.model or ""
    return await context.ask_model(model, said, tools, most_tokens=MOST_TOKENS, limits=turn.config.limits.limits())


def _take(turn: Turn, bench: Bench, text: str) -> None:
    """What has come of it, into the turn of the offline brain, which goes on from there."""
    changed = bench.draft != turn.draft
    turn.shop = bench.shop
    turn.sale = replace(turn.sale, draft=bench.draft, wants=() if changed else turn.sale.wants)
    if text:
        turn.said.append(text)
    if bench.handed_over:
        turn.hand_over = turn.say("reason_model")
    turn.understood = True
