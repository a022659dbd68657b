"""The examples on the pages in docs/, and the tenants that they belong to."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from comptoir.plugins.loading import MANDATORY

HEAD = {
    "version": "1", "name": '"Chez Awa"', "country": '"SN"', "timezone": '"Africa/Dakar"', "owner": '"+221338000000"',
}  # fmt: skip
OTHER_FILE = re.compile(r"# ((?:(?:wording|flows)/\w+|catalogue)\.toml)\n")
"""What a block begins with that is another file of the tenant's folder than `tenant.toml`."""
OTHER_FILES = {
    "flows/menu.toml": 'start = ["menu"]\n[steps.all]\nsay = "Bonjour"\nend = true\n',
    "knowledge/shop.md": "# Livraison\nNous livrons à Dakar.\n",
}
"""What stands in the folder of who has `flow` and `knowledge` in the pipeline."""


@dataclass(frozen=True, slots=True)
class Block:
    page: str
    line: int
    language: str
    text: str


def blocks(text: str, page: str = "page") -> Iterator[Block]:
    """Fenced blocks."""
    for found in re.finditer(r"(?ms)^```(\w*)\n(.*?)^```$", text):
        yield Block(page, text.count("\n", 0, found.start()) + 1, found[1], found[2])


def write_folder(folder: Path, text: str) -> None:
    """A tenant with what a block shows: its `tenant.toml`, or another file."""
    beside = OTHER_FILE.match(text)
    for name, content in {beside[1]: text}.items() if beside else OTHER_FILES.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(content, encoding="utf-8")
    for picture in re.findall(r'(?m)^ *photo = "(.*)"', text):
        (folder / picture).parent.mkdir(exist_ok=True)
        (folder / picture).touch()
    tenant = _completed("" if beside else text, ["flow"] if beside and beside[1].startswith("flows/") else [])
    (folder / "tenant.toml").write_text(tenant, encoding="utf-8")


def _completed(text: str, pipeline: list[str]) -> str:
    """A tenant's file with what a page does not say again."""
    tables = tomllib.loads(text)
    head = HEAD | {"pipeline": str([*pipeline, *(name for name in tables.get("plugins", {}) if name not in MANDATORY)])}
    missing = "".join(f"{key} = {value}\n" for key, value in head.items() if key not in tables)
    return missing + text + ("" if "hours" in tables else '\n[hours]\nmonday = ["08:00-18:00"]\n')
