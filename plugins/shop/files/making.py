"""Products and zones of what a file holds; all that is wrong is noted where it stands."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import replace
from typing import TypeVar

from comptoir.plugins.shop.changes import sku_of
from comptoir.plugins.shop.files import mistakes, values
from comptoir.plugins.shop.files.pictures import Pictures
from comptoir.plugins.shop.files.records import Notes, Record, Wrong, note
from comptoir.plugins.shop.model import Catalogue, Option, Product, Variant, Zone
from comptoir.plugins.text import fold
from comptoir.plugins.toml_mistakes import Said

Value = TypeVar("Value")
TRAITS = ("size", "colour", "kind")
MAX_PRODUCTS = 10_000
MAX_VARIANTS = 300
MAX_ZONES = 500
MAX_CODE = 60
_MAX_DESCRIPTION = 1_000


def make(
    products: Sequence[Record],
    zones: Sequence[Record],
    notes: tuple[Notes, Notes],
    currency: str,
    pictures: Collection[str] | None,
) -> Catalogue:
    """The catalogue of a file for products and one for zones, which may be the same. `pictures`: those in the tenant's
    folder; None where nobody knows. Of what has faults, which are noted then, only what could be read is in it.
    """
    goods, places = _Making(notes[0], currency, Pictures(pictures)), _Making(notes[1], currency, Pictures(pictures))
    return Catalogue(currency, tuple(goods.products(products)), tuple(places.zones(zones)))


class _Making:
    def __init__(self, notes: Notes, currency: str, pictures: Pictures) -> None:
        self._notes = notes
        self._currency = currency
        self._pictures = pictures
        self._codes: dict[str, str] = {}
        """Whose a code is, by the code folded."""
        self._names: set[str] = set()

    def products(self, records: Sequence[Record]) -> list[Product]:
        if len(records) > MAX_PRODUCTS:
            self._note(records[MAX_PRODUCTS], mistakes.too_many("produits", "products", len(records), MAX_PRODUCTS))
        return [product for record in records[:MAX_PRODUCTS] if (product := self._product(record))]

    def zones(self, records: Sequence[Record]) -> list[Zone]:
        if len(records) > MAX_ZONES:
            self._note(records[MAX_ZONES], mistakes.too_many("zones", "zones", len(records), MAX_ZONES))
        return [zone for record in records[:MAX_ZONES] if (zone := self._zone(record))]

    # --- one of them

    def _product(self, record: Record) -> Product | None:
        name = self._name(record)
        price = self._read(record, "price", self._amount, None)
        if not name:
            return None
        sku = self._read(record, "sku", self._code, "") or sku_of(name, ())
        photo = self._read(record, "photo", self._pictures.find, "")
        variants = self._variants(record, sku, name, price)
        return Product(
            sku,
            name,
            variants,
            self._read(record, "names", values.names, ()),
            self._read(record, "category", values.plain, ""),
            self._read(record, "description", lambda value: values.plain(value, _MAX_DESCRIPTION), ""),
            photo,
            self._options(record),
        )

    def _variants(self, record: Record, sku: str, name: str, price: int | None) -> tuple[Variant, ...]:
        if not record.variants:
            self._own(record, sku, name)
            return (self._variant(record, sku, price, self._traits(record)),)
        for field in (*TRAITS, "stock"):
            if field in record.cells:
                self._note(record, mistakes.OF_VARIANTS, field)
        # What could not be read of the product is not missed in each of its variants.
        partial = record.partial or (price is None and "price" in record.cells)
        if len(record.variants) > MAX_VARIANTS:
            said = mistakes.too_many("variantes", "variants", len(record.variants), MAX_VARIANTS)
            self._note(record.variants[MAX_VARIANTS], said)
        codes = [self._read(one, "sku", self._code, "") for one in record.variants]
        if sku not in codes:
            self._own(record, sku, name)
        made: list[Variant] = []
        for own_code, written in zip(codes, record.variants[:MAX_VARIANTS], strict=False):
            one = replace(written, partial=written.partial or partial)
            traits = self._traits(one)
            title = ", ".join(value for _, value in traits)
            code = own_code or sku_of(f"{sku} {title}", ())
            if not traits:
                if not one.partial and one.cells.keys().isdisjoint(TRAITS):
                    self._note(one, mistakes.nothing_tells(name))
            elif any(_alike(traits, other.traits) for other in made):
                self._note(one, mistakes.same_variant(title))
            else:
                self._own(one, code, f"{name} ({title})")
            own = self._read(one, "price", self._amount, price)
            made.append(self._variant(one, code, own if own is not None else price, traits))
        return tuple(made)

    def _variant(self, record: Record, sku: str, price: int | None, traits: tuple[tuple[str, str], ...]) -> Variant:
        """`record` is the product's own where it has no variants; other names and photo are the product's then."""
        if price is None and not record.partial and "price" not in record.cells:
            self._note(record, mistakes.NO_PRICE)
        own = "name" not in record.cells
        return Variant(
            sku,
            price or 0,
            self._read(record, "stock", values.stock, None),
            traits,
            self._read(record, "names", values.names, ()) if own else (),
            self._read(record, "photo", self._pictures.find, "") if own else "",
        )

    def _zone(self, record: Record) -> Zone | None:
        name = self._name(record)
        fee = self._read(record, "price", self._amount, None)
        if fee is None and "price" not in record.cells and not record.partial:
            self._note(record, mistakes.NO_FEE)
        if not name:
            return None
        code = self._read(record, "sku", self._code, "") or sku_of(name, ())
        self._own(record, code, name)
        return Zone(code, name, fee or 0, self._read(record, "names", values.names, ()))

    # --- what is in them

    def _name(self, record: Record) -> str:
        """Empty once it is noted what is wrong with it."""
        name = self._read(record, "name", values.plain, "")
        if not name:
            if "name" not in record.cells and not record.partial:
                self._note(record, mistakes.NO_NAME)
            return ""
        if not sku_of(name, ()):
            self._note(record, mistakes.no_letters(name), "name")
            return ""
        if fold(name) in self._names:
            self._note(record, mistakes.same_name(name), "name")
        self._names.add(fold(name))
        return name

    def _traits(self, record: Record) -> tuple[tuple[str, str], ...]:
        read = ((trait, self._read(record, trait, values.plain, "")) for trait in TRAITS)
        return tuple((trait, value) for trait, value in read if value)

    def _options(self, record: Record) -> tuple[Option, ...]:
        cell = record.cells.get("options")
        if cell is None:
            return ()

        def read(value: object) -> tuple[Option, ...]:
            if isinstance(value, tuple):
                made = (self._option(one) for one in value if isinstance(one, Record))
                return values.check_options(tuple(one for one in made if one))
            return values.check_options(values.options(values.plain(value, 2_000), self._currency))

        return self._read(record, "options", read, ())

    def _option(self, record: Record) -> Option | None:
        name = self._read(record, "name", values.plain, "")
        if not name and not record.partial and "name" not in record.cells:
            self._note(record, mistakes.NO_NAME)
        price = self._read(record, "price", self._amount, 0)
        return Option(name, price, self._read(record, "names", values.names, ())) if name else None

    def _amount(self, value: object) -> int:
        return values.amount(value, self._currency)

    def _code(self, value: object) -> str:
        return values.plain(value, MAX_CODE)

    def _own(self, record: Record, code: str, whose: str) -> None:
        """Every code is one thing's."""
        before = self._codes.get(fold(code))
        if before and fold(before) != fold(whose):  # else its name is noted already
            self._note(record, mistakes.same_code(code, before), "sku")
        self._codes.setdefault(fold(code), whose)

    def _read(self, record: Record, field: str, read: Callable[[object], Value], otherwise: Value) -> Value:
        """What a cell holds; what it wrongly holds is noted once."""
        cell = record.cells.get(field)
        if cell is None:
            return otherwise
        try:
            return read(cell.value)
        except Wrong as wrong:
            note(self._notes, cell.at, wrong.said)
            return otherwise

    def _note(self, record: Record, said: Said, field: str = "") -> None:
        cell = record.cells.get(field)
        note(self._notes, cell.at if cell else record.at, said)


def _alike(one: Iterable[tuple[str, str]], other: Iterable[tuple[str, str]]) -> bool:
    return [(trait, fold(value)) for trait, value in one] == [(trait, fold(value)) for trait, value in other]
