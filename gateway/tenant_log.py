"""A tenant's log, wherever the settings say that it goes."""

import logging
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

from comptoir.gateway.log_file import LogFile
from comptoir.gateway.log_format import LogSettings, as_fields, as_json, as_text
from comptoir.gateway.system_journal import SystemJournal
from comptoir.sessions.log_line import LogLine

logger = logging.getLogger(__name__)

OPEN_AGAIN = 30.0


class TenantLog(Protocol):
    """Takes lines from one thread at a time; never raises."""

    def write(self, line: LogLine) -> None: ...

    def close(self) -> None: ...


def open_log(settings: LogSettings, path: Path, tenant: str) -> TenantLog:
    """Nothing is opened before the first line."""
    if settings.to == "journal":
        return _JournalLog(settings, tenant, SystemJournal())
    return _FileLog(settings, path, tenant)


@dataclass
class _JournalLog:
    settings: LogSettings
    tenant: str
    journal: SystemJournal

    def write(self, line: LogLine) -> None:
        if line.level >= self.settings.level:
            self.journal.send(as_fields(line, self.settings, self.tenant))

    def close(self) -> None:
        self.journal.close()


@dataclass
class _FileLog:
    """Its file need not open: what comes meanwhile is discarded, for a shop matters more than its log."""

    settings: LogSettings
    path: Path
    tenant: str
    _file: LogFile | None = field(default=None, init=False)
    _open_at: float = field(default=0.0, init=False)

    def write(self, line: LogLine) -> None:
        if line.level < self.settings.level:
            return
        if self._file is None and time.monotonic() >= self._open_at:
            self._open()
        if self._file is not None:
            now = datetime.now(UTC)
            text = self.settings.format == "text"
            self._file.write(as_text(line, self.settings, now) if text else self._json(line, now))

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _json(self, line: LogLine, now: datetime) -> str:
        return as_json(line, self.settings, now, self.tenant)

    def _open(self) -> None:
        try:
            self._file = LogFile(self.path, self.settings.max_bytes, self.settings.keep)
        except OSError as error:
            logger.error("%s: what its worker prints is discarded: no log can be opened: %s", self.tenant, error)
            self._open_at = time.monotonic() + OPEN_AGAIN
