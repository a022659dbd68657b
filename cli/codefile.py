"""The file behind `link --png`: always holds the code that can be scanned now, and none afterwards."""

import os
from pathlib import Path
from types import TracebackType
from typing import Self

from comptoir.cli.errors import CommandError, ExitCode


class CodeFile:
    """Does nothing without a path. A viewer that reloads the file never sees half of one."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Who holds a code can offer it to somebody else's phone: nobody needs it any more.
        if self._path is not None:
            self._path.unlink(missing_ok=True)

    def write(self, code: str) -> None:
        """Replace the picture. Raises CommandError where the file cannot be written."""
        if self._path is None:
            return
        from comptoir.cli import qr

        partial = self._path.with_name(self._path.name + ".partial")
        try:
            descriptor = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(qr.png(qr.encode(code)))
            partial.replace(self._path)
        except OSError as error:
            raise CommandError(
                ExitCode.FAILED, f"{self._path}: cannot be written: {error.strerror}: choose another file"
            ) from None
