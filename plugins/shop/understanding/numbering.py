"""What a number that stands alone is of: what was named before it, what comes, or what was spoken of last."""

from dataclasses import replace

from comptoir.plugins.language import ordering_words
from comptoir.plugins.shop.understanding.acts import Mention
from comptoir.plugins.shop.understanding.correcting import Correcting
from comptoir.plugins.shop.understanding.joining import LAST, MOST_PIECES, waits
from comptoir.plugins.shop.understanding.making import Made
from comptoir.plugins.shop.understanding.pieces import Piece


class Numbering(Correcting):
    """Numbers without a name: `mets-en 3`, `fer de 10, 8 barres`, `2 non 3`."""

    def _number(self, place: int, piece: Piece) -> None:
        mention = piece.mention
        assert mention is not None
        if not ordering_words("lots").isdisjoint(piece.said.lower().split()):
            self._make("number", mention, piece.at)  # `un carton`: of what?
            return
        if self._is_of_nothing(piece):
            return
        last = self._last_put()
        same = last is not None and last.sentence == self._sentence and last.mention is not None
        if self._waiting == "more":
            self._waiting = ""
            self._relative(mention, 1, piece.at)
        elif self._waiting == "swap" and self._out is not None and self._out.found:
            out, self._waiting, self._out = self._out, "", None
            self._make("set_quantity", replace(out, quantity=mention.quantity), piece.at)
        elif self._weak and self._sizes_said(mention):
            pass
        elif self._weak:
            self._not_so_many(last if same else None)
        elif same and last is not None and (other := self._resized(last.mention, mention)) is not None:
            last.mention = other
        elif any(made.verb in ("zone", "address") and made.sentence == self._sentence for made in self._made):
            pass  # `aux parcelles, unité 8`
        elif (
            same
            and last is not None
            and last.mention is not None
            and waits(last.mention)
            and 1 < (mention.quantity or 0) <= MOST_PIECES
        ):
            if self._lexicon.own_traits(last.mention.sku, (str(mention.quantity),)):
                self._make("put", replace(last.mention, traits=(str(mention.quantity),)), piece.at)  # `en 38 et 40`
            else:
                last.mention = replace(last.mention, quantity=mention.quantity, unsure=mention.unsure)
        else:
            self._counted(mention, piece, place)

    def _is_of_nothing(self, piece: Piece) -> bool:
        """`5 de 100 et 5 de 200`: nobody knows of what."""
        if not piece.said.lower().startswith("de ") or not self._made or self._made[-1].verb != "number":
            return False
        self._made.pop()
        self._make("unknown", None, piece.at, text=piece.said)
        return True

    def _not_so_many(self, last: Made | None) -> None:
        """`5 eaux pas 4`, `pas 2 mais 3`, `2 pas 3`."""
        self._weak, self._mode = False, ""
        if self._made and self._made[-1].verb == "number":
            self._made[-1].verb = "set_quantity"
        if last is not None and last.mention is not None and last.mention.quantity is not None:
            last.verb = "set_quantity"

    def _sizes_said(self, mention: Mention) -> bool:
        """`41 pas 42`: sizes of what was spoken of last."""
        last = self._made[-1] if self._made else None
        if last is None or last.verb != "number" or last.mention is None:
            return False
        now, before = last.mention.quantity, mention.quantity
        if not self._lexicon.are_sizes((now, before)):
            return False
        self._weak, self._mode = False, ""
        last.verb, last.instead = "replace", Mention(refers=True, traits=(str(before),))
        last.mention = replace(LAST, traits=(str(now),))
        return True

    def _resized(self, told: Mention | None, mention: Mention) -> Mention | None:
        """`nuggets 12 pièces, finalement 6 pièces`: a number that is another size of what was named."""
        if told is None or not self._correcting:
            return None
        size = self._lexicon.other_size(told.sku, told.traits, mention.quantity)
        return self._amended(told, Mention(traits=(size,))) if size else None

    def _is_taken(self, piece: Piece, place: int) -> bool:
        """`un` is a number of pieces only where it stands alone: `je prends un, avec du thon`."""
        if piece.said.lower() not in ("un", "une"):
            return True
        following = self._pieces[place + 1] if place + 1 < len(self._pieces) else None
        ends = following is None or following.kind in ("comma", "end") or following.name in ("avec", "et", "plus")
        return self._mode == "put" and self._asked is None and not self._adding and ends

    def _is_for_another(self, place: int, piece: Piece) -> bool:
        """`un yassa pour moi, un pour ma mère`: one more of the same."""
        last = self._last_put()
        following = self._pieces[place + 1] if place + 1 < len(self._pieces) else None
        last = last or next((made for made in reversed(self._made) if made.verb == "number"), None)
        if last is None or last.mention is None or last.sentence != self._sentence or last.mention.quantity is None:
            return False
        if following is None or following.name != "pour" or piece.mention is None or piece.mention.quantity is None:
            return False
        last.mention = replace(last.mention, quantity=last.mention.quantity + piece.mention.quantity)
        last.verb = "put"
        return True

    def _counted(self, mention: Mention, piece: Piece, place: int) -> None:
        """A number that belongs to nothing that was named before it."""
        if self._waiting == "instead":
            self._counted_instead(piece)
        elif self._correcting and (last := self._last_put()) is not None and last.mention is not None:
            counted = replace(last.mention, quantity=mention.quantity, unsure=mention.unsure)
            last.mention = self._resized(last.mention, mention) or counted  # `une 38, non 39`; `2, non 3`
            self._correcting = ""
        elif self._mode == "set_quantity" or self._correcting or self._refused:
            self._make("set_quantity", mention, piece.at)
        elif self._mode in ("put", "remove") and self._explicit and self._is_taken(piece, place):
            if self._adding:
                mention = replace(mention, relative=True)  # `ajoute 2`
            self._make(self._mode, mention, piece.at, explicit=True)
        elif piece.name == "all":
            self._make("pick", None, piece.at, text="all")
        elif piece.name == "pieces" and self._asked not in ("quantity", "stock"):
            self._make("set_quantity", mention, piece.at)
        elif self._is_for_another(place, piece):
            pass
        elif (asked := self._asked_about(place)) is not None:
            self._make("put", replace(asked, quantity=mention.quantity, unsure=mention.unsure), piece.at, explicit=True)
        else:
            self._make("number", mention, piece.at)

    def _asked_about(self, place: int) -> Mention | None:
        """`le gloss c'est combien ? 2 alors`: so many of what was asked about right before; not `pour 2`."""
        last = self._made[-1] if self._made else None
        if last is None or last.verb not in ("ask_price", "ask_stock") or last.sentence == self._sentence:
            return None
        told = last.mention is not None and bool(last.mention.sku) and last.mention.quantity is None
        return last.mention if told and self._pieces[place - 1].name not in ("pour", "for") else None
