"""Says what is wrong with a file that is not TOML, in words for people who have never heard of TOML."""

import re
import tomllib
from pathlib import Path

from comptoir.plugins.faults import Fault, Lang

# What tomllib's message begins with: what was found, what was expected; French, then English.
_SAID: tuple[tuple[str, tuple[str, str], tuple[str, str]], ...] = (
    (
        "Expected '=' after a key",
        ("un signe = manque", "nom = valeur"),
        ("a sign = is missing", "name = value"),
    ),
    (
        "Invalid value",
        ("cette valeur n'est pas complète", 'un texte entre guillemets "…", un nombre, true ou false'),
        ("this value is not complete", 'a text in quotes "…", a number, true or false'),
    ),
    (
        "Invalid statement",
        ("cette ligne ne se lit pas", "nom = valeur, ou [table]"),
        ("this line cannot be read", "name = value, or [table]"),
    ),
    (
        "Expected newline or end of document",
        ("il y a quelque chose de trop après la valeur", "une seule valeur par ligne"),
        ("there is something more after the value", "one value a line"),
    ),
    (
        "Unclosed array",
        ("la liste n'est pas fermée", "un ] à la fin"),
        ("the list is not closed", "a ] at its end"),
    ),
    (
        "Unclosed inline table",
        ("la table n'est pas fermée", "un } à la fin"),
        ("the table is not closed", "a } at its end"),
    ),
    (
        "Cannot overwrite a value",
        ("ce nom est donné deux fois", "chaque nom une seule fois"),
        ("this name is given twice", "each name only once"),
    ),
    (
        "Cannot declare",
        ("cette table est écrite deux fois", "chaque [table] une seule fois"),
        ("this table is written twice", "each [table] only once"),
    ),
    (
        "Illegal character '\\n'",
        ("le texte n'est pas fermé", "des guillemets à la fin de la ligne"),
        ("the text is not closed", "quotes at the end of the line"),
    ),
    (
        "Unterminated string",
        ("le texte n'est pas fermé", 'des guillemets " à la fin'),
        ("the text is not closed", 'quotes " at its end'),
    ),
    (
        "Unescaped '\\' in a string",
        ("une barre \\ est dans le texte", "deux barres \\\\"),
        ("there is a \\ in the text", "two of them, \\\\"),
    ),
    ("Expected ']'", ("un ] manque", "[table]"), ("a ] is missing", "[table]")),
)
_OTHERWISE = (
    ("la ligne n'est pas du TOML", "nom = valeur, ou [table]"),
    ("not TOML", "name = value, or [table]"),
)


def syntax_fault(error: tomllib.TOMLDecodeError, text: str, file: Path, lang: Lang | None = None) -> Fault:
    """tomllib stops at the first mistake, so there is one. Without `lang`, a readable line `lang = …` decides."""
    own: Lang = "en" if re.search(r"""(?m)^lang\s*=\s*["']en["']""", text) else "fr"
    message = str(error)
    said = next(((fr, en) for start, fr, en in _SAID if message.startswith(start)), _OTHERWISE)
    what, expected = said[0] if (lang or own) == "fr" else said[1]
    return Fault(file, _line(message, text), what, expected, lang or own)


def _line(message: str, text: str) -> int:
    found = re.search(r"\(at line (\d+), column \d+\)", message)
    return int(found[1]) if found else max(1, len(text.splitlines()))
