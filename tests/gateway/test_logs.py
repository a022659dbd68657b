import json
import logging
import os
import threading

import pytest
from trio.testing import memory_stream_pair

from comptoir.gateway import logs
from comptoir.gateway.log_format import LogSettings
from comptoir.gateway.logs import LineFormatter, ThreadedHandler, leads_to_the_journal
from comptoir.gateway.vault.printing import log_output
from comptoir.sessions.log_line import LogLine, encode, line_of, note


@pytest.fixture
def pipe():
    reading, writing = os.pipe()
    with os.fdopen(reading, encoding="utf-8") as lines:
        yield lines, writing


def log(handler, text):
    handler.handle(logging.makeLogRecord({"msg": text}))


def test_lines_come_in_order_and_all_before_the_close(pipe):
    lines, writing = pipe
    handler = ThreadedHandler(writing)
    for number in range(100):
        log(handler, f"line {number}")
    handler.close()
    handler.close()
    os.close(writing)
    assert lines.read().splitlines() == [f"line {number}" for number in range(100)]


def test_where_nobody_reads_lines_are_dropped_and_counted(pipe, monkeypatch):
    monkeypatch.setattr(logs, "CLOSE_LIMIT", 10)
    lines, writing = pipe
    handler = ThreadedHandler(writing)
    for number in range(3000):
        log(handler, f"{number} {'x' * 200}")
    # From here on somebody reads, until the end.
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.extend(lines), daemon=True)
    reader.start()
    handler.close()
    os.close(writing)
    reader.join(10)
    told = [int(line.split(": ")[1].split()[0]) for line in read if "dropped" in line]
    kept = [int(line.split()[0]) for line in read if "dropped" not in line]
    assert told
    assert kept == sorted(kept)
    assert len(kept) + sum(told) == 3000


def test_a_reader_that_is_gone_ends_nothing(pipe):
    lines, writing = pipe
    lines.close()
    handler = ThreadedHandler(writing)
    log(handler, "nobody hears this")
    handler.close()
    os.close(writing)


def record(level, text):
    return logging.LogRecord("comptoir.gateway", level, line_of.__code__.co_filename, 1, text, (), None)


def test_what_systemd_reads_begins_with_its_priority(tmp_path):
    with (tmp_path / "stream").open("w") as stream:
        found = os.fstat(stream.fileno())
        ours = {"JOURNAL_STREAM": f"{found.st_dev}:{found.st_ino}"}
        assert leads_to_the_journal(stream.fileno(), ours)
        assert not leads_to_the_journal(stream.fileno(), {"JOURNAL_STREAM": "1:2"})
        assert not leads_to_the_journal(stream.fileno(), {})
    graded = LineFormatter(LogSettings(), graded=True)
    assert graded.format(record(logging.WARNING, "swap")) == "<4>WARNING comptoir.gateway: swap"
    assert LineFormatter(LogSettings()).format(record(logging.ERROR, "x")) == "ERROR comptoir.gateway: x"


def test_the_daemons_log_in_json_has_the_tenant_among_its_facts(caplog):
    with caplog.at_level(logging.INFO):
        note(logging.getLogger("comptoir.gateway"), "linked", tenant="awa", number="+221770000001")
    said = json.loads(LineFormatter(LogSettings(format="json")).format(caplog.records[0]))
    assert (said["tenant"], said["text"], said["number"], said["level"]) == ("awa", "linked", "+22177***01", "INFO")


async def test_what_the_vault_prints_is_in_the_daemons_log(caplog):
    ours, theirs = memory_stream_pair()
    await theirs.send_all(encode(LogLine(logging.WARNING, "worker", "it failed", {"at": "serving.py:3 main"})))
    await theirs.aclose()
    await log_output(ours)
    (told,) = caplog.records
    assert (told.levelno, told.name, told.getMessage()) == (logging.WARNING, "vault", "it failed")
    assert told.facts == {"at": "serving.py:3 main"}
