"""Who writes STOP gets no automatic message until they write REPRISE; no tenant can switch this off."""

from typing import Literal

from comptoir.plugins.api import Context, Message, Plugin, Verdict
from comptoir.plugins.text import words

SINCE = "since"
"""The key of its state that is there for who asked for silence."""
_LEAVING = frozenset({"stop", "stopper", "arret", "arreter", "arretez", "desabonner", "desinscrire", "unsubscribe"})
_RETURNING = frozenset({"reprise", "reprendre", "start", "unstop"})
# What people add to a request without making another of it.
_POLITE = frozenset({"svp", "stp", "merci", "please", "thanks", "s", "il", "vous", "te", "plait", "tout", "all"})

_LEFT = {
    "fr": "C'est noté : {shop} ne vous enverra plus de message automatique. Pour revenir, écrivez REPRISE.",
    "en": "Noted: you will get no more automatic messages from {shop}. To come back, write START.",
}
_BACK = {
    "fr": "Content de vous retrouver ! Les réponses automatiques de {shop} reprennent.",
    "en": "Good to have you back! The automatic answers of {shop} are on again.",
}


class OptOut(Plugin):
    """State: `since`, the time of the request, for each contact who asked for silence."""

    name = "optout"

    async def message(self, context: Context, message: Message) -> Verdict:
        left = await context.get(SINCE) is not None
        wish = read_wish(message.text)
        if wish == "leave" and not left:
            context.put(SINCE, context.now.isoformat())
            context.reply(_LEFT[context.tenant.language].replace("{shop}", context.tenant.name))
        elif wish == "return" and left:
            context.put(SINCE, None)
            context.reply(_BACK[context.tenant.language].replace("{shop}", context.tenant.name))
        elif not left:
            return Verdict.CONTINUE
        return Verdict.STOP


def read_wish(text: str) -> Literal["leave", "return"] | None:
    """What the last line that is only such a word asks for: `Arrêt svp` is one, `l'arrêt de bus` is not."""
    wish: Literal["leave", "return"] | None = None
    for line in text.splitlines():
        said = set(words(line)) - _POLITE
        if said and said <= _LEAVING:
            wish = "leave"
        elif said and said <= _RETURNING:
            wish = "return"
    return wish
