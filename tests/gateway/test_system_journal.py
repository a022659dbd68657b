"""The system's journal, played by a datagram socket of the test's own."""

import logging
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from comptoir.gateway import tenant_log
from comptoir.gateway.log_format import LogSettings
from comptoir.gateway.logs import JournalHandler
from comptoir.gateway.system_journal import SystemJournal, encode_entry
from comptoir.sessions.log_line import LogLine, note

SETTINGS = LogSettings(to="journal")


@contextmanager
def listening(address: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(address))
        listener.settimeout(5)
        yield listener


def fields_in(datagram: bytes) -> dict[str, str]:
    """As journald reads it."""
    found = {}
    while datagram:
        head, _, rest = datagram.partition(b"\n")
        name, separator, value = head.partition(b"=")
        if separator:
            datagram = rest
        else:
            size = int.from_bytes(rest[:8], "little")
            value, datagram = rest[8 : 8 + size], rest[8 + size :].removeprefix(b"\n")
        found[name.decode()] = value.decode()
    return found


def test_a_value_of_several_lines_has_its_length_before_it() -> None:
    fields = {"MESSAGE": "two\nlines", "PRIORITY": "6"}
    assert encode_entry(fields) == b"MESSAGE\n\x09\0\0\0\0\0\0\0two\nlines\nPRIORITY=6\n"
    assert fields_in(encode_entry(fields)) == fields


def test_a_tenants_line_is_an_entry_with_its_facts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tenant_log, "SystemJournal", lambda: SystemJournal(tmp_path / "journal"))
    with listening(tmp_path / "journal") as listener:
        log = tenant_log.open_log(SETTINGS, tmp_path / "awa.log", "awa")
        log.write(LogLine(logging.DEBUG, "messages", "left out"))
        log.write(LogLine(logging.WARNING, "messages", "failed", {"message": 3, "chat": "+221770000001"}))
        log.close()
        assert fields_in(listener.recv(65_536)) == {
            "MESSAGE": "failed message=3 chat=+22177***01",
            "PRIORITY": "4",
            "SYSLOG_IDENTIFIER": "comptoir",
            "COMPTOIR_TENANT": "awa",
            "COMPTOIR_LOGGER": "messages",
            "COMPTOIR_MESSAGE": "3",
            "COMPTOIR_CHAT": "+22177***01",
        }
    assert not (tmp_path / "awa.log").exists()


def test_the_daemons_own_lines_go_there_too_and_elsewhere_where_there_is_no_journal(tmp_path: Path) -> None:
    kept: list[logging.LogRecord] = []
    otherwise = logging.Handler()
    otherwise.emit = kept.append  # type: ignore[method-assign]
    handler = JournalHandler(SETTINGS, otherwise, SystemJournal(tmp_path / "journal"))
    logger = logging.Logger("comptoir.gateway")
    logger.addHandler(handler)
    note(logger, "worker_started", tenant="awa", pid=7)
    assert [record.getMessage() for record in kept] == ["worker_started"]
    with listening(tmp_path / "journal") as listener:
        note(logger, "worker_started", tenant="awa", pid=7)
        fields = fields_in(listener.recv(65_536))
    assert fields["COMPTOIR_TENANT"] == "awa"
    assert fields["MESSAGE"] == "worker_started tenant=awa pid=7"
    assert len(kept) == 1
    handler.close()


def test_a_journal_that_does_not_read_holds_nobody_up(tmp_path: Path) -> None:
    journal = SystemJournal(tmp_path / "journal")
    with listening(tmp_path / "journal"):
        sent = [journal.send({"MESSAGE": "x" * 1000}) for _ in range(2000)]
    journal.close()
    assert sent[0]
    assert not sent[-1]
