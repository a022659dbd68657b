"""Templates: each is a right configuration, whatever it is filled with."""

import re
import resource
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from workbook import workbook

from comptoir.plugins.checking import load_tenant
from comptoir.plugins.config import parse_tenant
from comptoir.plugins.faults import ConfigWrong
from comptoir.plugins.loading import known_plugins
from comptoir.plugins.templates import TEMPLATES, UnknownTemplate, render, render_files, write_template
from comptoir.plugins.testing.shop import play_folder

SHOPS = set(TEMPLATES) - {"office", "empty"}


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("template", TEMPLATES)
def test_each_is_right(tmp_path: Path, template: str, lang: str) -> None:
    values = {"name": "chez-awa", "owner": "+2250701020304", "lang": lang}
    assert write_template(template, tmp_path, values)
    config = load_tenant(tmp_path)
    assert (config.name, config.lang, config.owner) == ("Chez Awa", lang, "+2250701020304")
    assert (config.country, config.timezone) == ("CI", "Africa/Abidjan")
    assert (config.hours is None) is (template == "empty")
    knowledge = sorted((tmp_path / "knowledge").iterdir()) if template != "empty" else []
    assert all(file.read_text(encoding="utf-8").startswith("# ") for file in knowledge)
    assert bool(knowledge) is ("knowledge" in [step.plugin for step in config.pipeline])
    sold = config.catalogue.by_sku if config.catalogue else {}
    assert bool(sold) is ("clerk" in [step.plugin for step in config.pipeline])
    assert all(variant.price and variant.stock != 0 for _, variant in sold.values())


@pytest.mark.parametrize("lang", ["fr", "en"])
@pytest.mark.parametrize("template", sorted(SHOPS))
def test_no_answer_says_a_price_beside_the_catalogue(template: str, lang: str) -> None:
    files = render_files(template, {"name": "x", "lang": lang})
    assert "catalogue.toml" in files
    elsewhere = "".join(text for name, text in files.items() if name in ("tenant.toml", "knowledge/delivery.md"))
    assert not re.search(r"\d F\b", elsewhere)


@pytest.mark.parametrize("template", sorted(SHOPS))
def test_an_owners_own_table_is_sold_from_without_another_edit(tmp_path: Path, template: str) -> None:
    assert write_template(template, tmp_path, {"name": "x", "owner": "+221771234567"})
    (tmp_path / "catalogue.xlsx").write_bytes(workbook({"Feuil1": [["Article", "Prix"], ["Savon", 500]]}))
    play = play_folder(tmp_path)
    awa = play.customer()
    for text in ("bonjour", "je veux 2 savons", "je passe les chercher"):
        summary = awa.says(text).texts[-1]
    assert "1\u202f000\u202fF" in summary
    confirmed = awa.says("oui")
    assert "Commande n° 1 confirmée" in confirmed.texts[0]
    assert "1\u202f000\u202fF" in confirmed.notices[0]
    play.stop()


def test_where_the_currency_is_not_known_it_is_there_to_be_changed(tmp_path: Path) -> None:
    assert write_template("restaurant", tmp_path, {"name": "x", "country": "JP"})
    assert load_tenant(tmp_path).currency == "USD"
    text = (tmp_path / "tenant.toml").read_text(encoding="utf-8")
    (tmp_path / "tenant.toml").write_text(re.sub("(?m)^currency.*", "", text), encoding="utf-8")
    with pytest.raises(ConfigWrong, match=r"tenant\.toml:8: colonne 11 : la monnaie de ce pays n'est pas connue"):
        load_tenant(tmp_path)


@pytest.mark.parametrize("template", TEMPLATES)
def test_no_text_welcomes_to_chez_chez_awa(tmp_path: Path, template: str) -> None:
    assert "chez {shop}" not in render(template, {"name": "chez-awa", "lang": "fr"})


def test_what_the_tenant_wrote_is_kept(tmp_path: Path) -> None:
    (tmp_path / "tenant.toml").write_text("mine")
    assert not write_template("empty", tmp_path, {"name": "x"})
    assert (tmp_path / "tenant.toml").read_text() == "mine"
    assert len(list(tmp_path.iterdir())) == 1


def test_a_text_that_is_there_already_is_kept_too(tmp_path: Path) -> None:
    (tmp_path / "knowledge").mkdir()
    (tmp_path / "knowledge" / "plats.md").write_text("mine")
    assert write_template("restaurant", tmp_path, {"name": "x"})
    assert (tmp_path / "knowledge" / "plats.md").read_text() == "mine"
    assert (tmp_path / "knowledge" / "livraison.md").stat().st_size


def test_an_empty_file_is_nobodys_work(tmp_path: Path) -> None:
    (tmp_path / "tenant.toml").touch()
    assert write_template("empty", tmp_path, {"name": "x"})
    assert load_tenant(tmp_path).name == "X"


def test_what_cannot_be_written_in_whole_is_not_there(tmp_path: Path) -> None:
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    # As of a disk with so much left: the texts fit, and the last file does not.
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000, limits[1]))
    try:
        with pytest.raises(OSError, match="too large"):
            write_template("restaurant", tmp_path, {"name": "x"})
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("lang", ["fr", "en"])
def test_what_stands_there_as_a_comment_is_right_without_its_sign(lang: str) -> None:
    text = render("restaurant", {"name": "chez-awa", "lang": lang})
    offered = re.sub(r"(?m)^# (?=\[|answer =|show =|reject =|name =|number =|closed =)", "", text)
    config = parse_tenant(offered, Path("x"), known_plugins())
    assert (config.groups.answer, config.status.show, config.channels.show) == ("named", True, True)
    assert config.calls.answer
    assert config.calls.reject
    assert [member.name for member in config.team] == ["Fatou"]
    assert config.hours is not None
    assert len(config.hours.special) == 16


def test_without_an_owner_the_line_is_there_to_be_filled() -> None:
    text = render("empty", {"name": "mairie", "owner": None})
    assert '\n# owner = "+' in text
    assert parse_tenant(text, Path("x"), known_plugins()).owner is None


@pytest.mark.parametrize("template", TEMPLATES)
def test_without_an_owner_nothing_is_handed_over(tmp_path: Path, template: str) -> None:
    assert write_template(template, tmp_path, {"name": "x"})
    assert not {"handover", "desk"} & {step.plugin for step in load_tenant(tmp_path).pipeline}


@pytest.mark.parametrize("values", [{"name": "x", "lang": "de"}, {"name": "x"}])
def test_what_there_is_not(values: dict[str, str | None]) -> None:
    with pytest.raises(UnknownTemplate, match=r"expected one of (fr, en|restaurant)"):
        render("empty" if "lang" in values else "casino", values)


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=40))
def test_no_name_breaks_the_file(name: str) -> None:
    text = render("empty", {"name": f"X{name}"})
    assert parse_tenant(text, Path("x"), known_plugins()).name == f"X{name}"
