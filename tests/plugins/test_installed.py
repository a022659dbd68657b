"""Plugins of other packages: which are found, which are imported, and what is said of those that cannot be used."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from comptoir.plugins.installed import Unusable, installed

Offer = Callable[..., None]

RIGHT = """
from comptoir.plugins.api import Plugin, Verdict

class Ours(Plugin):
    name = "{name}"
    api_version = 1
"""


@pytest.fixture
def offer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Offer:
    """Put a package with this module and entry points where Python finds it, as pip would."""
    monkeypatch.syspath_prepend(tmp_path)

    def offer(package: str, source: str, **points: str) -> None:
        (tmp_path / f"{package}.py").write_text(source)
        metadata = tmp_path / f"{package}-1.2.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.2\n")
        lines = [f"{name} = {value}" for name, value in points.items()]
        (metadata / "entry_points.txt").write_text("\n".join(["[comptoir.plugins]", *lines]))
        monkeypatch.delitem(sys.modules, package, raising=False)

    return offer


def test_only_what_is_asked_for_is_imported(offer: Offer) -> None:
    offer("there_one", RIGHT.format(name="one"), one="there_one:Ours")
    offer("there_two", RIGHT.format(name="two"), two="there_two:Ours")
    known = installed()
    assert {"one", "two"} <= set(known)
    assert "two" in known
    one = known["one"]
    assert not isinstance(one, Unusable)
    assert one.name == "one"
    assert known.packages("one") == (("there_one", "1.2"),)
    assert "there_one" in sys.modules
    assert "there_two" not in sys.modules
    with pytest.raises(KeyError):
        known["three"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("import nothing_of_that_name", "cannot be imported: ModuleNotFoundError: No module named"),
        ("raise SystemExit(3)", "cannot be imported: SystemExit: 3"),
        ("class Ours(", "cannot be imported: SyntaxError"),
        ("Other = 1", "cannot be imported: AttributeError"),
        ("Ours = 'a text'", "names a text, which is no class derived from Plugin"),
        ("from comptoir.plugins.api import Plugin as Ours", "no class derived from Plugin"),
        (RIGHT.format(name="mine"), "its entry point calls it broken, the class calls itself mine"),
        (RIGHT.format(name="broken").replace("api_version = 1", "api_version = 2"), "needs version 2 of the plugin"),
        (RIGHT.format(name="broken") + "    Config = dict\n", "its Config is not derived from PluginConfig"),
        (
            RIGHT.format(name="broken").replace("Plugin, V", "Plugin, PluginConfig, V")
            + "    class Config(PluginConfig):\n        rate: 'Unheard'\n",
            "cannot be imported: PydanticUndefinedAnnotation",
        ),
        (
            RIGHT.format(name="broken") + "    def message(self, context, message):\n        return Verdict.STOP\n",
            "its message is no async method: write `async def message`",
        ),
        (RIGHT.format(name="broken") + "    texts = {'hello': 'Bonjour'}\n", "its texts are no mapping"),
        ("import sys\nsys.exit('x' * 9999 + '\\n')", "…"),
    ],
)
def test_what_cannot_be_used_is_named_with_the_reason(offer: Offer, source: str, said: str) -> None:
    offer("there_broken", source, broken="there_broken:Ours")
    found = installed()["broken"]
    assert isinstance(found, Unusable)
    assert found.name == "broken"
    assert said in found.reason
    assert len(found.reason) < 300
    assert "\n" not in found.reason


def test_an_import_that_does_not_end_is_not_waited_for(offer: Offer) -> None:
    offer("there_slow", "import time\ntime.sleep(3)\n" + RIGHT.format(name="slow"), slow="there_slow:Ours")
    found = installed().within("slow", 0.1)
    assert isinstance(found, Unusable)
    assert found.reason == "its import had not ended after 0.1 s"


def test_a_name_that_two_packages_offer_is_nobodys(offer: Offer) -> None:
    offer("there_one", RIGHT.format(name="same"), same="there_one:Ours")
    offer("there_two", RIGHT.format(name="same"), same="there_two:Ours")
    found = installed()["same"]
    assert isinstance(found, Unusable)
    assert found.reason == "offered twice, by there_one and there_two: uninstall one of them"


def test_a_name_that_no_file_could_hold_is_refused(offer: Offer) -> None:
    offer("there_one", RIGHT.format(name="(worker)"), **{"(worker)": "there_one:Ours"})
    found = installed()["(worker)"]
    assert isinstance(found, Unusable)
    assert "a-z" in found.reason
