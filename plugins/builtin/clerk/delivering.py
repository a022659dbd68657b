"""Where the order goes, for whom and when: what customers say of it."""

from dataclasses import replace

from comptoir.plugins.builtin.clerk import cart, wares
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.shop.model import Spot
from comptoir.plugins.shop.understanding import Act
from comptoir.plugins.text import stem, words

LEAST = 3
"""Letters of an address."""


def fetch(turn: Turn) -> None:
    """They come for it."""
    turn.understood = True
    if turn.config.pickup or not turn.catalogue.delivers:
        turn.take(cart.fetched(turn.draft))
    else:
        turn.answer("no_pickup")


def deliver(turn: Turn) -> None:
    turn.understood = True
    if turn.take(cart.delivered(turn.shop, turn.draft)) is not None:
        turn.answer("no_delivery")


def zone(turn: Turn, act: Act) -> None:
    """A zone for sure, or the words for one."""
    turn.understood = True
    if _is_part_of_address(turn, act):
        return
    if not turn.catalogue.delivers:
        deliver(turn)
    elif act.text in turn.catalogue.zone_by_code:
        turn.take(cart.delivered(turn.shop, turn.draft, act.text))
        turn.zones = ()
    elif act.mention is not None and act.mention.found:
        turn.take(cart.delivered(turn.shop, turn.draft))
        turn.zones = tuple(found.sku for found in act.mention.found)
    else:
        said = (act.mention.said if act.mention is not None else "") or act.text
        if stem("livraison") in map(stem, words(said)):
            deliver(turn)
            return
        turn.take(cart.delivered(turn.shop, turn.draft))
        turn.answer("no_zone", said=said[:60], zones=wares.zone_names(turn.catalogue, turn.say))


def _is_part_of_address(turn: Turn, act: Act) -> bool:
    """Where the address was asked for, a word that is only like another area's name is a word of the address."""
    found = act.mention.found if act.mention is not None else ()
    sure = not found or found[0].score >= 1
    return turn.sale.asked.kind == "address" and bool(turn.draft.zone) and not sure


def address(turn: Turn, text: str, spot: Spot | None = None) -> None:
    # A question or a number is no address.
    if turn.draft.delivery == "pickup" or (spot is None and ("?" in text or sum(map(str.isalpha, text)) < LEAST)):
        return
    turn.understood = True
    if not turn.draft.delivery and turn.catalogue.delivers:
        turn.take(cart.delivered(turn.shop, turn.draft))
    turn.take(cart.addressed(turn.draft, text, spot))


def name(turn: Turn, text: str) -> None:
    turn.understood = True
    turn.take(cart.named(turn.draft, text))


def time(turn: Turn, text: str) -> None:
    turn.understood = True
    turn.take(cart.timed(turn.draft, text))


def note(turn: Turn, text: str) -> None:
    """What whoever brings it is to know."""
    if not turn.sale.is_open:
        return
    turn.understood = True
    told = (turn.draft.note, turn.draft.address)
    if not any(text in one for one in told):
        turn.take(cart.noted(turn.draft, "; ".join(filter(None, (turn.draft.note, text)))))


def about_zones(turn: Turn, act: Act) -> None:
    """Where is delivered, and for how much."""
    catalogue = turn.catalogue
    if not catalogue.delivers:
        turn.answer("no_delivery")
    elif (found := catalogue.zone_by_code.get(act.text)) is not None:
        turn.answer("zone_fee", zone=found.name, fee=wares.fee(catalogue, found, turn.say))
        if turn.sale.asked.kind == "zone":
            turn.take(cart.delivered(turn.shop, turn.draft, found.code))
        elif not turn.draft.delivery:
            # Where they may want it: no question is needed once they want it brought.
            turn.take(replace(turn.draft, zone=found.code))
    elif act.mention is not None and act.mention.said and not act.mention.found:
        turn.answer("no_zone", said=act.mention.said[:60], zones=wares.zone_names(catalogue, turn.say))
    elif turn.sale.asked.kind == "delivery":
        # `You deliver, please`: the question that follows names the areas.
        deliver(turn)
    else:
        turn.answer("zones", zones=wares.zone_lines(catalogue, turn.say))


def remember_name(turn: Turn, contact: str) -> None:
    """The name that they have on WhatsApp, where it is one: the summary shows it."""
    if turn.config.ask_name and not turn.draft.name and sum(sign.isalpha() for sign in contact) >= 2:
        turn.sale = replace(turn.sale, draft=cart.named(turn.draft, contact))
