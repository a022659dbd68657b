"""docs/configuration.md, made from the models that read the files.

`python tests/support/reference.py` writes the page; with `--check` it exits 1 where page and models have parted.
"""

import difflib
import json
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from comptoir.gateway.settings import DEFAULT_TEXT, SettingsFile
from comptoir.plugins.api import Plugin
from comptoir.plugins.loading import BUILT_IN, MANDATORY
from comptoir.plugins.schema import model_schema, tenant_schema

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "configuration.md"
HEAD = """\
# Configuration

Every key of every file. `comptoir check` says all that is wrong in them, with file, line and column, in the tenant's
language. An editor that knows TOML schemas (Even Better TOML in VS Code, taplo elsewhere) completes and explains these
keys while one types: the first line of a tenant's file, `#:schema ../../tenant.schema.json`, leads to the schema that
`comptoir init` and `comptoir schema` write, with the tables of all plugins that are installed.

<!-- Made by `./run reference` from the models that read the files: change those, not this page. -->
"""
FOLDER = """\
## A tenant's folder

| file | what | at most |
| --- | --- | --- |
| `tenant.toml` | the decisions below; UTF-8 | 1 MB |
| `wording/fr.toml`, `wording/en.toml` | own words for plugins: a table each, `key = "text"`; keys are below | 200 KB |
| `knowledge/` | what `knowledge` answers from: `.md`, `.txt`; UTF-8, UTF-16 or as Windows writes | 2 MB each |
| `flows/` | what `flow` asks: a `.toml` file for each course of questions | 2 MB each |
| anything else | pictures and other files that answers send; texts for plugins of other packages | |

Texts: 500 and 20 MB together. Hidden files and editors' backups are passed by. A link may lead to another place in the
folder only. All of it is loaded together, within a second after a file was saved: where anything is wrong in it, what
ran goes on running.
"""


def page() -> str:
    schema = tenant_schema(BUILT_IN.values(), MANDATORY.values())
    tables = schema["properties"].pop("plugins")["properties"]
    parts = [
        HEAD,
        FOLDER,
        "## tenant.toml\n",
        *_tables(schema, ""),
        "## Plugins\n\nEach has a page for owners in `docs/fr/plugins/`.\n",
    ]
    for plugin in sorted([*BUILT_IN.values(), *MANDATORY.values()], key=lambda plugin: plugin.name):
        parts += [f"### `{plugin.name}`\n", *_tables(tables[plugin.name], f"plugins.{plugin.name}"), *_words(plugin)]
    parts += [
        "## comptoir.toml\n\nThe operator's, for the whole machine; `comptoir init` writes it with its defaults.\n"
    ]
    parts += _tables(settings_schema(), "")
    return "\n".join(parts)


def _tables(table: dict[str, Any], name: str, opening: str = "[") -> Iterator[str]:
    """A table's own keys, then the tables in it."""
    keys = table.get("properties", {})
    below = {key: inner for key, inner in keys.items() if _columns(inner)}
    if name:
        yield f"**`{opening}{name}{']' * len(opening)}`** {table.get('description', '')}".rstrip() + "\n"
    if rows := [_row(key, inner, key in table.get("required", ())) for key, inner in keys.items() if key not in below]:
        yield "\n".join(["| key | value | default | meaning |", "| --- | --- | --- | --- |", *rows]) + "\n"
    elif not below:
        yield "No keys.\n"
    for key, inner in below.items():
        columns = _columns(inner) or {}
        place = f"{name}.{key}{'.NAME' if _named(inner) else ''}".removeprefix(".")
        described = {**columns, "description": inner.get("description") or columns.get("description", "")}
        yield from _tables(described, place, "[[" if inner.get("type") == "array" else "[")


def _columns(part: dict[str, Any]) -> dict[str, Any] | None:
    """The table that this key holds, or a list of; None where it holds a value."""
    inner = part["items"] if part.get("type") == "array" and isinstance(part.get("items"), dict) else part
    if "properties" in inner:
        return inner
    named = _named(part)
    return {**named, "description": part.get("description", "")} if named else None


def _named(part: dict[str, Any]) -> dict[str, Any] | None:
    """The table that stands under each of any names, where this key holds such."""
    inner = part.get("additionalProperties") or next(iter(part.get("patternProperties", {}).values()), None)
    return inner if isinstance(inner, dict) and "properties" in inner else None


def _row(key: str, part: dict[str, Any], required: bool) -> str:
    default = "needed" if required else f"`{_toml(part['default'])}`" if "default" in part else "none"
    cells = (f"`{key}`", _type(part), default, part.get("description", ""))
    return f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |"


def _type(part: dict[str, Any]) -> str:
    if "anyOf" in part:
        return " or ".join(dict.fromkeys(_type(one) for one in part["anyOf"]))
    if "enum" in part:
        return ", ".join(f"`{_toml(one)}`" for one in part["enum"])
    if "const" in part:
        return f"`{_toml(part['const'])}`"
    least, most = part.get("minimum", part.get("exclusiveMinimum")), part.get("maximum")
    match part.get("type"):
        case "integer" | "number" as kind:
            spoken = "whole number" if kind == "integer" else "number"
            more = "more than " if "exclusiveMinimum" in part else ""
            return spoken if least is None or most is None else f"{spoken}, {more}{least:,} to {most:,}"
        case "string":
            return "text" + (f", at most {part['maxLength']:,} characters" if "maxLength" in part else "")
        case "boolean":
            return "`true`, `false`"
        case "array":
            return f"list, each {_type(part['items'])}" if "items" in part else "list"
        case "object":
            inner = part.get("additionalProperties")
            return f"table, each {_type(inner)}" if isinstance(inner, dict) else "table"
    return "value"


def _toml(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_toml(inner)}" for key, inner in value.items()) + " }" if value else "{}"
    return json.dumps(value, ensure_ascii=False)


def _words(plugin: type[Plugin]) -> Iterator[str]:
    if plugin.texts:
        rows = [
            f"| `{key}` | {' | '.join(_quoted(text) for text in said)} |" for key, said in sorted(plugin.texts.items())
        ]
        head = [f"Words, in `wording/` under `[{plugin.name}]`:\n", "| key | French | English |", "| --- | --- | --- |"]
        yield "\n".join([*head, *rows]) + "\n"


def _quoted(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", "<br>")


def settings_schema() -> dict[str, Any]:
    """The models of comptoir.toml, with the comments of its first version as what they mean."""
    schema = model_schema(SettingsFile)
    table = ""
    for line in DEFAULT_TEXT.splitlines():
        if header := re.fullmatch(r"\[(\w+)\]", line):
            table = header[1]
        elif key := re.fullmatch(r"# (\w+) = \S+\s+# (.*)", line):
            schema["properties"][table]["properties"][key[1]]["description"] = key[2]
        elif table and line.startswith("# "):
            about = schema["properties"][table]
            about["description"] = f"{about.get('description', '')} {line[2:]}".strip()
    schema["properties"]["version"]["description"] = "Of this file's form: 1."
    return schema


def main(arguments: list[str]) -> int:
    made = page()
    if arguments != ["--check"]:
        PAGE.write_text(made, encoding="utf-8")
        return 0
    old = PAGE.read_text(encoding="utf-8")
    sys.stdout.writelines(difflib.unified_diff(old.splitlines(True), made.splitlines(True), str(PAGE), "the models"))
    return int(old != made)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
