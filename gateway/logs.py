"""The daemon's own log: into the system's journal, or to a descriptor by a thread: nobody waits for who reads it."""

import logging
import os
import queue
import threading
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import UTC, datetime

from comptoir.gateway.log_format import LogSettings, as_fields, as_json, as_text, priority
from comptoir.gateway.system_journal import SystemJournal
from comptoir.sessions.log_line import LogLine, line_of
from comptoir.sessions.output import log_what_nobody_catches

WAITING_LINES = 1000
CLOSE_LIMIT = 1.0


class DaemonLog:
    """Takes Python's logging of this process, and what nobody catches. By the defaults until `use` is called."""

    def __init__(self, descriptor: int) -> None:
        self._stderr = ThreadedHandler(descriptor)
        self._graded = leads_to_the_journal(descriptor, os.environ)
        self.use(LogSettings())
        log_what_nobody_catches()

    def use(self, settings: LogSettings) -> None:
        self._stderr.setFormatter(LineFormatter(settings, graded=self._graded))
        root = logging.getLogger()
        root.setLevel(settings.level)
        # Not basicConfig: it would close the handler that is replaced.
        root.handlers[:] = [JournalHandler(settings, self._stderr) if settings.to == "journal" else self._stderr]

    def close(self) -> None:
        self._stderr.close()


def leads_to_the_journal(descriptor: int, environ: Mapping[str, str]) -> bool:
    """Whether systemd reads what is written there, by the device and inode that it names in `JOURNAL_STREAM`."""
    found = os.fstat(descriptor)
    return environ.get("JOURNAL_STREAM") == f"{found.st_dev}:{found.st_ino}"


class LineFormatter(logging.Formatter):
    """Redacted, as text without a time (who keeps a daemon's stderr adds one) or as JSON.

    `graded`: each line begins with its priority, which systemd takes away (sd-daemon(3)).
    """

    def __init__(self, settings: LogSettings, *, graded: bool = False) -> None:
        super().__init__()
        self._settings = settings
        self._graded = graded

    def format(self, record: logging.LogRecord) -> str:
        line = _line(record)
        grade = f"<{priority(line.level)}>" if self._graded else ""
        if self._settings.format == "text":
            return grade + as_text(line, self._settings)
        return grade + as_json(line, self._settings, datetime.fromtimestamp(record.created, UTC), None)


class JournalHandler(logging.Handler):
    """To the system's journal; what that does not take goes to `otherwise`."""

    def __init__(self, settings: LogSettings, otherwise: logging.Handler, journal: SystemJournal | None = None) -> None:
        super().__init__()
        self._settings = settings
        self._otherwise = otherwise
        self._journal = journal or SystemJournal()

    def emit(self, record: logging.LogRecord) -> None:
        if not self._journal.send(as_fields(_line(record), self._settings, None)):
            self._otherwise.handle(record)

    def close(self) -> None:
        self._journal.close()
        super().close()


def _line(record: logging.LogRecord) -> LogLine:
    # Below a warning, only that a library said something.
    return line_of(record) or LogLine(record.levelno, record.name, "a library's words, not kept")


class ThreadedHandler(logging.Handler):
    """Drops what does not fit behind `WAITING_LINES` lines that wait, and says how many these were."""

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._lines: queue.Queue[str | None] = queue.Queue(WAITING_LINES)
        self._dropped = 0
        # Not joined at the interpreter's end: a full pipe may hold it for ever.
        thread = threading.Thread(target=self._write_lines, name="log", daemon=True)
        thread.start()
        self._thread: threading.Thread | None = thread

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self._lines.put_nowait(self.format(record))
        except queue.Full:
            self._dropped += 1

    def close(self) -> None:
        """Waits `CLOSE_LIMIT` seconds for what is still to be written; called again, it does nothing."""
        thread, self._thread = self._thread, None
        if thread is not None:
            self._end(thread)
        super().close()

    def _end(self, thread: threading.Thread) -> None:
        try:
            self._lines.put(None, timeout=CLOSE_LIMIT)
        except queue.Full:
            return
        thread.join(CLOSE_LIMIT)

    def _write_lines(self) -> None:
        while (line := self._lines.get()) is not None:
            self._write(line)
            if dropped := self._take_dropped():
                self._write(f"WARNING {__name__}: {dropped} lines were dropped: nobody read the log in time")

    def _take_dropped(self) -> int:
        with self.lock or nullcontext():
            dropped, self._dropped = self._dropped, 0
        return dropped

    def _write(self, line: str) -> None:
        rest = f"{line}\n".encode("utf-8", "replace")
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError:
            # Nobody reads it any more: a daemon goes on without a log.
            return
