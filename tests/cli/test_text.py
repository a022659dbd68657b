"""What other people wrote cannot act on the operator's terminal."""

import json
import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from comptoir.cli.output import json_line
from comptoir.cli.render.text import ago, safe, safe_lines, told

# Everything a terminal might obey or a line might be turned round by.
DANGEROUS = {
    *map(chr, range(0x20)),
    *map(chr, range(0x7F, 0xA0)),
    *"\u2028\u2029\u202a\u202e\u2066\u2069\udc9b",
}
any_text = st.text(st.characters() | st.sampled_from(sorted(DANGEROUS)))


@given(any_text)
def test_nothing_dangerous_is_left(text):
    assert not DANGEROUS & set(safe(text))
    assert not DANGEROUS & set("".join(safe_lines(text)))
    safe(text).encode()


@given(any_text)
def test_json_is_as_safe_and_says_the_same(text):
    line = json_line({"text": text})
    assert not DANGEROUS & set(line)
    assert json.loads(line) == {"text": text}


def test_ordinary_texts_pass_unchanged():
    for text in ("Où êtes-vous ? 12 500 F CFA", "مرحبا، كم السعر؟", "👨‍👩‍👧 🇸🇳 ça va", "e\u0301"):
        assert safe(text) == text
        assert text in json_line(text)


def test_escape_sequences_are_spelled_out():
    assert safe("\x1b[2Jparti\x9b31m\n") == r"\x1b[2Jparti\x9b31m\n"
    assert safe_lines("un\r\ndeux\rtrois\n") == ["un", r"deux\rtrois", ""]


def test_ago_is_in_the_largest_unit():
    now = datetime(2026, 11, 21, 12, tzinfo=UTC)
    assert ago("2026-11-21T11:59:18.000Z", now) == "42 s"
    assert ago("2026-11-21T11:15:00.000Z", now) == "45 min"
    assert ago("2026-11-20T13:00:00.000Z", now) == "23 h"
    assert ago("2026-11-01T12:00:00.000Z", now) == "20 d"
    assert ago("2026-11-21T12:00:05.000Z", now) == "0 s"
    assert ago(None) == ""


def test_sentences_of_ours_speak_of_local_times(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Kolkata")
    time.tzset()
    try:
        sentence = "it is tried again at 2026-11-21T17:31:08.877Z, and ends 2026-11-21T23:00:00Z\x1b"
        assert told(sentence) == "it is tried again at 2026-11-21 23:01, and ends 2026-11-22 04:30\\x1b"
    finally:
        monkeypatch.undo()
        time.tzset()
