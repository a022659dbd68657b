"""What is done with what is named: put, set, asked about, or told of what was named before."""

from dataclasses import replace

from comptoir.plugins.shop.understanding.acts import Mention
from comptoir.plugins.shop.understanding.joining import LAST, merged
from comptoir.plugins.shop.understanding.making import Made
from comptoir.plugins.shop.understanding.numbering import Numbering
from comptoir.plugins.shop.understanding.pieces import Piece


class Wanting(Numbering):
    """Mentions of products."""

    def _mention(self, place: int, piece: Piece) -> None:
        mention = piece.mention
        assert mention is not None
        if self._waiting in ("instead", "swap"):
            self._swapped(mention, piece)
            return
        if self._waiting == "more":
            self._waiting = ""
        if self._dropped_number(mention):
            self._correcting = ""
        self._spoken = mention if mention.found else self._spoken
        if piece.cued and not (mention.found or mention.refers):
            return  # `pour un baptême`
        if piece.name == "theirs" and not self._mode and mention.quantity is None:
            return  # `mes ampoules sont mortes`
        if self._only and mention.quantity is None:
            self._only = False
            self._make("clear", None, piece.at - 1)
            self._make("put", mention, piece.at, explicit=True)
            self._refused = False
            return
        if self._money and mention.quantity is None:
            mention, self._money = replace(mention, unsure=True), False
        if self._mode == "remove":
            self._remove(mention, piece)
        elif self._mode.startswith("ask_"):
            self._ask(self._mode, mention, piece)
        else:
            self._wanted(mention, piece)

    def _wanted(self, mention: Mention, piece: Piece) -> None:
        if self._one_more and mention.refers and mention.quantity is None:
            mention = replace(mention, quantity=1)  # `un autre avec frites`
        if self._told_before(mention, piece) or self._told_of_put(mention, piece):
            return
        if self._correcting:
            self._corrected(mention, piece, self._last_put())
        elif self._refused and mention.quantity is not None and not self._adding and not mention.refers:
            self._make("set_quantity", mention, piece.at, explicit=self._explicit)
        elif self._mode == "set_quantity":
            self._make("set_quantity" if mention.quantity is not None else "put", mention, piece.at)
        elif self._refused and not self._explicit and not self._adding and not mention.refers and not self._puts():
            self._make("replace", mention, piece.at, instead=LAST)  # `non, yassa`
        else:
            if self._adding and not mention.refers:
                mention = self._added(mention)
            self._make("put", mention, piece.at, explicit=self._explicit)

    def _told_before(self, mention: Mention, piece: Piece) -> bool:
        """Whether it is what a number or a refusal right before it was about."""
        before = self._made[-1] if self._made else None
        if before is not None and before.mention is not None and self._tells_of(before, mention):
            told = before.mention
            before.mention = replace(mention, quantity=told.quantity, relative=told.relative)
            return True  # `1 de moins pour le fataya`
        if before is not None and before.mention is not None and self._is_told_where(before, mention, piece):
            before.mention = replace(before.mention, found=mention.found, said=mention.said, refers=False)
            return True  # `sans piment sur le poulet`
        if before is not None and before.verb == "remove" and before.sentence == self._sentence and self._refused:
            before.verb, before.mention, before.instead = "replace", mention, before.mention
            return True  # `non pas le coca, le fanta`
        if self._is_told_of_what(mention, piece):
            return True  # `en rose plutôt, les wax`, `3 bleus et 2 rouges pour les bics`
        if self._refused and mention.refers and mention.traits and mention.quantity is None and not self._puts():
            self._make("replace", mention, piece.at, instead=LAST)
            return True  # `non L`
        return False

    def _told_of_put(self, mention: Mention, piece: Piece) -> bool:
        """Whether it tells more of what this message has put, or is part of it."""
        last = self._last_put()
        if last is not None and last.mention is not None and self._dresses(last, mention):
            last.mention = merged(last.mention, mention, replacing=False)
            return True
        if last is not None and last.mention is not None and self._is_part(last, mention, piece):
            mention = replace(mention, found=(), refers=True)
        elif last is not None and (value := self._called_rest(last, mention) or self._called(last, mention, piece)):
            mention = replace(mention, found=(), refers=True, traits=(value,))
        elif last is not None and last.sentence == self._sentence and self._says_nothing_more(last, mention):
            return True
        whole = next((made for made in reversed(self._puts()) if made.mention and len(made.mention.found) > 1), None)
        if whole is not None and not self._correcting and (part := self._part_of(whole, mention)) is not None:
            self._make("put", part, piece.at, explicit=self._explicit)
            return True
        if last is not None and mention.refers and self._joins(last, mention):
            self._correcting, self._rest = "", False
            return True
        return False

    def _says_nothing_more(self, last: Made, mention: Mention) -> bool:
        """`lait 1er`, `âge`: the same thing by another of its words."""
        base = last.mention
        told = mention.traits or mention.options or mention.without or mention.lacking or mention.unsure
        if base is None or not mention.sku or base.sku != mention.sku or mention.quantity is not None or told:
            return False
        entry = self._lexicon.entries[self._lexicon.by_sku[mention.sku]]
        return not any({token.root for token in self._lexicon.read(mention.said)} & set(name) for name in entry.names)

    def _is_told_where(self, before: Made, mention: Mention, piece: Piece) -> bool:
        told = before.mention
        place = self._pieces.index(piece)
        linked = place > 0 and self._pieces[place - 1].name in ("sur", "dans")
        dressed = told is not None and told.refers and bool(told.options or told.without)
        return linked and dressed and before.verb == "put" and bool(mention.found) and mention.quantity is None

    def _is_told_of_what(self, mention: Mention, piece: Piece) -> bool:
        """Whether it says what the sizes and colours right before it are of."""
        place = self._pieces.index(piece)
        definite = piece.said.lower().split(" ")[0] in ("le", "la", "les") or piece.said.lower().startswith(
            ("l'", "l ")
        )
        if not (mention.sku and definite) or mention.quantity is not None or mention.traits or mention.options:
            return False
        if place > 0 and self._pieces[place - 1].name not in ("pour", "plutot", "plutôt", "correct", "sur", ""):
            return False
        before = [
            made
            for made in self._made
            if made.sentence == self._sentence
            and made.verb in ("put", "set_quantity", "replace")
            and made.mention is not None
            and self._comes_so(made.mention, mention)
        ]
        if not before or self._made[-1] is not before[-1]:
            return False
        for made in before:
            assert made.mention is not None
            made.mention = replace(made.mention, found=mention.found, refers=False)
        if len(before) == 1 and before[0].verb in ("put", "set_quantity") and not self._adding:
            before[0].verb, before[0].instead = "replace", Mention(mention.found, refers=True)
        self._correcting = ""
        return True

    def _comes_so(self, told: Mention, mention: Mention) -> bool:
        named = {one.sku for one in told.found}
        so = bool(told.traits) and self._lexicon.own_traits(mention.sku, told.traits) == told.traits
        return so and (told.refers or (len(named) > 1 and mention.sku in named))

    def _tells_of(self, before: Made, mention: Mention) -> bool:
        """Whether a number that stood alone is of this."""
        told = before.mention
        if told is None or before.sentence != self._sentence or before.verb not in ("set_quantity", "put"):
            return False
        bare = told.refers and told.quantity is not None and not (told.traits or told.options or told.without)
        return bare and bool(mention.found) and mention.quantity is None

    def _called(self, last: Made, mention: Mention, piece: Piece) -> str:
        """`3 chawarma dont 2 poulet`: a value that the product comes in, where it is one of its pieces."""
        base, place = last.mention, self._pieces.index(piece)
        after = place > 0 and self._pieces[place - 1].name in ("et", "and", "comma", ",")
        if base is None or not base.sku or mention.quantity is None or last.sentence != self._sentence:
            return ""
        if mention.traits or (base.quantity or 0) < mention.quantity:
            return ""
        if after and not base.traits and not self._is_rest(base, mention):
            return ""
        return self._lexicon.value_called(base.sku, mention.said)

    def _called_rest(self, last: Made, mention: Mention) -> str:
        """`3 chawarma, un au poulet et les autres viande`."""
        base = last.mention
        if not self._rest or base is None or not base.sku or mention.quantity is not None:
            return ""
        return self._lexicon.value_called(base.sku, mention.said)

    def _is_part(self, last: Made, mention: Mention, piece: Piece) -> bool:
        """`6 sucreries : 4 coca et 2 fanta`: parts of the number that was said first."""
        base, place = last.mention, self._pieces.index(piece)
        if base is None or not base.sku or base.sku != mention.sku or base.traits or not mention.traits:
            return False
        if last.sentence != self._sentence or not mention.quantity or (base.quantity or 0) < mention.quantity:
            return False
        joined = place > 0 and self._pieces[place - 1].name in ("et", "and", "plus", "avec")
        return not joined or self._is_rest(base, mention)

    def _is_rest(self, base: Mention, mention: Mention) -> bool:
        """`10 chawarma : 5 viande et 5 poulet`: what the first part left of it."""
        parted = any(made.mention and made.mention.traits and made.mention.sku == base.sku for made in self._puts())
        return parted and base.quantity == mention.quantity

    def _dresses(self, last: Made | None, mention: Mention) -> bool:
        """`ourlet sur le 40`: both tell of the same."""
        if last is None or last.mention is None or last.sentence != self._sentence:
            return False
        return last.mention.refers and mention.refers and mention.quantity is None and not last.mention.found

    def _part_of(self, last: Made, mention: Mention) -> Mention | None:
        """`2 yassa : un poulet, un poisson`: each of the products that the first word left open."""
        base, other = last.mention, self._last_put()
        if mention.refers and not mention.found and other is not None and other.mention is not None:
            mention = replace(mention, found=other.mention.found)  # `un entier, deux demis`
        if base is None or len(base.found) < 2 or last.sentence != self._sentence or mention.quantity is None:
            return None
        common = tuple(one for one in base.found if one.sku in {other.sku for other in mention.found})
        if len(common) != 1 or (base.quantity or 1) < mention.quantity:
            return None
        if mention.traits and self._lexicon.value_called(common[0].sku, base.said.split()[-1]) not in (
            "",
            *mention.traits,
        ):
            return None  # `3 coca 2 fanta`
        left = (base.quantity or mention.quantity) - mention.quantity
        if left:
            last.mention = replace(base, quantity=left)
        else:
            self._made.remove(last)
        return replace(mention, found=common, refers=False)

    def _added(self, mention: Mention) -> Mention:
        """`encore un poulet`, `ajoute 2 poulets`: so many more than there are."""
        one_more, self._one_more = self._one_more, False
        if any(self._same(made.mention, mention) for made in self._puts()):
            return replace(mention, quantity=mention.quantity or 1)
        if mention.quantity is None and not one_more:
            return mention
        return replace(mention, quantity=mention.quantity or 1, relative=True)

    def _ask(self, mode: str, mention: Mention, piece: Piece) -> None:
        bare = next(
            (
                made
                for made in self._made
                if made.verb == mode and made.mention is None and made.sentence == self._sentence
            ),
            None,
        )
        last = self._made[-1] if self._made else None
        if bare is not None:
            bare.mention = mention
        elif mention.refers and last is not None and last.verb == mode and last.mention is not None:
            last.mention = merged(last.mention, mention, replacing=False)
        else:
            self._make(mode, mention, piece.at)

    def _joins(self, last: Made, mention: Mention) -> bool:
        """`la rouge`, `taille M`, `un avec frites` behind a product that was named."""
        base = last.mention
        assert base is not None
        if not base.found:
            return False
        if mention.found and (
            common := [one for one in base.found if one.sku in {other.sku for other in mention.found}]
        ):
            base = last.mention = replace(base, found=tuple(common))
        mention = replace(mention, found=())
        if self._rest:
            mention = replace(mention, quantity=None)
        told = bool(mention.traits or mention.lacking)
        if mention.quantity is None and not (
            told
            and base.traits
            and set(base.traits) & set(mention.traits) == set()
            and self._correcting == ""
            and len(mention.traits) >= len(base.traits)
            and len(base.traits) > 1
        ):
            so = self._correcting not in ("", "mais", "mieux")
            last.mention = self._amended(base, mention) if so else merged(base, mention, replacing=False)
            return True
        if self._correcting:
            last.mention = self._amended(base, mention)
            return True
        pieces = mention.quantity or 1
        told_more = merged(base, replace(mention, found=()), replacing=False).traits
        goes_with = bool(mention.traits) and self._lexicon.comes_in(base.sku, told_more)
        if base.quantity is None and (not base.traits or goes_with) and not base.options:
            last.mention = merged(base, mention, replacing=False)
            return True
        new = replace(mention, found=base.found, refers=False, quantity=pieces)
        both = merged(base, new, replacing=False)
        divides = (base.quantity or 0) >= pieces and base.traits and self._lexicon.comes_in(base.sku, both.traits)
        if divides and not base.options and not base.without:
            new = replace(both, quantity=pieces)
        elif base.traits or base.options or base.without:
            shared = tuple(one for one in base.traits if self._lexicon.comes_in(base.sku, (one, *new.traits)))
            new = replace(new, traits=tuple(dict.fromkeys((*shared, *new.traits))))  # `noirs : 2 M, 1 L`
            if mention.quantity is None and (base.quantity or 0) > 1:
                last.mention = replace(base, quantity=(base.quantity or 0) - 1)  # `2 t-shirts, M noir et L rouge`
            self._make("put", new, last.at, explicit=last.explicit)
            return True
        left = (base.quantity or 1) - pieces
        if left > 0:
            last.mention = replace(base, quantity=left)
            self._made.insert(
                self._made.index(last), Made("put", new, explicit=last.explicit, sentence=self._sentence, at=last.at)
            )
        else:
            last.mention = new
        return True
