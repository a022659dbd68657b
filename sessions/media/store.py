"""The folder of a tenant's sealed files. A file is there as a whole or not at all."""

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from comptoir.sessions.media.sealing import MediaKeys, Sealer, unseal

_NAME = re.compile(r"[0-9a-f]{64}")
_PART = ".part"


class Store:
    """Blocking, to be used from threads; files are named by their content, so that the same is kept once."""

    def __init__(self, folder: Path, data_key: bytes) -> None:
        self.folder = folder
        self._data_key = data_key

    @cached_property
    def _keys(self) -> MediaKeys:
        # Not before a file comes: half a megabyte of OpenSSL that an idle worker shares with the others till then.
        return MediaKeys.of(self._data_key)

    def prepare(self) -> set[str]:
        """Make the folder, clear what a crash left half written; the names of what is there. Raises OSError."""
        self.folder.mkdir(mode=0o700, exist_ok=True)
        self.folder.chmod(0o700)
        for leftover in self.folder.glob(f"*{_PART}"):
            leftover.unlink(missing_ok=True)
        return {file.name for file in self.folder.iterdir() if _NAME.fullmatch(file.name)}

    def incoming(self) -> "Incoming":
        """A new file to be written. Raises OSError."""
        return Incoming(self.folder, self._keys)

    def read(self, name: str) -> Iterator[bytes]:
        """What the file holds, in chunks. Raises FileNotFoundError, OSError, SealBroken."""
        with self._path(name).open("rb") as file:
            yield from unseal(file, self._keys, name)

    def remove(self, name: str) -> None:
        """Nothing happens where it is gone already."""
        self._path(name).unlink(missing_ok=True)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is no name of a sealed file")
        return self.folder / name


class Incoming:
    """A file being sealed under a temporary name; leaving the block without `keep` forgets it.

    `abandon` may be called from another thread: the writer then fails instead of going on for nobody.
    """

    def __init__(self, folder: Path, keys: MediaKeys) -> None:
        self._folder = folder
        # tempfile makes it 0600.
        descriptor, name = tempfile.mkstemp(suffix=_PART, dir=folder)
        self._part = Path(name)
        self._file = cast(BinaryIO, os.fdopen(descriptor, "wb"))
        self._sealer = Sealer(self._file, keys)
        self._abandoned = False

    @property
    def size(self) -> int:
        """Bytes of plaintext so far."""
        return self._sealer.size

    def write(self, data: bytes) -> None:
        """Raises OSError, as where the disk is full."""
        if self._abandoned:
            raise ValueError("the file was abandoned")
        self._sealer.write(data)

    def finish(self) -> str:
        """Bring all of it to the disk, still under the temporary name; the name it will have. Raises OSError."""
        name = self._sealer.finish()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        return name

    def keep(self, name: str) -> None:
        """Give the finished file its name, for good. Raises OSError."""
        self._part.rename(self._folder / name)
        folder = os.open(self._folder, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)

    def abandon(self) -> None:
        """No more may be written."""
        self._abandoned = True

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.abandon()
        # What is still buffered may not fit on a full disk either.
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            self._part.unlink(missing_ok=True)
