"""The order as the customer is shown it, as they get it in the receipt, and as the owner reads it."""

import hashlib

from comptoir.plugins.builtin.clerk.config import ClerkConfig
from comptoir.plugins.builtin.clerk.sale import Shown
from comptoir.plugins.builtin.clerk.wares import Say, amount, line_texts
from comptoir.plugins.shop.model import Catalogue, Draft, Priced
from comptoir.plugins.shop.pricing import price
from comptoir.plugins.wording import fill_fields


def summary(catalogue: Catalogue, draft: Draft, say: Say) -> tuple[str, Shown]:
    """What the customer is to say yes to, and what of it is remembered. Raises NotSold."""
    priced = price(catalogue, draft)
    text = say("summary", **_fields(catalogue, draft, priced, say))
    digest = hashlib.sha256(text.encode()).hexdigest()[:16]
    return text, Shown(priced.total, priced.version, digest)


def receipt(catalogue: Catalogue, draft: Draft, say: Say, config: ClerkConfig) -> str:
    """What is sent once it is placed, with how to pay; `{number}` is filled in then. Raises NotSold."""
    priced = price(catalogue, draft)
    fields = _fields(catalogue, draft, priced, say)
    text = say("receipt_prepaid" if config.prepaid else "receipt", **fields)
    return f"{text}\n\n{fill_fields(config.payment, fields)}" if config.payment else text


def notice(catalogue: Catalogue, draft: Draft, say: Say, chat: str) -> str:
    """For the owner. Raises NotSold."""
    priced = price(catalogue, draft)
    return say("notice", chat=chat, **_fields(catalogue, draft, priced, say))


def cart(catalogue: Catalogue, draft: Draft, say: Say) -> str:
    """What is in the cart, without asking. Raises NotSold."""
    priced = price(catalogue, draft)
    return say("cart", lines=line_texts(catalogue, priced), total=amount(catalogue, priced.total))


def _fields(catalogue: Catalogue, draft: Draft, priced: Priced, say: Say) -> dict[str, str]:
    details = [detail for detail in _details(catalogue, draft, priced, say) if detail]
    return {
        "lines": line_texts(catalogue, priced),
        "details": "\n".join(details),
        "total": amount(catalogue, priced.total),
        "customer": draft.name,
        "name": draft.name,
    }


def _details(catalogue: Catalogue, draft: Draft, priced: Priced, say: Say) -> list[str]:
    zone = catalogue.zone_by_code.get(draft.zone)
    where = ""
    if draft.delivery == "pickup":
        where = say("detail_pickup")
    elif zone is not None:
        fee = amount(catalogue, priced.fee) if priced.fee else say("free")
        where = say("detail_delivery", zone=zone.name, fee=fee)
    return [
        where,
        say("detail_address", address=draft.address) if draft.address else "",
        say("detail_spot") if draft.spot is not None and not draft.address else "",
        say("detail_name", customer=draft.name) if draft.name else "",
        say("detail_time", time=draft.time) if draft.time else "",
        say("detail_note", note=draft.note) if draft.note else "",
    ]
