"""Which of a tenant's files is its catalogue, and what it says."""

from collections.abc import Sequence
from pathlib import Path

from comptoir.plugins.faults import ConfigWrong, Fault, Lang
from comptoir.plugins.folder import TenantFiles, text_of
from comptoir.plugins.shop.files import toml_form
from comptoir.plugins.shop.files.making import make
from comptoir.plugins.shop.model import Catalogue


def read_catalogue(
    content: TenantFiles, folder: Path, currency: str | None, lang: Lang
) -> tuple[Catalogue | None, Sequence[Fault]]:
    """The catalogue in a folder that was read, None where there is none, and what is wrong with it.

    `folder` is only named in faults. Amounts are in `currency`; where nobody knows it, they are checked as francs.
    """
    files = content.files
    if "catalogue.toml" not in files:
        return None, ()
    try:
        toml, products, zones = toml_form.read(text_of(files, "catalogue.toml"), folder / "catalogue.toml", lang)
    except ConfigWrong as wrong:
        return None, wrong.faults
    catalogue = make(products, zones, (toml, toml), currency or "XOF", content.pictures)
    return catalogue, toml.faults
