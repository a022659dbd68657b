"""Writes a new plugin as a package of its own, which works and has a test: something to begin with."""

import importlib.util
import keyword
import re
import sys
from collections.abc import Container, Mapping
from importlib import resources
from pathlib import Path
from string import Template

NAME = re.compile("[a-z]([a-z0-9_-]{0,30}[a-z0-9])?")
"""What a tenant's file, a package index and Python all take."""


class ScaffoldWrong(Exception):
    """Nothing was written; the text says why, and what to do."""


def write_plugin(name: str, directory: Path, taken: Container[str]) -> list[Path]:
    """A package in a new folder `name` in `directory`; its files.

    `taken` are names of plugins that are there already. Raises ScaffoldWrong, OSError.
    """
    module = check_name(name, taken)
    folder = directory / name
    values = {
        "name": name,
        "module": module,
        "package": "comptoir-" + name.replace("_", "-"),
        "class": "".join(part.capitalize() for part in re.split("[-_]+", name)),
    }
    files = {
        folder / "pyproject.toml": "pyproject.toml.txt",
        folder / "README.md": "README.md.txt",
        folder / "src" / module / "__init__.py": "plugin.py.txt",
        folder / "src" / module / "py.typed": "",
        folder / "tests" / f"test_{module}.py": "test_plugin.py.txt",
    }
    try:
        folder.mkdir(parents=True)
    except FileExistsError:
        raise ScaffoldWrong(f"{folder} is there already: choose another name or --directory") from None
    for file, template in files.items():
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(_filled(template, values) if template else "", encoding="utf-8")
    return list(files)


def check_name(name: str, taken: Container[str] = ()) -> str:
    """The name of its module. Raises ScaffoldWrong for a name that some part of the way would not take."""
    if not NAME.fullmatch(name):
        raise ScaffoldWrong(
            f"{name!r} is no plugin's name: expected 1 to 32 of a-z, 0-9, - and _, beginning with a letter and not "
            "ending with - or _"
        )
    if name in taken:
        raise ScaffoldWrong(f"there is a plugin {name} already, see `comptoir plugin list`: choose another name")
    module = name.replace("-", "_")
    if keyword.iskeyword(module) or module in sys.stdlib_module_names or importlib.util.find_spec(module):
        raise ScaffoldWrong(f"Python has a module or a word {module} already: choose another name")
    return module


def _filled(template: str, values: Mapping[str, str]) -> str:
    return Template((resources.files(__package__) / template).read_text(encoding="utf-8")).substitute(values)
