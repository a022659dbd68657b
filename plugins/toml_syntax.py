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
_UNCLOSED = ("Illegal character '\\n'", "Unterminated string")
# What word processors and telephones make of a straight quote.
_CURLED = "«»“”„‟‘’‚‹›"
_STRAIGHT = re.compile(r'"(?:\\.|[^"\\])*"' + r"|'[^']*'|#.*")
_OTHERWISE = (
    ("la ligne n'est pas du TOML", "nom = valeur, ou [table]"),
    ("not TOML", "name = value, or [table]"),
)


def syntax_fault(error: tomllib.TOMLDecodeError, text: str, file: Path, lang: Lang | None = None) -> Fault:
    """tomllib stops at the first mistake, so there is one. Without `lang`, a readable line `lang = …` decides."""
    own: Lang = "en" if re.search(r"""(?m)^lang\s*=\s*["']en["']""", text) else "fr"
    message = str(error)
    line = _line(message, text)
    said = next(((fr, en) for start, fr, en in _SAID if message.startswith(start)), _OTHERWISE)
    said = _about_quotes(text.splitlines()[line - 1 : line], message.startswith(_UNCLOSED)) or said
    what, expected = said[0] if (lang or own) == "fr" else said[1]
    return Fault(file, line, what, expected, lang or own)


def _about_quotes(lines: list[str], unclosed: bool) -> tuple[tuple[str, str], tuple[str, str]] | None:
    """What to say where the line has a curled quote outside of any text, or where a straight one should close it."""
    rest = _STRAIGHT.sub("", lines[0] if lines else "")
    if unclosed:
        last = rest.rstrip(" ,]}\t")[-1:]
        if last and last in _CURLED:
            return (
                ("le texte n'est pas fermé", f'un guillemet droit " à la fin, et non {last}'),
                ("the text is not closed", f'a straight quote " at its end, not {last}'),
            )
        return None
    if found := next((sign for sign in rest if sign in _CURLED), None):
        return (
            (f'un guillemet {found} au lieu de "', 'un guillemet droit " de chaque côté du texte'),
            (f'a curled quote {found} in place of "', 'a straight quote " on both sides of the text'),
        )
    return None


def _line(message: str, text: str) -> int:
    found = re.search(r"\(at line (\d+), column \d+\)", message)
    return int(found[1]) if found else max(1, len(text.splitlines()))
