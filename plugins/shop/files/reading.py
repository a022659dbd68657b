"""Which of a tenant's files is its catalogue, and what it says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from comptoir.plugins.faults import LANGS, ConfigWrong, Fault, Lang
from comptoir.plugins.folder import TenantFiles, text_of
from comptoir.plugins.shop.files import toml_form
from comptoir.plugins.shop.files.csv_form import CsvFile
from comptoir.plugins.shop.files.fields import PRODUCT, ZONE
from comptoir.plugins.shop.files.making import make
from comptoir.plugins.shop.files.records import Record, Wrong
from comptoir.plugins.shop.files.tables import grouped
from comptoir.plugins.shop.files.xlsx_form import Workbook, read_sheets
from comptoir.plugins.shop.model import Catalogue
from comptoir.plugins.toml_file import TomlFile
from comptoir.plugins.toml_mistakes import Said

TOML, CSV, XLSX, ZONES = "catalogue.toml", "catalogue.csv", "catalogue.xlsx", "zones.csv"
ASSUMED = "XOF"
"""Where nobody knows the currency."""

_File = TomlFile | CsvFile | Workbook


@dataclass(frozen=True, slots=True)
class _Read:
    """Products and zones, with the file that each is noted in."""

    products: Sequence[Record]
    zones: Sequence[Record]
    of_products: _File
    of_zones: _File


def read_catalogue(
    content: TenantFiles, folder: Path, currency: str | None, lang: Lang
) -> tuple[Catalogue | None, Sequence[Fault]]:
    """The catalogue in a folder that was read, None where there is none, and what is wrong with it.

    `folder` is only named in faults. Amounts are in `currency`; where nobody knows it, they are checked as francs.
    """
    return _Reading(content, folder, currency or ASSUMED, lang).read()


def catalogue_of(files: Mapping[str, bytes]) -> str:
    """The file among these that the catalogue is in, or would be."""
    return next((name for name in files if name.lower() in (TOML, CSV, XLSX)), TOML)


def is_open_ended(name: str, data: bytes) -> bool:
    """Whether this is a text of the catalogue that ends within a line."""
    is_text = name.lower() in (TOML, CSV, ZONES)
    return is_text and bool(data) and not data.rstrip(b"\0").endswith((b"\n", b"\r"))


def sells_example(files: Mapping[str, bytes]) -> bool:
    """Whether what is sold out of these files is still the example that a template came with."""
    names = {name.lower(): name for name in files}
    return TOML in names and not {CSV, XLSX} & names.keys() and toml_form.is_example(text_of(files, names[TOML]))


class _Reading:
    def __init__(self, content: TenantFiles, folder: Path, currency: str, lang: Lang) -> None:
        self._content = content
        self._folder = folder
        self._currency = currency
        self._lang: Lang = lang
        self._faults: list[Fault] = []
        # As Windows has them: `Catalogue.CSV` is one of them, too.
        self._names: Mapping[str, str] = {name.lower(): name for name in content.files if "/" not in name}

    def read(self) -> tuple[Catalogue | None, Sequence[Fault]]:
        self._note_near_names()
        forms = [form for form in (TOML, CSV, XLSX) if form in self._names]
        if len(forms) > 1 and TOML in forms and toml_form.is_example(self._text(TOML)):
            forms.remove(TOML)
        for form in forms[1:]:
            self._note(form, _several(forms[0]))
        if ZONES in self._names and CSV not in forms:
            self._note(ZONES, _ZONES_ELSEWHERE if forms else _ZONES_ALONE)
        try:
            read = self._form(forms[0]) if forms else None
        except ConfigWrong as wrong:
            self._faults += wrong.faults
            read = None
        except Wrong as wrong:
            self._note(forms[0], wrong.said)
            read = None
        if read is None:
            return None, self._faults
        files = (read.of_products, read.of_zones)
        catalogue = make(read.products, read.zones, files, self._currency, self._content.pictures)
        self._faults += files[0].faults
        if files[1] is not files[0]:
            self._faults += files[1].faults
        return catalogue, self._faults

    def _form(self, form: str) -> _Read:
        """Raises ConfigWrong and Wrong for what cannot be read at all."""
        path = self._folder / self._names[form]
        if form == TOML:
            toml, products, zones = toml_form.read(self._text(TOML), path, self._lang)
            return _Read(products, zones, toml, toml)
        if form == XLSX:
            book = Workbook(read_sheets(self._content.files[self._names[form]]), path, self._lang)
            return _Read(grouped(book.products(), book), book.zones(), book, book)
        table = CsvFile(self._text(CSV), path, self._lang)
        places = CsvFile(self._text(ZONES), self._folder / ZONES, self._lang)
        return _Read(grouped(table.read(PRODUCT), table), places.read(ZONE), table, places)

    def _text(self, form: str) -> str:
        return text_of(self._content.files, self._names[form]) if form in self._names else ""

    def _note_near_names(self) -> None:
        """A catalogue that nobody reads would be missed only by customers."""
        for lower, name in self._names.items():
            if lower.startswith("catalog") and lower not in (TOML, CSV, XLSX):
                self._note(name, _near_name(Path(lower).suffix))

    def _note(self, name: str, said: Said) -> None:
        file = self._folder / self._names.get(name, name)
        self._faults.append(Fault(file, 1, *said[LANGS.index(self._lang)], self._lang))


def _several(first: str) -> Said:
    return (
        (f"il y a déjà {first} dans le dossier", "un seul fichier pour le catalogue"),
        (f"there is {first} in the folder already", "a single file for the catalogue"),
    )


def _near_name(suffix: str) -> Said:
    name = f"catalogue{suffix}" if f"catalogue{suffix}" in (TOML, CSV, XLSX) else CSV
    return ("ce fichier n'est pas lu sous ce nom", name), ("this file is not read under this name", name)


_ZONES_ELSEWHERE: Said = (
    (f"{ZONES} n'est lu qu'avec {CSV}", "les zones dans le fichier du catalogue"),
    (f"{ZONES} is read beside {CSV} only", "the zones in the catalogue's file"),
)
_ZONES_ALONE: Said = (
    ("des zones de livraison sans catalogue", f"un fichier {CSV}"),
    ("delivery zones without a catalogue", f"a file {CSV}"),
)
