"""The acts of a message while they may still change."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from comptoir.plugins.shop.understanding.acts import Asked, Mention
from comptoir.plugins.shop.understanding.joining import LAST
from comptoir.plugins.shop.understanding.lexicon import Lexicon
from comptoir.plugins.shop.understanding.pieces import Piece

_ADDING = ("ajout", "rajout", "encore", "aussi", "add")
_WEAK = frozenset(("plus de", "plus d", "pas", "pas de", "pas d", "sans", "et pas"))

_DEFINITE = ("le ", "la ", "les ", "l ", "l'", "vos ", "votre ", "the ")


@dataclass
class Made:
    """An act that may still be changed by what follows."""

    verb: str
    mention: Mention | None = None
    text: str = ""
    instead: Mention | None = None
    explicit: bool = False
    """`je veux`, `ajoute` stood before it."""
    sentence: int = 0
    at: int = 0


class Making:
    """What has been made of a message's pieces, and what is being said."""

    def __init__(self, pieces: Sequence[Piece], lexicon: Lexicon, asked: Asked | None = None) -> None:
        self._lexicon = lexicon
        self._asked = asked
        self._category_said = ""
        self._pieces = pieces
        self._made: list[Made] = []
        self._mode = ""
        self._explicit = False
        self._adding = False
        self._correcting = ""
        self._refused = False
        self._spoken: Mention | None = None
        """What was named last, whatever became of it."""
        self._one_more = False
        self._lacks = self._without = False
        self._weak = False
        """What takes away is but `pas` or `sans`."""
        self._only = False
        self._rest = False
        self._money = False
        """A sum was named that the next thing is to be bought for."""
        self._sentence = 0
        self._waiting = ""
        """`instead` or `swap`: what the next mention is for."""
        self._out: Mention | None = None

    def _make(
        self,
        verb: str,
        mention: Mention | None,
        at: int,
        **more: Any,
    ) -> Made:
        made = Made(verb, mention, sentence=self._sentence, at=at, **more)
        self._made.append(made)
        return made

    def _puts(self) -> list[Made]:
        return [made for made in self._made if made.verb == "put" and made.mention is not None]

    def _last_put(self) -> Made | None:
        return next((made for made in reversed(self._made) if made.verb == "put" and made.mention is not None), None)

    def _just_named(self) -> Made | None:
        """`la pioche, laisse tomber`: what was named before, and no order for it."""
        last = self._made[-1] if self._made else None
        corrected = last is not None and last.verb == "replace" and last.instead == LAST  # `non la pioche, …`
        if last is None or last.explicit or last.sentence != self._sentence or not (last.verb == "put" or corrected):
            return None
        return last if last.mention is not None and last.mention.quantity is None else None

    def _unclaimed(self) -> list[Made]:
        """What this sentence has named before, and no verb has claimed."""
        return [
            made
            for made in self._made
            if made.sentence == self._sentence
            and not made.explicit
            and made.mention is not None
            and made.verb in ("put", "ask_stock", "ask_about", "ask_price", "ask_photo")
        ]

    def _beside(self) -> Made | None:
        """`5 baguettes, et les éclairs c'est combien ?`: what was named last by its article alone, beside what is
        ordered.
        """
        last = self._made[-1] if self._made else None
        if last is None or last.verb != "put" or last.sentence != self._sentence:
            return None
        if not any(made.verb == "put" and self._is_ordered(made) for made in self._made[:-1]):
            return None
        mention = last.mention
        if mention is None or not mention.found or mention.quantity is not None:
            return None
        return last if mention.said.lower().startswith(_DEFINITE) else None

    def _is_ordered(self, made: Made) -> bool:
        return made.mention is not None and (made.mention.quantity is not None or made.explicit)

    def _same(self, one: Mention | None, other: Mention) -> bool:
        if one is None or not one.found or not other.found:
            return False
        mine, theirs = {found.sku for found in one.found}, {found.sku for found in other.found}
        if mine <= theirs or theirs <= mine:
            return not (one.traits and other.traits) or set(one.traits) == set(other.traits)
        return False

    def _relative(self, mention: Mention | None, sign: int, at: int) -> None:
        base = mention or LAST
        self._make("set_quantity", replace(base, quantity=sign * (base.quantity or 1), relative=True), at)

    def _enter(self, mode: str, piece: Piece) -> None:
        self._mode, self._explicit = mode, mode != "set_quantity"
        self._weak = mode == "remove" and piece.said.lower() in _WEAK
        self._lacks = self._weak and piece.said.lower() != "pas"
        self._without = piece.said.lower() == "sans"
        if mode == "set_quantity" and piece.said.lower().endswith(("plutot", "plutôt")):
            self._correcting = "plutôt"
        if "command" in piece.said.lower():
            self._correcting = ""
        self._adding = any(word in piece.said.lower() for word in _ADDING)

    def _follows(self, place: int, kinds: Sequence[str]) -> bool:
        """Whether one of these comes before the sentence ends."""
        for piece in self._pieces[place + 1 :]:
            if piece.kind == "end":
                return False
            if piece.kind in kinds:
                return True
        return False

    def _number_follows(self, place: int) -> bool:
        following = next((piece for piece in self._pieces[place + 1 :] if piece.kind != "word"), None)
        return following is not None and following.kind == "number"

    def _mention_follows(self, place: int) -> bool:
        """Whether something is named right after, but for small words."""
        for piece in self._pieces[place + 1 :]:
            if piece.kind == "mention":
                return True
            if piece.kind != "word":
                return False
        return False

    def _mention_ahead(self, place: int) -> bool:
        """Whether something is named after it, before another verb."""
        for piece in self._pieces[place + 1 :]:
            if piece.kind == "mention":
                return True
            if piece.kind in ("end", "modes", "asks", "acts", "comma"):
                return False
        return False

    def _explicit_put_follows(self, place: int) -> bool:
        following = self._pieces[place + 1 : place + 2]
        return bool(following) and following[0].kind == "modes" and following[0].name == "put"
