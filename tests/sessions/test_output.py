"""What reaches a tenant's log, and what must not."""

import logging
import os
from pathlib import Path

import pytest

from comptoir.sessions import output


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("from 221770000001:12@s.whatsapp.net", "from 22177***01:12@s.whatsapp.net"),
        ("lid 100000000000042@lid", "lid 10000***42@lid"),
        ("secret " + "ab" * 32, "secret <key>"),
        ("ref 2@AbCdEfGhIjKlMnOpQrStUvWxYz0123456789AbCdEfGhIj+/==", "ref 2@<key>"),
        ("message 42 sent in 120 ms", "message 42 sent in 120 ms"),
        ("Unavailable message \x1b]0;pwned\x07\u202e3EB0", r"Unavailable message \x1b]0;pwned\x07\u202e3EB0"),
        ("Traceback:\n\tline", "Traceback:\n\tline"),
    ],
)
def test_numbers_are_cut_and_keys_left_out(line: str, expected: str) -> None:
    assert output.redact(line) == expected


def test_a_record_is_redacted_wherever_it_goes() -> None:
    record = logging.LogRecord("gateway", logging.INFO, __file__, 1, "linked number=%s", ("+221770000001",), None)
    assert output.RedactedFormatter("%(message)s").format(record) == "linked number=+22177***01"


def test_the_log_is_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "MAX_FILE", 2_000)
    log = output.LogFile(tmp_path / "tenant.log")
    for number in range(200):
        log.write(f"line {number}")
    sizes = {file.name: file.stat().st_size for file in tmp_path.iterdir()}
    assert sizes.keys() == {"tenant.log", "tenant.log.1"}
    assert max(sizes.values()) < 2_200
    assert "line 199" in (tmp_path / "tenant.log").read_text()


def test_a_full_disk_does_not_stop_the_worker(tmp_path: Path) -> None:
    log = output.LogFile(tmp_path / "tenant.log")
    os.close(log._file)
    log._file = os.open("/dev/full", os.O_WRONLY)
    log.write("nobody reads this")


def test_a_rotation_that_fails_keeps_to_its_own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "MAX_FILE", 100)
    log = output.LogFile(tmp_path / "tenant.log")
    monkeypatch.setattr(log, "_open", lambda: os.open("/nowhere/at/all", os.O_RDONLY))
    log.write("x" * 200)
    other = os.open(tmp_path / "registry.db", os.O_RDWR | os.O_CREAT)
    for _ in range(3):
        log.write("y" * 200)
    os.close(other)
    assert (tmp_path / "registry.db").read_bytes() == b""


def test_a_key_behind_an_equals_sign_is_left_out_too() -> None:
    assert output.redact("adv_secret=" + "ab" * 32) == "adv_secret=<key>"
