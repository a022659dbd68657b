"""The test kit sells as the journal does."""

from dataclasses import replace

import pytest

from comptoir.plugins.api import Context, Message, Plugin, PluginConfig, Tenant, Verdict
from comptoir.plugins.shop.model import (
    AddProduct,
    CartLine,
    Catalogue,
    ChangeProduct,
    Draft,
    MarkPayment,
    MoveOrder,
    PlaceOrder,
    Product,
    ShopEffect,
    Variant,
    Zone,
)
from comptoir.plugins.shop.placing import Stale
from comptoir.plugins.testing import TENANT, Play

CHICKEN = Product("poulet", "Poulet", (Variant("poulet", 3500, 2),))
JUICE = Product("bissap", "Bissap", (Variant("bissap", 500),))
SHOP = replace(TENANT, catalogue=Catalogue("XOF", (CHICKEN, JUICE), (Zone("medina", "Médina", 1000),)))


class Seller(Plugin):
    """Does what it is given; a draft is ordered at today's prices."""

    name = "seller"
    wants: ShopEffect | Draft

    def __init__(self, tenant: Tenant = SHOP) -> None:
        super().__init__(PluginConfig(), tenant)
        self.walks = 0

    async def message(self, context: Context, message: Message) -> Verdict:
        self.walks += 1
        wants = self.wants
        if isinstance(wants, Draft):
            catalogue = await context.catalogue()
            assert catalogue is not None
            total = sum(catalogue.by_sku[line.sku][1].price * line.quantity for line in wants.lines)
            wants = PlaceOrder(wants, catalogue.version, total, "Commande {number}", "Nouvelle commande {number}")
        context.do(wants)
        return Verdict.STOP


def cart(**pieces: int) -> Draft:
    return Draft(tuple(CartLine(sku, quantity) for sku, quantity in pieces.items()), "pickup", name="Awa")


@pytest.fixture
def seller() -> Seller:
    return Seller()


@pytest.fixture
def shop(seller: Seller) -> Play:
    return Play(seller)


def ask(shop: Play, seller: Seller, wants: ShopEffect | Draft, *, owner: bool = False) -> tuple[list[str], list[str]]:
    """What is said in the chat, and to the owner."""
    seller.wants = wants
    heard = (shop.owner() if owner else shop.customer()).says("oui")
    assert heard.faults == {}
    return heard.texts + [text for _, text in heard.answers], heard.notices


def test_an_order_takes_stock_and_its_number_is_filled_in(shop: Play, seller: Seller) -> None:
    assert ask(shop, seller, cart(poulet=2, bissap=1)) == (["Commande 1"], ["Nouvelle commande 1"])
    assert shop.shop.remaining("poulet") == 0
    assert shop.shop.remaining("bissap") is None
    assert shop.shop.placed[1].priced.total == 7500
    assert [step.state for step in shop.shop.placed[1].history] == ["new", "confirmed"]


def test_what_is_sold_out_is_not_sold_and_asked_about_again(shop: Play, seller: Seller) -> None:
    with pytest.raises(Stale, match="2 left, 3 wanted"):
        ask(shop, seller, cart(poulet=3))
    assert seller.walks == 3
    assert not shop.shop.placed


def test_an_old_price_is_not_taken(shop: Play, seller: Seller) -> None:
    ask(shop, seller, ChangeProduct("poulet", "price", 4000), owner=True)
    with pytest.raises(Stale):
        ask(shop, seller, PlaceOrder(cart(poulet=1), 1, 3500, "Commande {number}"))
    ask(shop, seller, cart(poulet=1))
    assert shop.shop.placed[1].priced.total == 4000


def test_who_moves_an_order_is_not_told_of_it(shop: Play, seller: Seller) -> None:
    ask(shop, seller, cart(poulet=1))
    assert ask(shop, seller, MoveOrder(1, "ready"), owner=True) == (["Votre commande n° 1 est prête."], [])
    assert ask(shop, seller, MoveOrder(1, "ready"), owner=True) == ([], [])
    assert ask(shop, seller, MoveOrder(1, "cancelled"), owner=True)[1] == []
    assert shop.shop.remaining("poulet") == 2


