"""What is asked next, and how: wants that are not clear, then where it goes, then whether the summary is right."""

from dataclasses import replace

from comptoir.plugins.builtin.clerk import wares
from comptoir.plugins.builtin.clerk.cart import Shop, delivered, fetched, instead_of
from comptoir.plugins.builtin.clerk.config import ClerkConfig
from comptoir.plugins.builtin.clerk.sale import Asked, AskedKind, Sale, Want
from comptoir.plugins.builtin.clerk.summary import summary
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.shop.model import Draft


def settled(shop: Shop, draft: Draft, config: ClerkConfig) -> Draft:
    """With what needs no question: a shop that only delivers, or does not, says how itself."""
    if not draft.lines or draft.delivery:
        return draft
    if not shop.catalogue.delivers:
        return fetched(draft)
    made = delivered(shop, draft) if not config.pickup else draft
    return made if isinstance(made, Draft) else draft


def next_asked(sale: Sale, config: ClerkConfig) -> Asked:
    """The question that comes next; of an empty kind where nothing is to be asked."""
    draft = sale.draft
    if sale.wants:
        first = sale.wants[0]
        return Asked(first.kind, first.variants or first.products)
    if sale.old:
        return Asked("again")
    if not draft.lines:
        return Asked()
    missing: tuple[tuple[AskedKind, bool], ...] = (
        ("delivery", not draft.delivery),
        ("zone", draft.delivery == "delivery" and not draft.zone),
        ("address", draft.delivery == "delivery" and config.ask_address and not draft.address and draft.spot is None),
        ("name", config.ask_name and not draft.name),
        ("time", config.ask_time and not draft.time),
    )
    return Asked(next((kind for kind, is_missing in missing if is_missing), "confirm"))


def question(turn: Turn, asked: Asked) -> str:
    """Its words. A summary is shown anew only where it is not the one that was shown last."""
    catalogue, say = turn.catalogue, turn.say
    match asked.kind:
        case "variant" | "choice" | "quantity" | "stock" | "option":
            first = turn.sale.wants[0]
            asks = _about_want(turn, first)
            # The same once more says how to get out of it.
            return f"{asks} {say('way_out')}" if first.times and first.products and first.kind != "stock" else asks
        case "again":
            return say("ask_again", lines=wares.line_texts(catalogue, wares.cost(catalogue, turn.sale.old)))
        case "delivery":
            return say("ask_delivery")
        case "zone" if asked.about:
            key = "ask_which_zone" if len(asked.about) > 1 else "ask_that_zone"
            return say(key, zones=wares.zone_names(catalogue, say, asked.about))
        case "zone":
            return say("ask_zone", zones=wares.zone_names(catalogue, say))
        case "address" | "name" | "time":
            return say(f"ask_{asked.kind}")
        case "confirm":
            return _summary(turn)
        case _:
            return ""


def _summary(turn: Turn) -> str:
    text, shown = summary(turn.catalogue, turn.draft, turn.say)
    before = turn.sale.shown
    turn.sale = replace(turn.sale, shown=shown)
    if before is None:
        return text
    if before.digest == shown.digest and not turn.cart_asked:
        return turn.say("ask_confirm", total=wares.amount(turn.catalogue, shown.total))
    if before.digest == shown.digest:
        return text
    same_order = turn.before == turn.draft
    return turn.say("summary_changed" if same_order else "summary_again") + "\n\n" + text


def _about_want(turn: Turn, want: Want) -> str:
    catalogue, say = turn.catalogue, turn.say
    one = wares.product_of(catalogue, want.products[0]) if len(want.products) == 1 else None
    name = one.name if one is not None else want.said
    match want.kind:
        case "choice" if not want.products:
            return say("ask_unclear", said=want.said[:100]) if want.unclear else say("ask_other")
        case "choice" if one is not None:
            return say("ask_meant", choices=wares.choices(catalogue, want.products))
        case "choice":
            return say("ask_choice", choices=wares.numbered(catalogue, want.products))
        case "variant":
            return say("ask_variant", product=name, choices=wares.choices(catalogue, want.variants, one))
        case "quantity":
            return say("ask_quantity", product=wares.named(catalogue, (want.variants or want.products)[0]))
        case "option":
            return say("ask_option", product=name, choices=wares.extras(catalogue, one) if one is not None else "")
        case _:
            return _about_stock(turn, want)


def _about_stock(turn: Turn, want: Want) -> str:
    catalogue, say = turn.catalogue, turn.say
    wanted = (want.variants or want.products)[0]
    product = wares.named(catalogue, wanted)
    if want.left:
        return say("ask_stock", product=product, left=str(want.left))
    if others := instead_of(turn.shop, wanted):
        return say("ask_instead", product=product, choices=wares.choices(catalogue, others))
    return say("ask_else", product=product)
