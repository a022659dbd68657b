"""What a later word takes back, limits or exchanges."""

from dataclasses import replace

from comptoir.plugins.shop.understanding.acts import Mention
from comptoir.plugins.shop.understanding.joining import ALIKE, LAST, merged, noun
from comptoir.plugins.shop.understanding.making import Made, Making
from comptoir.plugins.shop.understanding.pieces import Piece

_ANOTHER = ("je pr", "on pr", "j'aime")
"""Corrections that name another thing."""
_MEANT = ("je v", "je me s", "correction", "erreur")
"""Corrections by which one thing was said for another."""
_CHANGING = ("mieux", "finalement", "en fait", "tout compte", "à la r", "a la r", "pardon", "actually")
SORRY = ("pardon", "dés", "excus", "sorry")
_NOT_THAT = ("plutot", "plutôt", "non", "erreur")
_GOING_ON = ("mention", "number", "modes", "asks")
_ALL = 1_000_000_000


class Correcting(Making):
    """Corrections: `non 3`, `plutôt`, `à la place`, `pas celui-là`, `seulement`."""

    def _refuse(self, place: int, piece: Piece) -> None:
        ended = place + 1 == len(self._pieces) or self._pieces[place + 1].name in (".", ",", "\n", "!")
        if (
            (self._correcting or ended)
            and (named := self._just_named()) is not None
            and (not self._follows(place, _GOING_ON) or (ended and self._pieces[place - 1].kind == "mention"))
        ):
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

    def _correct(self, place: int, piece: Piece) -> None:
        said = piece.said.lower()
        if not (self._correcting.startswith(_MEANT) and said.startswith(SORRY)):
            self._correcting = said
        if self._mode == "remove" or self._mode.startswith("ask_"):
            self._mode = ""
        last, put = self._made[-1] if self._made else None, self._last_put()
        counted = last is not None and last.verb == "number" and last.mention is not None
        if (
            counted
            and put is not None
            and last is not None
            and put.sentence == last.sentence
            and not self._going_on(place)
        ):
            assert put.mention is not None
            assert last.mention is not None
            put.mention = replace(put.mention, quantity=last.mention.quantity)
            self._made.remove(last)  # `une rame, deux plutôt`
            self._correcting = ""

    def _limit(self, place: int) -> None:
        """`3 seulement` after `4 poulets`; `non juste la brume`: nothing else."""
        last = self._made[-1] if self._made else None
        if last is not None and last.verb == "number" and last.sentence == self._sentence:
            put = self._last_put()
            if put is not None and put.mention is not None and last.mention is not None:
                put.mention = replace(put.mention, quantity=last.mention.quantity)
                self._made.remove(last)  # `2 yassa. non, 1 seul`
            else:
                last.verb = "set_quantity"
        elif last is not None and last.verb == "put" and last.mention is not None and last.mention.quantity is not None:
            alone = last.sentence == self._sentence and len(self._puts()) == 1
            if alone and not self._mention_follows(place):
                last.verb = "set_quantity"
        elif last is not None and last.verb == "remove" and len(self._removes()) > 1:
            last.verb, self._mode, self._explicit = "put", "", False  # `laisse le foulard, le sac seulement`
        elif self._mode == "remove":
            self._mode, self._explicit = "", False  # `laissez le reste, juste les clous`
        elif self._number_follows(place):
            self._mode = "set_quantity"
        elif (self._refused or last is None) and self._mention_follows(place):
            self._only = True

    def _removes(self) -> list[Made]:
        return [made for made in self._made if made.verb == "remove" and made.sentence == self._sentence]

    def _more(self, place: int, piece: Piece) -> None:
        last = self._made[-1] if self._made else None
        counted = last is not None and last.verb == "put" and last.mention is not None and last.mention.quantity
        if counted and last is not None and last.mention is not None and not self._mention_follows(place):
            last.mention = replace(last.mention, relative=True)  # `1 poulet de plus`
        elif last is not None and last.verb in ("number", "set_quantity") and last.sentence == self._sentence:
            self._made.remove(last)
            self._relative(last.mention, 1, piece.at)
        elif self._follows(place, ("number",)):
            self._waiting = "more"
        elif ("autre" in piece.said.lower() and not self._mention_follows(place)) or (
            not self._mention_follows(place) and piece.said.lower() == "encore" and not self._mode
        ):
            self._relative(replace(LAST, quantity=1), 1, piece.at)
        else:
            self._adding = self._one_more = True

    def _fewer(self) -> None:
        last = self._made[-1] if self._made else None
        if last is not None and last.mention is not None:
            self._made.remove(last)
            self._relative(last.mention, -1, last.at)

    def _again(self, piece: Piece) -> bool:
        """`pour ma copine la même chose`: what this message has just put, once more."""
        last = self._last_put()
        if last is None or last.mention is None or not last.mention.found:
            return False
        if piece.said.lower().startswith("comme"):
            return True  # `1 thieb comme hier`
        self._make("put", replace(last.mention, quantity=last.mention.quantity or 1), piece.at)
        self._mode, self._correcting = "", ""
        return True

    def _corrected(self, mention: Mention, piece: Piece, last: Made | None) -> None:
        word, self._correcting = self._correcting, ""
        if last is not None and last.mention is not None and self._is_of(last.mention, mention) and mention.traits:
            last.mention = self._amended(last.mention, mention)
            return
        earlier = next((made for made in self._puts() if self._same(made.mention, mention)), None)
        if earlier is not None and earlier.mention is not None and not mention.refers:
            earlier.mention = merged(earlier.mention, mention, replacing=True)
        elif last is not None and last.mention is not None and self._is_meant_instead(word):
            quantity = mention.quantity if mention.quantity is not None else last.mention.quantity
            last.mention = replace(mention, quantity=quantity)
        elif last is not None:
            self._make("put", mention, piece.at, explicit=self._explicit)
        else:
            made = self._make("put", mention, piece.at, explicit=self._explicit)
            self._turn(made, word)

    def _going_on(self, place: int) -> bool:
        """Whether something is named right after, or counted."""
        following = next((one for one in self._pieces[place + 1 :] if one.kind != "word"), None)
        return following is not None and following.kind in ("mention", "number")

    def _is_of(self, told: Mention, more: Mention) -> bool:
        """`un chawarma bœuf simple, non géant`: what is named by a size may be the one that was named."""
        return bool(told.sku) and len(more.found) > 1 and told.sku in {one.sku for one in more.found}

    def _amended(self, told: Mention, more: Mention) -> Mention:
        """With another size or colour, and all else as it was said first."""
        kept = tuple(
            one for one in told.traits if not any(self._lexicon.excludes(told.sku, (one,), new) for new in more.traits)
        )
        return replace(merged(told, more, replacing=True), traits=(*kept, *more.traits))

    def _is_meant_instead(self, word: str) -> bool:
        """`je veux 2 coca, non 3 fanta` is one thing for another, `je veux 2 coca, en fait je veux un fanta` both."""
        return not self._adding if word.endswith(_NOT_THAT) else not self._explicit and word not in ("mais", "mieux")

    def _turn(self, made: Made, word: str) -> None:
        """What a correction of an earlier message makes of a put."""
        if made.mention is None or made.verb != "put" or self._adding:
            return
        if word.startswith(_ANOTHER) and made.mention.found:
            made.verb, made.instead = "replace", LAST  # `je préfère 3 thieb`
        elif made.mention.quantity is not None:
            made.verb = "set_quantity"
        elif made.mention.traits:
            made.verb, made.instead = "replace", Mention(made.mention.found, refers=True)
        elif word in ("plutot", "plutôt") or word.startswith(_MEANT) or self._refused:
            made.verb, made.instead = "replace", LAST
        elif word.startswith(_CHANGING) and made.mention.found:
            made.verb, made.instead = "replace", ALIKE  # `finalement le yassa poisson`

    def _swapped(self, mention: Mention, piece: Piece) -> None:
        """`X à la place de Y`, `remplacez Y par X`."""
        if self._waiting == "swap":
            if self._out is None and (both := self._parted(mention)) is not None:
                self._out, mention = both  # `changez les coca en fanta`
            if self._out is None and piece.said.lower().startswith("en ") and mention.found:
                self._out = LAST  # `changez en burgers bœuf`
            dressed = mention.refers and (mention.traits or mention.options)
            if self._out is None and not (dressed and not self._follows(self._pieces.index(piece), ("mention",))):
                self._out = mention
                return
            more = self._adding and mention.quantity is not None  # `par un deuxième yassa`
            self._make("replace", replace(mention, relative=more), piece.at, instead=self._out or LAST)
        else:
            last = next((made for made in reversed(self._made) if made.verb in ("put", "set_quantity")), None)
            if self._is_told_anew(last, mention):
                pass  # `1 rouge et 2 noirs au lieu de 3 rouges`
            elif last is not None and last.sentence == self._sentence:
                if self._same(last.mention, mention) and mention.quantity is not None and not mention.traits:
                    last.verb = "set_quantity"
                else:
                    last.verb, last.instead = "replace", mention
            elif self._out is None:
                self._waiting, self._out = "swap", mention
                return
        self._waiting, self._out = "", None

    def _is_told_anew(self, last: Made | None, mention: Mention) -> bool:
        """Whether what is replaced was said to stay, in another number, before the last thing."""
        others = [made for made in self._puts() if made is not last and made.sentence == self._sentence]
        return any(made.mention is not None and self._is_like(made.mention, mention) for made in others)

    def _is_like(self, one: Mention, other: Mention) -> bool:
        named = (one.sku == other.sku) if one.found and other.found else one.refers or other.refers
        return named and one.quantity is not None and bool(one.traits) and one.traits == other.traits

    def _parted(self, mention: Mention) -> tuple[Mention, Mention] | None:
        """Two values of one kind that one thing cannot have at once: the one it has, and the one it is to have."""
        values = mention.traits if mention.sku or mention.refers else ()
        at = next((at for at, one in enumerate(values) if self._lexicon.excludes(mention.sku, values[:at], one)), 0)
        if not at:
            return None
        return replace(mention, traits=values[:at]), replace(mention, traits=values[at:])

    def _counted_instead(self, piece: Piece) -> None:
        """`3 poulets au lieu de 2`, `3 au lieu de 2`."""
        last = next((made for made in reversed(self._made) if made.mention is not None), None)
        if last is not None and last.mention is not None and last.mention.found and last.mention.quantity is None:
            last.mention = replace(last.mention, quantity=piece.mention.quantity if piece.mention else None)
            return  # `un bissap à la place, 2`
        self._waiting = ""
        sizes = [one.mention.quantity for one in (last, piece) if one is not None and one.mention is not None]
        if last is not None and last.mention is not None and last.mention.refers and self._lexicon.are_sizes(sizes):
            now, before = map(str, sizes)  # `43 au lieu de 42`
            last.verb, last.instead = "replace", Mention(refers=True, traits=(before,))
            last.mention = replace(last.mention, quantity=None, traits=(now,))
            return
        if last is not None:
            last.verb = "set_quantity"

    def _dropped_number(self, mention: Mention) -> bool:
        """`2 non 3 poulets`: the first number goes."""
        if self._made and self._is_bare(self._made[-1]) and self._correcting and mention.quantity is not None:
            while self._made and self._is_bare(self._made[-1]):
                self._made.pop()
            return True
        return False

    def _is_beside(self, piece: Piece) -> bool:
        """`deux chambres et sans klaxon`: something of its own that is left out."""
        place = self._pieces.index(piece)
        return place > 1 and self._pieces[place - 2].name == "et" and bool(piece.mention and piece.mention.sku)

    def _is_bare(self, made: Made) -> bool:
        """Whether it is a number of nothing that was named: `je veux 2, non 3 poulets`."""
        told = made.mention
        if told is None or made.sentence != self._sentence:
            return False
        so = told.traits or told.options or told.without or told.relative
        return made.verb == "number" or (made.verb == "put" and told.refers and told.quantity is not None and not so)

    def _remove(self, mention: Mention, piece: Piece) -> None:
        if mention.refers and mention.options and not mention.traits:
            mention = replace(mention, options=(), without=(*mention.without, *mention.options))
        if not mention.found and not mention.refers and self._lacks:
            mention = Mention(said=mention.said, without=(noun(mention.said),), refers=True)
        if mention.refers and mention.without:
            self._make("put", mention, piece.at)  # `sans piment`
            return
        if self._weak and not self._puts() and (both := self._parted(mention)) is not None:
            self._make("replace", both[1], piece.at, instead=both[0])  # `pas ananas, bissap`
            return
        dish = next((made for made in reversed(self._made) if made.verb in ("put", "set_quantity")), None)
        if (
            self._without
            and not self._is_beside(piece)
            and dish is not None
            and dish.mention is not None
            and dish.sentence == self._sentence
        ):
            dish.mention = replace(dish.mention, without=(*dish.mention.without, noun(mention.said)))
            return  # `un attiéké seul, sans poisson`
        last = next((made for made in reversed(self._made) if made.verb in ("put", "replace")), None)
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
            left = (earlier.mention.quantity or 1) - (mention.quantity or _ALL)
            if left > 0:
                earlier.mention = replace(earlier.mention, quantity=left)
            else:
                self._made.remove(earlier)
        else:
            self._make("remove", mention, piece.at)
