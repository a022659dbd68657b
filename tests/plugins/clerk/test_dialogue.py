"""The clerk's dialogue over messages that are read already: no total without the catalogue, no order without a yes."""

from dataclasses import replace

import pytest
from small_shop import CATALOGUE, Customer, of, put

from comptoir.plugins.builtin.clerk.config import ClerkConfig
from comptoir.plugins.shop.model import Spot, Variant
from comptoir.plugins.shop.pricing import price
from comptoir.plugins.shop.understanding import Act, Mention


def ordering() -> Customer:
    """At the summary of two chickens."""
    awa = Customer()
    awa.does(put("poulet", quantity=2))
    awa.tells_place()
    assert awa.asked == "confirm"
    return awa


def test_who_says_all_at_once_gets_the_summary_at_once() -> None:
    awa = Customer()
    said = awa.does(
        put("poulet", quantity=2, options=("frites",)),
        put("oeufs", quantity=6),
        Act("zone", text="medina"),
        Act("address", text="rue 22 angle 27"),
        Act("name", text="Awa Diop"),
        Act("time", text="vers 13 h"),
    )
    assert awa.asked == "confirm"
    assert said == (
        "Votre commande :\n• 2 × Poulet braisé + frites : 8\u202f000\u202fF\n• 6 × Œufs : 600\u202fF\n"
        "Livraison à Médina : 1\u202f000\u202fF\nAdresse : rue 22 angle 27\nNom : Awa Diop\nPour : vers 13 h\n"
        "*Total : 9\u202f600\u202fF*\n\nC'est bon ? Répondez OUI pour confirmer."
    )


def test_one_question_at_a_time_in_its_order() -> None:
    awa, asked = Customer(), []
    for act in (
        put("poulet", quantity=2), Act("delivery"), Act("zone", text="medina"), Act("address", text="rue 22"),
        Act("name", text="Awa"),
    ):  # fmt: skip
        awa.does(act)
        asked.append(awa.asked)
    assert asked == ["delivery", "zone", "address", "name", "confirm"]


def test_who_comes_for_it_is_not_asked_where_they_live() -> None:
    awa = Customer()
    awa.does(put("poulet"), Act("pickup"))
    assert awa.asked == "name"


def test_the_shop_decides_what_is_asked() -> None:
    awa = Customer(config=ClerkConfig(pickup=False, ask_address=False, ask_name=False, ask_time=True))
    awa.does(put("poulet"))
    assert awa.asked == "zone"
    awa.tells("zone", "medina")
    assert awa.asked == "time"
    awa.tells("time", "13 h")
    assert awa.asked == "confirm"


def test_a_shop_without_zones_does_not_ask() -> None:
    awa = Customer(catalogue=replace(CATALOGUE, zones=()))
    awa.does(put("poulet"))
    assert (awa.asked, awa.sale.draft.delivery) == ("name", "pickup")
    assert "sur place" in awa.tells("delivery")


def test_an_order_is_placed_by_a_yes_to_the_summary() -> None:
    awa = ordering()
    awa.tells("yes")
    assert awa.places


@pytest.mark.parametrize("also", [put("oeufs", quantity=3), Act("time", text="demain"), Act("unknown", text="mais")])
def test_a_yes_with_something_else_places_nothing(also: Act) -> None:
    awa = ordering()
    said = awa.does(Act("yes"), also)
    assert not awa.places
    assert awa.asked == "confirm"
    assert "OUI" in said


def test_a_yes_without_a_summary_places_nothing() -> None:
    awa = Customer()
    awa.does(put("poulet"), Act("yes"))
    assert not awa.places
    awa.tells("yes")
    assert not awa.places


def test_what_was_asked_about_is_taken_with_something_else() -> None:
    awa = Customer()
    awa.does(Act("ask_stock", of("poisson")))
    awa.does(put("oeufs", quantity=3), text="oui je prends, avec 3 oeufs")
    assert sorted(awa.lines) == [("oeufs", 3, ()), ("poisson", 1, ())]


def test_a_correction_after_the_summary_gives_a_new_one() -> None:
    awa = ordering()
    said = awa.does(Act("set_quantity", of("poulet", quantity=3)))
    assert awa.lines == [("poulet", 3, ())]
    assert "corrigée" in said
    assert "11\u202f500\u202fF" in said
    awa.tells("yes")
    assert awa.places