def test_a_customer_cancels_their_own_and_the_owner_hears_of_it(shop: Play, seller: Seller) -> None:
    ask(shop, seller, cart(poulet=1))
    seller.wants = MoveOrder(1, "cancelled")
    with pytest.raises(Stale, match="no order 1"):
        shop.customer("Moussa", "+221770000002").says("annulez")
    said, told = ask(shop, seller, MoveOrder(1, "cancelled"))
    assert (said, len(told)) == ([], 1)
    assert "annulée" in told[0]


def test_a_reference_counts_once(shop: Play, seller: Seller) -> None:
    ask(shop, seller, cart(poulet=1))
    ask(shop, seller, cart(poulet=1))
    said, told = ask(shop, seller, MarkPayment(1, "to_check", "T-12 34"))
    assert "vérifions" in said[0]
    assert "T-12 34" in told[0]
    said, told = ask(shop, seller, MarkPayment(2, "to_check", "t1234"))
    assert "déjà" in said[0]
    assert "attention" in told[0]
    assert shop.shop.placed[2].payment == "open"


def test_a_paid_order_is_confirmed(shop: Play, seller: Seller) -> None:
    seller.wants = PlaceOrder(cart(bissap=1), 1, 500, "Commande {number}", prepaid=True)
    shop.customer().says("oui")
    assert shop.shop.placed[1].state == "new"
    said, _ = ask(shop, seller, MarkPayment(1, "paid"), owner=True)
    assert len(said) == 1
    assert (shop.shop.placed[1].state, shop.shop.placed[1].payment) == ("confirmed", "paid")


def test_a_customer_neither_pays_by_word_nor_changes_prices(shop: Play, seller: Seller) -> None:
    ask(shop, seller, cart(bissap=1))
    for wants in (MarkPayment(1, "paid"), ChangeProduct("poulet", "price", 1), AddProduct("Thiof", 1)):
        seller.wants = wants
        assert "PermissionError" in shop.customer().says("1").faults["seller"]


def test_money_is_the_owners_word_and_not_the_teams(shop: Play, seller: Seller) -> None:
    ask(shop, seller, cart(bissap=1))
    for state in ("paid", "open"):
        seller.wants = MarkPayment(1, state)
        assert "PermissionError" in shop.colleague("Fatou").says("1").faults["seller"]
    assert shop.shop.placed[1].payment == "open"
    seller.wants = MoveOrder(1, "ready")
    shop.colleague("Fatou").says("1")
    assert shop.shop.placed[1].state == "ready", "the rest is theirs, too"


def test_that_money_has_to_be_given_back_is_said(shop: Play, seller: Seller) -> None:
    ask(shop, seller, cart(poulet=1))
    ask(shop, seller, MarkPayment(1, "paid"), owner=True)
    _, told = ask(shop, seller, MoveOrder(1, "cancelled"))
    assert told[0].splitlines()[1].replace("\u202f", " ") == "Elle était payée : 3 500 F à rendre."


def test_what_nobody_answered_is_counted(shop: Play, seller: Seller) -> None:
    seller.wants = ChangeProduct("poulet", "price", 1)  # not for a customer: the plugin fails
    shop.customer().says("vous réparez les vélos ?")
    shop.customer().says("allo")
    assert [text for _, text in shop.shop.unanswered] == ["vous réparez les vélos ?"]


def test_the_owners_changes_stand_over_the_file(shop: Play, seller: Seller) -> None:
    ask(shop, seller, AddProduct("Thiof grillé", 3500), owner=True)
    ask(shop, seller, ChangeProduct("thiof-grille", "stock", 1), owner=True)
    ask(shop, seller, ChangeProduct("bissap", "hidden", value=True), owner=True)
    ask(shop, seller, cart(**{"thiof-grille": 1}))
    assert shop.shop.remaining("thiof-grille") == 0
    with pytest.raises(KeyError):
        shop.shop.placed[2]
    ask(shop, seller, ChangeProduct("bissap", "hidden", value=False), owner=True)
    assert [(change.sku, change.field) for change in shop.shop.in_force] == [
        ("thiof-grille", "added"),
        ("thiof-grille", "stock"),
    ]
