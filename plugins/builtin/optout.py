"""Who writes STOP gets no automatic message until they write REPRISE; no tenant can switch this off."""

import re
from typing import ClassVar, Literal

from comptoir.plugins.api import Context, Message, Plugin, Verdict
from comptoir.plugins.builtin.explaining import explain
from comptoir.plugins.text import words

SINCE = "since"
"""The key of its state that is there for who asked for silence."""


def _squeezed(word: str) -> str:
    """A letter counts once, however often it is repeated: `STOPPP`, `aret` and `arrret` are only misspelt."""
    return re.sub(r"(.)\1+", r"\1", word)


def _all(*listed: str) -> frozenset[str]:
    return frozenset(_squeezed(word) for line in listed for word in line.split())


_LEAVING = _all(
    "stop stopper stoppez arret arrete arreter arretez optout unsubscribe",
    "desabonner desabonnez desabonne desabonnement desinscrire desinscrivez desinscription",
)
_RETURNING = _all("reprise reprendre reprenez start unstop reabonner reabonnez reabonnement resubscribe")
# What people add to a request without making another of it.
_POLITE = _all("svp stp merci please thanks s il vous te plait tout all bonjour bonsoir ok accord ca rien")
_WHAT = _all(
    "pub pubs publicite publicites message messages msg sms notification notifications spam texting messaging ads"
)
_AROUND = _all(
    "me m moi je veux voudrais souhaite de d des du la le les l ces vos cette aux pour envoyer",
    "a from your the to my this",
)
# Whole requests without any of the words above, in whatever order.
_REFUSING = tuple(
    _all(request)
    for request in (
        "ne envoyez plus", "n envoyez plus", "envoyez plus", "ne envoie plus", "ne ecrivez plus", "n ecrivez plus",
        "ne contactez plus", "ne plus recevoir", "plus recevoir", "opt out", "no more",
    )
)  # fmt: skip

# What may follow a STOP at the beginning of a line, and one word of the first of these must.
_ALONE = _all("plus rien jamais tranquille recevoir recois deranger derangez alone anymore never")
_LEAVING_ALONE = _all(
    "ne n pas ecrire ecrivez ecris envoyer envoyez envoie contacter contactez laisser laissez laisse",
    "do don t not send sending write writing contact leave again",
)
_SIGN = "\N{OCTAGONAL SIGN}"


class OptOut(Plugin):
    """State: `since`, the time of the request, for each contact who asked for silence."""

    name = "optout"
    always = True
    texts: ClassVar = {
        "left": (
            "C'est noté : {shop} ne vous enverra plus de message automatique. Pour revenir, écrivez REPRISE.",
            "Noted: you will get no more automatic messages from {shop}. To come back, write START.",
        ),
        "told": (
            "🛑 {customer} a écrit STOP : plus rien d'automatique ne part. La conversation {number} reste à vous.",
            "🛑 {customer} wrote STOP: nothing automatic goes out any more. Conversation {number} is still yours.",
        ),
        "back": (
            "Content de vous retrouver ! Les réponses automatiques de {shop} reprennent.",
            "Good to have you back! The automatic answers of {shop} are on again.",
        ),
    }

    async def message(self, context: Context, message: Message) -> Verdict:
        left = await context.get(SINCE) is not None
        wish = read_wish(message.text)
        if wish == "leave" and not left:
            context.put(SINCE, context.now.isoformat())
            context.reply(self._farewell(context))
            self._tell(context)
            explain(
                context, "le client ne veut plus de message automatique", "the customer wants no automatic messages"
            )
        elif wish == "return" and left:
            context.put(SINCE, None)
            context.reply(context.wording("back"))
            explain(context, "le client revient", "the customer comes back")
        elif left:
            explain(
                context,
                "ce client a écrit STOP : rien ne part avant qu'il écrive REPRISE",
                "this customer wrote STOP: nothing goes out before they write START",
            )
        else:
            return Verdict.CONTINUE
        return Verdict.STOP

    def _tell(self, context: Context) -> None:
        """Whoever has the chat, or whom the customer waits for, sees no robot that says it."""
        conversation = context.conversation
        if conversation.state == "pending" or conversation.agent is not None:
            number, customer = str(conversation.number), context.contact.name or context.contact.chat
            context.notify(context.wording("told", customer=customer, number=number), (conversation.agent or "owner",))

    def _farewell(self, context: Context) -> str:
        """The tenant may word it, and not leave out the way back."""
        text = context.wording("left")
        if any(_squeezed(word) in _RETURNING for word in words(text)):
            return text
        way_back = "To come back, write START." if context.tenant.language == "en" else "Pour revenir, écrivez REPRISE."
        return f"{text} {way_back}"


def read_wish(text: str) -> Literal["leave", "return"] | None:
    """What the last line that is only such a request asks for: `Arrêt svp` is one, `l'arrêt de bus` is not."""
    wish: Literal["leave", "return"] | None = None
    for line in text.splitlines():
        said = [_squeezed(word) for word in _spelt(line)]
        heard = set(said) - _POLITE
        meant = heard - _WHAT - _AROUND
        if line.strip() == _SIGN or _begins_with_stop(said):
            wish = "leave"
        elif not meant:
            continue
        elif meant <= _LEAVING or meant in _REFUSING or (meant == {"plus"} and heard & _WHAT):
            wish = "leave"
        elif meant <= _RETURNING:
            wish = "return"
    return wish


def _spelt(line: str) -> list[str]:
    """The words of a line; `S T O P` is one."""
    said = words(line)
    return ["".join(said)] if all(len(word) == 1 for word in said) else said


def _begins_with_stop(said: list[str]) -> bool:
    """`STOP, je ne veux plus rien recevoir`, but not `stop la commande`."""
    rest = set(said[1:])
    known = _ALONE | _LEAVING_ALONE | _LEAVING | _WHAT | _AROUND | _POLITE
    return bool(said) and said[0] in _LEAVING and not rest.isdisjoint(_ALONE) and rest <= known
