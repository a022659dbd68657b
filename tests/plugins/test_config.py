"""`tenant.toml`: what is right, and every way of being wrong at once."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.plugins.builtin.answers import AnswersConfig
from comptoir.plugins.builtin.welcome import WelcomeConfig
from comptoir.plugins.checking import load_tenant
from comptoir.plugins.config import parse_tenant
from comptoir.plugins.faults import ConfigWrong
from comptoir.plugins.greetings import GreetingTable
from comptoir.plugins.inbound import InboundTable
from comptoir.plugins.loading import BUILT_IN, known_plugins
from comptoir.plugins.templates import render

FILE = Path("tenant.toml")
LEAST = """\
version = 1
name = "Chez Awa"
country = "SN"
timezone = "Africa/Dakar"
pipeline = []
"""
AUDIENCES = """\
[groups]
answer = "named"
[status]
show = true
[channels]
show = true
[calls]
answer = "Bonjour {name}, écrivez à {shop}"
reject = true
"""
WRONG_AUDIENCES = """\
[groups]
answer = "always"
[status]
show = "oui"
[channels]
answer = "named"
[calls]
answer = "Bonjour {nom}"
reject = 1
[call]
"""
WRONG = '''\
version = 2
nam = "Chez Awa"
lang = "fr"
country = "Senegal"
timezone = "Africa/Dakkar"
owner = "77 123 45 67"
silence_minutes = "12"
join_seconds = 99
on_uncertain = "maybe"
pipeline = [
  "welcom",
  "answers", "answers",
  3,
]
[plugins.welcome]
text = "Bonjour {nam}"
agian_after_days = 3
[[plugins.answers.entries]]
words = ["ouvert", "de la"]
text = """
multi
"""
[[plugins.answers.entries]]
text = " "
[plugins.weather]
'''


def faults(text: str) -> list[str]:
    with pytest.raises(ConfigWrong) as wrong:
        parse_tenant(text, FILE, known_plugins())
    return [str(fault) for fault in wrong.value.faults]


def test_the_least_has_defaults() -> None:
    config = parse_tenant(LEAST, FILE, known_plugins())
    assert (config.name, config.lang, config.owner, config.pipeline) == ("Chez Awa", "fr", None, ())
    assert (config.silence_minutes, config.join_seconds, config.stale_hours) == (60, 3, 6)
    assert config.on_uncertain == "hold"
    assert config.groups.answer == "never"
    assert (config.status.show, config.channels.show, config.calls.kept) == (False, False, False)


def test_what_is_ignored_may_be_wanted() -> None:
    config = parse_tenant(LEAST + AUDIENCES, FILE, known_plugins())
    assert (config.groups.answer, config.status.show, config.channels.show) == ("named", True, True)
    assert config.calls.answer == "Bonjour {name}, écrivez à {shop}"
    assert (config.calls.reject, config.calls.kept) == (True, True)


def test_faults_in_these_tables_have_their_lines_too() -> None:
    assert faults(LEAST + WRONG_AUDIENCES) == [
        "tenant.toml:7: colonne 10 : groups.answer : « always » ; attendu : 'never' ou 'named'",
        "tenant.toml:9: colonne 8 : status.show : « oui » ; attendu : true ou false, sans guillemets",
        "tenant.toml:11: colonne 1 : la clé « answer » n'existe pas ici ; attendu : une de ces clés : show",
        "tenant.toml:13: colonne 10 : calls.answer : {nom} n'existe pas ; attendu : {name}",
        "tenant.toml:14: colonne 10 : calls.reject : 1 ; attendu : true ou false, sans guillemets",
        "tenant.toml:15: colonne 1 : la clé « call » n'existe pas ici ; attendu : « calls »",
    ]


def test_the_owner_may_name_what_the_phone_writes_by_itself() -> None:
    assert parse_tenant(LEAST, FILE, known_plugins()).greetings == GreetingTable(detect=True, texts=())
    named = '[greetings]\ndetect = false\ntexts = ["Bienvenue !", "Fermé"]\n'
    greetings = parse_tenant(LEAST + named, FILE, known_plugins()).greetings
    assert greetings == GreetingTable(detect=False, texts=("Bienvenue !", "Fermé"))
    assert faults(LEAST + '[greetings]\ndetect = "non"\ntexts = ["Fermé", 7]\n') == [
        "tenant.toml:7: colonne 10 : greetings.detect : « non » ; attendu : true ou false, sans guillemets",
        "tenant.toml:8: colonne 19 : greetings.texts[2] : 7 ; attendu : un texte entre guillemets",
    ]
    assert len(faults(LEAST + '[greetings]\ntexts = ["   "]\n')) == 1


def test_the_tenant_may_lower_how_much_a_customer_may_write() -> None:
    assert parse_tenant(LEAST, FILE, known_plugins()).inbound == InboundTable(customer_per_minute=None, answer=None)
    table = '[inbound]\ncustomer_per_minute = 5\nanswer = "Doucement {name} !"\n'
    inbound = parse_tenant(LEAST + table, FILE, known_plugins()).inbound
    assert inbound == InboundTable(customer_per_minute=5, answer="Doucement {name} !")
    assert faults(LEAST + '[inbound]\ncustomer_per_minute = 0\nanswer = "{nom}"\n') == [
        "tenant.toml:7: colonne 23 : inbound.customer_per_minute : 0 ; attendu : au moins 1",
        "tenant.toml:8: colonne 10 : inbound.answer : {nom} n'existe pas ; attendu : {name}",
    ]


def test_steps_stand_in_order_with_their_tables() -> None:
    config = parse_tenant(render("restaurant", {"name": "chez-awa", "owner": "+221771234567"}), FILE, known_plugins())
    steps = {step.plugin: step.config for step in config.pipeline}
    assert list(steps) == [
        "desk", "welcome", "hours", "clerk", "handover", "answers", "knowledge", "media",
    ]  # fmt: skip
    welcome, answers = steps["welcome"], steps["answers"]
    assert isinstance(welcome, WelcomeConfig)
    assert isinstance(answers, AnswersConfig)
    assert welcome.again_after_days == 30
    assert len(answers.entries) == 3


def test_every_fault_at_once_with_its_line_in_french() -> None:
    assert [fault.removeprefix("tenant.toml:") for fault in faults(WRONG)] == [
        "1: colonne 1 : name manque ; attendu : une ligne « name = … »",
        "1: colonne 11 : version : 2 ; attendu : 1",
        "2: colonne 1 : la clé « nam » n'existe pas ici ; attendu : « name »",
        "4: colonne 11 : country : « Senegal » ; attendu : le code du pays en deux lettres, comme SN ou CI",
        "5: colonne 12 : timezone : « Africa/Dakkar » ; attendu : un fuseau horaire, comme Africa/Dakar",
        "6: colonne 9 : owner : « 77 123 45 67 » ; attendu : un numéro complet sans espaces, comme +221771234567",
        "7: colonne 19 : silence_minutes : « 12 » ; attendu : un nombre entier, sans guillemets",
        "8: colonne 16 : join_seconds : 99 ; attendu : au plus 60",
        "9: colonne 16 : on_uncertain : « maybe » ; attendu : 'hold' ou 'send'",
        "11: colonne 3 : il n'y a pas de plugin « welcom » ; attendu : « welcome »",
        "12: colonne 14 : « answers » est deux fois dans pipeline ; attendu : chaque plugin une seule fois",
        "13: colonne 3 : pipeline[4] : 3 ; attendu : un texte entre guillemets",
        "16: colonne 8 : plugins.welcome.text : {nam} n'existe pas ; attendu : {name}",
        "17: colonne 1 : la clé « agian_after_days » n'existe pas ici ; attendu : « again_after_days »",
        "19: colonne 20 : plugins.answers.entries[1].words[2] : « de la » ; attendu : un mot que le client écrit",
        "23: colonne 1 : plugins.answers.entries[2].words manque ; attendu : une ligne « words = … »",
        "24: colonne 8 : plugins.answers.entries[2].text : texte vide ; attendu : ce que le client doit lire",
        f"25: colonne 1 : il n'y a pas de plugin « weather » ; attendu : un de ceux-ci : {', '.join(sorted(BUILT_IN))}",
    ]


def test_in_english_where_the_tenant_speaks_it() -> None:
    said = faults(WRONG.replace('lang = "fr"', 'lang = "en"'))
    assert len(said) == 18
    assert said[2] == "tenant.toml:2: column 1: the key `nam` does not exist here; expected: `name`"
    assert not any("attendu" in line for line in said)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("name = ", "cette valeur n'est pas complète ; attendu : un texte entre guillemets"),
        ("name = « Chez Awa »", 'un guillemet « au lieu de " ; attendu : un guillemet droit " de chaque côté'),
        ("name = “Chez Awa”", 'un guillemet “ au lieu de " ; attendu'),
        ("name = ‘Chez Awa’ # ici", 'un guillemet ‘ au lieu de " ; attendu'),
        ('words = ["menu", “carte”]', 'un guillemet “ au lieu de " ; attendu'),
        ('name = "Chez Awa”', "le texte n'est pas fermé ; attendu : un guillemet droit \" à la fin, et non ”"),
        ('name = "dit « Awa » ici', "le texte n'est pas fermé ; attendu : des guillemets à la fin"),
        ('name = "dit « Awa »" 12', "il y a quelque chose de trop"),
        ('name = "Chez Awa', "le texte n'est pas fermé ; attendu : des guillemets à la fin de la ligne"),
        ("bonjour", "un signe = manque ; attendu : nom = valeur"),
        ('name = "a" "b"', "il y a quelque chose de trop après la valeur"),
        ("[plugins", "un ] manque"),
        ("version = 1", "ce nom est donné deux fois"),
        ("a\0 = 1", "un caractère invisible est dans la ligne"),
        ("[inbound\0]", "un caractère invisible est dans la ligne"),
        ("\0a = 1", "un caractère invisible est dans la ligne"),
        ("a = 1\f", "un caractère invisible est dans la ligne"),
        ('name = "C:\\x"', "une barre \\ est dans le texte"),
    ],
)
def test_what_is_not_toml_is_explained(line: str, said: str) -> None:
    (fault,) = [fault for fault in faults(f"version = 1\n{line}\n") if ":1:" not in fault]
    assert re.fullmatch(rf"tenant\.toml:2: colonne \d+ : {re.escape(said)}.*", fault)


def test_a_plugin_that_needs_a_table_says_so() -> None:
    assert faults(LEAST.replace("[]", '["welcome"]')) == [
        "tenant.toml:5: colonne 13 : « welcome » n'a pas de réglages ; attendu : une table [plugins.welcome]"
    ]
    assert parse_tenant(LEAST.replace("[]", '["answers"]'), FILE, known_plugins()).pipeline


def test_optout_cannot_be_named() -> None:
    (fault,) = faults(LEAST.replace("[]", '["optout"]'))
    assert "optout" in fault


@pytest.mark.parametrize(
    "text", ["plugins = 3\n", "pipeline = {}\n", "[plugins]\nwelcome = 1\n", "[pipeline]\n", "version = []\n"]
)
def test_wrong_shapes_are_faults(text: str) -> None:
    assert faults(text)


@given(st.text(max_size=200) | st.text(alphabet='[]{}=",.\n#a1 ', max_size=60))
def test_no_text_brings_anything_but_faults(text: str) -> None:
    with pytest.raises(ConfigWrong) as wrong:
        parse_tenant(text, FILE, known_plugins())
    assert all(1 <= fault.line <= text.count("\n") + 1 for fault in wrong.value.faults)


@pytest.mark.parametrize(
    ("content", "line", "what"),
    [(None, 1, "il n'y a pas de fichier"), (LEAST.encode() + b"\n# \xe9t\xe9\n", 7, "UTF-8")],
)
def test_a_file_that_cannot_be_read(tmp_path: Path, content: bytes | None, line: int, what: str) -> None:
    if content is not None:
        (tmp_path / "tenant.toml").write_bytes(content)
    with pytest.raises(ConfigWrong) as wrong:
        load_tenant(tmp_path)
    (fault,) = wrong.value.faults
    assert fault.line == line
    assert what in fault.what


def test_a_bom_and_windows_line_ends_do_not_matter(tmp_path: Path) -> None:
    (tmp_path / "tenant.toml").write_bytes(b"\xef\xbb\xbf" + LEAST.replace("\n", "\r\n").encode())
    assert load_tenant(tmp_path).name == "Chez Awa"