def test_no_to_the_summary_asks_what_to_change_and_a_yes_then_is_no_order() -> None:
    awa = ordering()
    assert awa.tells("no") == "D'accord. Que voulez-vous changer ?"
    awa.tells("yes")
    assert not awa.places
    assert awa.asked == "confirm"
    awa.tells("yes")
    assert awa.places


def test_a_price_that_changes_under_the_summary_is_shown_again() -> None:
    awa = ordering()
    poulet = replace(CATALOGUE.products[0], variants=(Variant("poulet", 4000),))
    awa.catalogue = replace(CATALOGUE, products=(poulet, *CATALOGUE.products[1:]), version=4)
    said = awa.tells("yes")
    assert not awa.places
    assert "a changé" in said
    assert "9\u202f000\u202fF" in said
    awa.tells("yes")
    assert awa.places
    assert awa.sale.shown is not None
    assert (awa.sale.shown.version, awa.sale.shown.total) == (4, price(awa.catalogue, awa.sale.draft).total)


def test_what_is_gone_when_they_say_yes_is_asked_about() -> None:
    awa = Customer()
    awa.does(put("tshirt", quantity=2, traits=("rouge", "M")))
    awa.tells_place()
    awa.left["tshirt-rouge-m"] = 1
    said = awa.tells("yes")
    assert not awa.places
    assert awa.asked == "stock"
    assert "ne reste que 1" in said
    awa.tells("yes")
    assert awa.lines == [("tshirt-rouge-m", 1, ())]
    assert awa.asked == "confirm"


def test_a_missing_variant_is_asked_for_among_those_that_are_there() -> None:
    awa = Customer()
    said = awa.does(put("tshirt", quantity=2))
    assert awa.asked == "variant"
    assert "rouge, M" in said
    assert "bleu, M" in said
    assert "rouge, L" not in said
    awa.does(Act("put", Mention(said="la bleue", refers=True, traits=("bleu",))), text="la bleue")
    assert awa.lines == [("tshirt-bleu-m", 2, ())]


@pytest.mark.parametrize("text", ["le bleu", "plutot bleue svp", "le deuxième"])
def test_an_answer_that_nothing_was_read_in_is_held_against_the_candidates(text: str) -> None:
    awa = Customer()
    awa.does(put("tshirt", quantity=2))
    awa.does(Act("unknown", text=text), text=text)
    assert awa.lines == [("tshirt-bleu-m", 2, ())]


def test_an_ambiguous_product_is_asked_for() -> None:
    awa = Customer()
    said = awa.does(put("poulet", "poisson", quantity=3, said="braisés"))
    assert awa.asked == "choice"
    assert "Poulet braisé" in said
    assert "Poisson braisé" in said
    awa.does(Act("unknown", text="le poisson"), text="le poisson")
    assert awa.lines == [("poisson", 3, ())]


def test_what_may_be_chosen_bears_numbers() -> None:
    awa = Customer()
    said = awa.does(put("poulet", "poisson", quantity=3, said="braisés"))
    assert said.endswith("1. Poulet braisé (3\u202f500\u202fF)\n2. Poisson braisé (4\u202f000\u202fF)")
    awa.tells("pick", "2")
    assert awa.lines == [("poisson", 3, ())]


@pytest.mark.parametrize("act", [Act("put", Mention(said="2 de chaque", quantity=2)), Act("pick", text="all")])
def test_one_of_each(act: Act) -> None:
    awa = Customer()
    awa.does(put("poulet", "poisson", said="braisés"))
    awa.does(act, text="2 de chaque")
    pieces = 2 if act.verb == "put" else 1
    assert awa.lines == [("poulet", pieces, ()), ("poisson", pieces, ())]


def test_a_new_cart_has_its_summary() -> None:
    awa = ordering()
    awa.tells("clear")
    said = awa.does(put("oeufs", quantity=6))
    assert "6 × Œufs : 600" in said
    awa.tells("yes")
    assert awa.places


def test_who_asks_for_the_cart_at_the_summary_sees_it() -> None:
    awa = ordering()
    assert "2 × Poulet braisé" in awa.tells("show_cart")
    awa.tells("yes")
    assert awa.places


def test_several_open_wants_are_asked_about_one_after_the_other() -> None:
    awa = Customer()
    awa.does(put("tshirt", quantity=1), put("oeufs", unsure=True), put("poulet", quantity=1))
    assert awa.asked == "variant"
    awa.does(put("tshirt", traits=("bleu",)))
    assert awa.asked == "quantity"
    awa.does(Act("set_quantity", Mention(quantity=12, refers=True)))
    assert sorted(awa.lines) == [("oeufs", 12, ()), ("poulet", 1, ()), ("tshirt-bleu-m", 1, ())]
    assert awa.asked == "delivery"


