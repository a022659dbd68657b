"""Payment by hand, on the customer's side: what they show of a transfer waits for the owner's word.

What is said of it, to both, is said where it is written down: only there it is known whether a reference was new.
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from comptoir.plugins.api import Context, Message
from comptoir.plugins.builtin.clerk.config import ClerkConfig
from comptoir.plugins.builtin.explaining import explain
from comptoir.plugins.shop.model import MarkPayment, Order
from comptoir.plugins.shop.money import looks_like_amount
from comptoir.plugins.text import words

TEXTS: Mapping[str, tuple[str, str]] = {
    "ask_reference": (
        "Merci ! Envoyez-nous la référence du transfert, ou une capture d'écran, pour la commande n° {number}.",
        "Thank you! Send us the reference of the transfer, or a screenshot, for order no. {number}.",
    ),
    "being_checked": (
        "Merci ! Nous vérifions votre paiement de la commande n° {number}, et vous le dirons.",
        "Thank you! We are checking your payment of order no. {number}, and will tell you.",
    ),
}

ASKED = "reference asked"
"""State of a contact: when they were asked for a reference."""
SOON = timedelta(hours=2)
RECENT = timedelta(days=7)
"""How long after an order a picture is taken for its payment."""


def _set(spelt: str) -> frozenset[str]:
    return frozenset(spelt.split())


_PAYING = _set(
    "paie paye paiement payement payer paiements payment paid wave orange money om momo mtn moov airtel free transfert"
    " transfer transfere depot versement recu receipt capture screenshot preuve proof"
)
_AROUND = _set(
    "bonjour bonsoir salut merci svp stp voila voici le la l un une de du d ma mon c est ok fait envoye je j ai pour"
    " commande et here is the my for order done sent thanks please it"
)
_LEADING = _set("ref reference id tid txid txn code transaction transfert transfer numero n wave om momo")
_REFERENCE = re.compile(r"(?=\S*\d)[A-Za-z0-9][\w./\-]*(?: (?=\S*\d)[\w./\-]+){0,4}", re.ASCII)
_HOUR = re.compile(r"\d{1,2} ?h", re.IGNORECASE)
_SHORTEST, _FEWEST_DIGITS, _LONG = 6, 4, 8
_CLAIMS = (
    "j ai paye", "j ai deja paye", "c est paye", "c est deja paye", "deja paye", "paiement fait", "paiement effectue",
    "transfert fait", "transfert effectue", "depot fait", "j ai envoye l argent", "j ai fait le depot",
    "j ai fait le transfert", "j ai fait le paiement", "j ai fait wave", "i have paid", "i paid", "already paid",
    "money sent", "payment done", "payment sent",
)  # fmt: skip


async def take_bare_reference(context: Context, message: Message, config: ClerkConfig) -> bool:
    """A message that is nothing but a reference, as they copy it; False where it may be anything else."""
    reference = _bare_reference(message.text)
    if not reference:
        return False
    # Figures alone may be a telephone number, unless they were asked for a reference.
    if not any(sign.isalpha() for sign in reference) and not await _was_asked(context):
        return False
    return await take_reference(context, reference, config)


async def take_reference(context: Context, reference: str, config: ClerkConfig, said: str = "") -> bool:
    """The customer gives the reference of a transfer; False where nothing of theirs is to be paid. `said` may name the
    order.
    """
    order = await _unpaid(context, config, said)
    if order is None or not reference.strip():
        return False
    _to_check(context, order, reference)
    return True


async def take_picture(context: Context, message: Message, config: ClerkConfig) -> bool:
    """A picture or document that shows a transfer; False where it may be anything else."""
    if message.kind not in ("image", "document") or not _may_show_payment(message):
        return False
    order = await _unpaid(context, config, message.text)
    if order is None or context.now - order.created > RECENT:
        return False
    _to_check(context, order, "")
    return True


async def take_claim(context: Context, message: Message, config: ClerkConfig) -> bool:
    """`J'ai payé`, without anything that shows it: they are asked for the reference; or it is being checked."""
    said = " ".join(words(message.text))
    if not any(f" {claim} " in f" {said} " for claim in _CLAIMS):
        return False
    order = await _unpaid(context, config, message.text)
    if order is None:
        return False
    if order.payment == "to_check":
        context.reply(context.wording("being_checked", number=str(order.number)))
    else:
        context.put(ASKED, context.now.isoformat())
        context.reply(context.wording("ask_reference", number=str(order.number)))
    return True


async def _unpaid(context: Context, config: ClerkConfig, said: str) -> Order | None:
    """Their order that waits for its payment: the one they name, else one of which nothing was shown, the newest."""
    if config.payment is None:
        return None
    orders = [order for order in await context.orders() if order.state != "cancelled" and order.payment != "paid"]
    named = set(words(said))
    meant = [order for order in orders if str(order.number) in named]
    unseen = [order for order in orders if order.payment == "open"]
    return next(iter(meant or unseen or orders), None)


def _to_check(context: Context, order: Order, reference: str) -> None:
    explain(
        context,
        f"ce paiement de la commande {order.number} est à vérifier par le responsable",
        f"this payment of order {order.number} is for the owner to check",
    )
    context.do(MarkPayment(order.number, "to_check", reference))


async def _was_asked(context: Context) -> bool:
    at = await context.get(ASKED)
    return isinstance(at, str) and context.now - datetime.fromisoformat(at) < SOON


def _bare_reference(text: str) -> str:
    """What is left of a message without the words around a reference; empty where that is no reference."""
    parts = text.split()
    while parts and set(words(parts[0])) <= _AROUND | _LEADING:
        del parts[0]
    while parts and set(words(parts[-1])) <= _AROUND:
        del parts[-1]
    said = " ".join(parts).strip(" :.,;!#")
    is_amount = looks_like_amount(said) and not re.fullmatch(rf"\d{{{_LONG},}}", said)
    if not _REFERENCE.fullmatch(said) or is_amount or _HOUR.match(said):
        return ""
    digits, letters = sum(map(str.isdigit, said)), sum(map(str.isalpha, said))
    is_one = digits >= _FEWEST_DIGITS and len(said) >= _SHORTEST and (letters != 1 or len(said) > _SHORTEST + 1)
    return said if is_one and (letters or digits >= _SHORTEST) else ""


def _may_show_payment(message: Message) -> bool:
    """Without words, or with some that are about paying; an answer to a picture of ours is about a product."""
    if message.quote is not None and message.quote.ours and message.quote.kind == "image":
        return False
    said = set(words(message.text))
    return bool(said & _PAYING) or all(word in _AROUND or word.isdigit() for word in said)
