"""Patterns that tenants write."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from comptoir.plugins.api import PluginConfig
from comptoir.plugins.faults import explain
from comptoir.plugins.patterns import MAX_PATTERN, MAX_SEARCHED, Pattern, TenantPattern


class Config(PluginConfig):
    pattern: TenantPattern


CHECK = TypeAdapter(TenantPattern)


def said(pattern: str, lang: str = "fr") -> tuple[str, str]:
    """What the tenant is told of a wrong pattern."""
    with pytest.raises(ValidationError) as caught:
        Config.model_validate({"pattern": pattern})
    (error,) = caught.value.errors()
    return explain(error, Config, ("plugins", "answers", *error["loc"]), "fr" if lang == "fr" else "en")


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        (r"numéro \d+", "mon NUMERO 12 svp", "NUMERO 12"),
        (r"^cmd-?\d{4}\b", "CMD-2041 c'est prêt ?", "CMD-2041"),
        (r"c[oô]te d'ivoire", "la Cote d’Ivoire", "Cote d'Ivoire"),
        (r"^\D\S$", "éa", "ea"),
        (r"^\D$", "1", None),
        (r"b(oe|œ)uf", "Bœuf", "Boeuf"),
        ("prix", "", None),
        ("a", "\ud800a", "a"),
    ],
)
def test_what_it_finds(pattern: str, text: str, found: str | None) -> None:
    assert Pattern(CHECK.validate_python(pattern)).search(text) == found


@pytest.mark.parametrize(
    ("pattern", "expected", "in_english"),
    [
        (r"(a)\1", r"un renvoi comme \1 n'est pas possible", "backreference"),
        ("a(?=b)", "sans condition sur ce qui suit", "lookahead"),
        ("(?<!a)b", "sans condition sur ce qui précède", "lookbehind"),
        ("(prix", "une « ) » pour chaque « ( »", "a `)` for each `(`"),
        ("prix)", "une « ( » pour chaque « ) »", "a `(` for each `)`"),
        ("[0-9", "une « ] »", "a `]` for each `[`"),
        ("*prix", "quelque chose à répéter", "something to repeat"),
        ("a++", "un seul de", "only one of"),
        ("a{1001}", "au plus 1000 répétitions", "at most 1000"),
        ("((a{30}){30}){30}", "au plus 1000 répétitions", "at most 1000"),
        (r"\pL{900}\pL{900}", "moins de répétitions", "fewer repetitions"),
        ("[z-a]", "une plage comme", "a range as"),
        ("prix\\", "une lettre après", "a letter after"),
        ("x*", "qui cherche quelque chose", "looks for something"),
        ("(?P<n", "un motif que RE2 comprend", "a pattern of RE2"),
        ("", "au moins 1 caractère", "at least 1 character"),
        ("a" * (MAX_PATTERN + 1), "au plus 200 caractères", "at most 200 characters"),
    ],
)
def test_a_mistake_is_told(pattern: str, expected: str, in_english: str) -> None:
    what, hint = said(pattern)
    assert expected in hint
    assert what.startswith("plugins.answers.pattern : ")
    assert in_english in said(pattern, "en")[1]


@pytest.mark.parametrize("pattern", ["(a+)+$", "^(a|a)*$", "^(a|aa)+$", "(.*a){20}z", "([a-z]+)*x$"])
def test_what_would_never_end_is_quick(pattern: str) -> None:
    """Each of these keeps Python's own engine busy for longer than anybody would wait."""
    slow = Pattern(pattern)
    begun = time.process_time()
    assert slow.search("a" * (MAX_SEARCHED - 1) + "!") is None
    assert time.process_time() - begun < 0.1


def test_only_the_beginning_is_searched() -> None:
    assert Pattern("prix").search(" " * MAX_SEARCHED + "prix") is None
    assert Pattern("prix").search(" " * (MAX_SEARCHED - 4) + "prix") == "prix"


@given(st.text(max_size=60))
def test_no_pattern_breaks_the_check(pattern: str) -> None:
    try:
        checked = Config(pattern=pattern).pattern
    except ValidationError:
        return
    assert Pattern(checked).search("") is None
