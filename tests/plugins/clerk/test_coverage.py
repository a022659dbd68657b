"""What of a message was read by nothing: said back before anything is sold."""

import time

import pytest
from small_shop import CATALOGUE, of, put

from comptoir.plugins.builtin.clerk.coverage import unread
from comptoir.plugins.builtin.clerk.hearing import understood
from comptoir.plugins.builtin.clerk.sale import Asked, Sale
from comptoir.plugins.shop.understanding import Act, Lexicon

LEXICON = Lexicon(CATALOGUE)


@pytest.mark.parametrize(
    ("text", "acts", "left"),
    [
        ("3 poulets braisés", (Act("put", of("poulet", quantity=3, said="3 poulets braisés")),), ()),
        ("3 poulets et 5", (Act("put", of("poulet", quantity=3, said="3 poulets")),), ("5",)),
        ("ok deux alors et 3 poulets", (Act("put", of("poulet", quantity=3, said="3 poulets")),), ("deux",)),
        ("3 poulets et casquette", (Act("put", of("poulet", quantity=3, said="3 poulets")),), ("casquette",)),
        # What corrects itself, a sum told in parts, a word of the ware that was read, a number of the address.
        ("3 poulets, non pas 5", (Act("put", of("poulet", quantity=3, said="3 poulets")),), ()),
        ("5 en tout : 2 et 3", (put("poulet", quantity=2), put("oeufs", quantity=3)), ()),
        ("un braisé, le poulet", (Act("put", of("poulet", said="le poulet")),), ()),
        ("1. 3 poulets\n2. 6 oeufs", (put("poulet", quantity=3), put("oeufs", quantity=6)), ()),
        ("3 poulets à 3000, table 4", (Act("put", of("poulet", quantity=3, said="3 poulets")),), ()),
        ("3 poulets villa 12", (put("poulet", quantity=3), Act("address", text="villa 12")), ()),
    ],
)
def test_numbers_and_wares_that_nothing_was_made_of(text: str, acts: tuple[Act, ...], left: tuple[str, ...]) -> None:
    assert unread(text, acts, LEXICON) == left


@pytest.mark.parametrize("blank", [" ", "\n", ", ", "svp "])
def test_a_long_message_of_nothing_takes_no_time(blank: str) -> None:
    text = blank * (30_000 // len(blank)) + "x"
    start = time.process_time()
    acts = understood(text, LEXICON, Sale(asked=Asked("name")))
    unread(text, acts, LEXICON)
    assert time.process_time() - start < 0.5
