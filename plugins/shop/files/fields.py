"""What a shop's columns and keys are called: many words, French and English, for the few things that are read."""

import re
from collections.abc import Iterable, Mapping
from functools import cache

from comptoir.plugins.faults import Lang, nearest
from comptoir.plugins.text import fold, is_linking, singular, words

Fields = Mapping[str, tuple[str, ...]]
"""By field: its words, of which the first is shown in French; the first English one stands in ENGLISH."""

NAME = (
    "nom", "article", "produit", "désignation", "libellé", "intitulé", "nom du produit", "nom de l'article", "plat",
    "name", "product", "item",
)  # fmt: skip
NAMES = ("autres noms", "autre nom", "synonymes", "alias", "aussi appelé", "other names", "also")
PRODUCT: Fields = {
    "sku": ("code", "sku", "référence", "réf", "code article", "code produit", "référence article", "id"),
    "name": NAME,
    "names": NAMES,
    "price": (
        "prix", "tarif", "pu", "prix unitaire", "prix de vente", "prix ttc", "montant", "price", "unit price",
    ),
    "stock": (
        "stock", "quantité", "qté", "dispo", "disponible", "disponibilité", "en stock", "stock disponible",
        "quantité en stock", "reste", "quantity", "qty", "available", "in stock",
    ),
    "category": ("catégorie", "rayon", "famille", "category"),
    "description": ("description", "détails", "details"),
    "photo": ("photo", "image", "fichier photo", "nom de la photo", "picture"),
    "size": ("taille", "pointure", "size"),
    "colour": ("couleur", "coloris", "colour", "color"),
    "kind": (
        "variante", "format", "poids", "contenance", "conditionnement", "volume", "parfum", "variant", "kind", "weight",
    ),
    "options": ("options", "suppléments", "extras", "accompagnements"),
}  # fmt: skip
VARIANT: Fields = {
    **{field: PRODUCT[field] for field in ("sku", "names", "price", "stock", "photo", "size", "colour")},
    "kind": (*NAME, *PRODUCT["kind"]),
}
OPTION: Fields = {"name": (*NAME, "option"), "names": NAMES, "price": (*PRODUCT["price"], "supplément")}
ZONE: Fields = {
    "sku": ("code", "sku"),
    "name": ("zone", "quartier", "nom", "commune", "ville", "lieu", "nom de la zone", "name", "area", "district"),
    "names": NAMES,
    "price": (
        "frais", "frais de livraison", "prix de livraison", "tarif de livraison", "livraison", "prix", "tarif", "coût",
        "montant", "fee", "delivery fee", "price", "cost",
    ),
}  # fmt: skip
_OF_ZONES = ("zone", "quartier", "commune", "ville", "nom de la zone", "area", "district")
VARIANTS = ("variantes", "déclinaisons", "variants")
PRODUCTS = ("produits", "articles", "plats", "catalogue", "products", "items", "catalog")
ZONES = ("zones", "livraison", "quartiers", "zones de livraison", "delivery", "delivery zones", "areas")

ENGLISH = {
    "code": "sku", "nom": "name", "autres noms": "other names", "prix": "price", "catégorie": "category",
    "photo": "photo", "taille": "size", "couleur": "colour", "variante": "variant", "zone": "zone", "frais": "fee",
}  # fmt: skip
# What shop owners keep in the same table for themselves.
_PASSED_BY = (
    "prix d'achat", "prix de revient", "coût", "coût d'achat", "marge", "bénéfice", "fournisseur", "remarque", "note",
    "observation", "numéro", "n°", "no", "date", "purchase price", "supplier", "margin", "remark",
)  # fmt: skip
_UNITS = frozenset(("fcfa", "cfa", "xof", "xaf", "f", "frs", "euro", "eur"))


def shown(fields: Fields, field: str, lang: Lang) -> str:
    """What a field is called in a fault."""
    name = fields[field][0]
    return name if lang == "fr" else ENGLISH.get(name, name)


def field_of(said: str, fields: Fields) -> str | None:
    """The field that a column or key of this name is; None where it is none of them."""
    return _lookup(tuple(fields.items())).get(_key(said))


def is_one_of(said: str, known: Iterable[str]) -> bool:
    return _key(said) in {_key(one) for one in known}


def is_passed_by(said: str) -> bool:
    """Whether a column of this name is the shop's own affair: a margin, a supplier, or marked with `#`."""
    return said.lstrip().startswith(("#", "_")) or is_one_of(said, _PASSED_BY)


def are_columns(heads: Iterable[str], fields: Fields) -> bool:
    """Whether what must be there is among these names."""
    return {"name", "price"} <= {field_of(head, fields) for head in heads}


def is_zones(heads: Iterable[str]) -> bool:
    """Whether these name the columns of a table of zones, and not of one of products."""
    said = list(heads)
    return are_columns(said, ZONE) and any(is_one_of(head, _OF_ZONES) for head in said)


def name_key(said: str) -> str:
    """By which two names are the same."""
    return " ".join(fold(said).split())


def meant(said: str, fields: Fields) -> str | None:
    """The nearest word that would have been read."""
    spoken = {_key(word): word for known in fields.values() for word in reversed(known)}
    found = nearest(_key(said), list(spoken))
    return spoken[found] if found else None


def _key(said: str) -> str:
    """One form for `Prix unitaire (FCFA)` and `prix_unitaire`."""
    plain = re.sub(r"\([^()]*\)", " ", said).replace("_", " ")
    kept = [singular(word) for word in words(plain) if not is_linking(word) and word not in _UNITS]
    return " ".join(kept) or fold(said).strip()


@cache
def _lookup(fields: tuple[tuple[str, tuple[str, ...]], ...]) -> Mapping[str, str]:
    return {_key(word): field for field, known in fields for word in known}
