"""Makes acts of the pieces of a message: what is done with what is named, and what a later word takes back."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from comptoir.plugins.language import ordering_words
from comptoir.plugins.shop.understanding.acts import Act, Asked, Mention, Verb
from comptoir.plugins.shop.understanding.lexicon import Lexicon
from comptoir.plugins.shop.understanding.pieces import Piece
from comptoir.plugins.shop.understanding.roots import root_of
from comptoir.plugins.text import is_linking, words

_VERBS = frozenset(get_args(Verb))
_ADDING = ("ajout", "rajout", "encore", "aussi", "add")
_TAKES_MENTION = {"cancel": "remove", "yes": "put", "checkout": "put", "delivery": "put"}
"""What these do where something of the shop is named right after them: `annule le poulet`, `je prends le poulet`."""
_LAST = Mention(refers=True)


@dataclass
class _Made:
    """An act that may still be changed by what follows."""

    verb: str
    mention: Mention | None = None
    text: str = ""
    instead: Mention | None = None
    explicit: bool = False
    """`je veux`, `ajoute` stood before it."""
    sentence: int = 0
    at: int = 0


class Assembler:
    """Walks the pieces of one message."""

    def __init__(self, pieces: Sequence[Piece], lexicon: Lexicon, asked: Asked | None = None) -> None:
        self._lexicon = lexicon
        self._asked = asked
        self._category_said = ""
        self._pieces = pieces
        self._made: list[_Made] = []
        self._mode = ""
        self._explicit = False
        self._adding = False
        self._correcting = ""
        self._refused = False
        self._one_more = False
        self._lacks = False
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

    def acts(self) -> list[tuple[int, Act]]:
        for place, piece in enumerate(self._pieces):
            getattr(self, f"_{piece.kind}")(place, piece)
        self._close()
        self._made = [part for made in self._made for part in self._each(made)]
        return [
            (made.at, Act(made.verb, made.mention, made.text, made.instead))  # type: ignore[arg-type]
            for made in self._made
            if made.verb in _VERBS
        ]

    def _each(self, made: _Made) -> list[_Made]:
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
        if len(apart) < 2:
            return [made]
        quantity = None if made.verb != "put" else 1
        return [replace(made, mention=replace(mention, traits=(*shared, one), quantity=quantity)) for one in apart]

    # --- pieces ---------------------------------------------------------------------------------------------

    def _end(self, place: int, piece: Piece) -> None:
        if piece.name == "?":
            for made in self._made:
                if made.sentence == self._sentence and made.verb == "put" and self._only_asked(made):
                    made.verb = "ask_stock"
        self._close()
        self._sentence += 1

    def _only_asked(self, made: _Made) -> bool:
        return (
            not made.explicit and made.mention is not None and made.mention.quantity is None and not made.mention.refers
        )

    def _close(self) -> None:
        """The end of a sentence: `un fanta à la place`, `3 poulets plutôt`."""
        last = self._last_put()
        if self._waiting == "instead" and last is not None:
            if not any(made.verb == "remove" for made in self._made):
                last.verb, last.instead = "replace", _LAST
        elif self._waiting == "swap" and self._out is not None:
            self._make("put" if self._out.refers else "remove", self._out, 0)
        elif self._correcting and last is not None and last.sentence == self._sentence and len(self._puts()) == 1:
            self._turn(last, self._correcting)
        self._one_more = self._only = self._rest = self._money = self._weak = False
        self._mode, self._explicit, self._adding, self._waiting, self._out, self._correcting = (
            "",
            False,
            False,
            "",
            None,
            "",
        )

    def _comma(self, place: int, piece: Piece) -> None:
        if self._weak:
            # `pas de coca, 2 fanta`
            self._mode, self._explicit, self._weak = "", False, False

    def _word(self, place: int, piece: Piece) -> None:
        pass

    def _detail(self, place: int, piece: Piece) -> None:
        if piece.name == "order":
            target = next((made for made in reversed(self._made) if made.verb in ("cancel", "ask_order")), None)
            if target is not None:
                target.text = piece.said
            else:
                self._make("ask_order", None, piece.at, text=piece.said)
        elif piece.name == "amount":
            last = self._last_put()
            if last is not None and last.sentence == self._sentence and last.mention and last.mention.quantity is None:
                last.mention = replace(last.mention, unsure=True)
            else:
                self._money = True
        else:
            self._make(piece.name, None, piece.at, text=piece.said)

    def _zone(self, place: int, piece: Piece) -> None:
        if self._weak:
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
        name = piece.name
        if name in ("nod", "shake"):
            if not self._made:
                self._make("yes" if name == "nod" else "no", None, piece.at)
            return
        if name == "no":
            self._refuse(place, piece)
            return
        if name == "again" and self._again(piece):
            return
        if name in _TAKES_MENTION and self._mention_follows(place):
            if name == "yes" and piece.said.lower().startswith("compl"):
                self._make("yes", None, piece.at)
            self._enter(_TAKES_MENTION[name], piece)
            if name == "delivery" and "livr" in piece.said.lower():
                self._make("delivery", None, piece.at)
            return
        if name == "yes" and piece.said.lower().startswith(_TAKING) and self._number_follows(place):
            self._enter("put", piece)
            return
        if name == "cancel" and (named := self._just_named()) is not None:
            named.verb = "remove"
            return
        if name in ("cancel", "yes") and self._mode.startswith("ask_"):
            return
        if not (self._made and self._made[-1].verb == name):
            self._make(name, None, piece.at)

    def _just_named(self) -> _Made | None:
        """`la pioche, laisse tomber`: what was named before, and no order for it."""
        last = self._made[-1] if self._made else None
        if last is None or last.verb != "put" or last.explicit or last.sentence != self._sentence:
            return None
        return last if last.mention is not None and last.mention.quantity is None else None

    def _number_follows(self, place: int) -> bool:
        following = next((piece for piece in self._pieces[place + 1 :] if piece.kind != "word"), None)
        return following is not None and following.kind == "number"

    def _refuse(self, place: int, piece: Piece) -> None:
        if self._correcting and (named := self._just_named()) is not None and not self._follows(place, _GOING_ON):
            named.verb, self._correcting = "remove", ""  # `le bazin finalement non`
            return
        counted = bool(self._made) and self._made[-1].verb == "number"
        if (self._puts() or counted) and self._follows(place, ("mention", "number", "modes")):
            self._correcting = "non"
        else:
            if not self._refused:
                self._make("no", None, piece.at)
            self._refused = True
            self._correcting = ""

    def _again(self, piece: Piece) -> bool:
        """`pour ma copine la même chose`: what this message has just put, once more."""
        last = self._last_put()
        if last is None or last.mention is None or not last.mention.found:
            return False
        self._make("put", replace(last.mention, quantity=last.mention.quantity or 1), piece.at)
        self._mode, self._correcting = "", ""
        return True

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
        if name == "ask_order" and self._mode == "remove":
            return
        if piece.said.lower().startswith("quel") and not self._mention_ahead(place) and len(piece.said.split()) == 1:
            return
        if name == "ask_photo":
            self._made = [made for made in self._made if made.mention is not None or made.verb != "ask_stock"]
        if name == "ask_delivery" and any(made.verb == name and made.sentence == self._sentence for made in self._made):
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

    def _unclaimed(self) -> list[_Made]:
        """What this sentence has named before, and no verb has claimed."""
        return [
            made
            for made in self._made
            if made.sentence == self._sentence
            and not made.explicit
            and made.mention is not None
            and made.verb in ("put", "ask_stock", "ask_about", "ask_price", "ask_photo")
        ]

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
        elif name == "less":
            self._fewer()
        elif name == "only":
            self._limit(place)
        elif name == "rest":
            self._rest = True
            if "command" in piece.said.lower():
                self._correcting = ""  # `finalement une autre commande`
        elif name == "except":
            self._mode, self._explicit, self._weak = "", False, False
        elif name != "by":
            if self._explicit_put_follows(place) and name == "put":
                return
            self._enter(name, piece)

    def _limit(self, place: int) -> None:
        """`3 seulement` after `4 poulets`; `non juste la brume`: nothing else."""
        last = self._made[-1] if self._made else None
        if last is not None and last.verb == "number" and last.sentence == self._sentence:
            last.verb = "set_quantity"
        elif last is not None and last.verb == "put" and last.mention is not None and last.mention.quantity is not None:
            alone = last.sentence == self._sentence and len(self._puts()) == 1
            if alone and not self._mention_follows(place):
                last.verb = "set_quantity"
        elif self._mode == "remove":
            self._mode, self._explicit = "", False  # `laissez le reste, juste les clous`
        elif self._number_follows(place):
            self._mode = "set_quantity"
        elif self._refused and self._mention_follows(place):
            self._only = True

    def _correct(self, place: int, piece: Piece) -> None:
        self._correcting = "mieux" if piece.said.lower() == "mais" else piece.said.lower()
        if self._mode == "remove" or self._mode.startswith("ask_"):
            self._mode = ""

    def _explicit_put_follows(self, place: int) -> bool:
        following = self._pieces[place + 1 : place + 2]
        return bool(following) and following[0].kind == "modes" and following[0].name == "put"

    def _enter(self, mode: str, piece: Piece) -> None:
        self._mode, self._explicit = mode, mode != "set_quantity"
        self._weak = mode == "remove" and piece.said.lower() in _WEAK
        self._lacks = self._weak and piece.said.lower() != "pas"
        if mode == "set_quantity" and piece.said.lower().endswith(("plutot", "plutôt")):
            self._correcting = "plutôt"
        self._adding = any(word in piece.said.lower() for word in _ADDING)

    def _more(self, place: int, piece: Piece) -> None:
        last = self._made[-1] if self._made else None
        if last is not None and last.verb in ("number", "set_quantity") and last.sentence == self._sentence:
            self._made.remove(last)
            self._relative(last.mention, 1, piece.at)
        elif self._follows(place, ("number",)):
            self._waiting = "more"
        elif ("autre" in piece.said.lower() and not self._mention_follows(place)) or (
            not self._mention_follows(place) and piece.said.lower() == "encore" and not self._mode
        ):
            self._relative(replace(_LAST, quantity=1), 1, piece.at)
        else:
            self._adding = self._one_more = True

    def _fewer(self) -> None:
        last = self._made[-1] if self._made else None
        if last is not None and last.mention is not None:
            self._made.remove(last)
            self._relative(last.mention, -1, last.at)

    def _relative(self, mention: Mention | None, sign: int, at: int) -> None:
        base = mention or _LAST
        self._make("set_quantity", replace(base, quantity=sign * (base.quantity or 1), relative=True), at)

    def _number(self, place: int, piece: Piece) -> None:
        mention = piece.mention
        assert mention is not None
        if not ordering_words("lots").isdisjoint(piece.said.lower().split()):
            self._make("number", mention, piece.at)  # `un carton`: of what?
            return
        last = self._last_put()
        same = last is not None and last.sentence == self._sentence and last.mention is not None
        if self._waiting == "more":
            self._waiting = ""
            self._relative(mention, 1, piece.at)
        elif self._waiting == "swap" and self._out is not None and self._out.found:
            out, self._waiting, self._out = self._out, "", None
            self._make("set_quantity", replace(out, quantity=mention.quantity), piece.at)
        elif self._weak:
            self._weak, self._mode = False, ""  # `5 eaux pas 4`, `pas 2 mais 3`
            if same and last is not None and last.mention is not None and last.mention.quantity is not None:
                last.verb = "set_quantity"
        elif any(made.verb in ("zone", "address") and made.sentence == self._sentence for made in self._made):
            pass  # `aux parcelles, unité 8`
        elif (
            same
            and last is not None
            and last.mention is not None
            and _waits(last.mention)
            and 1 < (mention.quantity or 0) <= MOST_PIECES
        ):
            last.mention = replace(last.mention, quantity=mention.quantity, unsure=mention.unsure)
        else:
            self._counted(mention, piece)

    def _counted(self, mention: Mention, piece: Piece) -> None:
        """A number that belongs to nothing that was named before it."""
        if self._waiting == "instead":
            self._counted_instead(piece)
        elif self._correcting and (last := self._last_put()) is not None and last.mention is not None:
            last.mention = replace(last.mention, quantity=mention.quantity, unsure=mention.unsure)
            self._correcting = ""
        elif self._mode == "set_quantity" or self._correcting or self._refused:
            self._make("set_quantity", mention, piece.at)
        elif self._mode in ("put", "remove") and self._explicit and piece.said.lower() not in ("un", "une"):
            self._make(self._mode, mention, piece.at, explicit=True)
        elif piece.name == "all":
            self._make("pick", None, piece.at, text="all")
        elif piece.name == "pieces" and self._asked not in ("quantity", "stock"):
            self._make("set_quantity", mention, piece.at)
        else:
            self._make("number", mention, piece.at)

    def _counted_instead(self, piece: Piece) -> None:
        """`3 poulets au lieu de 2`, `3 au lieu de 2`."""
        last = next((made for made in reversed(self._made) if made.mention is not None), None)
        self._waiting = ""
        sizes = [one.mention.quantity for one in (last, piece) if one is not None and one.mention is not None]
        if last is not None and last.mention is not None and last.mention.refers and self._lexicon.are_sizes(sizes):
            now, before = map(str, sizes)  # `43 au lieu de 42`
            last.verb, last.instead = "replace", Mention(refers=True, traits=(before,))
            last.mention = replace(last.mention, quantity=None, traits=(now,))
            return
        if last is not None:
            last.verb = "set_quantity"

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
        if piece.cued and not (mention.found or mention.refers):
            return  # `pour un baptême`
        if piece.name == "theirs" and not self._mode and mention.quantity is None:
            return  # `mes ampoules sont mortes`
        if self._only:
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
        last = self._last_put()
        if self._one_more and mention.refers and mention.quantity is None:
            mention = replace(mention, quantity=1)  # `un autre avec frites`
        if self._refused and mention.refers and mention.traits and mention.quantity is None and last is None:
            self._make("replace", mention, piece.at, instead=_LAST)  # `non L`
            return
        if self._dresses(last, mention) and last is not None and last.mention is not None:
            last.mention = _merged(last.mention, mention, replacing=False)
            return
        whole = next((made for made in reversed(self._puts()) if made.mention and len(made.mention.found) > 1), None)
        if whole is not None and not self._correcting and (part := self._part_of(whole, mention)) is not None:
            self._make("put", part, piece.at, explicit=self._explicit)
            return
        if last is not None and mention.refers and self._joins(last, mention):
            self._correcting, self._rest = "", False
        elif self._correcting:
            self._corrected(mention, piece, last)
        elif self._refused and mention.quantity is not None and not self._adding and not mention.refers:
            self._make("set_quantity", mention, piece.at, explicit=self._explicit)
        elif self._mode == "set_quantity":
            self._make("set_quantity" if mention.quantity is not None else "put", mention, piece.at)
        else:
            if self._adding and not mention.refers:
                mention = self._added(mention)
            self._make("put", mention, piece.at, explicit=self._explicit)

    def _dresses(self, last: _Made | None, mention: Mention) -> bool:
        """`ourlet sur le 40`: both tell of the same."""
        if last is None or last.mention is None or last.sentence != self._sentence:
            return False
        return last.mention.refers and mention.refers and mention.quantity is None and not last.mention.found

    def _part_of(self, last: _Made, mention: Mention) -> Mention | None:
        """`2 yassa : un poulet, un poisson`: each of the products that the first word left open."""
        base = last.mention
        if base is None or len(base.found) < 2 or last.sentence != self._sentence or mention.quantity is None:
            return None
        common = tuple(one for one in base.found if one.sku in {other.sku for other in mention.found})
        if len(common) != 1 or (base.quantity or 1) < mention.quantity:
            return None
        left = (base.quantity or mention.quantity) - mention.quantity
        if left:
            last.mention = replace(base, quantity=left)
        else:
            self._made.remove(last)
        return replace(mention, found=common)

    def _added(self, mention: Mention) -> Mention:
        """`encore un poulet`, `ajoute 2 poulets`: so many more than there are."""
        one_more, self._one_more = self._one_more, False
        if any(self._same(made.mention, mention) for made in self._puts()):
            return replace(mention, quantity=mention.quantity or 1)
        if mention.quantity is None and not one_more:
            return mention
        return replace(mention, quantity=mention.quantity or 1, relative=True)

    def _dropped_number(self, mention: Mention) -> bool:
        """`2 non 3 poulets`: the first number goes."""
        if self._made and self._made[-1].verb == "number" and self._correcting and mention.quantity is not None:
            while self._made and self._made[-1].verb == "number":
                self._made.pop()
            return True
        return False

    # --- what mentions do -----------------------------------------------------------------------------------

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
            last.mention = _merged(last.mention, mention, replacing=False)
        else:
            self._make(mode, mention, piece.at)

    def _remove(self, mention: Mention, piece: Piece) -> None:
        if mention.refers and mention.options and not mention.traits:
            mention = replace(mention, options=(), without=(*mention.without, *mention.options))
        if not mention.found and not mention.refers and self._lacks:
            mention = Mention(said=mention.said, without=(_noun(mention.said),), refers=True)
        if mention.refers and mention.without:
            self._make("put", mention, piece.at)  # `sans piment`
            return
        last = self._last_put()
        here = self._weak and last is not None and last.sentence == self._sentence
        told = (
            last is not None
            and last.mention is not None
            and (last.mention.found or (last.mention.traits and mention.refers))
        )
        if here and told and last is not None and last.mention is not None:
            others = tuple(one for one in mention.found if one.sku not in {found.sku for found in last.mention.found})
            if others or not self._same(last.mention, mention):
                # `la rouge, pas la noire`
                mention = replace(mention, found=others)
                out = replace(mention, found=last.mention.found) if mention.refers else mention
                last.verb, last.instead = "replace", out
            self._weak, self._mode = False, ""
            return
        earlier = next((made for made in self._puts() if self._same(made.mention, mention)), None)
        if earlier is not None and not mention.refers and earlier.mention is not None:
            left = (earlier.mention.quantity or 1) - (mention.quantity or MAX)
            if left > 0:
                earlier.mention = replace(earlier.mention, quantity=left)
            else:
                self._made.remove(earlier)
        else:
            self._make("remove", mention, piece.at)

    def _same(self, one: Mention | None, other: Mention) -> bool:
        if one is None or not one.found or not other.found:
            return False
        mine, theirs = {found.sku for found in one.found}, {found.sku for found in other.found}
        if mine <= theirs or theirs <= mine:
            return not (one.traits and other.traits) or set(one.traits) == set(other.traits)
        return False

    def _joins(self, last: _Made, mention: Mention) -> bool:
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
            last.mention = _merged(base, mention, replacing=bool(self._correcting))
            return True
        if self._correcting:
            last.mention = _merged(base, mention, replacing=True)
            return True
        pieces = mention.quantity or 1
        if base.quantity is None and not base.traits and not base.options:
            last.mention = _merged(base, mention, replacing=False)
            return True
        new = replace(mention, found=base.found, refers=False, quantity=pieces)
        both = _merged(base, new, replacing=False)
        divides = (base.quantity or 0) >= pieces and base.traits and self._lexicon.comes_in(base.sku, both.traits)
        if divides and not base.options and not base.without:
            new = replace(both, quantity=pieces)
        elif base.traits or base.options or base.without:
            self._make("put", new, last.at, explicit=last.explicit)
            return True
        left = (base.quantity or 1) - pieces
        if left > 0:
            last.mention = replace(base, quantity=left)
            self._made.insert(
                self._made.index(last), _Made("put", new, explicit=last.explicit, sentence=self._sentence, at=last.at)
            )
        else:
            last.mention = new
        return True

    def _corrected(self, mention: Mention, piece: Piece, last: _Made | None) -> None:
        word, self._correcting = self._correcting, ""
        earlier = next((made for made in self._puts() if self._same(made.mention, mention)), None)
        if earlier is not None and earlier.mention is not None and not mention.refers:
            earlier.mention = _merged(earlier.mention, mention, replacing=True)
        elif last is not None and last.mention is not None and not self._explicit and word != "mieux":
            quantity = mention.quantity if mention.quantity is not None else last.mention.quantity
            last.mention = replace(mention, quantity=quantity)
        elif last is not None:
            self._make("put", mention, piece.at, explicit=self._explicit)
        else:
            made = self._make("put", mention, piece.at, explicit=self._explicit)
            self._turn(made, word)

    def _turn(self, made: _Made, word: str) -> None:
        """What a correction of an earlier message makes of a put."""
        if made.mention is None or made.verb != "put" or self._adding:
            return
        if made.mention.quantity is not None:
            made.verb = "set_quantity"
        elif made.mention.traits:
            made.verb, made.instead = "replace", Mention(made.mention.found, refers=True)
        elif word in ("plutot", "plutôt") or self._refused:
            made.verb, made.instead = "replace", _LAST

    def _swapped(self, mention: Mention, piece: Piece) -> None:
        """`X à la place de Y`, `remplacez Y par X`."""
        if self._waiting == "swap":
            if self._out is None and not (mention.refers and (mention.traits or mention.options)):
                self._out = mention
                return
            self._make("replace", mention, piece.at, instead=self._out or _LAST)
        else:
            last = next((made for made in reversed(self._made) if made.verb in ("put", "set_quantity")), None)
            if last is not None and last.sentence == self._sentence:
                if self._same(last.mention, mention) and mention.quantity is not None and not mention.traits:
                    last.verb = "set_quantity"
                else:
                    last.verb, last.instead = "replace", mention
            elif self._out is None:
                self._waiting, self._out = "swap", mention
                return
        self._waiting, self._out = "", None

    # --- what was made --------------------------------------------------------------------------------------

    def _make(
        self,
        verb: str,
        mention: Mention | None,
        at: int,
        **more: Any,
    ) -> _Made:
        made = _Made(verb, mention, sentence=self._sentence, at=at, **more)
        self._made.append(made)
        return made

    def _puts(self) -> list[_Made]:
        return [made for made in self._made if made.verb == "put" and made.mention is not None]

    def _last_put(self) -> _Made | None:
        return next((made for made in reversed(self._made) if made.verb == "put" and made.mention is not None), None)

    def _follows(self, place: int, kinds: Sequence[str]) -> bool:
        """Whether one of these comes before the sentence ends."""
        for piece in self._pieces[place + 1 :]:
            if piece.kind == "end":
                return False
            if piece.kind in kinds:
                return True
        return False

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


MAX = 1_000_000_000
MOST_PIECES = 999
"""A larger number that stands alone is no quantity."""
_GOING_ON = ("mention", "number", "modes", "asks")
_TAKING = ("envo", "je prend", "je valide", "prend")
_WEAK = frozenset(("plus de", "plus d", "pas", "pas de", "pas d", "sans", "et pas"))


def _noun(said: str) -> str:
    """`oignon` of `les oignons`."""
    return " ".join(word for word in said.split() if not is_linking(word.lower())) or said


def _waits(mention: Mention) -> bool:
    """Whether a number that comes later may be its quantity."""
    return mention.quantity is None and not mention.refers and bool(mention.found)


def _replaced(option: str, more: Mention) -> bool:
    """`sans piment` goes where `bien pimenté` comes."""
    mine = {root_of(word) for word in words(option) if word != "sans"}
    others = ({root_of(word) for word in words(one) if word != "sans"} for one in more.options if one != option)
    return option in more.without or any(mine & other - _VAGUE for other in others)


_VAGUE = frozenset(("bien", "tres", "peu", "plus"))


def _merged(base: Mention, more: Mention, *, replacing: bool) -> Mention:
    """A mention with what was said of it later."""
    joined = (
        (lambda old, new: new or old)
        if replacing
        else (lambda old, new: (*old, *(one for one in new if one not in old)))
    )
    return replace(
        base,
        quantity=more.quantity if more.quantity is not None else base.quantity,
        unsure=more.unsure if more.quantity is not None or more.unsure else base.unsure,
        traits=joined(base.traits, more.traits),
        lacking=joined(base.lacking, more.lacking),
        options=joined(tuple(one for one in base.options if not _replaced(one, more)), more.options),
        without=joined(base.without, more.without),
    )
