import logging
import os
import threading

import pytest

from comptoir.gateway import logs
from comptoir.gateway.logs import ThreadedHandler


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
