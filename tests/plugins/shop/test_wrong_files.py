"""What shop owners write wrong in a catalogue, and what they are told: all of it at once, each with its place."""

import zipfile
from datetime import date
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from workbook import workbook

from comptoir.plugins.checking import parse_files
from comptoir.plugins.faults import ConfigWrong, Lang
from comptoir.plugins.folder import TenantFiles
from comptoir.plugins.shop.files import read_catalogue

PICTURES = frozenset({"photos/poulet.jpg", "a/x.png", "b/x.png"})


def faults(name: str, data: str | bytes, lang: Lang = "fr", more: dict[str, bytes] | None = None) -> list[str]:
    files = {name: data.encode() if isinstance(data, str) else data, **(more or {})}
    _, found = read_catalogue(TenantFiles("", files, pictures=PICTURES), Path(), "XOF", lang)
    return [str(fault) for fault in sorted(found, key=lambda one: (str(one.file), one.line, one.column))]


CSV = """\
nom;prix;stock;photo;taille
Poulet;-5;x;poulets.jpg;
Poulet;3k;-2;;
"Riz;500
Thé;2000000000000000;;x.png;
;5000;;;
Eau;;;http://x/y.jpg;
Coca;;12,5;;33 cl;reste
"""


def test_a_table_with_many_mistakes() -> None:
    assert faults("catalogue.csv", CSV, more={"zones.csv": b"zone;frais\nMedina;\nm\xe9dina;abc\n"}) == [
        "catalogue.csv:2: colonne 1 : « Poulet » : rien ne distingue cette variante ; "
        "attendu : une taille, une couleur, une variante, ou un autre nom",
        "catalogue.csv:2: colonne 8 : « -5 » est négatif ; attendu : un prix de 0 ou plus",
        "catalogue.csv:2: colonne 11 : le stock « x » n'est pas un nombre entier ; "
        "attendu : un nombre de 0 ou plus, « illimité » ou « épuisé »",
        "catalogue.csv:2: colonne 13 : la photo « poulets.jpg » n'est pas dans le dossier ; "
        "attendu : « photos/poulet.jpg »",
        "catalogue.csv:3: colonne 1 : « Poulet » : rien ne distingue cette variante ; "
        "attendu : une taille, une couleur, une variante, ou un autre nom",
        "catalogue.csv:3: colonne 8 : « 3k » n'est pas un prix ; attendu : un nombre, comme 3500, ou « gratuit »",
        "catalogue.csv:3: colonne 11 : le stock « -2 » est négatif ; "
        "attendu : un nombre de 0 ou plus, « illimité » ou « épuisé »",
        "catalogue.csv:4: colonne 1 : les guillemets ne vont pas par deux ; "
        'attendu : des guillemets " aux deux bouts, ou aucun',
        "catalogue.csv:5: colonne 5 : « 2000000000000000 » est trop grand ; attendu : au plus 1 000 000 000 000 F",
        "catalogue.csv:5: colonne 23 : il y a plusieurs photos « x.png » ; attendu : l'une de celles-ci : "
        "a/x.png, b/x.png",
        "catalogue.csv:6: colonne 1 : le nom manque ; attendu : un nom, que les clients lisent",
        "catalogue.csv:7: colonne 1 : le prix manque ; attendu : un nombre, comme 3500",
        "catalogue.csv:7: colonne 7 : une adresse Internet n'est pas une photo ; "
        "attendu : le nom d'un fichier dans votre dossier",
        "catalogue.csv:8: colonne 1 : le prix manque ; attendu : un nombre, comme 3500",
        "catalogue.csv:8: colonne 7 : le stock « 12,5 » n'est pas un nombre entier ; "
        "attendu : un nombre de 0 ou plus, « illimité » ou « épuisé »",
        "catalogue.csv:8: colonne 19 : une valeur sans nom de colonne au-dessus ; "
        "attendu : un nom au-dessus, ou rien ici",
        "zones.csv:2: colonne 1 : les frais manquent ; attendu : un nombre, comme 1000",
        "zones.csv:3: colonne 1 : « médina » est là deux fois ; "
        "attendu : un autre nom, ou une seule fois avec des variantes",
        "zones.csv:3: colonne 8 : « abc » n'est pas un prix ; attendu : un nombre, comme 3500, ou « gratuit »",
    ]


def test_an_open_quote_takes_no_products_along() -> None:
    rows = 'Ma liste\nnom;prix;description\nRiz;500;"bon riz\nThé;x;vert\nEau;5;fraîche"\nMil;5;"sur deux\nlignes"\n'
    assert [fault.split(" ; ")[0] for fault in faults("catalogue.csv", rows)] == [
        "catalogue.csv:3: colonne 1 : les guillemets ne vont pas par deux",
        "catalogue.csv:4: colonne 5 : « x » n'est pas un prix",
    ]


