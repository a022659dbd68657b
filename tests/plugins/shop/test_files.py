"""A catalogue out of TOML, CSV and Excel: what is read, in which words, and which file it is."""

from pathlib import Path

import pytest
from workbook import workbook

from comptoir.plugins.faults import Fault
from comptoir.plugins.folder import TenantFiles
from comptoir.plugins.shop.files import read_catalogue, unpacking
from comptoir.plugins.shop.model import Catalogue, Option, Product, Variant, Zone

TOML = """\
version = 1

[[produits]]
nom = "Poulet braisé"
autres_noms = ["poulet grillé"]
prix = 3500
stock = 12
categorie = "Plats"
photo = "poulet.jpg"
options = [{ nom = "frites", prix = 500 }, "piment"]

[[produits]]
code = "pagne"
nom = "Pagne wax"
prix = 7000

  [[produits.variantes]]
  couleur = "bleu"
  stock = 2

  [[produits.variantes]]
  nom = "6 yards"
  prix = "12 000 F"

[[zones]]
nom = "Médina"
frais = 1000
"""
POULET = Product(
    "poulet-braise",
    "Poulet braisé",
    (Variant("poulet-braise", 3500, 12),),
    ("poulet grillé",),
    "Plats",
    photo="photos/poulet.jpg",
    options=(Option("frites", 500), Option("piment")),
)
MEDINA = Zone("medina", "Médina", 1000)


def read(
    files: dict[str, str | bytes], *, currency: str = "XOF", pictures: tuple[str, ...] = ("photos/poulet.jpg",)
) -> tuple[Catalogue | None, list[Fault]]:
    data = {name: text.encode() if isinstance(text, str) else text for name, text in files.items()}
    catalogue, faults = read_catalogue(
        TenantFiles("", data, pictures=frozenset(pictures)), Path("shop"), currency, "fr"
    )
    return catalogue, list(faults)


def right(files: dict[str, str | bytes], currency: str = "XOF") -> Catalogue:
    catalogue, faults = read(files, currency=currency)
    assert faults == []
    assert catalogue is not None
    return catalogue


def test_toml() -> None:
    pagne = Product(
        "pagne",
        "Pagne wax",
        (
            Variant("pagne-bleu", 7000, 2, (("colour", "bleu"),)),
            Variant("pagne-6-yards", 12_000, None, (("kind", "6 yards"),)),
        ),
    )
    assert right({"catalogue.toml": TOML}) == Catalogue("XOF", (POULET, pagne), (MEDINA,))


def test_csv_with_the_words_of_shop_owners() -> None:
    table = (
        "Désignation;Autres noms;PU (FCFA);Qté;Rayon;Image;Suppléments;Fournisseur;# à moi\n"
        "Poulet braisé;poulet grillé;3 500 F;12;Plats;poulet.jpg;frites +500, piment;Marché;x\n"
        ";;;;;;;;\n"
    )
    catalogue = right({"catalogue.csv": table, "zones.csv": "Quartier,Frais de livraison\nMédina,1000\n"})
    assert catalogue == Catalogue("XOF", (POULET,), (MEDINA,))


def test_excel_with_a_title_numbers_and_zones_in_another_sheet() -> None:
    book = workbook(
        {
            "Feuil1": [
                ["Liste de prix"],
                [],
                ["Article", "Synonymes", "Prix", "Stock", "Catégorie", "Photo", "Options"],
                ["Poulet braisé", "poulet grillé", 3500.0, 12, "Plats", "poulet.jpg", "frites +500, piment"],
            ],
            "Feuil2": [["Quartier", "Frais"], ["Médina", 1000]],
            "Notes": [["rappeler le fournisseur"]],
        }
    )
    assert right({"catalogue.xlsx": book}) == Catalogue("XOF", (POULET,), (MEDINA,))


def test_each_of_several_sheets_is_a_category() -> None:
    book = workbook({"Plats": [["nom", "prix"], ["Riz", 500]], "Boissons": [["nom", "prix"], ["Bissap", 300]]})
    assert [(one.name, one.category) for one in right({"catalogue.xlsx": book}).products] == [
        ("Riz", "Plats"),
        ("Bissap", "Boissons"),
    ]


def test_what_something_cost_the_shop_is_no_price() -> None:
    table = "nom;Prix (achat);Prix (FCFA);Montant\nThé;300;500;5000\n"
    assert right({"catalogue.csv": table}).products[0].variants[0].price == 500


@pytest.mark.parametrize("name", ["", "T-shirt"], ids=["merged", "repeated"])
def test_rows_of_one_name_are_variants(name: str) -> None:
    price = "4000" if name else ""
    table = f"nom,taille,couleur,prix,stock\nT-shirt,M,rouge,4000,2\n{name},L,rouge,{price},épuisé\nPagne,,,7000,\n"
    shirt, pagne = right({"catalogue.csv": table}).products
    assert shirt.variants == (
        Variant("t-shirt-m-rouge", 4000, 2, (("size", "M"), ("colour", "rouge"))),
        Variant("t-shirt-l-rouge", 4000, 0, (("size", "L"), ("colour", "rouge"))),
    )
    assert pagne.variants == (Variant("pagne", 7000),)