def test_fewer_left_than_wanted() -> None:
    awa = Customer()
    said = awa.does(put("tshirt", quantity=6, traits=("rouge", "M")))
    assert awa.asked == "stock"
    assert "que 2 T-shirt (rouge, M)" in said
    awa.does(Act("yes"), Act("set_quantity", Mention(quantity=2, refers=True)))
    assert awa.lines == [("tshirt-rouge-m", 2, ())]


def test_sold_out_offers_what_is_alike_and_takes_it() -> None:
    awa = Customer()
    said = awa.does(put("tshirt", quantity=2, traits=("rouge", "L")))
    assert awa.asked == "stock"
    assert "T-shirt (rouge, M)" in said
    awa.does(put("tshirt", traits=("bleu", "M")))
    assert awa.lines == [("tshirt-bleu-m", 2, ())]


def test_what_comes_besides_leaves_the_question_open() -> None:
    awa = Customer()
    awa.does(put("tshirt", quantity=6, traits=("rouge", "M")))
    awa.does(put("oeufs", quantity=3), text="et 3 oeufs")
    assert (awa.asked, awa.lines) == ("stock", [("oeufs", 3, ())])
    awa.tells("yes")
    assert awa.lines == [("oeufs", 3, ()), ("tshirt-rouge-m", 2, ())]


def test_a_yes_takes_the_only_thing_that_is_offered_instead() -> None:
    awa = Customer()
    awa.left["tshirt-bleu-m"] = 0
    awa.does(put("tshirt", quantity=2, traits=("rouge", "L")))
    awa.tells("yes")
    assert awa.lines == [("tshirt-rouge-m", 2, ())]


def test_sold_out_and_nothing_instead() -> None:
    awa = Customer()
    awa.does(put("casquette", quantity=1))
    assert awa.asked == "stock"
    awa.tells("no")
    assert (awa.asked, awa.lines) == ("", [])


@pytest.mark.parametrize(
    ("act", "lines"),
    [
        (put("poulet", quantity=5), [("poulet", 5, ()), ("oeufs", 6, ())]),
        (put("poulet", quantity=1, relative=True), [("poulet", 3, ()), ("oeufs", 6, ())]),
        (put("poulet", quantity=-1, relative=True), [("poulet", 1, ()), ("oeufs", 6, ())]),
        (put("poulet"), [("poulet", 2, ()), ("oeufs", 6, ())]),
        (put("poulet", options=("frites",)), [("oeufs", 6, ()), ("poulet", 2, ("frites",))]),
        (
            put("poulet", quantity=1, options=("frites",)),
            [("poulet", 2, ()), ("oeufs", 6, ()), ("poulet", 1, ("frites",))],
        ),
        (Act("remove", of("oeufs")), [("poulet", 2, ())]),
        (Act("remove", of("oeufs", quantity=2)), [("poulet", 2, ()), ("oeufs", 4, ())]),
        (Act("set_quantity", of("oeufs", quantity=0)), [("poulet", 2, ())]),
        (Act("replace", of("poisson"), instead=of("poulet")), [("oeufs", 6, ()), ("poisson", 2, ())]),
        (Act("clear"), []),
    ],
)  # fmt: skip
def test_what_is_in_the_cart_is_changed(act: Act, lines: list[tuple[str, int, tuple[str, ...]]]) -> None:
    awa = Customer()
    awa.does(put("poulet", quantity=2), put("oeufs", quantity=6))
    awa.does(act)
    assert sorted(awa.lines) == sorted(lines)


def test_some_of_the_pieces_have_options_of_their_own() -> None:
    awa = Customer()
    awa.does(put("poulet", quantity=3))
    awa.does(Act("put", Mention(quantity=1, refers=True, options=("frites",))), text="1 avec frites")
    assert awa.lines == [("poulet", 2, ()), ("poulet", 1, ("frites",))]
    awa.does(Act("put", Mention(quantity=1, refers=True, options=("piment",))), text="et 1 avec piment")
    assert awa.lines == [("poulet", 2, ()), ("poulet", 1, ("frites",)), ("poulet", 1, ("piment",))]


def test_an_option_is_taken_off_some_of_the_pieces() -> None:
    awa = Customer()
    awa.does(put("poulet", quantity=2, options=("frites",)))
    awa.does(Act("remove", of("poulet", quantity=1, options=("frites",))))
    assert awa.lines == [("poulet", 1, ("frites",)), ("poulet", 1, ())]


