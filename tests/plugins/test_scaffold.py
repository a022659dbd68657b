"""What `plugin new` writes, and which names it takes."""

import tomllib
from pathlib import Path

import pytest

from comptoir.plugins.installed import NAME
from comptoir.plugins.scaffold import ScaffoldWrong, check_name, write_plugin


@pytest.mark.parametrize(
    ("name", "module"),
    [("horoscope", "horoscope"), ("ma-meteo", "ma_meteo"), ("a", "a"), ("prix_2", "prix_2"), ("x" * 32, "x" * 32)],
)
def test_names_that_every_part_of_the_way_takes(name: str, module: str) -> None:
    assert check_name(name, {"welcome"}) == module
    assert module.isidentifier()
    # Or nobody could use what was written.
    assert NAME.fullmatch(name)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("", "no plugin's name"),
        ("Horoscope", "no plugin's name"),
        ("météo", "no plugin's name"),
        ("2fois", "no plugin's name"),
        ("prix-", "no plugin's name"),
        ("../prix", "no plugin's name"),
        ("x" * 33, "no plugin's name"),
        ("welcome", "there is a plugin welcome already"),
        ("class", "Python has a module or a word class"),
        ("json", "Python has a module or a word json"),
        ("trio", "Python has a module or a word trio"),
        ("comptoir", "Python has a module or a word comptoir"),
    ],
)
def test_names_that_are_refused(tmp_path: Path, name: str, said: str) -> None:
    with pytest.raises(ScaffoldWrong, match=said):
        write_plugin(name, tmp_path, {"welcome"})
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_is_there_stays_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "prix").mkdir()
    with pytest.raises(ScaffoldWrong, match="is there already"):
        write_plugin("prix", tmp_path, ())
    assert list((tmp_path / "prix").iterdir()) == []


def test_the_package_says_what_it_is(tmp_path: Path) -> None:
    files = write_plugin("ma-meteo", tmp_path, ())
    assert {str(file.relative_to(tmp_path)) for file in files} == {
        "ma-meteo/pyproject.toml",
        "ma-meteo/README.md",
        "ma-meteo/src/ma_meteo/__init__.py",
        "ma-meteo/src/ma_meteo/py.typed",
        "ma-meteo/tests/test_ma_meteo.py",
    }
    project = tomllib.loads(files[0].read_text())["project"]
    assert project["name"] == "comptoir-ma-meteo"
    assert project["entry-points"] == {"comptoir.plugins": {"ma-meteo": "ma_meteo:MaMeteo"}}
    assert not any("$" in file.read_text() for file in files)