def test_a_code_of_all_rows_is_the_products() -> None:
    table = "code;nom;taille;prix\nTS1;T-shirt;M;4000\nTS1;T-shirt;L;4500\nP2;Pagne;;7000\n"
    catalogue = right({"catalogue.csv": table})
    assert [product.sku for product in catalogue.products] == ["TS1", "P2"]
    assert list(catalogue.by_sku) == ["ts1-m", "ts1-l", "P2"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_csv_as_programs_write_it(encoding: str, delimiter: str, end: str) -> None:
    rows = [["nom", "prix", "description"], ["Thé épicé", "500", "un;deux,trois"]]
    text = end.join(delimiter.join(f'"{cell}"' for cell in row) for row in rows) + end
    (tea,) = right({"Catalogue.CSV": text.encode(encoding)}).products
    assert (tea.name, tea.variants[0].price, tea.description) == ("Thé épicé", 500, "un;deux,trois")


def test_excels_own_first_line() -> None:
    assert right({"catalogue.csv": "sep=|\nnom|prix\nThé|500\n"}).products[0].name == "Thé"


def test_a_photo_is_found_as_a_mac_or_windows_writes_its_name() -> None:
    written = {"catalogue.csv": "nom;prix;photo\nThé;500;Photos\\THE\u0301.jpg\n"}
    catalogue, faults = read(written, pictures=("photos/thé.jpg",))
    assert faults == []
    assert catalogue is not None
    assert catalogue.products[0].photo == "photos/thé.jpg"


def test_a_hidden_sheet_is_not_sold_from() -> None:
    tables = {"Plats": [["nom", "prix"], ["Riz", 500]], "Ancien": [["nom", "prix"], ["Mil", 300]]}
    book = workbook(tables, hidden=("Ancien",))
    assert [one.name for one in right({"catalogue.xlsx": book}).products] == ["Riz"]


def test_a_sheet_that_speaks_of_a_town_is_none_of_zones() -> None:
    book = workbook({"Plats": [["nom", "prix"], ["Riz", 500]], "Notes": [["Ville", "Dakar"]]})
    assert right({"catalogue.xlsx": book}).zones == ()


def test_cents() -> None:
    assert right({"catalogue.csv": "nom;prix\nThé;1,50 €\n"}, "EUR").products[0].variants[0].price == 150


def test_a_catalogue_without_products_is_one_and_no_file_is_none() -> None:
    assert right({"catalogue.csv": ""}).products == ()
    assert read({"zone.md": ""}) == (None, [])


def test_an_example_gives_way_to_the_owners_own_file() -> None:
    example = TOML.replace("version = 1\n", "version = 1\nexemple = true\n")
    assert [one.name for one in right({"catalogue.toml": example}).products] == ["Poulet braisé", "Pagne wax"]
    assert [
        one.name for one in right({"catalogue.toml": example, "catalogue.csv": "nom;prix\nThé;500\n"}).products
    ] == ["Thé"]


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"catalogue.toml": TOML, "catalogue.csv": "nom;prix\n"}, "catalogue.csv:1: il y a déjà catalogue.toml"),
        ({"catalogue.csv": "", "catalogue.xlsx": workbook({"a": []})}, "catalogue.xlsx:1: il y a déjà catalogue.csv"),
        ({"Catalog.csv": "nom;prix\n"}, "Catalog.csv:1: ce fichier n'est pas lu sous ce nom ; attendu : catalogue.csv"),
        ({"catalogue (1).xlsx": b""}, "catalogue (1).xlsx:1: ce fichier n'est pas lu sous ce nom"),
        ({"catalogue.toml": TOML, "zones.csv": ""}, "zones.csv:1: zones.csv n'est lu qu'avec catalogue.csv"),
        ({"zones.csv": ""}, "zones.csv:1: des zones de livraison sans catalogue"),
        ({"catalogue.xlsx": b"PK no"}, "catalogue.xlsx:1: ce classeur ne se lit pas"),
    ],
)
def test_one_file_is_the_catalogue(files: dict[str, str | bytes], expected: str) -> None:
    (fault,) = read(files)[1]
    assert expected in str(fault)


def test_a_workbook_is_bounded_before_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unpacking, "MAX_UNPACKED", 10_000)
    (fault,) = read({"catalogue.xlsx": workbook({"a": [["nom", "prix"], ["x" * 20_000, 5]]})})[1]
    assert "le classeur est trop grand" in str(fault)


def test_a_workbook_defines_no_entities() -> None:
    book = workbook({"a": [["nom", "prix"], ["Thé", 5]]}, before='<!DOCTYPE a [<!ENTITY b "c">]>')
    (fault,) = read({"catalogue.xlsx": book})[1]
    assert "ce classeur ne se lit pas" in str(fault)


def test_a_cell_at_the_end_of_a_sheet_is_refused_before_memory_is_reserved_for_all_between() -> None:
    far = '<row r="1048576"><c r="&#88;FD1048576"><v>1</v></c></row>'
    (fault,) = read({"catalogue.xlsx": workbook({"a": [["nom", "prix"]]}, extra=far)})[1]
    assert "la feuille va jusqu'à XFD1048576" in str(fault)
    styled = '<row r="1048576"><c r="XFD1048576" s="1"/></row>'
    assert right({"catalogue.xlsx": workbook({"a": [["nom", "prix"], ["Thé", 500]]}, extra=styled)}).products
