"""What a log may hold of a line, whoever wrote it."""

import logging

import pytest

from comptoir.sessions.log_line import LogLine
from comptoir.sessions.redaction import clean, redact


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("from 221770000001:12@s.whatsapp.net", "from 22177***01:12@s.whatsapp.net"),
        ("lid 100000000000042@lid", "lid 10000***42@lid"),
        ("group 221770000001-1600000000@g.us", "group 22177***01-16***00@g.us"),
        ("+221 77 000 00 01 and +33 (0)6.12.34.56.78", "+22177***01 and +33061***78"),
        ("77 123 45 67", "77***67"),
        ("770000001", "77***01"),
        ("secret " + "ab" * 32, "secret <key>"),
        ("adv_secret=" + "ab" * 32, "adv_secret=<key>"),
        ("ref 2@AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfGhIj+/==", "ref 2@<key>"),
        (
            "/var/lib/comptoir/tenants/chez-awa-et-bintou/vault.db",
            "/var/lib/comptoir/tenants/chez-awa-et-bintou/vault.db",
        ),
        ("/var/lib/comptoir/media/" + "ab" * 32 + ".part", "/var/lib/comptoir/media/<key>.part"),
        ("key=/" + "aB3+" * 10 + "=", "key=<key>"),
        ("message 42 sent in 120 ms", "message 42 sent in 120 ms"),
        ("Unavailable message \x1b]0;pwned\x07\u202e3EB0", r"Unavailable message \x1b]0;pwned\x07\u202e3EB0"),
    ],
)
def test_numbers_are_cut_and_keys_left_out(line: str, expected: str) -> None:
    assert redact(line) == expected


@pytest.mark.parametrize("text", ["2026-11-21T13:29:17.123Z", "dial tcp 157.240.1.53:443", "walk.py:88 _ask", "3.11"])
def test_what_is_no_number_stays(text: str) -> None:
    assert redact(text) == text


def test_whole_numbers_are_kept_on_demand_and_keys_never() -> None:
    assert redact(f"+221770000001 {'ab' * 32}", whole=True) == "+221770000001 <key>"


def test_what_stands_in_quotes_is_left_out() -> None:
    line = LogLine(logging.INFO, "worker", "tenant.toml:3: « Poulet » is no price", {"error": "403: 'Bonjour Awa'"})
    assert clean(line) == LogLine(logging.INFO, "worker", "tenant.toml:3: “…” is no price", {"error": "403: “…”"})


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        # As whatsmeow shows a stanza that takes long, with the sender's own name in it.
        (
            'Client: Node handling took 5.2s for <message from="221770000001@s.whatsapp.net" notify="Awa"><enc>Bonjour',
            "Client: Node handling took 5.2s for <message …>",
        ),
        ("Client: Unknown stream error: <stream:error><text>Bonjour</text></stream:error>", "<stream:error …>"),
        ("Client: Failed to decode node in frame: <nil>", "Client: Failed to decode node in frame: <nil>"),
        ("Pair Code:  ABCD-1234", "Pair Code:  <code>"),
        ("Pair Code: ABCD1234", "Pair Code: <code>"),
    ],
)
def test_of_the_librarys_words_stanzas_and_codes_are_left_out(said: str, kept: str) -> None:
    for logger in ("whatsmeow", "printed"):
        text = clean(LogLine(logging.WARNING, logger, said)).text
        assert text.endswith(kept)
        assert "Bonjour" not in text


def test_nobody_begins_a_line_of_his_own() -> None:
    text = clean(LogLine(logging.INFO, "link", "id 3EB0\n2026-11-21T00:00:00Z ERROR worker: forged\tline")).text
    assert "\n" not in text
    assert "\t" not in text
