"""The JSON Schema of `tenant.toml`, so that editors complete its keys, explain them and mark mistakes."""

import ast
import inspect
import json
import textwrap
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Any

from pydantic import BaseModel
from pydantic.errors import PydanticInvalidForJsonSchema
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from comptoir.plugins.api import Plugin, PluginConfig
from comptoir.plugins.config import TenantFile

FILE_NAME = "tenant.schema.json"
"""In `config/`, where each tenant's file finds it by its first line."""
_DIALECT = "http://json-schema.org/draft-07/schema#"
"""What editors' TOML extensions read."""


def tenant_schema(plugins: Iterable[type[Plugin]], mandatory: Iterable[type[Plugin]] = ()) -> dict[str, Any]:
    """Of a `tenant.toml` that may name these plugins, with a table for each of these and of the mandatory ones."""
    chosen = {plugin.name: plugin for plugin in plugins}
    with_table = chosen | {plugin.name: plugin for plugin in mandatory}
    schema = model_schema(TenantFile)
    schema["title"] = "tenant.toml"
    schema["properties"]["pipeline"]["items"] = {"type": "string", "enum": sorted(with_table)}
    schema["properties"]["plugins"] |= {
        "additionalProperties": False,
        "properties": {name: _table(plugin.Config) for name, plugin in sorted(with_table.items())},
    }
    return {"$schema": _DIALECT, **schema}


def model_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Of one table, whole in itself, with what stands below each key in the source as its description.

    Raises PydanticInvalidForJsonSchema for a model with a type that JSON has no word for.
    """
    schema = model.model_json_schema(schema_generator=_Described)
    whole: dict[str, Any] = _inlined(schema, schema.pop("$defs", {}))
    return whole


def key_docs(model: type[BaseModel]) -> dict[str, str]:
    """The docstrings below a model's keys, its bases' too; none where the source is not to be had."""
    docs: dict[str, str] = {}
    for kind in reversed(model.__mro__):
        if issubclass(kind, BaseModel) and kind not in (BaseModel, PluginConfig):
            docs |= _own_docs(kind)
    return docs


class _Described(GenerateJsonSchema):
    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        made = super().model_schema(schema)
        docs = key_docs(schema["cls"])
        for name, described in made.get("properties", {}).items():
            described.pop("title", None)
            if name in docs:
                described.setdefault("description", docs[name])
        made.pop("title", None)
        if "__doc__" not in vars(schema["cls"]) or not schema["cls"].__doc__:
            # What pydantic takes from a base is about bases.
            made.pop("description", None)
        return made


def _table(config: type[PluginConfig]) -> dict[str, Any]:
    try:
        return model_schema(config)
    except PydanticInvalidForJsonSchema:
        return {"type": "object"}


def _inlined(part: Any, definitions: Mapping[str, Any]) -> Any:
    """With each reference replaced by what it means: before 2019 a description beside one was ignored."""
    if isinstance(part, list):
        return [_inlined(one, definitions) for one in part]
    if not isinstance(part, dict):
        return part
    if "$ref" in part:
        meant = definitions[part["$ref"].removeprefix("#/$defs/")]
        part = meant | {key: value for key, value in part.items() if key != "$ref"}
    # TOML has no null: a key without a value is left out. A table's keys have their own defaults.
    if part.get("default", ...) is None or isinstance(part.get("default"), dict):
        part = {key: value for key, value in part.items() if key != "default"}
    if choices := [one for one in part.get("anyOf", []) if one != {"type": "null"}]:
        part = {key: value for key, value in part.items() if key != "anyOf"}
        part = _inlined(choices[0], definitions) | part if len(choices) == 1 else part | {"anyOf": choices}
    return {key: _inlined(value, definitions) for key, value in part.items()}


def _own_docs(model: type[BaseModel]) -> dict[str, str]:
    try:
        (read,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    except (OSError, TypeError, SyntaxError, ValueError):
        return {}
    docs = {}
    body = read.body if isinstance(read, ast.ClassDef) else []
    for key, below in pairwise(body):
        match key, below:
            case ast.AnnAssign(target=ast.Name(name)), ast.Expr(ast.Constant(str(text))):
                docs[name] = " ".join(text.split())
    return docs


def schema_text(plugins: Iterable[type[Plugin]], mandatory: Iterable[type[Plugin]] = ()) -> str:
    """The schema as a file."""
    return json.dumps(tenant_schema(plugins, mandatory), ensure_ascii=False, indent=1) + "\n"
