"""What plugins do in the shop, in words that a shop owner knows."""

from collections.abc import Callable
from typing import Any

Say = Callable[[str, str], str]
Effect = dict[str, Any]

_FIELDS = {"price": ("le prix", "the price"), "stock": ("le stock", "what is left")}
_PAYMENTS = {
    "open": ("pas payée", "not paid"),
    "to_check": ("paiement à vérifier", "payment to be checked"),
    "paid": ("payée", "paid"),
}


def shop_effects(say: Say) -> dict[str, Callable[[Effect], str]]:
    """The sentence of each effect, by its name."""
    return {
        "placeorder": lambda effect: say(
            f"passe la commande, total {effect['total']}", f"places the order, total {effect['total']}"
        ),
        "moveorder": lambda effect: _number(say, effect) + say(*_state(effect["state"])),
        "markpayment": lambda effect: _number(say, effect) + say(*_PAYMENTS[effect["state"]]),
        "changeproduct": lambda effect: _changed(say, effect),
        "addproduct": lambda effect: say(
            f"ajoute « {effect['name']} » à {effect['price']}", f'adds "{effect["name"]}" for {effect["price"]}'
        ),
        "transcribe": lambda _: say("fait écouter le message vocal", "has the recording put into words"),
    }


def _number(say: Say, effect: Effect) -> str:
    return say(f"note la commande {effect['number']} : ", f"notes order {effect['number']}: ")


def _state(state: str) -> tuple[str, str]:
    from comptoir.plugins.shop.telling import STATES

    return STATES[f"state_{state}"]


def _changed(say: Say, effect: Effect) -> str:
    sku, field, value = effect["sku"], effect["field"], effect["value"]
    if field == "hidden":
        if value:
            return say(f"retire « {sku} » de la vente", f"takes {sku} off")
        return say(f"remet « {sku} » en vente", f"sells {sku} again")
    shown = say("non compté", "not counted") if value is None else str(value)
    french, english = _FIELDS[field]
    return say(f"met {french} de « {sku} » à {shown}", f"sets {english} of {sku} to {shown}")
