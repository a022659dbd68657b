"""What neonize says of an attempt to link, as the daemon and people hear it."""

import pytest

from comptoir.sessions.changes import code_refused


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
