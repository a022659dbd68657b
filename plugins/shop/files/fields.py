"""What a shop's columns and keys are called: many words, French and English, for the few things that are read."""

from collections.abc import Iterable, Mapping
from functools import cached_property, lru_cache

from comptoir.plugins.faults import Lang, nearest
from comptoir.plugins.text import fold, is_linking, singular, words

_UNITS = frozenset(("fcfa", "cfa", "xof", "xaf", "f", "frs", "euro", "eur"))
_ENGLISH = {
    "code": "sku", "nom": "name", "autres noms": "other names", "prix": "price", "catégorie": "category",
    "photo": "photo", "taille": "size", "couleur": "colour", "variante": "variant", "zone": "zone", "frais": "fee",
    "produits": "products",
}  # fmt: skip


class Fields:
    """What is read of a product, a variant or a zone; each field by its words, the first of which is shown."""

    def __init__(self, words: Mapping[str, tuple[str, ...]]) -> None:
        self._words = words

    def of(self, said: str) -> str | None:
        """The field that a column or key of this name is; None where it is none of them."""
        return self._by_key.get(_key(said))

    def meant(self, said: str) -> str | None:
        """The nearest word that would have been read."""
        found = nearest(_key(said), list(self._spoken))
        return self._spoken[found] if found else None

    def shown(self, field: str, lang: Lang) -> str:
        """What a field is called in a fault."""
        name = self._words[field][0]
        return name if lang == "fr" else _ENGLISH.get(name, name)

    def listed(self, lang: Lang) -> str:
        return ", ".join(self.shown(field, lang) for field in self._words)

    def among(self, heads: Iterable[str]) -> bool:
        """Whether what must be there is among these names."""
        return {"name", "price"} <= {self.of(head) for head in heads}

    @cached_property
    def _by_key(self) -> Mapping[str, str]:
        return {_key(word): field for field, known in self._words.items() for word in known}

    @cached_property
    def _spoken(self) -> Mapping[str, str]:
        return {_key(word): word for known in self._words.values() for word in reversed(known)}


def name_key(said: str) -> str:
    """By which two names are the same."""
    return " ".join(fold(said).split())


@lru_cache(4_096)
def _key(said: str) -> str:
    """One form for `Prix unitaire (FCFA)` and `prix_unitaire`."""
    kept = [singular(word) for word in words(said.replace("_", " ")) if not is_linking(word) and word not in _UNITS]
    return " ".join(kept) or fold(said).strip()


_NAME = (
    "nom", "article", "produit", "désignation", "libellé", "intitulé", "nom du produit", "nom de l'article", "plat",
    "name", "product", "item",
)  # fmt: skip
_NAMES = ("autres noms", "autre nom", "synonymes", "alias", "aussi appelé", "other names", "also")
_PRODUCT = {
    "sku": ("code", "sku", "référence", "réf", "code article", "code produit", "référence article", "id"),
    "name": _NAME,
    "names": _NAMES,
    "price": (
        "prix", "tarif", "pu", "prix unitaire", "prix de vente", "prix ttc", "prix unitaire ttc", "price", "unit price",
    ),
    "stock": (
        "stock", "quantité", "qté", "dispo", "disponible", "disponibilité", "en stock", "stock disponible",
        "quantité en stock", "qté en stock", "quantité disponible", "qté dispo", "stock actuel", "stock restant",
        "reste", "quantity", "qty", "available", "in stock",
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
PRODUCT = Fields(_PRODUCT)
VARIANT = Fields(
    {
        **{field: _PRODUCT[field] for field in ("sku", "names", "price", "stock", "photo", "size", "colour")},
        "kind": (*_NAME, *_PRODUCT["kind"]),
    }
)
OPTION = Fields({"name": (*_NAME, "option"), "names": _NAMES, "price": (*_PRODUCT["price"], "supplément")})
ZONE = Fields({
    "sku": ("code", "sku"),
    "name": ("zone", "quartier", "nom", "commune", "ville", "lieu", "nom de la zone", "name", "area", "district"),
    "names": _NAMES,
    "price": (
        "frais", "frais de livraison", "prix de livraison", "tarif de livraison", "livraison", "prix", "tarif", "coût",
        "montant", "fee", "delivery fee", "price", "cost",
    ),
})  # fmt: skip
_OF_ZONES = Fields({"name": ("zone", "quartier", "commune", "ville", "nom de la zone", "area", "district")})
_VARIANTS = Fields({"variants": ("variantes", "déclinaisons", "variants")})
FILE = Fields({
    "products": ("produits", "articles", "plats", "catalogue", "products", "items", "catalog"),
    "zones": ("zones", "livraison", "quartiers", "zones de livraison", "delivery", "delivery zones", "areas"),
})  # fmt: skip
# What shop owners keep in the same table for themselves.
_PASSED_BY = Fields({"own": (
    "prix d'achat", "prix de revient", "coût", "coût d'achat", "marge", "bénéfice", "fournisseur", "remarque", "note",
    "observation", "numéro", "n°", "no", "date", "montant", "total", "valeur", "purchase price", "supplier", "margin",
    "remark", "amount",
)})  # fmt: skip


def is_passed_by(said: str) -> bool:
    """Whether a column of this name is the shop's own affair: a margin, a supplier, or marked with `#`."""
    return said.lstrip().startswith(("#", "_")) or _PASSED_BY.of(said) is not None


def are_variants(said: str) -> bool:
    """Whether the tables under this key are a product's variants."""
    return _VARIANTS.of(said) is not None


def is_zones(name: str, heads: Iterable[str]) -> bool:
    """Whether a sheet of this name, with these names of columns, is one of zones and not of products."""
    said = list(heads)
    return FILE.of(name) == "zones" or (ZONE.among(said) and any(_OF_ZONES.of(head) for head in said))
