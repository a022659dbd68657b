"""What neonize says of an attempt to link, as the daemon and people hear it."""

from types import SimpleNamespace

import pytest

from comptoir.sessions.changes import ban, code_refused


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("info query returned status 429: rate-overlimit", "too_many_codes"),
        ("info query returned status 400: bad-request", "bad-request"),
        ("info query timed out", "link by QR code"),
    ],
)
def test_why_there_is_no_pairing_code(text: str, reason: str) -> None:
    assert reason in code_refused(text).reason


def test_a_ban_says_why_and_when_it_ends() -> None:
    ended = ban(SimpleNamespace(Code=4, Expire=7200), 1_000)
    assert ended.detail == "code 104: the same message to too many people; it ends 1970-01-01T02:00:01.000Z"
    assert ban(SimpleNamespace(Code=2, Expire=0), 1_000).detail == "code 102: too many people have blocked this number"