@pytest.mark.parametrize(("row", "parted"), [
    ("Riz,3,500,bon", True), ("Riz,15,000,bon", True), ("Riz,10,500,bon", True), ("Riz,25,100,bon", False),
    ("Riz,500,12,bon", False), ('Riz,"3,500",100,bon', False), ("Riz,500", False),
])  # fmt: skip
def test_a_price_that_a_comma_has_parted_is_not_sold_at_its_first_figures(row: str, parted: bool) -> None:
    found = faults("catalogue.csv", f"nom,prix,stock,description\n{row}\n")
    assert ["un prix, ou deux colonnes ?" in fault for fault in found] == [True] * parted


def test_columns_that_are_not_known() -> None:
    assert faults("catalogue.csv", "nom;pris;couleurr;xyz;nom\nThé;500;;;\n") == [
        "catalogue.csv:1: colonne 1 : il n'y a pas de colonne « prix » ; attendu : une colonne « prix »",
        "catalogue.csv:1: colonne 5 : la colonne « pris » n'est pas connue ; attendu : « prix »",
        "catalogue.csv:1: colonne 10 : la colonne « couleurr » n'est pas connue ; attendu : « couleur »",
        "catalogue.csv:1: colonne 19 : la colonne « xyz » n'est pas connue ; attendu : l'une de celles-ci : "
        "code, nom, autres noms, prix, stock, catégorie, description, photo, taille, couleur, variante, options ; "
        "ou « # xyz » pour vous seul",
        "catalogue.csv:1: colonne 23 : une deuxième colonne pour la même chose : « nom » ; attendu : une seule",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Poulet;3500", "aucune ligne ne nomme les colonnes"),
        ("code;nom;prix\nA;Thé;5\na;Eau;5", "3: colonne 1 : le code « a » est déjà celui de « Thé »"),
        ("nom;prix;taille\nTee;5;M\nTee;5;m", "3: colonne 1 : la variante « m » est là deux fois"),
        ("nom;prix;taille;options\nTee;5;M;a +5\nTee;5;L;a +6", "3: colonne 9 : ce n'est pas ce que dit une"),
        ("nom;prix;options\nThé;5;sucre 500", "« sucre +500 » pour un prix en plus"),
        ("nom;prix;options\nThé;5;sucre, Sucre", "l'option « Sucre » est là deux fois"),
        ("nom;prix;options\nThé;5;+500", "l'option « +500 » n'a pas de nom"),
        ("nom;prix\n???;5", "« ??? » n'a pas de lettre"),
        (f"nom;prix\n{'x' * 121};5", "un texte de 121 caractères ; attendu : au plus 120"),
        ("nom;prix\nTh\ufffd;5", "2: colonne 1 : un caractère ne se lit pas"),
        ("nom;prix\nTh\x07;5", "un caractère invisible est dans le texte"),
        ("nom;prix\n" + "".join(f"P{n};5\n" for n in range(10_001)), "10002: colonne 1 : il y a 10001 produits"),
    ],
)  # fmt: skip
def test_one_mistake_in_a_table(text: str, expected: str) -> None:
    (fault,) = faults("catalogue.csv", text)
    assert expected in fault


PRODUCT = "version = 1\n[[produits]]\nnom = 'a'\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", "1: colonne 1 : version manque"),
        ("version = 2", "1: colonne 11 : cette version n'existe pas"),
        ("version = 1\nexemple = 1", "2: colonne 11 : ce n'est pas true ou false"),
        (PRODUCT + "prix = 1\nstoc = 1", "5: colonne 1 : la clé « stoc » n'existe pas ici ; attendu : « stock »"),
        ("version = 1\nprodits = 1", "2: colonne 1 : la clé « prodits » n'existe pas ici ; attendu : « produits »"),
        ("version = 1\n[produits]\nnom = 'a'", "2: colonne 1 : produits : une seule table ; attendu : [[produits]]"),
        ("version = 1\nproduits = ['a']", "ce n'est pas une table"),
        (PRODUCT, "2: colonne 1 : le prix manque"),
        (PRODUCT + "prix = 1\ntarif = 2", "5: colonne 1 : « tarif » et « prix » disent la même chose"),
        (PRODUCT + "prix = true", "4: colonne 8 : « True » n'est pas un prix"),
        (PRODUCT + "prix = 12.5", "4: colonne 8 : « 12.5 » n'est pas un prix"),
        (PRODUCT + "prix = nan", "4: colonne 8 : « nan » n'est pas un prix"),
        (PRODUCT + "prix = ", "4: colonne 1 : cette valeur n'est pas complète"),
        (
            PRODUCT + "prix = 5\nstock = 2\n[[produits.variantes]]\ntaille = 'M'",
            "5: colonne 9 : ce produit a des variantes",
        ),
        (
            PRODUCT + "prix = 5\n[[produits]]\nnom = 'A'\ncode = 'b'\nprix = 5",
            "6: colonne 7 : « A » est là deux fois",
        ),
        (PRODUCT + "prix = 'x'\n[[produits.variantes]]\ntaille = 'M'", "4: colonne 8 : « x » n'est pas un prix"),
        (PRODUCT + "prix = 5\noptions = [{ prix = 5 }]", "5: colonne 12 : le nom manque"),
    ],
)  # fmt: skip
def test_one_mistake_in_toml(text: str, expected: str) -> None:
    (fault,) = faults("catalogue.toml", text)
    assert expected in fault


