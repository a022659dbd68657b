"""Puts the reading of a message together."""

from collections.abc import Sequence
from dataclasses import replace

from comptoir.plugins.shop.understanding.acts import Act, Asked, Mention
from comptoir.plugins.shop.understanding.alternatives import one_of_them
from comptoir.plugins.shop.understanding.answers import answered
from comptoir.plugins.shop.understanding.assembling import Assembler
from comptoir.plugins.shop.understanding.chatter import without_chatter
from comptoir.plugins.shop.understanding.details import details_in, without
from comptoir.plugins.shop.understanding.lexicon import Lexicon
from comptoir.plugins.shop.understanding.mentions import MentionReader
from comptoir.plugins.shop.understanding.own_values import of_the_last
from comptoir.plugins.shop.understanding.pieces import pieces_of
from comptoir.plugins.shop.understanding.quarters import asked_about, doubted, fee_asked, strange
from comptoir.plugins.shop.understanding.rephrasing import rephrased
from comptoir.plugins.shop.understanding.second_thoughts import thought_over
from comptoir.plugins.shop.understanding.sharing import in_halves
from comptoir.plugins.shop.understanding.some_pieces import on_some
from comptoir.plugins.shop.understanding.strange_wares import with_strange_wares
from comptoir.plugins.shop.understanding.telling import asked_of_told, without_told
from comptoir.plugins.shop.understanding.tokens import clean, tokens_of

MAX_ACTS = 20


def understand(text: str, lexicon: Lexicon, asked: Asked | None = None, about: Sequence[str] = ()) -> tuple[Act, ...]:
    """What a message does, in the order in which it says so; at most 20 acts, and never none: `unknown` then.

    `asked` is the clerk's open question, and `about` the products that it was about (their skus): for `variant`,
    `quantity`, `option` and `stock` the one, for `choice` the candidates.
    """
    cleaned = clean(text)
    own = lexicon.own | lexicon.zones.words if asked in ("zone", "delivery") else lexicon.own  # `PA` is no `pas` then
    details = details_in(cleaned, asked, lexicon.taken)
    read = tokens_of(rephrased(without(cleaned, details)), lexicon.language, lexicon.units, own)
    tokens = [lexicon.mended(token) for token in read]
    reader = MentionReader(tokens, lexicon, about, asked)
    zones = list(lexicon.zones.find(tokens, guessing=asked in ("zone", "delivery")))
    said = asked_of_told(strange(pieces_of(tokens, reader, zones, details), cleaned, lexicon), cleaned)
    ordered, told = without_told(said, cleaned, asked)
    ordered = with_strange_wares(without_chatter(ordered, lexicon), lexicon, asked)
    ordered = of_the_last(in_halves(ordered, lexicon), lexicon)
    pieces = thought_over(on_some(one_of_them(ordered, cleaned, lexicon), lexicon))
    acts = [act for _, act in sorted(Assembler(pieces, lexicon, asked).acts(), key=lambda one: one[0])]
    acts = [_first_of_all(act) for act in acts]
    acts = fee_asked(asked_about(acts, doubted(zones, tokens, reader), asked), cleaned)
    if told and all(act.verb in ("greet", "thank") for act in acts):
        return (*acts, Act("told", text=told))
    acts += _zones_in_address(acts, lexicon)
    acts = answered(acts, pieces, details, cleaned, asked)
    if not acts and any(piece.name in ("put", "rest") and "command" in piece.said.lower() for piece in pieces):
        acts = [Act("ask_list")]  # `je veux commander`
    acts += [Act("told", text=told)] if told else []
    return tuple(acts[:MAX_ACTS]) or (Act("unknown", text=cleaned.strip()),)


def name_product(text: str, lexicon: Lexicon, about: Sequence[str] = ()) -> Mention:
    """What a text names that is a product's name and nothing else: its numbers are sizes, no quantities."""
    tokens = tokens_of(clean(text), lexicon.language, lexicon.units, lexicon.own)
    return MentionReader(tokens, lexicon, about).name()


def _first_of_all(act: Act) -> Act:
    """What is put is what is called so first of all: `un poulet` is no `yassa poulet` where `poulet braisé` is sold."""
    mention = act.mention
    if act.verb != "put" or mention is None or not any(one.aside for one in mention.found):
        return act
    first = tuple(one for one in mention.found if not one.aside)
    return replace(act, mention=replace(mention, found=first)) if first else act


def _zones_in_address(acts: Sequence[Act], lexicon: Lexicon) -> list[Act]:
    """`12 rue 5 médina`: the zone that an address names, where nothing else does."""
    address = next((act.text for act in acts if act.verb == "address"), "")
    if not address or any(act.verb == "zone" for act in acts):
        return []
    tokens = tokens_of(address, lexicon.language, lexicon.units, lexicon.own)
    whole = [one for one in lexicon.zones.find(tokens, guessing=False) if one.found[0].score >= 1]
    if len(whole) != 1 or len(whole[0].found) != 1:
        return []
    return [Act("zone", Mention(whole[0].found), whole[0].found[0].sku)]
