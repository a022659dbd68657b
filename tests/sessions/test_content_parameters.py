"""The `content` of a `send`: read, or refused with what was expected."""

from typing import Any

import pytest

from comptoir.plugins.api import Card, Cards, Deletion, Edit, Place, Poll, Reaction
from comptoir.sessions.content_parameters import content_of
from comptoir.sessions.protocol import ErrorCode, RpcError


@pytest.mark.parametrize(
    ("given", "text", "content"),
    [
        (None, "Bonjour", None),
        ({"place": {"latitude": 14, "longitude": -17.5}}, "", Place(14, -17.5)),
        ({"place": {"latitude": 0.5, "longitude": 0, "name": "A", "address": "B"}}, "", Place(0.5, 0, "A", "B")),
        ({"cards": [{"name": "A", "vcard": "x"}]}, "", Cards((Card("A", "x"),))),
        ({"poll": {"question": "Où ?", "options": ["ici", "là"]}}, "", Poll("Où ?", ("ici", "là"), 1)),
        ({"poll": {"question": "Où ?", "options": ["ici", "là"], "choices": 0}}, "", Poll("Où ?", ("ici", "là"), 0)),
        ({"reaction": {"message": 7, "emoji": ""}}, "", Reaction(7, "")),
        ({"edit": {"message": 7}}, "à 10 h", Edit(7)),
        ({"deletion": {"message": 7}}, "", Deletion(7)),
    ],
)
def test_what_is_sent(given: Any, text: str, content: Any) -> None:
    assert content_of({"content": given}, text) == content


@pytest.mark.parametrize("emoji", ["👍", "👍🏿", "❤️", "1️⃣", "ℹ️", "©️", "🇸🇳", "👩‍👩‍👧", "🏴󠁧󠁢󠁥󠁮󠁧󠁿", "Ⓜ️", "‼️", "〰️", "㊗️", "🆗"])
def test_every_emoji_is_a_reaction(emoji: str) -> None:
    assert content_of({"content": {"reaction": {"message": 7, "emoji": emoji}}}, "") == Reaction(7, emoji)


@pytest.mark.parametrize(
    ("given", "text", "words"),
    [
        (None, "", "text is empty"),
        ({"edit": {"message": 7}}, "", "text is empty"),
        ({"place": {"latitude": 1, "longitude": 1}}, "ici", "send the text by itself"),
        ({"place": {"latitude": 91, "longitude": 1}}, "", "latitude"),
        ({"place": {"latitude": True, "longitude": 1}}, "", '"latitude"'),
        ({"place": {"latitude": "1", "longitude": 1}}, "", '"latitude"'),
        ({"place": [1, 2]}, "", '"latitude"'),
        ({"cards": []}, "", "contact cards"),
        ({"cards": [{"name": "A"}]}, "", '"vcard"'),
        ({"cards": {"name": "A"}}, "", '"vcard"'),
        ({"cards": [{"name": "A", "vcard": "x" * 100_000}]}, "", "vCard"),
        ({"poll": {"question": "Où ?", "options": ["ici"]}}, "", "options"),
        ({"poll": {"question": "Où ?", "options": "ici"}}, "", "different"),
        ({"poll": {"question": "Où ?", "options": ["ici", "là"], "choices": 9}}, "", "choices"),
        ({"reaction": {"message": "7", "emoji": "x"}}, "", '"emoji"'),
        ({"reaction": {"message": 7}}, "", '"emoji"'),
        ({"edit": 7}, "à 10 h", '"message"'),
        ({"edit": {"message": 7}, "deletion": {"message": 7}}, "", "one of place, cards"),
        ({"sticker": {}}, "", "one of place, cards"),
        ({}, "", "one of place, cards"),
        ([], "", "one of place, cards"),
        ({"reaction": {"message": 7, "emoji": "\ud800"}}, "", "Unicode"),
        *(
            ({"reaction": {"message": 7, "emoji": text}}, "", "one emoji")
            for text in ("ok", "abc d", " ", "7", "👍 👍", "é")
        ),
    ],
)
def test_what_cannot_be_sent(given: Any, text: str, words: str) -> None:
    with pytest.raises(RpcError, match=words) as refused:
        content_of({"content": given}, text)
    assert refused.value.code == ErrorCode.INVALID_PARAMS
