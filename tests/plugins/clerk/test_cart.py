"""What may be done to a draft, and what stands in the way."""

import pytest
from small_shop import CATALOGUE, LEFT

from comptoir.plugins.builtin.clerk import cart
from comptoir.plugins.builtin.clerk.cart import Problem, Shop
from comptoir.plugins.shop.model import MAX_LINES, MAX_QUANTITY, CartLine, Draft, Stock

SHOP = Shop(CATALOGUE, Stock(LEFT))


def drafted(*lines: tuple[str, int] | tuple[str, int, tuple[str, ...]]) -> Draft:
    return Draft(tuple(CartLine(*line) for line in lines))


def kind(made: Draft | Problem) -> str:
    return made.kind if isinstance(made, Problem) else ""


def test_the_same_joins_its_line_and_other_options_make_another() -> None:
    made = cart.put(SHOP, drafted(("poulet", 1)), "poulet", 2)
    assert made == drafted(("poulet", 3))
    assert isinstance(made, Draft)
    assert cart.put(SHOP, made, "poulet", 1, ["piment", "Frites"]) == drafted(
        ("poulet", 3), ("poulet", 1, ("frites", "piment"))
    )


@pytest.mark.parametrize(
    ("sku", "quantity", "options", "why"),
    [
        ("caviar", 1, (), "unknown"),
        ("poulet", 0, (), "many"),
        ("poulet", -3, (), "many"),
        ("poulet", MAX_QUANTITY + 1, (), "many"),
        ("poulet", 10**9, (), "many"),
        ("poulet", 1, ("homard",), "option"),
        ("tshirt-rouge-m", 3, (), "stock"),
        ("casquette", 1, (), "stock"),
    ],
)
def test_what_cannot_be_put(sku: str, quantity: int, options: tuple[str, ...], why: str) -> None:
    assert kind(cart.put(SHOP, Draft(), sku, quantity, options)) == why


def test_stock_counts_all_lines_of_a_variant() -> None:
    stocked = Shop(CATALOGUE, Stock({"poulet": 3}))
    draft = drafted(("poulet", 2))
    problem = cart.put(stocked, draft, "poulet", 2, ("frites",))
    assert problem == Problem("stock", "poulet", left=1, quantity=2, options=("frites",))
    assert kind(cart.put(stocked, draft, "poulet", 1, ("frites",))) == ""


def test_a_cart_takes_so_many_lines() -> None:
    products = CATALOGUE.products
    full = Draft(tuple(CartLine(f"x{number}", 1) for number in range(MAX_LINES)))
    assert kind(cart.put(SHOP, full, products[0].sku, 1)) == "full"


def test_change_sets_the_number_and_nought_takes_the_line_out() -> None:
    draft = drafted(("poulet", 2), ("poulet", 1, ("frites",)), ("oeufs", 6))
    assert cart.change(SHOP, draft, "poulet", 5, ("frites",)) == drafted(
        ("poulet", 2), ("poulet", 5, ("frites",)), ("oeufs", 6)
    )
    assert cart.change(SHOP, draft, "oeufs", 0) == drafted(("poulet", 2), ("poulet", 1, ("frites",)))
    assert kind(cart.change(SHOP, draft, "poisson", 1)) == "absent"


def test_remove_takes_out_all_of_it() -> None:
    draft = drafted(("poulet", 2), ("poulet", 1, ("frites",)), ("oeufs", 6))
    assert cart.remove(draft, "poulet") == drafted(("oeufs", 6))
    assert kind(cart.remove(draft, "poisson")) == "absent"


def test_options_come_and_go_and_lines_that_become_alike_are_one() -> None:
    draft = drafted(("poulet", 2), ("poulet", 1, ("frites",)))
    assert cart.dress(SHOP, draft, "poulet", ("frites",)) == drafted(("poulet", 3, ("frites",)))
    assert cart.dress(SHOP, draft, "poulet", (), ("Frites",)) == drafted(("poulet", 3))
    assert kind(cart.dress(SHOP, draft, "poulet", ("homard",))) == "option"


def test_a_variant_is_picked_by_its_traits() -> None:
    tshirt = CATALOGUE.products[3]
    assert kind_or_sku(cart.pick(SHOP, tshirt, ("Rouge", "m"))) == "tshirt-rouge-m"
    several = cart.pick(SHOP, tshirt, ("rouge",))
    assert several == Problem("variant", "tshirt", ("tshirt-rouge-m", "tshirt-rouge-l"))
    assert kind_or_sku(cart.pick(SHOP, CATALOGUE.products[0])) == "poulet"


def kind_or_sku(made: object) -> str:
    return str(getattr(made, "sku", ""))


def test_what_can_no_longer_be_sold_is_told_apart() -> None:
    draft = drafted(("poulet", 1), ("tshirt-rouge-m", 3), ("caviar", 1))
    kept, problems = cart.checked(SHOP, draft)
    assert kept == drafted(("poulet", 1))
    assert [(problem.kind, problem.sku, problem.left) for problem in problems] == [
        ("stock", "tshirt-rouge-m", 2),
        ("unknown", "caviar", 0),
    ]


def test_where_it_goes() -> None:
    draft = cart.delivered(SHOP, Draft(), "medina")
    assert isinstance(draft, Draft)
    assert (draft.delivery, draft.zone) == ("delivery", "medina")
    assert kind(cart.delivered(SHOP, Draft(), "pékin")) == "zone"
    there = cart.addressed(draft, "  rue 22 \n porte 3 " + "x" * 500)
    assert there.address.startswith("rue 22 porte 3 ")
    assert len(there.address) == cart.MAX_ADDRESS
    assert cart.fetched(there) == Draft(delivery="pickup")


def test_what_is_offered_instead_is_there() -> None:
    assert cart.instead_of(SHOP, "tshirt-rouge-l") == ("tshirt-rouge-m", "tshirt-bleu-m")
    assert cart.instead_of(SHOP, "casquette") == ("tshirt-rouge-m",)
    assert cart.instead_of(SHOP, "caviar") == ()


def test_what_customers_say_of_themselves_stands_on_a_line_and_is_filled_into_nothing() -> None:
    draft = cart.addressed(cart.named(Draft(), "\u202e{number}\nTotal : 1 F"), "rue {total}\u2028villa 3")
    assert (draft.name, draft.address) == ("(number) Total : 1 F", "rue (total) villa 3")
