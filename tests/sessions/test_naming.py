"""Whether a group's message names the shop, and what it says beside that."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.sessions.events import Address
from comptoir.sessions.naming import says_name, without_address

OWN = Address("+221770000001", "9001")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("Chez Awa, le menu ?", True),
        ("on mange CHEZ   AWÀ ce soir ?", True),
        ("chez-awa", True),
        ("c'est chez Awa.", True),
        ("chez Awatif", False),
        ("Awa chez nous", False),
        ("chez la belle Awa", False),
        ("", False),
    ],
)
def test_the_name_is_found_as_words_in_a_row(text: str, named: bool) -> None:
    assert says_name(text, "Chez Awa") is named


def test_a_shop_without_a_word_in_its_name_is_never_named() -> None:
    assert not says_name("★ ★", "★")


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@221770000001 STOP", "STOP"),
        ("stop @9001", "stop"),
        ("Chez Awa, STOP !", "STOP"),
        ("le menu, Chez Awa ?", "le menu"),
        ("où est Chez Awa exactement ?", "où est Chez Awa exactement ?"),
        ("@22177000000199 stop", "@22177000000199 stop"),
        ("  le menu ?", "le menu ?"),
        ("Chez Awa", "Chez Awa"),
        ("@9001", "@9001"),
    ],
)
def test_what_is_said_to_the_shop(text: str, said: str) -> None:
    assert without_address(text, "Chez Awa", OWN) == said


@given(st.text(), st.text())
def test_any_text_and_any_name(text: str, name: str) -> None:
    assert says_name(f"x {name} y", name) is says_name(name, name)
    assert len(without_address(text, name, OWN)) <= len(text)
