"""The schema of tenant.toml: it says what the reader takes, and explains every key."""

import json
import tomllib
from collections.abc import Iterator
from typing import Any

import pytest

from comptoir.plugins.api import Plugin, PluginConfig
from comptoir.plugins.loading import BUILT_IN, MANDATORY
from comptoir.plugins.schema import key_docs, schema_text, tenant_schema
from comptoir.plugins.templates import TEMPLATES, render


class OfferTable(PluginConfig):
    percent: int = 10
    """What is taken off."""
    until: str | None = None


class Offer(Plugin):
    name = "offer"
    Config = OfferTable


def built_in() -> dict[str, Any]:
    return tenant_schema(BUILT_IN.values(), MANDATORY.values())


def unexplained(part: dict[str, Any], at: str) -> Iterator[str]:
    for name, described in part.get("properties", {}).items():
        if at != "plugins" and "description" not in described:
            yield f"{at}.{name}"
        yield from unexplained(described, name if at == "" else f"{at}.{name}" if at else name)
    for inner in (part.get("items"), part.get("additionalProperties"), *part.get("anyOf", [])):
        if isinstance(inner, dict):
            yield from unexplained(inner, at)


def test_every_key_is_explained() -> None:
    assert list(unexplained(built_in(), "")) == []


def unknown(value: Any, schema: dict[str, Any], at: str = "") -> Iterator[str]:
    """Keys that the schema does not have."""
    for inner in schema.get("anyOf", []):
        if isinstance(value, dict) and "properties" in inner:
            schema = inner
    if isinstance(value, list) and "items" in schema:
        for one in value:
            yield from unknown(one, schema["items"], at)
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in schema.get("properties", {}):
                yield from unknown(inner, schema["properties"][key], f"{at}.{key}")
            elif not isinstance(schema.get("additionalProperties"), dict):
                yield f"{at}.{key}"


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_templates_have_only_what_it_has(template: str, lang: str) -> None:
    assert list(unknown(tomllib.loads(render(template, {"name": "x", "lang": lang})), built_in())) == []


def test_plugins_of_other_packages_have_their_table() -> None:
    schema = tenant_schema([Offer])
    assert schema["properties"]["pipeline"]["items"]["enum"] == ["offer"]
    table = schema["properties"]["plugins"]["properties"]["offer"]
    assert table["properties"] == {
        "percent": {"default": 10, "description": "What is taken off.", "type": "integer"},
        "until": {"type": "string"},
    }
    assert key_docs(OfferTable) == {"percent": "What is taken off."}


def test_it_is_json_of_one_piece_without_null() -> None:
    text = schema_text(BUILT_IN.values(), MANDATORY.values())
    assert json.loads(text) == built_in()
    assert "$ref" not in text
    assert "null" not in text
