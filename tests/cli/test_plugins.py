"""`comptoir plugin …`: what is here, what cannot be used, and that nothing is written over."""

import sys

import pytest


@pytest.fixture
def offered(tmp_path, monkeypatch):
    """Packages beside comptoir: one that takes a built-in's name, one that does not import."""
    monkeypatch.syspath_prepend(tmp_path)
    for package, points in (("thief", "answers = thief:Thief"), ("casse", "casse = casse:Casse")):
        (tmp_path / f"{package}.py").write_text("raise RuntimeError('a \\x1b[31mred\\x1b[0m word')\n")
        metadata = tmp_path / f"{package}-1.2.dist-info"
        metadata.mkdir()
        (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.2\n")
        (metadata / "entry_points.txt").write_text(f"[comptoir.plugins]\n{points}\n")
        monkeypatch.delitem(sys.modules, package, raising=False)


@pytest.mark.usefixtures("offered")
def test_plugins_are_listed_with_what_is_wrong(comptoir):
    rows = comptoir("plugin", "list", "--json").json
    assert rows[0] == {"plugin": "optout", "package": "comptoir", "version": rows[0]["version"], "wrong": None}
    by_package = {row["package"]: row for row in rows}
    assert by_package["thief"]["wrong"] == "comptoir has a plugin of this name, and uses its own"
    assert by_package["casse"] | {"wrong": ""} == {"plugin": "casse", "package": "casse", "version": "1.2", "wrong": ""}
    assert by_package["casse"]["wrong"].startswith("cannot be imported: RuntimeError: a ")
    shown = comptoir("plugin", "list").out
    assert "casse: cannot be imported: RuntimeError" in shown
    assert "\x1b[31m" not in shown


def test_a_new_plugin_is_written_once(comptoir, tmp_path):
    ended = comptoir("plugin", "new", "ma-meteo", "--directory", str(tmp_path))
    assert ended.code == 0
    assert f"pip install {tmp_path / 'ma-meteo'}" in ended.out
    again = comptoir("plugin", "new", "ma-meteo", "--directory", str(tmp_path))
    assert (again.code, again.out) == (2, "")
    assert "is there already" in again.err
    assert comptoir("plugin", "new", "Météo", "--directory", str(tmp_path)).code == 2