def test_a_date_is_no_size() -> None:
    rows = [["nom", "prix", "taille"], ["Robe", 5000, "8"], ["Robe", 5000, date(2026, 12, 10)]]
    assert faults("catalogue.xlsx", workbook({"a": rows})) == [
        "catalogue.xlsx:3: colonne 3 : a C3 : « 2026-12-10 » est une date ; "
        "attendu : un texte : dans Excel, le format de cellule « Texte »",
    ]


def test_a_spreadsheet_says_which_cell() -> None:
    book = workbook({"Plats": [["nom", "prix"], ["Riz", "cher"]], "Zones": [["zone", "frais"], ["Médina"]]})
    assert faults("catalogue.xlsx", book, "en") == [
        "catalogue.xlsx:2: column 1: Zones A2: the fee is missing; expected: a number, as 1000",
        'catalogue.xlsx:2: column 2: Plats B2: « cher » is no price; expected: a number, as 3500, or "free"',
    ]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400) | st.text(st.sampled_from('nompriztaille;,\t\n"éà€0359 -+FM'), max_size=300))
def test_nothing_in_a_csv_file_breaks_the_reading(data: bytes | str) -> None:
    given_bytes = data if isinstance(data, bytes) else ("nom;prix;stock;taille;options\n" + data).encode()
    _check_places("catalogue.csv", given_bytes, given_bytes.replace(b"\r", b"\n").count(b"\n") + 1)


KEYS = ["nom", "prix", "stock", "options", "variantes", "taille", "photo", "autres_noms", "code", "description", "x"]
VALUES = [
    "5",
    "-5",
    "12.5",
    "nan",
    "true",
    '"a"',
    '""',
    "[]",
    '["a"]',
    "{ nom = 1 }",
    "[{ nom = 'b', prix = '5' }]",
    "1979-05-27",
    "",
    '"',
]


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.sampled_from(["[[produits]]", "[[zones]]", "[[produits.variantes]]"])
        | st.tuples(st.sampled_from(KEYS), st.sampled_from(VALUES)).map(" = ".join),
        max_size=12,
    )
)
def test_nothing_in_a_toml_file_breaks_the_reading(lines: list[str]) -> None:
    _check_places("catalogue.toml", "\n".join(["version = 1", *lines]).encode(), len(lines) + 1)


BOOK = workbook(
    {"Plats": [["nom", "prix", "taille"], ["Riz", 500, 2.5], [None, "x", "M"]], "Zones": [["zone", "frais"]]}
)
PARTS = {name: zipfile.ZipFile(BytesIO(BOOK)).read(name) for name in zipfile.ZipFile(BytesIO(BOOK)).namelist()}


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from(sorted(PARTS)),
    st.integers(0, 800),
    st.integers(0, 30),
    st.sampled_from([b"", b"XFD", b"9999999", b"<", b'"', b"&#0;", b"\xff", b"<c r='A9'><v>1</v></c>", b"-1"]),
)
def test_nothing_in_a_workbook_breaks_the_reading(part: str, at: int, removed: int, put: bytes) -> None:
    made = BytesIO()
    with zipfile.ZipFile(made, "w") as file:
        for name, content in PARTS.items():
            file.writestr(name, content[:at] + put + content[at + removed :] if name == part else content)
    _check_places("catalogue.xlsx", made.getvalue(), 2_000_000)


def _check_places(name: str, data: bytes, lines: int) -> None:
    catalogue, found = read_catalogue(TenantFiles("", {name: data}, pictures=PICTURES), Path(), "XOF", "fr")
    for fault in found:
        assert 1 <= fault.line <= lines
        assert fault.column >= 0
        assert fault.what
        assert fault.expected
    for _, variant in catalogue.by_sku.values() if catalogue and not found else ():
        assert variant.price >= 0
        assert variant.stock is None or variant.stock >= 0


def test_mistakes_of_all_of_a_tenants_files_are_told_together() -> None:
    tenant = 'version = 1\nname = "A"\ncountry = "SN"\ntimezone = "Africa/Dakar"\npipeline = []\nnam = 1\n'
    content = TenantFiles(tenant, {"catalogue.csv": b"nom;prix\nThe;cher\n"})
    with pytest.raises(ConfigWrong) as wrong:
        parse_files(content, Path("shop"))
    assert [(fault.file.name, fault.line) for fault in wrong.value.faults] == [("catalogue.csv", 2), ("tenant.toml", 6)]
