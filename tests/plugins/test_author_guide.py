"""The plugin author's guide: its code runs, its files fit, and it names all that the API offers."""

import inspect
import re
import tomllib
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from comptoir.plugins import api
from comptoir.plugins.api import Context, Plugin, PluginConfig
from comptoir.plugins.testing import Player
from comptoir.plugins.walking.walk import PLUGIN_LIMIT

PAGE = (Path(__file__).parents[2] / "docs" / "plugins.md").read_text(encoding="utf-8")


def guide() -> ModuleType:
    """The page's blocks in their order, as one module."""
    module = ModuleType("guide")
    for found in re.finditer(r"(?ms)^```python\n(.*?)^```$", PAGE):
        # So that a failure names the page's own line.
        source = "\n" * (PAGE.count("\n", 0, found.start()) + 1) + found[1]
        exec(compile(source, "docs/plugins.md", "exec"), module.__dict__)
    return module


GUIDE = guide()
TESTS = [value for name, value in vars(GUIDE).items() if name.startswith("test_")]
PLUGINS = [value for value in vars(GUIDE).values() if inspect.isclass(value) and issubclass(value, Plugin)]


@pytest.mark.parametrize("test", TESTS, ids=lambda test: test.__name__)
def test_its_tests_pass(test: Callable[[Player], None], play: Player) -> None:
    test(play)


def test_the_first_plugin_has_ten_lines_and_answers(play: Player) -> None:
    first = re.search(r"(?ms)^```python\n(.*?)^```$", PAGE)
    assert first is not None
    assert len(first[1].strip().splitlines()) <= 10
    assert play(GUIDE.Echo).customer().says("Bonjour").texts == ["Bonjour"]


def test_its_plugins_are_of_this_version() -> None:
    assert len(PLUGINS) > 5
    assert {plugin.api_version for plugin in PLUGINS} == {api.API_VERSION}
    assert f"`API_VERSION` is {api.API_VERSION}." in PAGE
    assert f"`plugin_seconds` of `tenant.toml` ({PLUGIN_LIMIT:g})" in PAGE


def test_its_tables_fit_its_plugins() -> None:
    prose = re.sub(r"(?ms)^```.*?^```$", "", PAGE)
    indented = re.findall(r"(?m)(?:^    .*\n|^\n(?=    ))+", prose)
    tables = [tomllib.loads(re.sub("(?m)^    ", "", block)) for block in indented]
    plugins = {plugin.name: plugin for plugin in PLUGINS if hasattr(plugin, "name")}
    given = [item for table in tables for item in table.get("plugins", {}).items()]
    assert given
    for name, table in given:
        config = plugins[name].Config.model_validate(table)
        assert isinstance(config, PluginConfig)


def test_it_names_all_that_the_api_offers() -> None:
    named = {word for code in re.findall(r"(?s)```.*?```|`[^`\n]+`", PAGE) for word in re.findall(r"\w+", code)}
    public = {name for name, value in vars(api).items() if _is_ours(name, value)}
    members = {name for kind in (Context, Plugin) for name in vars(kind) if not name.startswith("_")}
    assert len(public) > 40
    assert public - named == set()
    assert (members | set(Plugin.__annotations__)) - named == set()


def _is_ours(name: str, value: object) -> bool:
    imported = getattr(value, "__module__", api.__name__) != api.__name__ and not name.isupper()
    return not name.startswith("_") and not inspect.ismodule(value) and not (imported and _is_imported(name))


def _is_imported(name: str) -> bool:
    return re.search(rf"(?m)^(?:from|import) .*\b{name}\b", inspect.getsource(api)) is not None
