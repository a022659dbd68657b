"""What people write wrong, and what they are told: every mistake at once, in their language, with its place."""

import re
from pathlib import Path
from time import monotonic

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.plugins.config import TenantConfig, parse_tenant
from comptoir.plugins.faults import MAX_FAULTS, ConfigWrong
from comptoir.plugins.loading import MANDATORY, known_plugins

LEAST = """\
version = 1
name = "Chez Awa"
lang = "{lang}"
country = "SN"
timezone = "Africa/Dakar"
pipeline = []
"""
FIVE = """\
version = 1
name = « Chez Awa »
country = "Sénégal"
timezone = "Africa/Dakar"
silence_minutes = 60 minutes
join_secondes = 3
pipeline = ["welcome" "answers"]
[plugins.welcome]
text = "Bonjour {name}"
"""
UNCLOSED = '''\
version = 1
name = "Chez Awa"
country = "SN"
timezone = "Africa/Dakar"
pipeline = ["welcome", "answers"]
[plugins.welcome
text = "Bonjour {nam}"
again_after_days = oui
[[plugins.answers.entries]]
words = ["prix",
  "combien"
text = """
Nos prix :
a = b
[[plugins.answers.entries]]
words = ["x"]
text = """
Bonjour
"""
'''
# What stands after LEAST, and what is said of it.
CASES = re.findall(
    r"(?ms)^=== ([^\n]*)\n(.*?)^--- fr\n(.*?)^--- en\n(.*?)(?=\n===|\Z)",
    Path(__file__).with_name("bad_input.txt").read_text(encoding="utf-8"),
)


def parse(text: str) -> TenantConfig:
    return parse_tenant(text, Path("t"), known_plugins(), MANDATORY)


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigWrong) as wrong:
        parse(text)
    return [str(fault).removeprefix("t:") for fault in wrong.value.faults]


@pytest.mark.parametrize(("name", "wrong", "french", "english"), CASES, ids=[case[0] for case in CASES])
def test_what_is_said_in_both_languages(name: str, wrong: str, french: str, english: str) -> None:
    assert faults(LEAST.format(lang="fr") + wrong) == french.splitlines()
    assert faults(LEAST.format(lang="en") + wrong) == english.splitlines()


def test_five_mistakes_of_different_kinds_are_five_lines() -> None:
    assert faults(FIVE) == [
        '2: colonne 8 : un guillemet « au lieu de " ; attendu : un guillemet droit " de chaque côté du texte',
        "3: colonne 11 : country : « Sénégal » ; attendu : le code du pays en deux lettres, comme SN ou CI",
        '5: colonne 22 : « 60 minutes » sans guillemets ; attendu : un texte entre guillemets "60 minutes", '
        "ou un nombre seul",
        "6: colonne 1 : la clé « join_secondes » n'existe pas ici ; attendu : « join_seconds »",
        "7: colonne 23 : une virgule manque dans la liste ; attendu : une virgule entre deux éléments",
    ]


def test_what_is_not_closed_ends_where_something_else_begins() -> None:
    assert faults(UNCLOSED) == [
        "6: colonne 17 : un ] manque ; attendu : [table]",
        "7: colonne 8 : plugins.welcome.text : {nam} n'existe pas ; attendu : {name}",
        "8: colonne 20 : « oui » ; attendu : true, en minuscules",
        "10: colonne 9 : la liste n'est pas fermée ; attendu : un ] à la fin",
        '12: colonne 8 : le texte n\'est pas fermé ; attendu : des guillemets """ à la fin',
    ]


@given(st.data())
def test_damage_anywhere_brings_faults_with_their_place_or_nothing(data: st.DataObject) -> None:
    text = FIVE + UNCLOSED.partition("pipeline")[2]
    for _ in range(data.draw(st.integers(1, 4))):
        begin = data.draw(st.integers(0, len(text)))
        end = begin + data.draw(st.integers(0, 60))
        text = text[:begin] + data.draw(st.text("\"'[]{}=,.#\n\\ «a0\0\u00a0", max_size=4)) + text[end:]
    lines = text.split("\n")
    with pytest.raises(ConfigWrong) as wrong:
        parse(text)
    for fault in wrong.value.faults:
        assert 1 <= fault.line <= len(lines)
        assert 1 <= fault.column <= len(lines[fault.line - 1]) + 2


