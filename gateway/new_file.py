"""Files that are made once and then only read: a key, an identity."""

import os
import tempfile
from pathlib import Path

from comptoir.gateway.refused import about
from comptoir.sessions.durable import fsync_folder


def create_file(path: Path, content: bytes) -> None:
    """Make it, 0600, as a whole or not at all, never over an old one. Raises FileExistsError, OSError."""
    # tempfile makes it 0600.
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with about(path), os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.link(name, path)
    finally:
        Path(name).unlink()
    fsync_folder(path.parent)
