"""The page of all keys says what the models say, and nothing else."""

import json

import pytest
import reference

from comptoir.gateway.settings import SettingsFile
from comptoir.plugins.loading import BUILT_IN, MANDATORY


def test_page_and_models_agree(capsys: pytest.CaptureFixture[str]) -> None:
    parted = reference.main(["--check"])
    assert capsys.readouterr().out == "", "`./run reference` writes the page again"
    assert parted == 0


def test_every_plugin_key_and_text_is_on_it() -> None:
    page = reference.page()
    for plugin in (*BUILT_IN.values(), *MANDATORY.values()):
        assert f"### `{plugin.name}`" in page
        part = page.split(f"### `{plugin.name}`\n", 1)[1].split("\n### ", 1)[0]
        for key in (*plugin.Config.model_fields, *plugin.texts):
            assert f"`{key}`" in part or f".{key}]" in part, f"{plugin.name}: {key}"


def test_every_setting_is_explained_in_the_first_version_of_its_file() -> None:
    explained = reference.settings_schema()["properties"]
    bare = [
        f"{table}.{key}"
        for table, inner in explained.items()
        for key, described in inner.get("properties", {}).items()
        if "description" not in described
    ]
    assert bare == []
    assert json.dumps(sorted(explained)) == json.dumps(sorted(SettingsFile.model_fields))