def test_a_line_that_cannot_be_read_is_not_missing_too() -> None:
    text = (
        LEAST.format(lang="fr").replace('name = "Chez Awa"', "name = Chez Awa").replace("pipeline = []", "pipeline = [")
    )
    assert [fault.split(":")[0] for fault in faults(text)] == ["2", "6"]


@pytest.mark.parametrize(
    "text",
    [
        "a = [\n" * 150_000,
        'a = """\n' * 120_000,
        "a" + "[{" * 400_000,
        "\n" * 999_999,
        "\0" * 999_999,
        "[\n" * 400_000,
        '"' * 999_999,
        'a="' + "\\" * 900_000,
        "x\n" * 400_000,
        "[a]\nb = 1\n" * 80_000,
    ],
    ids=["lists", "texts", "nested", "lines", "nul", "headers", "quotes", "slashes", "words", "repeated"],
)
def test_a_million_characters_of_nonsense_are_told_in_seconds(text: str) -> None:
    begun = monotonic()
    said = faults(text)
    assert 1 <= len(said) <= 35
    assert monotonic() - begun < 5


@pytest.mark.parametrize(
    "text",
    [
        "".join(f"key{number} = 1\n" for number in range(30_000)),
        "".join(f"[plugins.plugin{number}]\n" for number in range(3_000)),
        f"[plugins.handover]\nto = [{'1, ' * 30_000}]\n",
    ],
    ids=["keys", "tables", "items"],
)
def test_nobody_reads_a_thousand_faults(text: str) -> None:
    said = faults(LEAST.format(lang="fr") + text)
    assert len(said) == MAX_FAULTS + 1
    assert said[-1].endswith("il y en a d'autres encore ; attendu : d'abord ceux-ci corrigés")


def test_what_is_quoted_is_short_and_can_move_no_cursor() -> None:
    country = "\\u001b[2J" + "x" * 100_000
    (fault,) = faults(LEAST.format(lang="fr").replace('"SN"', f'"{country}"'))
    assert fault.startswith("4: colonne 11 : country : « ·[2Jxxx")
    assert fault.isprintable()
    assert len(fault) < 700


def test_hours_as_owners_write_them() -> None:
    hours = '[hours]\nmonday = ["8h30 - 12h", "15:00-19:00"]\ntuesday = "9 h à 18 h 15"\nfriday = ["18:00-02:00"]\n'
    dates = 'sunday = "fermé"\nholidays = "open"\nclosed = ["2026-08-01..2026-08-03", 2026-12-24]\n'
    special = '[hours.special]\n"2026-12-31" = ["00:00-24:00"]\n'
    read = parse(LEAST.format(lang="fr") + hours + dates + special).hours
    assert read is not None
    shown = [" ".join(f"{span.opens:%H:%M}-{span.closes:%H:%M}" for span in day) for day in read.week]
    assert shown == ["08:30-12:00 15:00-19:00", "09:00-18:15", "", "", "18:00-02:00", "", ""]
    assert [day.isoformat() for day, spans in read.special.items() if not spans] == [
        "2026-08-01",
        "2026-08-02",
        "2026-08-03",
        "2026-12-24",
    ]
    assert len(read.special) == 5
    assert not read.holidays


def test_team_conversation_and_mandatory_plugins() -> None:
    team = '[[team]]\nname = "Fatou"\nnumber = "+221771234568"\n[[team]]\nname = "cuisine"\ngroup = "120363-1"\n'
    config = parse(LEAST.format(lang="fr") + "plugin_seconds = 5\n[conversation]\nexpire_hours = 48\n" + team)
    assert [(member.name, member.address) for member in config.team] == [
        ("Fatou", "+221771234568"),
        ("cuisine", "group:120363-1"),
    ]
    assert (config.plugin_seconds, config.expire_hours) == (5, 48)
    assert [step.plugin for step in config.mandatory] == list(MANDATORY)


def test_naming_a_mandatory_plugin_changes_nothing() -> None:
    config = parse(LEAST.format(lang="fr").replace("[]", '["optout", "answers"]'))
    assert [step.plugin for step in config.pipeline] == ["answers"]
