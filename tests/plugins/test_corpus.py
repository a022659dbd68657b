"""The routing corpus is well-formed: a slip in it would be counted as the matcher's."""

import re
import unicodedata
from collections import Counter
from pathlib import Path

import pytest
from routing_corpus import SHOPS, labelled, routes

KINDS = {"sms", "voice", "wolof", "nouchi", "regional", "two"}
MESSAGES = labelled()
FOLDERS = sorted(SHOPS.iterdir())


def plain(text: str) -> str:
    """The words alone: two messages that differ in accents, case or punctuation only are one."""
    unaccented = unicodedata.normalize("NFKD", text.casefold()).encode("ascii", "ignore").decode()
    return " ".join(re.findall(r"\w+", unaccented)) or text


def test_every_line_has_the_right_types() -> None:
    for message in MESSAGES:
        assert all(type(field) is str for field in (message.shop, message.text, message.route, message.why))
        assert all(type(items) is tuple for items in (message.also, message.kind))
        assert message.text == message.text.strip() != ""


def test_every_route_exists_in_the_shop() -> None:
    known = {folder.name: set(routes(folder)) for folder in FOLDERS}
    lost = [(message.text, message.right - known[message.shop]) for message in MESSAGES]
    assert [(text, wrong) for text, wrong in lost if wrong] == []


def test_no_second_route_says_the_first_again() -> None:
    assert [m.text for m in MESSAGES if len(m.right) != 1 + len(m.also)] == []


def test_only_known_kinds() -> None:
    assert {kind for message in MESSAGES for kind in message.kind} == KINDS


def test_no_message_twice() -> None:
    counted = Counter((message.shop, plain(message.text)) for message in MESSAGES)
    assert [key for key, count in counted.items() if count > 1] == []
    texts = Counter(message.text for message in MESSAGES)
    assert [text for text, count in texts.items() if count > 1] == []


def test_enough_of_them_in_every_shop_and_held_out() -> None:
    assert len(MESSAGES) >= 300
    assert sum(message.held_out for message in MESSAGES) >= 100
    for held_out in (True, False):
        counted = Counter((m.shop, m.route.partition(":")[0]) for m in MESSAGES if m.held_out is held_out)
        assert len(counted) == len(FOLDERS) * 4


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_each_shop_has_names_that_differ_and_every_route_is_asked_for(folder: Path) -> None:
    names = list(routes(folder))
    assert len(names) == len(set(names))
    assert set(names) == {message.route for message in MESSAGES if message.shop == folder.name}
