"""Who is told what when an order goes on to another state, or something is known of its payment."""

from collections.abc import Mapping
from dataclasses import dataclass

from comptoir.plugins.shop.model import Order, OrderState
from comptoir.plugins.shop.money import format_amount
from comptoir.plugins.shop.payments import MAX_REFERENCE, Marked
from comptoir.plugins.text import one_line
from comptoir.plugins.wording import worded

PLUGIN = "clerk"
"""Whose wording it is: a tenant writes its own beside that plugin's other texts."""

MAX_NAME = 100

STATES: Mapping[str, tuple[str, str]] = {
    "state_new": ("nouvelle", "new"),
    "state_confirmed": ("confirmée", "confirmed"),
    "state_preparing": ("en préparation", "being prepared"),
    "state_ready": ("prête", "ready"),
    "state_delivering": ("en livraison", "on its way"),
    "state_delivered": ("livrée", "delivered"),
    "state_cancelled": ("annulée", "cancelled"),
}
"""What an order is called in each state."""

TEXTS: Mapping[str, tuple[str, str]] = {
    "order_confirmed": ("Votre commande n° {number} est confirmée.", "Your order no. {number} is confirmed."),
    "order_preparing": ("Votre commande n° {number} est en préparation.", "Your order no. {number} is being prepared."),
    "order_ready": ("Votre commande n° {number} est prête.", "Your order no. {number} is ready."),
    "order_delivering": ("Votre commande n° {number} est en route.", "Your order no. {number} is on its way."),
    "order_delivered": (
        "Votre commande n° {number} est livrée. Merci et à bientôt !",
        "Your order no. {number} has been delivered. Thank you, see you soon!",
    ),
    "order_cancelled": (
        "Votre commande n° {number} est annulée. Écrivez-nous si ce n'est pas ce que vous vouliez.",
        "Your order no. {number} is cancelled. Write to us if that is not what you wanted.",
    ),
    "payment_to_check": (
        "Merci ! Nous vérifions le paiement de votre commande n° {number}.",
        "Thank you! We are checking the payment of your order no. {number}.",
    ),
    "payment_paid": (
        "Le paiement de votre commande n° {number} est bien reçu, merci !",
        "We have received the payment of your order no. {number}, thank you!",
    ),
    "payment_open": (
        "Nous n'avons pas trouvé le paiement de votre commande n° {number}. Pouvez-vous vérifier, s'il vous plaît ?",
        "We have not found the payment of your order no. {number}. Could you check, please?",
    ),
    "payment_reused": (
        "Cette référence de paiement nous a déjà été donnée. Pouvez-vous vérifier, s'il vous plaît ?",
        "This payment reference was given to us before. Could you check, please?",
    ),
    **STATES,
    "notice_moved": (
        "Commande n° {number} ({customer}, {total}) : {state}.",
        "Order no. {number} ({customer}, {total}): {state}.",
    ),
    "notice_paid_back": ("Elle était payée : {total} à rendre.", "It was paid: {total} to be given back."),
    "notice_payment_to_check": (
        "Commande n° {number} ({customer}, {chat}) : paiement de {total} à vérifier. {reference}\n"
        "Répondez « {number} payée » ou « {number} pas payée ».",
        "Order no. {number} ({customer}, {chat}): payment of {total} to be checked. {reference}\n"
        'Answer "{number} paid" or "{number} not paid".',
    ),
    "notice_payment_paid": ("Commande n° {number} ({customer}) : payée.", "Order no. {number} ({customer}): paid."),
    "notice_payment_open": (
        "Commande n° {number} ({customer}) : pas payée.",
        "Order no. {number} ({customer}): not paid.",
    ),
    "notice_payment_reused": (
        "Commande n° {number} : attention, {customer} ({chat}) donne une référence qui a déjà servi : {reference}",
        "Order no. {number}: careful, {customer} ({chat}) gives a reference that was used before: {reference}",
    ),
    "with_reference": ("Référence : {reference}", "Reference: {reference}"),
    "without_reference": ("Voyez la photo dans cette conversation.", "See the picture in that chat."),
}


@dataclass(frozen=True, slots=True)
class Words:
    """What customer and owner are told; empty where they are not."""

    customer: str
    owner: str


def moved(order: Order, state: OrderState, by: str, own: Mapping[str, str], language: str) -> Words:
    """`order` has gone on to `state`; whoever did it is not told. `own`: the tenant's wording."""
    fields = _fields(order)
    fields["state"] = worded(TEXTS, own, language, f"state_{state}", {})
    notice = worded(TEXTS, own, language, "notice_moved", fields)
    if state == "cancelled" and order.payment == "paid":
        notice += "\n" + worded(TEXTS, own, language, "notice_paid_back", fields)
    return Words(
        "" if by == "customer" else worded(TEXTS, own, language, f"order_{state}", fields),
        "" if by == "owner" else notice,
    )


def payment_marked(  # noqa: PLR0913, PLR0917 (what, by whom, and in whose words)
    order: Order, marked: Marked, reference: str, by: str, own: Mapping[str, str], language: str
) -> Words:
    """What is known of the payment has changed. Who gave a reference is told in any case: only the commit knows what
    came of it.
    """
    # A stranger's words: a line of them, that cannot pass for another notice.
    reference = one_line(reference, MAX_REFERENCE)
    given = worded(
        TEXTS, own, language, "with_reference" if reference else "without_reference", {"reference": reference}
    )
    fields = _fields(order) | {"reference": given if marked.outcome == "to_check" else reference}
    news = marked.is_news
    return Words(
        worded(TEXTS, own, language, f"payment_{marked.outcome}", fields) if news or by == "customer" else "",
        worded(TEXTS, own, language, f"notice_payment_{marked.outcome}", fields) if news and by != "owner" else "",
    )


def _fields(order: Order) -> dict[str, str]:
    total = format_amount(order.priced.total, order.priced.currency)
    return {
        "number": str(order.number),
        "customer": one_line(order.customer, MAX_NAME) or order.chat,
        "chat": order.chat,
        "total": total,
        "name": one_line(order.customer, MAX_NAME),
    }
