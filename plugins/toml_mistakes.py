"""Says what is wrong with a line that is not TOML, in words for people who have never heard of TOML."""

import re
import tomllib
import unicodedata
from dataclasses import dataclass

from comptoir.plugins.faults import printable

Said = tuple[tuple[str, str], tuple[str, str]]
"""What was found and what was expected; French, then English."""

_INVISIBLE: Said = (
    ("un caractère invisible est dans la ligne", "la ligne tapée de nouveau, sans ce caractère"),
    ("there is an invisible character in the line", "the line typed anew, without it"),
)
# What tomllib's message begins with.
_SAID: tuple[tuple[str, Said], ...] = (
    ("Expected '=' after a key", (("un signe = manque", "nom = valeur"), ("a sign = is missing", "name = value"))),
    (
        "Invalid value",
        (
            ("cette valeur n'est pas complète", 'un texte entre guillemets "…", un nombre, true ou false'),
            ("this value is not complete", 'a text in quotes "…", a number, true or false'),
        ),
    ),
    (
        "Invalid statement",
        (
            ("cette ligne ne se lit pas", "nom = valeur, ou [table]"),
            ("this line cannot be read", "name = value, or [table]"),
        ),
    ),
    (
        "Expected newline or end of document",
        (
            ("il y a quelque chose de trop après la valeur", "une seule valeur par ligne"),
            ("there is something more after the value", "one value a line"),
        ),
    ),
    (
        "Unclosed array",
        (("la liste n'est pas fermée", "un ] à la fin"), ("the list is not closed", "a ] at its end")),
    ),
    (
        "Unclosed inline table",
        (("la table n'est pas fermée", "un } à la fin"), ("the table is not closed", "a } at its end")),
    ),
    (
        "Cannot overwrite a value",
        (
            ("ce nom est donné deux fois", "chaque nom une seule fois"),
            ("this name is given twice", "each name only once"),
        ),
    ),
    (
        "Duplicate inline table key",
        (
            ("ce nom est donné deux fois", "chaque nom une seule fois"),
            ("this name is given twice", "each name only once"),
        ),
    ),
    (
        "Cannot declare",
        (
            ("cette table est écrite deux fois", "chaque [table] une seule fois"),
            ("this table is written twice", "each [table] only once"),
        ),
    ),
    (
        "Cannot mutate immutable namespace",
        (
            ("cette table est écrite deux fois", "chaque [table] une seule fois"),
            ("this table is written twice", "each [table] only once"),
        ),
    ),
    (
        "Illegal character '\\n'",
        (
            ("le texte n'est pas fermé", "des guillemets à la fin de la ligne"),
            ("the text is not closed", "quotes at the end of the line"),
        ),
    ),
    (
        'Expected "\'"',
        (
            ("le texte n'est pas fermé", "une apostrophe ' à la fin, ou des guillemets \" des deux côtés"),
            ("the text is not closed", "a ' at its end, or quotes \" on both sides"),
        ),
    ),
    (
        "Unterminated string",
        (
            ("le texte n'est pas fermé", 'des guillemets """ à la fin'),
            ("the text is not closed", 'quotes """ at its end'),
        ),
    ),
    (
        "Unescaped '\\' in a string",
        (("une barre \\ est dans le texte", "deux barres \\\\"), ("there is a \\ in the text", "two of them, \\\\")),
    ),
    ("Expected ']", (("un ] manque", "[table]"), ("a ] is missing", "[table]"))),
    (
        "Invalid date or datetime",
        (("cette date n'existe pas", "une date comme 2026-12-24"), ("there is no such date", "a date as 2026-12-24")),
    ),
    ("Illegal character", _INVISIBLE),
    ("Found invalid character", _INVISIBLE),
)
_OTHERWISE: Said = (
    ("la ligne n'est pas du TOML", "nom = valeur, ou [table]"),
    ("not TOML", "name = value, or [table]"),
)
_UNCLOSED = ("Illegal character '\\n'", "Unterminated string", "Unclosed", 'Expected "\'"')
# What word processors and telephones make of a straight quote.
_CURLED = "«»“”„‟‘’‚‹›"
_STRAIGHT = re.compile(r'"(?:\\.|[^"\\])*"' + r"|'[^']*'|#.*")
_ODD_SPACES = re.compile("[\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]")
_YES = {"oui": "true", "vrai": "true", "yes": "true", "on": "true", "true": "true"}
_NO = {"non": "false", "faux": "false", "no": "false", "off": "false", "false": "false"}


@dataclass(frozen=True, slots=True)
class SyntaxFault:
    """Where a text stops being TOML, both from 1, and what to say of it."""

    line: int
    column: int
    said: Said


