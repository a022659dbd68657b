"""Makes acts of the pieces of a message: what is done with what is named, and what a later word takes back."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from itertools import pairwise
from typing import get_args

from comptoir.plugins.shop.understanding.acts import Act, Mention, Verb
from comptoir.plugins.shop.understanding.correcting import SORRY
from comptoir.plugins.shop.understanding.joining import LAST
from comptoir.plugins.shop.understanding.making import Made
from comptoir.plugins.shop.understanding.pieces import Kind, Piece
from comptoir.plugins.shop.understanding.sharing import shared
from comptoir.plugins.shop.understanding.wanting import Wanting

_VERBS = frozenset(get_args(Verb))
_TAKES_MENTION = {"cancel": "remove", "yes": "put", "checkout": "put", "delivery": "put"}
"""What these do where something of the shop is named right after them: `annule le poulet`, `je prends le poulet`."""
_TAKEN = frozenset(("je prends", "je prend", "je le prends", "je la prends", "on prend"))
_TWO = 2
_TAKING = ("envo", "je prend", "je valide", "prend")


class Assembler(Wanting):
    """Walks the pieces of one message."""

    def acts(self) -> list[tuple[int, Act]]:
        self._pieces = shared(self._pieces, self._lexicon)
        readers = self._readers()
        for place, piece in enumerate(self._pieces):
            readers[piece.kind](place, piece)
        self._close()
        self._made = [part for made in self._made for part in self._each(made)]
        self._give_rest()
        if self._asked is None and any(made.explicit and made.mention and made.mention.refers for made in self._puts()):
            self._made = [made for made in self._made if made.verb != "yes"]  # `ok je prends ça`
        return [
            (made.at, Act(made.verb, made.mention, made.text, made.instead))  # type: ignore[arg-type]  # as checked below
            for made in self._made
            if made.verb in _VERBS
        ]

    def _readers(self) -> Mapping[Kind, Callable[[int, Piece], None]]:
        """What becomes of a piece, by its kind and from where it stands."""
        return {
            "acts": self._acts,
            "asks": self._asks,
            "modes": self._modes,
            "mention": self._mention,
            "number": self._number,
            "zone": self._zone,
            "detail": self._detail,
            "category": self._category,
            "end": self._end,
            "comma": self._comma,
            "word": self._word,
        }

    def _give_rest(self) -> None:
        """`3 coca dont 1 grand`: the others come in the only other size."""
        for at, (part, whole) in enumerate(pairwise(tuple(self._made))):
            mention, rest = part.mention, whole.mention
            if part.verb != "put" or whole.verb != "put" or mention is None or rest is None or part.at != whole.at:
                continue
            if not mention.sku or mention.sku != rest.sku or not mention.traits or rest.traits or rest.lacking:
                continue
            product = self._lexicon.entries[self._lexicon.by_sku[mention.sku]].product
            values = [tuple(value for _, value in variant.traits) for variant in product.variants]
            others = [one for one in values if not set(mention.traits) <= set(one)]
            if len(values) == _TWO and len(others) == 1:
                whole.mention = replace(rest, traits=others[0])
            else:
                self._made[at : at + 2] = [whole, part]  # Which the others are is asked.

    def _each(self, made: Made) -> list[Made]:
        """`rouge noir blanc`, `en 37 et en 38`: one of each, where nothing comes in all of it."""
        mention = made.mention
        if made.verb not in ("put", "ask_stock", "ask_price") or mention is None or not mention.sku:
            return [made]
        traits = self._lexicon.own_traits(mention.sku, mention.traits)
        if (
            len(traits) < 2
            or self._lexicon.comes_in(mention.sku, traits)
            or mention.quantity not in (None, 1, len(traits))
        ):
            return [made]
        shared = [
            one
            for one in traits
            if all(one == other or self._lexicon.comes_in(mention.sku, (one, other)) for other in traits)
        ]
        apart = [one for one in traits if one not in shared]
        if len(apart) < 2 or len(self._lexicon.kinds_of(mention.sku, apart)) > 1:
            return [made]  # `rouge en 38`, where the red one comes in 39 only
        if made.verb == "put" and mention.quantity == len(traits) and all(one[0].isdigit() for one in apart):
            # `2 bissap 33 cl et 1 litre`: 2 and 1, or one of each?
            return [replace(made, mention=replace(mention, quantity=None, unsure=True, traits=tuple(shared)))]
        quantity = None if made.verb != "put" else 1
        return [replace(made, mention=replace(mention, traits=(*shared, one), quantity=quantity)) for one in apart]

    def _end(self, place: int, piece: Piece) -> None:
        if piece.name == "?":
            for made in self._made:
                if made.sentence == self._sentence and made.verb == "put" and self._only_asked(made):
                    made.verb = "ask_stock"
        if piece.name == "?":
            self._ask_of_what(self._sentence)
        self._close()
        self._sentence += 1

    def _take_last(self, place: int, piece: Piece) -> None:
        """`je le prends`, `j'en veux un`: what was spoken of last."""
        if self._follows(place, ("mention", "number")):
            self._enter("put", piece)
        else:
            counted = piece.said.lower().endswith((" un", " une"))
            self._make("put", replace(LAST, quantity=1 if counted else None), piece.at, explicit=True)
            self._mode, self._explicit = "", False

    def _ask_of_what(self, sentence: int) -> None:
        """`le mafé c'est avec de la viande ?` asks about the one, and for no other."""
        asked = [made for made in self._made if made.sentence == sentence and made.verb == "ask_stock"]
        named = [made for made in asked if made.mention and made.mention.found]
        strange = [made for made in asked if made.mention and not made.mention.found and not made.mention.refers]
        if named and strange and asked[0] is named[0]:
            self._made = [made for made in self._made if made not in strange]
            for made in named:
                made.verb = "ask_about"

    def _only_asked(self, made: Made) -> bool:
        if made.mention is not None and made.mention.refers and made.mention.traits and self._asked is None:
            return not made.explicit and made.mention.quantity is None  # `et en noir ?`
        return (
            not made.explicit and made.mention is not None and made.mention.quantity is None and not made.mention.refers
        )

    def _close(self) -> None:
        """The end of a sentence: `un fanta à la place`, `3 poulets plutôt`."""
        last = self._last_put()
        if self._waiting == "instead" and last is not None:
            if not any(made.verb == "remove" for made in self._made):
                last.verb, last.instead = "replace", LAST
        elif self._mode == "remove" and self._explicit and not self._weak:
            self._take_out(0)  # `j'ai retrouvé mon marteau, enlevez`
        elif self._waiting == "swap" and self._out is not None:
            self._exchange_itself(self._out)
        elif self._correcting and last is not None and last.sentence == self._sentence and len(self._puts()) == 1:
            self._turn(last, "pardon" if self._correcting.startswith(SORRY) else self._correcting)
        self._one_more = self._only = self._rest = self._money = self._weak = False
        self._mode, self._explicit, self._adding, self._waiting, self._out, self._correcting = (
            "",
            False,
            False,
            "",
            None,
            "",
        )

    def _exchange_itself(self, out: Mention) -> None:
        """`changez la taille du t-shirt en L`; `changez le t-shirt` alone says not for what."""
        if out.refers:
            self._make("put", out, 0)
        elif out.traits:
            self._make("replace", out, 0, instead=Mention(out.found, refers=True))
        else:
            self._make("unknown", None, 0, text=out.said)

    def _except(self) -> None:
        """`tout sauf le fer`, `annulez tout sauf le fer`, `le thiof sauf la tête`."""
        for made in self._made:
            made.verb = "clear" if made.verb == "cancel" else made.verb
        cleared = any(made.verb == "clear" for made in self._made)
        self._mode, self._explicit, self._weak = "" if cleared else "remove", False, False

    def _remove_first(self, piece: Piece) -> None:
        """`enlevez, mettez des frites`: what was spoken of goes."""
        if self._mode == "remove" and self._explicit and not self._weak:
            self._take_out(piece.at)

    def _take_out(self, at: int) -> None:
        """What was named before the word for it, or spoken of."""
        if (named := self._just_named()) is not None:
            named.verb, named.instead = "remove", None
        elif not self._removed():
            self._make("remove", self._spoken or LAST, at)

    def _other(self, piece: Piece) -> None:
        """`le reste`, `les autres`, `une autre commande`."""
        said = piece.said.lower()
        self._rest = said.endswith(("reste", "autre", "autres"))
        if self._rest and self._mode == "remove" and not self._removes():
            self._make("clear", None, -1)  # `gardez le sac, enlevez le reste`
            self._mode, self._explicit, self._rest = "", False, False
        if "command" in said:
            self._correcting = ""  # `finalement une autre commande`

    def _removed(self) -> bool:
        """Whether this sentence has taken something away, or spoken of something else."""
        return any(
            made.sentence == self._sentence
            and (made.verb in ("remove", "replace", "clear") or (made.mention is not None and made.mention.without))
            for made in self._made
        )

    def _comma(self, place: int, piece: Piece) -> None:
        if self._weak:
            # `pas de coca, 2 fanta`
            self._mode, self._explicit, self._weak = "", False, False

    def _word(self, place: int, piece: Piece) -> None:
        """`un yassa ou un thieb`: neither is ordered yet."""
        last = self._last_put()
        following = self._pieces[place + 1] if place + 1 < len(self._pieces) else None
        if piece.name not in ("ou", "or") or last is None or following is None or following.mention is None:
            return
        if following.kind == "mention" and following.mention.found and last.sentence == self._sentence:
            last.verb, self._mode, self._explicit = "ask_stock", "ask_stock", False

    def _detail(self, place: int, piece: Piece) -> None:
        if piece.name == "order":
            target = next((made for made in reversed(self._made) if made.verb in ("cancel", "ask_order")), None)
            if target is not None:
                target.text = piece.said
            else:
                self._make("ask_order", None, piece.at, text=piece.said)
        elif piece.name == "amount":
            last = self._last_put()
            told = last.mention if last is not None and last.sentence == self._sentence else None
            if last is not None and told is not None and told.quantity is None and not told.unsure:
                last.mention = replace(told, unsure=True)
            else:
                self._money = True
        else:
            self._make(piece.name, None, piece.at, text=piece.said)

    def _zone(self, place: int, piece: Piece) -> None:
        if self._weak:
            self._weak, self._mode = False, ""
            return  # `à Magnambougou, pas Kalaban`
        text = piece.found[0].sku if len(piece.found) == 1 else ""
        mention = Mention(piece.found, piece.said)
        asking = next(
            (made for made in self._made if made.verb == "ask_delivery" and made.sentence == self._sentence), None
        )
        if asking is not None:
            asking.text, asking.mention = text, mention
        else:
            self._make("zone", mention, piece.at, text=text)

    def _acts(self, place: int, piece: Piece) -> None:
        name, said = piece.name, piece.said.lower()
        if name in ("nod", "shake"):
            if not self._made:
                self._make("yes" if name == "nod" else "no", None, piece.at)
            return
        if name == "no" and "laiss" in said and (self._mention_follows(place) or self._just_named()):
            name = "cancel"  # `laissez le poulet`
        if name == "no":
            self._refuse(place, piece)
        elif name == "delivery" and "livraison" in said and self._is_asked(place):
            self._make("ask_delivery", None, piece.at)
        elif not self._turns_to_ware(name, place, piece) and not (self._made and self._made[-1].verb == name):
            self._make(name, None, piece.at)

    def _turns_to_ware(self, name: str, place: int, piece: Piece) -> bool:
        """Whether the phrase is about something of the shop, and not about the order."""
        said = piece.said.lower()
        if name == "again":
            return self._again(piece)
        if name == "show_cart" and "combien" in said and (asked_of := self._unclaimed()):
            for made in asked_of:
                made.verb = "ask_price"  # `le poulet avec frites ça fait combien`
            return True
        if name in _TAKES_MENTION and self._mention_follows(place):
            if name == "yes" and said.startswith("compl"):
                self._make("yes", None, piece.at)
            self._enter(_TAKES_MENTION[name], piece)
            if name == "delivery" and "livr" in said:
                self._make("delivery", None, piece.at)
            return True
        if name == "yes" and said.startswith(_TAKING) and self._number_follows(place):
            self._enter("put", piece)
            return True
        if name == "yes" and said in _TAKEN and self._asked is None and self._follows(place, ("mention",)):
            self._make("put", LAST, piece.at, explicit=True)  # `je prends, avec un foulard`
            return True
        if name == "cancel" and (named := self._just_named()) is not None:
            named.verb, named.instead = "remove", None
            return True
        return name in ("cancel", "yes") and self._mode.startswith("ask_")

    def _is_asked(self, place: int) -> bool:
        """`c'est combien avec la livraison`, `la livraison est comprise ?`"""
        if any(made.verb in ("show_cart", "ask_price") and made.sentence == self._sentence for made in self._made):
            return True
        ends = (piece.name for piece in self._pieces[place:] if piece.kind == "end")
        return next(ends, "") == "?" and not self._puts()

    def _category(self, place: int, piece: Piece) -> None:
        """`vos boissons`: the list of those."""
        asking = next(
            (made for made in self._made if made.verb == "ask_list" and made.sentence == self._sentence), None
        )
        self._category_said = piece.name
        if asking is not None:
            asking.text = piece.name
        elif self._asked is None and all(one.kind in ("category", "word", "end") for one in self._pieces):
            self._make("ask_list", None, piece.at, text=piece.name)

    def _asks(self, place: int, piece: Piece) -> None:
        name = piece.name
        if name == "ask_list" and self._mention_ahead(place) and piece.said.lower().split()[:1] == ["comme"]:
            return  # `comme boisson un coca`
        if name == "ask_list" and piece.said.lower().endswith(" comme") and self._mention_follows(place):
            name = "ask_about"  # `vous avez quoi comme boisson gazeuse ?`
        if name == "ask_order" and self._mode == "remove":
            return
        if piece.said.lower().startswith("quel") and not self._mention_ahead(place) and len(piece.said.split()) == 1:
            return
        if name == "ask_photo":
            self._made = [made for made in self._made if made.mention is not None or made.verb != "ask_stock"]
        if name == "ask_delivery" and any(made.verb == name and made.sentence == self._sentence for made in self._made):
            return
        if (
            name in ("ask_price", "ask_about", "ask_stock")
            and not self._mention_ahead(place)
            and (one := self._beside())
        ):
            one.verb, self._mode = name, ""
            return
        before = self._unclaimed()
        listed = self._made[-1] if self._made and self._made[-1].verb == "ask_list" else None
        if listed is not None and listed.text and listed.sentence == self._sentence:
            return
        if self._mention_ahead(place) or not before or name in ("ask_list", "ask_order", "ask_delivery"):
            self._make(name, None, piece.at, text=self._category_said if name == "ask_list" else "")
            self._mode, self._explicit = name, False
            return
        for made in before:
            made.verb = name
        self._mode = ""

    def _modes(self, place: int, piece: Piece) -> None:
        name = piece.name
        if name == "correct":
            self._correct(place, piece)
        elif name == "instead":
            self._waiting = "instead"
        elif name == "swap":
            self._waiting, self._out = "swap", None
        elif name == "more":
            self._more(place, piece)
        elif name == "take":
            self._take_last(place, piece)
        elif name == "less":
            self._fewer()
        elif name == "only":
            self._limit(place)
        elif name == "rest":
            self._other(piece)
        elif name == "except":
            self._except()
        elif name != "by":
            if self._explicit_put_follows(place) and name == "put":
                return
            if name == "put":
                self._remove_first(piece)
            self._enter(name, piece)
