"""What one message makes of a sale: everything that reads or changes it gets this."""

from dataclasses import dataclass, field, replace
from datetime import datetime

from comptoir.plugins.builtin.clerk.cart import Problem, Shop
from comptoir.plugins.builtin.clerk.config import ClerkConfig
from comptoir.plugins.builtin.clerk.sale import Asked, Sale, Want
from comptoir.plugins.builtin.clerk.wares import Say
from comptoir.plugins.shop.model import Catalogue, Draft, Order, ShopEffect
from comptoir.plugins.shop.understanding import Lexicon


@dataclass(slots=True)
class Turn:
    """A message in the making: the sale as it is by now, and what is to be said and done."""

    shop: Shop
    lexicon: Lexicon
    config: ClerkConfig
    say: Say
    sale: Sale
    text: str
    """The customer's words."""
    now: datetime
    orders: tuple[Order, ...] = ()
    """The chat's, the newest first."""
    before: Draft = field(default_factory=Draft)
    """As the message found it."""
    open_before: tuple[Want, ...] = field(init=False, default=())
    """What was open when the message came."""
    before_asked: Asked = field(init=False, default_factory=Asked)
    """What they had been asked."""
    answering: Want | None = field(init=False, default=None)
    """What they were asked about, until something of the message has answered it."""
    said: list[str] = field(default_factory=list)
    """Answers, in their order; the open question comes after them."""
    names_wares: bool = False
    """It names what it puts."""
    asked_about: tuple[str, ...] = ()
    """Variants that this message asks about."""
    products_asked: tuple[str, ...] = ()
    """The products of these, one after the other."""
    missed: bool = False
    """Something that the shop does not have was named."""
    understood: bool = False
    """Something of it was."""
    unread: bool = False
    """And something of it was not."""
    not_read: list[str] = field(default_factory=list)
    """Its words."""
    greeted: bool = False
    thanked: bool = False
    photos: tuple[str, ...] = ()
    """Products and variants that they want to see, and can."""
    cleared: bool = False
    """The cart was emptied by this message."""
    taken: str = ""
    """The product of which they have just taken what is left."""
    cart_asked: bool = False
    """They want to see what is in it."""
    zones: tuple[str, ...] = ()
    """Those of which one was meant."""
    refused: bool = False
    """They said no to the summary, and not why."""
    cancelling: tuple[int, ...] = ()
    """The orders of which they may want to cancel one, and are to be asked about."""
    agreed: bool = False
    """They said yes to the summary that they were shown."""
    place: bool = False
    """And it still is what they would be shown."""
    hand_over: str = ""
    """Why a person is to go on."""
    effects: list[ShopEffect] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.open_before, self.before_asked = self.sale.wants, self.sale.asked
        self.answering = next(iter(self.sale.wants), None)

    @property
    def is_only_missed(self) -> bool:
        """They named what the shop has not, and nothing else: it may be another plugin's word."""
        new = [want for want in self.sale.wants if want not in self.open_before]
        same = self.before == self.draft or (not self.before.lines and not self.draft.lines)
        return self.missed and same and not any(want.products for want in new)

    @property
    def catalogue(self) -> Catalogue:
        return self.shop.catalogue

    @property
    def draft(self) -> Draft:
        return self.sale.draft

    def take(self, made: Draft | Problem) -> Problem | None:
        """The draft as an operation left it, or what stands in the way."""
        if isinstance(made, Problem):
            return made
        self.sale = replace(self.sale, draft=made)
        return None

    def forget_missed(self) -> None:
        """What was taken for a ware is none."""
        self.missed = False
        self.said.clear()
        self.not_read.clear()
        self.sale = replace(self.sale, wants=self.open_before)

    def answered(self) -> Want:
        """The want that was asked about, which is open no longer."""
        want, self.answering = self.sale.wants[0], None
        self.sale = self.sale.without_first()
        return want

    def answer(self, key: str, **fields: str) -> None:
        """Say this, once."""
        text = self.say(key, **fields)
        if text not in self.said:
            self.said.append(text)
        self.understood = True
