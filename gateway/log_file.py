"""A log in files of bounded size: `NAME.log`, and older ones as `NAME.log.1` (the newest of them), `.2` …"""

import os
from contextlib import suppress
from pathlib import Path


class LogFile:
    """Appends lines; begins a new file once `max_bytes` are reached, and keeps `keep` older ones.

    Making one raises OSError; `write` never does: a full disk must not stop a shop because its log has no room.
    """

    def __init__(self, path: Path, max_bytes: int, keep: int) -> None:
        self._path = path
        self._max_bytes = max_bytes
        self._keep = keep
        self._file = self._open()

    def write(self, line: str) -> None:
        try:
            os.write(self._file, f"{line}\n".encode("utf-8", "replace"))
            if os.lseek(self._file, 0, os.SEEK_CUR) > self._max_bytes:
                self._rotate()
        except OSError:
            return

    def close(self) -> None:
        os.close(self._file)

    def _open(self) -> int:
        return os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o640)

    def _rotate(self) -> None:
        for number in sorted(older_logs(self._path), reverse=True):
            if number >= self._keep:
                _older(self._path, number).unlink()
            else:
                _older(self._path, number).replace(_older(self._path, number + 1))
        if self._keep:
            self._path.replace(_older(self._path, 1))
        else:
            self._path.unlink()
        fresh = self._open()
        # In this order: a number that was closed first may be somebody else's file by the next line.
        os.dup2(fresh, self._file, inheritable=False)
        os.close(fresh)


def older_logs(path: Path) -> list[int]:
    """The numbers of the older files beside a log."""
    names = (file.name.removeprefix(f"{path.name}.") for file in path.parent.glob(f"{path.name}.*"))
    return sorted(int(number) for number in names if number.isascii() and number.isdigit())


def remove_log(path: Path) -> None:
    """The log and all its older files. Raises OSError for what stays, but not for what is not there."""
    for number in older_logs(path):
        _older(path, number).unlink(missing_ok=True)
    with suppress(FileNotFoundError):
        path.unlink()


def _older(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")
