"""A tenant's own words: whose they may be, and what is said of those that are nobody's."""

import tracemalloc
from pathlib import Path
from typing import ClassVar

import pytest

from comptoir.plugins.api import Plugin
from comptoir.plugins.faults import Lang
from comptoir.plugins.installed import Found, Unusable
from comptoir.plugins.rewording import read_wording
from comptoir.plugins.wording import MAX_FILLED, fill_fields, worded


class Polite(Plugin):
    name = "polite"
    texts: ClassVar = {
        "hello": ("Bonjour {name}", "Hello {name}"),
        "queue": ("Vous êtes {place}e", "You are number {place}"),
    }


PLUGINS: dict[str, Found] = {"polite": Polite, "broken": Unusable("broken", "cannot be imported")}


def said(text: str, lang: Lang = "fr", file: str = "fr") -> list[str]:
    _, faults = read_wording({f"wording/{file}.toml": text.encode()}, Path(), lang, PLUGINS)
    return [str(fault) for fault in faults]


def test_only_the_tenants_language_is_in_force() -> None:
    files = {
        "wording/fr.toml": b'[polite]\nqueue = "Place {place} chez {shop}, {name}"\n[broken]\nx = "y"\n',
        "wording/en.toml": b'[polite]\nhello = "Hi"\n',
        "knowledge/fr.toml": b"[nothing]\n",
    }
    assert read_wording(files, Path(), "fr", PLUGINS) == (
        {"polite": {"queue": "Place {place} chez {shop}, {name}"}, "broken": {}},
        [],
    )
    assert read_wording(files, Path(), "en", PLUGINS)[0] == {"polite": {"hello": "Hi"}}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            '[polit]\nhello = "x"\n',
            ["wording/fr.toml:1: colonne 1 : il n'y a pas de plugin « polit » ; attendu : « polite »"],
        ),
        (
            '[polite]\nhallo = "x"\n',
            ["wording/fr.toml:2: colonne 1 : il n'y a pas de texte « hallo » ; attendu : « hello »"],
        ),
        (
            '[polite]\nhello = "Bonjour {plase}"\nqueue = "{plase}"\n',
            [
                "wording/fr.toml:2: colonne 9 : {plase} n'existe pas ici ; attendu : {name}, {shop}",
                "wording/fr.toml:3: colonne 9 : {plase} n'existe pas ici ; attendu : {place}",
            ],
        ),
        (
            '[polite]\nhello = " "\nqueue = 3\n',
            [
                "wording/fr.toml:2: colonne 9 : texte vide ; attendu : ce que le client doit lire",
                "wording/fr.toml:3: colonne 9 : ce n'est pas un texte ; attendu : un texte entre guillemets",
            ],
        ),
        (
            f'[polite]\nhello = "{"x" * 4_001}"\n',
            ["wording/fr.toml:2: colonne 9 : un texte de 4001 caractères ; attendu : au plus 4000 caractères"],
        ),
        (
            'polite = "x"\n',
            [
                "wording/fr.toml:1: colonne 10 : ce n'est pas une table ; "
                "attendu : une table [plugin], et dessous clé = texte"
            ],
        ),
        (
            "[polite]\nhello = Bonjour\nqueue = “x”\n",
            [
                "wording/fr.toml:2: colonne 9 : « Bonjour » sans guillemets ; "
                'attendu : un texte entre guillemets "Bonjour", ou un nombre seul',
                'wording/fr.toml:3: colonne 9 : un guillemet “ au lieu de " ; '
                'attendu : un guillemet droit " de chaque côté du texte',
            ],
        ),
    ],
)
def test_what_is_nobodys_is_told_with_its_place(text: str, expected: list[str]) -> None:
    assert said(text) == expected


def test_in_english_and_in_no_language() -> None:
    assert said('[polite]\nhallo = "x"\n', "en") == [
        "wording/fr.toml:2: column 1: there is no text `hallo`; expected: `hello`"
    ]
    assert said("", "fr", "wo") == [
        "wording/wo.toml:1: il n'y a pas de textes dans cette langue ; attendu : fr.toml ou en.toml"
    ]


def test_the_tenants_own_words_come_before_the_plugins() -> None:
    fields = {"name": "Awa", "shop": "x", "place": "3"}
    assert worded(Polite.texts, {"queue": "N° {place}"}, "fr", "queue", fields) == "N° 3"
    assert worded(Polite.texts, {}, "en", "queue", fields) == "You are number 3"
    with pytest.raises(KeyError):
        worded(Polite.texts, {}, "fr", "bye", fields)


def test_a_text_that_would_fill_the_memory_is_cut() -> None:
    passage = "x" * 300_000
    tracemalloc.start()
    filled = fill_fields("{passage} " * 400, {"passage": passage})
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 1_000_000
    assert len(filled) == MAX_FILLED
    assert filled.endswith("…")
    assert fill_fields("{passage}!", {"passage": "x" * 1_000}) == "x" * 1_000 + "!"
