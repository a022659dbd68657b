"""Which acts of a message count: not what only seems to be said, and no sum that is then told in its parts."""

import re
from collections.abc import Sequence
from dataclasses import replace

from comptoir.plugins.builtin.clerk.agreeing import is_plain_yes
from comptoir.plugins.builtin.clerk.cart_words import is_of_option
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.builtin.clerk.wares import named, product_of, product_sku
from comptoir.plugins.shop.understanding import Act, Mention, Verb
from comptoir.plugins.text import fold, words

_COMING = re.compile(
    r"\b(?:j'|j |je |on |nous )(?:arriv\w+|pass\w+|vien\w+|vais (?:passer|venir)|suis en route)"
    r"(?: (?:le |la |les )?(?:prendre|chercher|recuperer|retirer))?(?: (?:tout de suite|bientot|tantot|la|maintenant))?"
)
_ONLY = frozenset(("seulement", "juste", "uniquement", "garde", "gardez", "rien", "only", "just", "keep"))


def that_count(turn: Turn, acts: Sequence[Act]) -> list[Act]:
    """`Let the pickaxe be` is not all of it, `another order` is no piece more, `3 t-shirts: two M and one XL` is 3."""
    if turn.sale.asked.kind == "confirm" and any(act.verb == "yes" for act in acts) and says_yes_again(turn):
        return [Act("yes")]
    verbs = {act.verb for act in acts if act.mention is not None}
    left_out: set[Verb] = {"cancel"} if verbs & {"put", "remove"} else set()
    if "cancel" in {act.verb for act in acts}:
        left_out |= {"clear"}
    if _names_another(turn, acts):
        # `Ok, give papaya instead`: no yes to what is left.
        left_out |= {"yes"}
    if "put" in verbs and not turn.sale.is_open:
        left_out |= {"remove", "set_quantity"}
    if "put" in verbs and not turn.sale.is_open:
        acts = [replace(act, verb="put") if _sets(act) else act for act in acts]
    acts = _joined(_refused(turn, _of_options(turn, acts)))
    return _without_sums(turn, [act for act in acts if act.verb not in left_out])


def _sets(act: Act) -> bool:
    """Whether it says how many there are to be of what it names."""
    told = act.mention
    return act.verb == "set_quantity" and told is not None and bool(told.found) and not told.relative


def _names_another(turn: Turn, acts: Sequence[Act]) -> bool:
    want = turn.answering
    others = {one.sku for act in acts if act.mention is not None for one in act.mention.found}
    return want is not None and want.kind == "stock" and bool(others - set(want.products))


def _of_options(turn: Turn, acts: Sequence[Act]) -> list[Act]:
    """`Take the chips of the chicken out` leaves the chicken."""
    made: list[Act] = []
    for act in acts:
        last = made[-1] if made else None
        both = last is not None and last.verb == act.verb == "remove" and last.mention and act.mention
        if not (both and last and last.mention and act.mention and is_of_option(turn, last.mention, act.mention)):
            made.append(act)
    return made


def _joined(acts: Sequence[Act]) -> list[Act]:
    """`The black one then, 2`: the number is that one's."""
    made: list[Act] = []
    for act in acts:
        last, this = made[-1].mention if made else None, act.mention
        bare = this is not None and this.refers and not (this.found or this.traits or this.options or this.relative)
        fits = last is not None and last.quantity is None and bool(made) and made[-1].verb in ("put", "replace")
        if bare and fits and this is not None and last is not None and this.quantity is not None:
            made[-1] = replace(made[-1], mention=replace(last, quantity=this.quantity, unsure=False))
        else:
            made.append(act)
    return made


def _refused(turn: Turn, acts: Sequence[Act]) -> Sequence[Act]:
    """`The suit, finally no`: what is in the cart is taken out; `only the coke`: all else is; `no, the other one`:
    that one instead.
    """
    verbs = [act.verb for act in acts]
    mention = next((act.mention for act in acts if act.verb == "put" and act.mention is not None), None)
    if mention is None or mention.quantity is not None or mention.options or mention.without:
        return acts
    there = {product_sku(turn.catalogue, line.sku) for line in turn.draft.lines}
    if verbs == ["no", "put"] and mention.sku and mention.sku not in there and turn.sale.last in there:
        return [Act("replace", mention, instead=Mention(refers=True))]
    if mention.sku not in there:
        return acts
    spoken = words(turn.text)
    if verbs == ["put", "no"] or (turn.sale.removing and spoken[:1] == ["et"] and "aussi" in spoken):
        return [Act("remove", mention)]
    if set(verbs) <= {"put", "yes", "no"} and verbs.count("put") == 1 and not _ONLY.isdisjoint(words(turn.text)):
        return [Act("clear"), Act("put", mention)]
    return acts


