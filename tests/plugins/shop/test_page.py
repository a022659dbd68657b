"""What docs/fr/catalogue.md shows is read, and each word that it promises is understood."""

import re
from pathlib import Path

import pytest
from guide_pages import blocks

from comptoir.plugins.folder import TenantFiles
from comptoir.plugins.shop.files import read_catalogue
from comptoir.plugins.shop.files.fields import PRODUCT
from comptoir.plugins.shop.model import Catalogue

PAGE = (Path(__file__).parents[3] / "docs" / "fr" / "catalogue.md").read_text(encoding="utf-8")
DISHES, SHIRTS, ZONES = (block.text for block in blocks(PAGE) if block.language == "csv")
(TOML,) = (block.text for block in blocks(PAGE) if block.language == "toml")


@pytest.mark.parametrize(
    ("files", "variants", "zones"),
    [
        ({"catalogue.csv": DISHES, "zones.csv": ZONES}, 3, 3),
        ({"catalogue.csv": SHIRTS}, 4, 0),
        ({"catalogue.toml": TOML}, 3, 1),
    ],
    ids=["dishes", "shirts", "toml"],
)
def test_examples_are_right(files: dict[str, str], variants: int, zones: int) -> None:
    catalogue = read(files)
    assert (len(catalogue.by_sku), len(catalogue.zones)) == (variants, zones)


def read(files: dict[str, str]) -> Catalogue:
    data = {name: text.encode() for name, text in files.items()}
    pictures = frozenset({"photos/poulet.jpg"})
    catalogue, faults = read_catalogue(TenantFiles("", data, pictures=pictures), Path(), "XOF", "fr")
    assert faults == []
    assert catalogue
    return catalogue


def test_a_merged_name_lends_its_price() -> None:
    assert [variant.price for _, variant in read({"catalogue.csv": SHIRTS}).by_sku.values()] == [
        4000, 4000, 4500, 15_000,
    ]  # fmt: skip


def test_the_columns_words_mean_what_the_table_says() -> None:
    rows = re.findall(r"(?m)^\| `([^`]+)` \| (`.*`) \| ", PAGE)
    assert len({PRODUCT.of(first) for first, _ in rows} - {None}) == len(rows) == 12
    for first, others in rows:
        for word in re.findall(r"`([^`]+)`", others):
            assert PRODUCT.of(word) == PRODUCT.of(first), word
