"""Sells in a chat: reads what customers write, keeps their cart, asks for what is missing, places the order."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import ClassVar, Literal

import trio

from comptoir.plugins.api import (
    Change,
    Context,
    Message,
    Mistake,
    Place,
    Plugin,
    PluginConfig,
    Tenant,
    Timer,
    Transcript,
    Verdict,
)
from comptoir.plugins.builtin import people
from comptoir.plugins.builtin.clerk import delivering, lost, payment, pictures, placing, voice
from comptoir.plugins.builtin.clerk.agreeing import is_plain_yes
from comptoir.plugins.builtin.clerk.cart import Shop
from comptoir.plugins.builtin.clerk.caution import is_more_than_hello
from comptoir.plugins.builtin.clerk.concerns import concerned, needs_orders
from comptoir.plugins.builtin.clerk.config import ClerkConfig
from comptoir.plugins.builtin.clerk.course import question
from comptoir.plugins.builtin.clerk.coverage import vocabulary
from comptoir.plugins.builtin.clerk.dialogue import finish, read
from comptoir.plugins.builtin.clerk.hearing import understood
from comptoir.plugins.builtin.clerk.model import converse, is_formal
from comptoir.plugins.builtin.clerk.sale import Asked as Pending
from comptoir.plugins.builtin.clerk.sale import Sale, Want
from comptoir.plugins.builtin.clerk.texts import TEXTS
from comptoir.plugins.builtin.clerk.turn import Turn
from comptoir.plugins.builtin.clerk.wares import pieces
from comptoir.plugins.builtin.explaining import explain
from comptoir.plugins.builtin.handover.asking import asks_for_a_person
from comptoir.plugins.builtin.speaking import speaks
from comptoir.plugins.shop.model import Catalogue, Spot
from comptoir.plugins.shop.telling import TEXTS as ORDER_TEXTS
from comptoir.plugins.shop.understanding import Act, Lexicon, understand
from comptoir.plugins.wording import fill

SALE = "sale"
REPEAT = "repeat"
SOON = timedelta(seconds=3)
"""After an answer that another plugin gave, before the open question is asked once more."""
LATELY = timedelta(hours=4)
_TEXT_KINDS = ("text", "image", "video", "document")


class Clerk(Plugin):
    """State of a contact: `sale`, what they are about to order and were asked last, as `Sale.as_json` writes it; and
    what `payment`, `voice` and `pictures` keep.
    """

    name = "clerk"
    Config = ClerkConfig
    config: ClerkConfig
    texts: ClassVar = {**ORDER_TEXTS, **payment.TEXTS, **voice.TEXTS, **pictures.TEXTS, **TEXTS}

    def __init__(self, config: PluginConfig, tenant: Tenant) -> None:
        super().__init__(config, tenant)
        self._building = trio.Lock()
        self._lexicon: Lexicon | None = None

    async def start(self) -> None:
        if self.tenant.catalogue is not None:
            await self._words_of(self.tenant.catalogue)

    def check(self) -> Sequence[Mistake]:
        # A shop without an owner's number may be tried; whom else it names must be there.
        named = self.config.to if self.tenant.owner else [name for name in self.config.to if name != "owner"]
        return [*people.mistakes([(("to",), named)], self.tenant), *self._no_way_to_customers()]

    def _no_way_to_customers(self) -> Iterator[Mistake]:
        catalogue = self.tenant.catalogue
        if catalogue is not None and catalogue.products and not catalogue.delivers and not self.config.pickup:
            fr = ("ni retrait ni livraison", "des zones de livraison dans le catalogue, ou pickup = true")
            en = ("neither pick-up nor delivery", "delivery zones in the catalogue, or pickup = true")
            yield Mistake(*(en if self.tenant.language == "en" else fr), key=("pickup",))

    # --- messages

    async def message(self, context: Context, message: Message) -> Verdict:
        if message.kind in ("edit", "deletion") and not message.sender and context.contact.role == "customer":
            await self._taken_back(context, message)
            return Verdict.CONTINUE
        # A group is no one customer, and the shop's own people are the desk's.
        if message.sender or context.contact.role != "customer" or not speaks(message):
            return Verdict.CONTINUE
        catalogue = await context.catalogue()
        if catalogue is None:
            return Verdict.CONTINUE
        sale = await self._sale(context)
        if message.kind == "voice":
            await voice.hear(context, message, self.config, _cart(catalogue, sale))
            return Verdict.STOP
        if await payment.take_picture(context, message, self.config):
            return Verdict.STOP
        if message.kind == "image" and not message.text.strip():
            await pictures.bare(context, self.config, _cart(catalogue, sale))
            return Verdict.STOP
        if isinstance(message.content, Place):
            return await self._located(context, catalogue, sale, message.content)
        if message.kind not in _TEXT_KINDS or not message.text.strip():
            return Verdict.CONTINUE
        return await self._said(context, catalogue, sale, message)

    async def _said(self, context: Context, catalogue: Catalogue, sale: Sale, message: Message) -> Verdict:
        lexicon = await self._words_of(catalogue)
        if await voice.awaits(context):
            # Before whatever else was asked.
            verbs = [act.verb for act in understand(message.text, lexicon, "confirm", ())]
            heard = await voice.answered(context, message, verbs, self.config, _cart(catalogue, sale))
            if heard is None:
                return Verdict.STOP
            if heard is not message:
                return await self._heard(context, catalogue, sale, heard)
        return await self._written(context, catalogue, sale, message)

    async def _heard(self, context: Context, catalogue: Catalogue, sale: Sale, message: Message) -> Verdict:
        """A recording that is a text now. The plugins after this one only see the yes to it: they get nothing of it."""
        verdict = await self._written(context, catalogue, sale, message)
        if verdict is Verdict.CONTINUE and not await self._go_on(context, catalogue, message):
            await voice.leave(context, message.text, self.config, _cart(catalogue, sale))
        return Verdict.STOP

    async def _written(self, context: Context, catalogue: Catalogue, sale: Sale, message: Message) -> Verdict:
        lexicon = await self._words_of(catalogue)
        if not sale.is_open and await payment.take_bare_reference(context, message, self.config):
            return Verdict.STOP
        acts = understood(message.text, lexicon, sale)
        if shown := pictures.quoted(catalogue, message.quote):
            acts = pictures.meant(message.text, acts, shown, lexicon)
            sale = replace(sale, last=shown.sku)
        for act in acts:
            if act.verb == "reference" and await payment.take_reference(context, act.text, self.config, message.text):
                return Verdict.STOP
        if await payment.take_claim(context, message, self.config):
            return Verdict.STOP
        if any(act.verb == "person" for act in acts) or _wants_person(message.text, sale, acts):
            # Whoever hands over answers them; else `unanswered` does.
            return Verdict.CONTINUE
        turn = await self._turn(context, catalogue, lexicon, sale, message.text, acts)
        delivering.remember_name(turn, context.contact.name)
        if self.config.model is None or is_formal(turn, acts) or not await converse(context, message, turn):
            read(turn, acts)
        return await self._answer(context, turn)

    async def _taken_back(self, context: Context, message: Message) -> None:
        """They changed or deleted what they had written: what that means for the cart is asked."""
        sale, forgets = await self._sale(context), message.kind == "deletion" and await voice.forget(context)
        if sale.is_open:
            key = "edited" if message.kind == "edit" and message.text.strip() else "deleted"
            context.reply(context.wording(key, said=" ".join(message.text.split())[:100]))
            want = Want((), kind="choice", said=" ".join(message.text.split()), unclear=True, times=1)
            self._keep(context, replace(sale, wants=(want, *sale.wants), asked=Pending("choice")))
        elif forgets:
            context.reply(context.wording("voice_forgotten"))

    async def _located(self, context: Context, catalogue: Catalogue, sale: Sale, place: Place) -> Verdict:
        """A shared location is an address, where one is wanted."""
        if not sale.is_open:
            return Verdict.CONTINUE
        turn = await self._turn(context, catalogue, await self._words_of(catalogue), sale, "", ())
        delivering.remember_name(turn, context.contact.name)
        spot = Spot(place.latitude, place.longitude)
        delivering.address(turn, ", ".join(filter(None, (place.name, place.address))), spot)
        return await self._answer(context, turn)

    async def _answer(self, context: Context, turn: Turn) -> Verdict:
        """Say and do what has come of the message; leave it to the others where nothing has."""
        if not turn.understood or turn.is_only_missed:
            return self._not_ours(context, turn)
        text = finish(turn)
        explain(context, f"vente : {turn.sale.asked.kind or 'rien à demander'}", f"sale: {turn.sale.asked.kind or '-'}")
        for effect in turn.effects:
            context.do(effect)
        if turn.place:
            placing.place(context, turn, self.config)
            self._keep(context, turn.sale.after_order())
            return Verdict.STOP
        if turn.photos and self.config.photos:
            pictures.show(context, turn.catalogue, turn.photos)
        if turn.hand_over:
            lost.hand_over(context, turn, text)
        elif text:
            hello = context.wording("hello") if turn.greeted and not await _has_greeted(context) else ""
            context.reply("\n".join(filter(None, (hello, text))))
        self._keep(context, replace(turn.sale, lost=0))
        return Verdict.STOP

    def _not_ours(self, context: Context, turn: Turn) -> Verdict:
        """Nothing about a sale was read: a greeting is answered, else the open question comes again after others."""
        asked = turn.missed or is_more_than_hello(turn.text)
        if turn.greeted and not turn.sale.is_open and not context.replied and not asked:
            context.reply(_filled(context, self.config.greeting) or context.wording("greeting"))
            return Verdict.STOP
        if turn.thanked and not turn.sale.is_open and not context.replied and not asked:
            context.reply(context.wording("thanks"))
            return Verdict.STOP
        if turn.sale.is_open and (turn.greeted or turn.thanked) and not turn.unread:
            context.reply(finish(turn))
            self._keep(context, turn.sale)
            return Verdict.STOP
        if turn.sale.is_open:
            context.wake(REPEAT, context.now + SOON)
        if turn.before_asked != turn.sale.asked:
            self._keep(context, turn.sale)
        return Verdict.CONTINUE

    async def unanswered(self, context: Context, message: Message) -> None:
        """Nobody had an answer in the middle of a sale, or a person was asked for."""
        if context.held or message.sender or not speaks(message) or (catalogue := await context.catalogue()) is None:
            return
        await self._go_on(context, catalogue, message)

    async def _go_on(self, context: Context, catalogue: Catalogue, message: Message) -> bool:
        """Whether that was answered."""
        sale, lexicon = await self._sale(context), await self._words_of(catalogue)
        acts = understood(message.text, lexicon, sale)
        turn = await self._turn(context, catalogue, lexicon, sale, message.text, acts)
        read(turn, acts)
        if turn.is_only_missed and not _wants_person(message.text, sale, acts):
            # The others had their say, and it is no word of theirs.
            context.reply(finish(turn))
            kept: Sale | None = turn.sale
        else:
            turn.sale = sale
            kept = lost.go_on(context, turn)
        if kept is not None:
            context.wake(REPEAT, None)
            self._keep(context, kept)
        return kept is not None

    # --- what else happens

    async def timer(self, context: Context, timer: Timer) -> None:
        """The question that was open when somebody else answered."""
        catalogue = await context.catalogue()
        sale = await self._sale(context)
        if catalogue is None or not sale.is_open or context.held:
            return
        turn = await self._turn(context, catalogue, await self._words_of(catalogue), sale, "", ())
        if text := question(turn, sale.asked):
            context.reply(text)

    async def transcribed(self, context: Context, transcript: Transcript) -> None:
        catalogue = await context.catalogue()
        cart = _cart(catalogue, await self._sale(context)) if catalogue is not None else ""
        await voice.read_back(context, transcript, self.config, cart)

    async def conversation(self, context: Context, change: Change) -> None:
        """A person has it: what was read back is theirs to settle, and a message that is deleted is not heard of."""
        if change.kind in ("taken", "assigned"):
            await voice.forget(context)

    # --- what is read and kept

    async def _sale(self, context: Context) -> Sale:
        return Sale.of_json(await context.get(SALE)).aged(context.now, self.config.forget_hours)

    def _keep(self, context: Context, sale: Sale) -> None:
        context.put(SALE, replace(sale, at=context.now.isoformat()).as_json())

    async def _turn(  # noqa: PLR0913, PLR0917 (whose message, and what of the shop)
        self, context: Context, catalogue: Catalogue, lexicon: Lexicon, sale: Sale, text: str, acts: Sequence[Act]
    ) -> Turn:
        orders = await context.orders() if needs_orders(sale, acts, text) else ()
        mine = tuple(order for order in orders if order.chat == context.contact.chat)
        sale = sale.known_to(catalogue)
        stock = await context.stock(concerned(catalogue, sale, acts, mine))
        return Turn(
            Shop(catalogue, stock), lexicon, self.config, context.wording, sale, text, context.now, mine, sale.draft
        )

    async def _words_of(self, catalogue: Catalogue) -> Lexicon:
        """Built once for a version, away from the chats that go on meanwhile."""
        async with self._building:
            known = self._lexicon
            if known is None or (known.catalogue is not catalogue and known.catalogue != catalogue):
                known = await trio.to_thread.run_sync(_built, catalogue, self.tenant.language)
                self._lexicon = known
            return known


def _built(catalogue: Catalogue, language: Literal["fr", "en"]) -> Lexicon:
    """With all that is looked up in it."""
    lexicon = Lexicon(catalogue, language)
    vocabulary(lexicon)
    return lexicon


def _wants_person(text: str, sale: Sale, acts: Sequence[Act]) -> bool:
    """Whatever was asked; but a name or an address may hold any word, and whoever brings it may ring."""
    for note in (act.text for act in acts if act.verb == "note" and sale.is_open):
        text = text.replace(note, " ")
    if sale.asked.kind == "confirm" and is_plain_yes(text):
        return False  # `d'accord merci boss`
    return sale.asked.kind not in ("name", "address") and (asks_for_a_person(text) or lost.complains(text))


async def _has_greeted(context: Context) -> bool:
    """Whether somebody here has written to them lately: one hello is enough."""
    lines = await context.history(5)
    since = context.now - LATELY
    return context.replied or any(line.by != "customer" and line.time > since for line in lines)


def _cart(catalogue: Catalogue, sale: Sale) -> str:
    return pieces(catalogue, sale.draft.lines)


def _filled(context: Context, text: str | None) -> str:
    return fill(text, name=context.contact.name, shop=context.tenant.name) if text is not None else ""