def says_yes_again(turn: Turn) -> bool:
    """A plain yes, which may say again what of the summary it is about; a number only beside the ware that it is of."""
    draft = turn.draft
    text = turn.text
    if draft.delivery == "pickup":
        if re.search(r"\b(?:livr|envo|amen|apport)", fold(text)):
            return False
        text = _COMING.sub("ok", fold(text).replace("’", "'"))
    zone = turn.catalogue.zone_by_code.get(draft.zone)
    shown = [named(turn.catalogue, line.sku, line.options) for line in draft.lines]
    sizes = [word for name in shown for word in words(name) if word.isdigit()]
    shown += [zone.name if zone is not None else "", draft.address, draft.name, draft.time]
    return is_plain_yes(text, shown, sizes + [str(line.quantity) for line in draft.lines if turn.names_wares])


def _without_sums(turn: Turn, acts: list[Act]) -> list[Act]:
    made: list[Act] = []
    at = 0
    while at < len(acts):
        parts = _parts(turn, acts, at)
        if parts:
            made += parts
            at += 1 + len(parts)
        else:
            made.append(acts[at])
            at += 1
    return made


def _parts(turn: Turn, acts: Sequence[Act], at: int) -> list[Act]:
    """What follows and adds up to this one, each with what this one says of all; empty where it does not."""
    whole = acts[at].mention
    if acts[at].verb != "put" or whole is None or not whole.found or whole.quantity is None or whole.quantity < 2:
        return []
    parts: list[Mention] = []
    pieces = 0
    for act in acts[at + 1 :]:
        part = act.mention if act.mention is None or act.mention.found else replace(act.mention, found=whole.found)
        if act.verb != "put" or part is None or not _is_of(part, whole) or pieces >= whole.quantity:
            break
        if _contradicts(turn, part, whole):
            return []
        pieces += _count(turn, part)
        traits = tuple(trait for trait in whole.traits if trait not in part.traits)
        options = tuple(dict.fromkeys((*whole.options, *part.options)))
        found = part.found or whole.found
        parts.append(replace(part, found=found, traits=(*traits, *part.traits), options=options))
    if pieces != whole.quantity or (len(parts) == 1 and _count(turn, parts[0]) == (parts[0].quantity or 1)):
        return []
    return [Act("put", part) for part in parts]


def _is_of(part: Mention, whole: Mention) -> bool:
    if not part.found:
        return part.refers
    return {one.sku for one in part.found} <= {one.sku for one in whole.found}


def _count(turn: Turn, part: Mention) -> int:
    """Of `one whole, one half` it is two."""
    kinds = [kind for kind in _kinds(turn, part) if kind]
    several = max((kinds.count(kind) for kind in kinds), default=1)
    return several if several > 1 and part.quantity in (None, 1) else part.quantity or 1


def _contradicts(turn: Turn, part: Mention, whole: Mention) -> bool:
    """`20 bars of 10, 20 bars of 6` are 40, and a fanta is no part of `3 coca`."""
    product = product_of(turn.catalogue, part.sku)
    values = {value for variant in product.variants for _, value in variant.traits} if product is not None else set()
    if part.traits and any(fold(one) in words(whole.said) for one in values - set(part.traits)):
        return True
    of_whole = {kind for kind, trait in zip(_kinds(turn, whole), whole.traits, strict=True) if trait not in part.traits}
    return bool(of_whole.intersection(filter(None, _kinds(turn, part))))


def _kinds(turn: Turn, mention: Mention) -> list[str]:
    """Size, colour or what else its traits are, by the products that it may mean."""
    products = [product_of(turn.catalogue, one.sku) for one in mention.found]
    variants = [variant for one in products if one is not None for variant in one.variants]
    kinds = {value: kind for variant in variants for kind, value in variant.traits}
    return [kinds.get(trait, "") for trait in mention.traits]