def place_of(error: tomllib.TOMLDecodeError) -> tuple[int | None, int]:
    """Line and column of tomllib's message; no line where it means the end of the text."""
    found = re.search(r"\(at line (\d+), column (\d+)\)$", str(error))
    return (int(found[1]), int(found[2])) if found else (None, 1)


def explain_syntax(error: tomllib.TOMLDecodeError, part: str, line: int, *, whole: bool = False) -> SyntaxFault:
    """`part` is the statement, which begins on `line`. `whole`: it is wrong only together with what is before it."""
    message = str(error)
    # As tomllib counts them: other signs end a line elsewhere, and here they are mistakes.
    lines = part.replace("\r\n", "\n").removesuffix("\n").split("\n")
    begins = len(part) - len(part.lstrip()) + 1
    if whole:
        return SyntaxFault(line, begins, _said(message))
    row, column = place_of(error)
    at_end = row is None or row > len(lines) or not lines[row - 1][column - 1 :].strip()
    opened = re.match(r"[^=\n]*=[ \t]*", part)
    if at_end and message.startswith("Invalid value") and opened and part[opened.end() :].startswith("["):
        message = "Unclosed array"
    if message.startswith("Unterminated string") and '"""' not in part:
        message = "Illegal character '\\n'"
    if message.startswith(_UNCLOSED) and at_end:
        # Where it opens, and not where the text happens to end.
        first = _about_quotes(lines[0], unclosed=True) if len(lines) == 1 else None
        return SyntaxFault(line, opened.end() + 1 if opened else begins, first or _said(message))
    row = row or len(lines)
    if row > len(lines):
        row, column = len(lines), len(lines[-1]) + 1
    said = _about(message, lines[row - 1], column) or _said(message)
    return SyntaxFault(line + row - 1, column, said)


def _said(message: str) -> Said:
    return next((said for start, said in _SAID if message.startswith(start)), _OTHERWISE)


def _about(message: str, text: str, column: int) -> Said | None:
    """What is more exactly wrong in the line, where that can be told."""
    if said := _about_quotes(text, unclosed=message.startswith(_UNCLOSED)):
        return said
    if unicodedata.category(text[column - 1 : column] or " ") == "Cc":
        return _INVISIBLE
    if _ODD_SPACES.match(text[column - 1 :]):
        return (
            ("une espace spéciale est ici", "une espace ordinaire, tapée avec la barre d'espace"),
            ("there is a special space here", "an ordinary space, typed with the space bar"),
        )
    if message.startswith("Unclosed array"):
        return (
            ("une virgule manque dans la liste", "une virgule entre deux éléments"),
            ("a comma is missing in the list", "a comma between two items"),
        )
    if message.startswith("Invalid initial character") and "{" in text:
        return _about_braces(text[column - 1 :])
    if message.startswith(("Invalid value", "Expected newline")):
        return _about_value(text)
    return None


def _about_braces(rest: str) -> Said:
    if rest.lstrip().startswith("}"):
        return (
            ("une virgule de trop avant }", "pas de virgule après le dernier"),
            ("a comma too much before }", "no comma after the last"),
        )
    return (
        ("une table entre { } va sur plusieurs lignes", "tout sur une ligne, ou une [table]"),
        ("a table in { } goes over several lines", "all on one line, or a [table]"),
    )


def _about_value(text: str) -> Said | None:
    """For `nom = valeur` where the value is none."""
    found = re.match(r"[^=]*=[ \t]*(.*?)[ \t]*(?:#.*)?$", text)
    value = found[1] if found else ""
    if word := _YES.get(value.lower()) or _NO.get(value.lower()):
        return ((f"« {value} »", f"{word}, en minuscules"), (f'"{value}"', f"{word}, in lower case"))
    if re.fullmatch(r"[+-]?\d+,\d+", value):
        return (
            (f"« {value} » a une virgule", f"un point : {value.replace(',', '.')}"),
            (f'"{value}" has a comma', f"a point: {value.replace(',', '.')}"),
        )
    if re.match(r"""(?:"[^"]*"|'[^']*')[ \t]*,""", value):
        return (
            ("plusieurs valeurs sans crochets", f"une liste entre crochets : [{printable(value, 40)}]"),
            ("several values without brackets", f"a list in brackets: [{printable(value, 40)}]"),
        )
    if value[:1].isalnum() or value[:1] == "+":
        return (
            (
                f"« {printable(value, 40)} » sans guillemets",
                f'un texte entre guillemets "{printable(value, 40)}", ou un nombre seul',
            ),
            (
                f"`{printable(value, 40)}` without quotes",
                f'a text in quotes "{printable(value, 40)}", or a number alone',
            ),
        )
    return None


def _about_quotes(text: str, unclosed: bool) -> Said | None:
    """Where the line has a curled quote outside of any text, or where a straight one should close it."""
    rest = _STRAIGHT.sub("", text)
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