def test_everything_out_but_one() -> None:
    awa = Customer()
    awa.does(put("poulet", quantity=2), put("oeufs", quantity=6))
    awa.does(Act("clear"), put("oeufs"))
    assert awa.lines == [("oeufs", 6, ())]


def test_what_is_not_sold_is_said_and_something_else_asked_for() -> None:
    awa = Customer()
    said = awa.does(put("poulet", quantity=1), Act("put", Mention(said="caviar", quantity=2)))
    assert "« caviar »" in said
    assert (awa.asked, awa.lines) == ("choice", [("poulet", 1, ())])
    awa.does(put("oeufs"))
    assert awa.lines == [("poulet", 1, ()), ("oeufs", 2, ())]
    assert awa.asked == "delivery"


def test_who_goes_on_wanting_what_is_not_sold_gets_a_person() -> None:
    awa = Customer()
    awa.does(put("poulet", quantity=1), Act("put", Mention(said="caviar", quantity=2)))
    awa.tells("no")
    assert (awa.asked, awa.lines) == ("delivery", [("poulet", 1, ())])
    awa.does(Act("put", Mention(said="homard", quantity=2)))
    for _ in range(2):
        awa.tells("delivery")
        assert awa.asked == "choice"
    awa.tells("delivery")
    assert awa.turn is not None
    assert awa.turn.hand_over
    assert awa.lines == [("poulet", 1, ())]


def test_a_word_that_may_be_no_ware_is_said_back_and_asked_about_no_further() -> None:
    awa = Customer()
    said = awa.does(put("poulet", quantity=1), Act("put", Mention(said="Les Deux Baobabs")))
    assert "« Les Deux Baobabs »" in said
    assert awa.asked == "delivery"


def test_what_was_not_read_is_said_back() -> None:
    awa = Customer()
    said = awa.does(put("poulet", quantity=1), Act("unknown", text="avec du bla bla"))
    assert "Je n'ai pas compris : « avec du bla bla »." in said


def test_more_than_is_sold_at_once_goes_to_a_person() -> None:
    awa = Customer()
    awa.does(put("poulet", quantity=10**9))
    assert awa.turn is not None
    assert awa.turn.hand_over
    assert awa.lines == []


def test_a_question_in_between_is_answered_and_the_open_one_comes_again() -> None:
    awa = Customer()
    awa.does(put("poulet"), Act("delivery"))
    said = awa.does(Act("ask_delivery", text="plateau"))
    assert "Plateau" in said
    assert awa.asked in said or awa.asked == "address"
    awa = ordering()
    said = awa.does(Act("ask_price", of("poisson")))
    assert "Poisson braisé : 4\u202f000\u202fF" in said
    assert "OUI" in said
    assert awa.asked == "confirm"
    awa.tells("yes")
    assert awa.places


def test_an_address_may_be_a_shared_location() -> None:
    awa = Customer()
    awa.does(put("poulet"), Act("zone", text="medina"))
    assert awa.asked == "address"
    awa.sale = replace(awa.sale, draft=replace(awa.sale.draft, spot=Spot(14.6, -17.4)))
    said = awa.tells("name", "Awa")
    assert "position partagée" in said


def test_an_unknown_area_is_asked_again() -> None:
    awa = Customer()
    awa.does(put("poulet"), Act("delivery"))
    said = awa.does(Act("zone", Mention(said="Pékin")))
    assert "Pékin" in said
    assert awa.asked == "zone"


def test_a_cart_left_too_long_is_asked_about() -> None:
    awa = Customer()
    awa.does(put("poulet", quantity=2))
    awa.ages(days=3)
    said = awa.does(put("oeufs", quantity=6))
    assert awa.asked == "again"
    assert "2 × Poulet braisé" in said
    awa.tells("yes")
    assert sorted(awa.lines) == [("oeufs", 6, ()), ("poulet", 2, ())]


def test_a_cart_left_too_long_may_be_given_up() -> None:
    awa = Customer()
    awa.does(put("poulet", quantity=2))
    awa.ages(days=3)
    awa.does(put("oeufs", quantity=6))
    awa.tells("no")
    assert awa.lines == [("oeufs", 6, ())]


def test_giving_up_drops_everything() -> None:
    awa = ordering()
    awa.tells("cancel")
    assert (awa.lines, awa.asked) == ([], "")
    awa.tells("yes")
    assert not awa.places
