"""What the owner says by chat stands over the file, until the file says something new."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from comptoir.plugins.shop import changes, serial
from comptoir.plugins.shop.changes import Counted
from comptoir.plugins.shop.model import (
    AddProduct,
    CartLine,
    Catalogue,
    CatalogueChange,
    ChangeProduct,
    Draft,
    Option,
    Product,
    Spot,
    Variant,
    Zone,
)
from comptoir.plugins.shop.placing import Stale

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
SHIRT = Product(
    "tshirt",
    "T-shirt",
    (Variant("tshirt-m", 4000, 3, (("size", "M"),)), Variant("tshirt-l", 4500, None, (("size", "L"),))),
    names=("maillot",),
    options=(Option("poche", 500),),
)
FILE = Catalogue(
    "XOF", (SHIRT, Product("casquette", "Casquette", (Variant("casquette", 2000, 5),))), (Zone("a", "A", 1),)
)


def said(sku: str, field: str, value: int | bool | None, was: int | bool | None) -> CatalogueChange:
    return CatalogueChange(sku, field, value, was, NOON, "owner", "Béret" if field == "added" else "")  # type: ignore[arg-type]  # one of the fields


def prices(catalogue: Catalogue) -> dict[str, int]:
    return {sku: variant.price for sku, (_, variant) in catalogue.by_sku.items()}


def test_prices_hidden_and_added_products_stand_over_the_file() -> None:
    made = changes.effective(
        FILE,
        [
            said("tshirt-l", "price", 5000, 4500),
            said("casquette", "hidden", value=True, was=False),
            said("beret", "added", 3000, None),
        ],
        7,
    )
    assert prices(made) == {"tshirt-m": 4000, "tshirt-l": 5000, "beret": 3000}
    assert (made.version, made.by_sku["beret"][0].name) == (7, "Béret")
    assert made.by_sku["tshirt-m"][0].options == SHIRT.options
    whole = changes.effective(FILE, [said("tshirt", "hidden", value=True, was=False)])
    assert prices(whole) == {"casquette": 2000}
    assert changes.effective(FILE, []).products[0] is SHIRT, "what did not change is shared"


def test_a_change_back_to_what_the_file_says_is_none() -> None:
    back = changes.revised(
        FILE, [said("casquette", "price", 1, 2000)], ChangeProduct("casquette", "price", 2000), "owner", NOON
    )
    assert back is None
    assert changes.revised(FILE, [], ChangeProduct("casquette", "hidden", value=False), "owner", NOON) is None
    made = changes.revised(FILE, [], ChangeProduct("tshirt-l", "stock", 2), "owner", NOON)
    assert made == said("tshirt-l", "stock", 2, None)
    with pytest.raises(Stale):
        changes.revised(FILE, [], ChangeProduct("tshirt", "price", 1), "owner", NOON)


def test_the_file_ends_what_it_says_anew() -> None:
    dearer = replace(FILE, products=(SHIRT, Product("casquette", "Casquette", (Variant("casquette", 2500, 5),))))
    assert changes.is_over(dearer, said("casquette", "price", 1800, 2000))
    assert not changes.is_over(dearer, said("casquette", "stock", 1, 5))
    assert changes.is_over(FILE, said("casquette", "stock", 1, None))
    without = replace(FILE, products=(SHIRT,))
    for kept in (said("casquette", "hidden", value=True, was=False), said("casquette", "price", 1800, 2000)):
        assert not changes.is_over(without, kept), "a file of which a part is missing for a moment ends nothing"
    assert changes.is_over(FILE, said("casquette", "added", 3000, None))
    assert not changes.is_over(FILE, said("beret", "added", 3000, None))


def test_stock_is_taken_over_where_the_files_figure_changed() -> None:
    kept = {"tshirt-m": Counted(3, 1), "casquette": Counted(9, 2), "gone": Counted(4, 3)}
    assert changes.taken_over(FILE, [], kept) == {
        "tshirt-m": Counted(3, 1),
        "casquette": Counted(5, 5),
        "gone": Counted(4, 3),
    }
    by_chat = [said("tshirt-l", "stock", 8, None), said("casquette", "stock", None, 5)]
    assert changes.taken_over(FILE, by_chat, {"tshirt-l": Counted(None, 6)}) == {
        "tshirt-l": Counted(None, 6),
        "tshirt-m": Counted(3, 3),
    }
    uncounted = replace(FILE, products=(replace(SHIRT, variants=(Variant("tshirt-m", 4000),)),))
    assert changes.taken_over(uncounted, [], {"tshirt-m": Counted(3, 1)}) == {}


def test_what_is_gone_from_the_file_and_never_sold_is_kept_no_longer() -> None:
    kept = {"gone": Counted(4, 4), "beret": Counted(4, 4)}
    assert "gone" not in changes.taken_over(FILE, [], kept), "it would come back with as many"
    by_chat = [said("beret", "stock", 4, 2)]
    assert changes.taken_over(FILE, by_chat, kept)["beret"] == Counted(4, 4), "the owner's figure may come back"


def test_a_new_product_has_a_sku_of_its_own() -> None:
    made = changes.addition(FILE, [], AddProduct(" Casquette ", 2500), "message:7", "owner", NOON)
    assert (made.sku, made.name, made.photo) == ("casquette-2", "Casquette", "message:7")
    again = changes.addition(FILE, [made], AddProduct("Casquette", 1), "", "owner", NOON)
    assert again.sku == "casquette-3"


@pytest.mark.parametrize(
    "effect",
    [
        ChangeProduct("casquette", "price", -1),
        ChangeProduct("casquette", "price", None),
        ChangeProduct("casquette", "price", value=True),
        ChangeProduct("casquette", "stock", 10**13),
        ChangeProduct("casquette", "hidden", 3),
        AddProduct("", 100),
        AddProduct("x" * 101, 100),
        AddProduct("Thiof\nPoulet", 100),
        AddProduct("🐟", 100),
    ],
)
def test_what_can_be_no_value_is_refused(effect: ChangeProduct | AddProduct) -> None:
    with pytest.raises(ValueError, match=r"expected|true or false"):
        changes.check(effect)


def test_catalogues_and_drafts_are_read_as_they_were_written() -> None:
    text = serial.catalogue_to_json(FILE)
    read = serial.catalogue_of_json(text, 4)
    assert (read.version, prices(read), read.products[0].options) == (4, prices(FILE), SHIRT.options)
    assert serial.catalogue_to_json(read) == text
    other_stock = replace(FILE, products=(SHIRT, Product("casquette", "Casquette", (Variant("casquette", 2000, 1),))))
    assert serial.digest_of(serial.catalogue_to_json(other_stock)) == serial.digest_of(text), "stock goes its own way"
    draft = Draft((CartLine("tshirt-m", 2, ("poche",)),), "delivery", "a", "rue 1", Spot(14.7, -17.4), "Awa", "13h", "")
    assert serial.draft_of_data(serial.draft_to_data(draft)) == draft
    with pytest.raises(ValueError, match="lines"):
        serial.draft_of_data({"lines": 3})
