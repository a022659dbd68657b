"""What may leave in a report."""

import base64
import os
import re
from pathlib import Path

import pytest

from comptoir.cli.doctor.redaction import cut, log_line
from comptoir.sessions.redaction import unquoted

SESSIONS = Path(__file__).parents[3] / "sessions"

STAMP = "2026-11-21T07:00:00.123Z"


@pytest.mark.parametrize(
    "number",
    [
        "+221771234567",
        "221771234567@s.whatsapp.net",
        "+221 77 123 45 67",
        "77-123-45-67",
        "(77) 123.45.67",
        "77\u202f123\u202f45\u202f67",
        "lid:123456789012345",
        "00221771234567",
        "66 12 34 56",
        "05/44/33/22/11",
    ],
)
def test_numbers_are_cut_in_any_form(number):
    told = cut(f"from {number}.")
    digits = [character for character in number if character.isdigit()]
    assert len([character for character in told if character.isdigit()]) < len(digits)
    assert "***" in told


@pytest.mark.parametrize(
    "secret",
    [
        pytest.param(os.urandom(32).hex(), id="a key in hex"),
        pytest.param(base64.b64encode(os.urandom(32)).decode(), id="a key in base64"),
        pytest.param(base64.urlsafe_b64encode(os.urandom(32)).decode(), id="a key in base64 for addresses"),
        "ABCD-2345",
        "K7PQ2M4X",
    ],
)
def test_keys_and_pairing_codes_go(secret):
    assert secret not in cut(f"it is {secret} today")


@pytest.mark.parametrize(
    "text",
    [
        STAMP,
        "2026-11-21 07:00:00",
        "uptime=1234567 inbox=1000",
        "comptoir 0.1.0, python 3.11.2, glibc 2.36",
        "79376 MB free of 258019 MB",
        "ERROR link: Got 515 code",
        "`comptoir tenant resume chez-awa`",
        "COMPTOIR_HOME is WHATSAPP",
    ],
)
def test_what_helps_stays(text):
    assert cut(text) == text


@pytest.mark.parametrize("text", ["« Bonjour »", '"Bonjour"', "'Bonjour'", "“Bonjour”", '"a \\" Bonjour"'])
def test_quotes_are_emptied(text):
    assert "Bonjour" not in unquoted(f"country : {text} is wrong")
    assert unquoted(f"country : {text} is wrong").endswith("is wrong")


def test_an_apostrophe_is_no_quote():
    assert unquoted("it's the shop's fault") == "it's the shop's fault"


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (f"{STAMP} INFO link: Client: Got 515 code", f"{STAMP} INFO link: Client: Got 515 code"),
        (f"{STAMP} WARNING comptoir.plugins.loading: plugin x", f"{STAMP} WARNING comptoir.plugins.loading: plugin x"),
        (
            f"{STAMP} ERROR worker: x.toml:3: « Poulet » ; attendu : SN",
            f"{STAMP} ERROR worker: x.toml:3: “…” ; attendu : SN",
        ),
        (f'{STAMP}   File "/srv/shop/plugin.py", line 12, in message', "    plugin.py:12 in message"),
        (f"{STAMP} ValueError: invalid literal: Bonjour", f"{STAMP} ValueError"),
        (f"{STAMP} panic: Bonjour", f"{STAMP} panic"),
        (f"{STAMP} Bonjour, le poulet ?", None),
        (f"{STAMP} INFO myplugin: Bonjour", None),
        (f"{STAMP}     raise ValueError('Bonjour')", None),
        ("Bonjour", None),
        ("", None),
        (f"{STAMP} ERROR printed: panic: Bonjour", f"{STAMP} panic"),
        (f"{STAMP} INFO printed: Bonjour", None),
        (
            f'{{"time": "{STAMP}", "level": "INFO", "tenant": "awa", "logger": "messages", "text": "sent", "ms": 12}}',
            f"{STAMP} INFO messages: sent ms=12",
        ),
        (f'{{"time": "{STAMP}", "level": "INFO", "logger": "printed", "text": "Bonjour"}}', None),
        ('{"time": "torn', None),
    ],
)
def test_log_lines(line, told):
    assert log_line(line) == told


def test_every_logger_of_a_worker_is_known():
    names = {
        name
        for file in SESSIONS.rglob("*.py")
        for name in re.findall(r'getLogger\("([\w.]+)"\)', file.read_text(encoding="utf-8"))
    }
    assert "link" in names
    assert [name for name in names if log_line(f"{STAMP} INFO {name}: done") is None] == []
