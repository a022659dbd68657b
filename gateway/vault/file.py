"""The vault's file: sealed pages of a session database and their manifest, in SQLite's keeping.

Blocking, and used by one thread at a time. Raises `VaultFailed` where the disk refuses and `VaultDamaged` where the
file is not what was written under this key.
"""

import os
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlcipher3

from comptoir.gateway.vault.errors import VaultDamaged, VaultFailed, failing
from comptoir.gateway.vault.pages import SMALLEST_PAGE, Image, changed, digest
from comptoir.gateway.vault.sealing import DoesNotOpen, Manifest, Seal, fingerprint

SCHEMA = 1
# Not a tenant's doing, and it may pass.
_PASSING = ("SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY", "SQLITE_BUSY", "SQLITE_PERM")
BUSY_LIMIT = 5.0
# Pages of the log between two checkpoints: a page that changes all the time is then copied back once for many changes.
CHECKPOINT_EVERY = 1_000
_CREATE = """
BEGIN IMMEDIATE;
CREATE TABLE pages (number INTEGER PRIMARY KEY, generation INTEGER NOT NULL, sealed BLOB NOT NULL) STRICT;
CREATE TABLE manifest (only INTEGER PRIMARY KEY CHECK (only = 1), sealed BLOB NOT NULL) STRICT;
PRAGMA user_version = 1;
COMMIT;
"""


class VaultFile:
    """One tenant's, open. What is in it was opened and checked once; `seal` then writes what differs."""

    def __init__(self, path: Path, seal: Seal, key_version: int, db: sqlcipher3.Connection) -> None:
        self.path = path
        self.manifest: Manifest | None = None
        """Of what is on disk; None while there is nothing."""
        self._key_version = key_version
        self._seal = seal
        self._db = db
        self._state: tuple[int, ...] = ()
        self._digests: list[bytes] = []
        self._generations: list[int] = []

    @property
    def generation(self) -> int:
        """0 while nothing is sealed."""
        return self.manifest.generation if self.manifest else 0

    @property
    def replaced(self) -> bool:
        """Somebody has put another file in its place, or other content, or none: what is sealed now would be lost."""
        return self._state != _state_of(self.path)

    def note_state(self) -> None:
        """As it is now on disk, we have written it."""
        self._state = _state_of(self.path)

    def tidy(self) -> None:
        """Bring the log into the file: whoever copies that alone has all."""
        with _told(self.path):
            self._db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        self.note_state()

    def close(self) -> None:
        with _told(self.path):
            self._db.close()

    def read(self) -> Image | None:
        """All pages, opened and checked; None where nothing was ever sealed."""
        with _told(self.path):
            try:
                return self._read()
            except (TypeError, struct.error) as error:
                raise DoesNotOpen(f"expected numbers and sealed pages: {error}") from None

    def seal(self, image: Image, now: int, least: int = 0) -> int | None:
        """Bring it to disk as a new generation, numbered above `least`; its number, None where nothing differs."""
        digests = image.digests()
        numbers = changed(self._digests, digests)
        known = self.manifest
        if known and not numbers and (known.pages, known.page_size) == (image.count, image.page_size):
            return None
        generation = max(self.generation, least) + 1
        generations = self._generations[: image.count] + [0] * (image.count - len(self._generations))
        for number in numbers:
            generations[number - 1] = generation
        manifest = Manifest(generation, image.page_size, image.count, self._key_version, now, fingerprint(generations))
        self._write(image, numbers, manifest)
        self.note_state()
        self.manifest, self._digests, self._generations = manifest, digests, generations
        return generation

    def _write(self, image: Image, numbers: list[int], manifest: Manifest) -> None:
        at = manifest.generation
        rows = ((number, at, self._seal.seal_page(image.page(number), number, at)) for number in numbers)
        with _told(self.path), _transaction(self._db):
            self._db.executemany("INSERT OR REPLACE INTO pages VALUES (?, ?, ?)", rows)
            self._db.execute("DELETE FROM pages WHERE number > ?", (image.count,))
            self._db.execute("INSERT OR REPLACE INTO manifest VALUES (1, ?)", (self._seal.seal_manifest(manifest),))

    def _read(self) -> Image | None:
        row = self._db.execute("SELECT sealed FROM manifest").fetchone()
        rows = self._db.execute("SELECT number, generation, sealed FROM pages ORDER BY number").fetchall()
        if row is None:
            if rows:
                raise DoesNotOpen("there are pages and no manifest")
            return None
        manifest = self._seal.open_manifest(row[0])
        generations = [generation for _, generation, _ in rows]
        if [number for number, _, _ in rows] != list(range(1, manifest.pages + 1)):
            raise DoesNotOpen(f"expected the pages 1 to {manifest.pages}, found {len(rows)}")
        if fingerprint(generations) != manifest.seal:
            raise DoesNotOpen("its pages are of different generations")
        pages = [self._seal.open_page(sealed, number, at, manifest.page_size) for number, at, sealed in rows]
        self.manifest, self._generations = manifest, generations
        self._digests = [digest(page) for page in pages]
        return Image(b"".join(pages), manifest.page_size)


def open_vault(path: Path, seal: Seal, key_version: int, *, make: bool = True) -> VaultFile | None:
    """The vault at `path`, its content checked; a new one where there is none, or None where not to `make`."""
    if not make and not os.path.lexists(path):
        return None
    with _told(path):
        if not make and path.lstat().st_size < SMALLEST_PAGE:
            # Cut down to nothing: no session is linked before its vault holds it.
            raise DoesNotOpen("there is nothing in it")
        # SQLite would make it readable to all, and gives -wal and -shm the database's mode.
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600))
        db = sqlcipher3.connect(str(path), isolation_level=None, check_same_thread=False, timeout=BUSY_LIMIT)
        vault = VaultFile(path, seal, key_version, db)
        try:
            _prepare(db)
            vault.read()
            vault.note_state()
        except BaseException:
            db.close()
            raise
    return vault


def _prepare(db: sqlcipher3.Connection) -> None:
    db.execute("PRAGMA cipher_log_level = NONE")
    db.execute("PRAGMA temp_store = MEMORY")
    db.execute("PRAGMA cache_size = -256")
    version = db.execute("PRAGMA user_version").fetchone()[0]
    if version > SCHEMA:
        raise VaultFailed(f"it was written by a newer comptoir (schema {version}): upgrade comptoir again")
    db.execute("PRAGMA journal_mode = WAL")
    db.execute("PRAGMA synchronous = FULL")
    db.execute("PRAGMA secure_delete = ON")
    db.execute(f"PRAGMA wal_autocheckpoint = {CHECKPOINT_EVERY}")
    if version == 0:
        db.executescript(_CREATE)


def _state_of(path: Path) -> tuple[int, ...]:
    try:
        found = path.stat()
    except OSError:
        return ()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


@contextmanager
def _transaction(db: sqlcipher3.Connection) -> Iterator[None]:
    db.execute("BEGIN IMMEDIATE")
    try:
        yield
        db.execute("COMMIT")
    except BaseException:
        # A full disk has ended it already.
        if db.in_transaction:
            db.execute("ROLLBACK")
        raise


@contextmanager
def _told(path: Path) -> Iterator[None]:
    """SQLite's and the system's errors, as ours."""
    try:
        with failing(path):
            yield
    except sqlcipher3.Error as error:
        name: str = getattr(error, "sqlite_errorname", "")
        if name.startswith(_PASSING) and not _is_cut_down(path) and not _is_hidden(path):
            raise VaultFailed(f"{path}: {error}", full=name == "SQLITE_FULL") from None
        raise VaultDamaged(f"{path}: {error}") from None
    except DoesNotOpen as error:
        raise VaultDamaged(f"{path}: {error}") from None


def _is_cut_down(path: Path) -> bool:
    """Pages are missing at its end, which SQLite calls an error of the disk."""
    try:
        with path.open("rb") as file:
            header = file.read(32)
    except OSError:
        return False
    # Page size and number of pages (SQLite's file format, 1.3).
    expected = int.from_bytes(header[16:18], "big") * int.from_bytes(header[28:32], "big")
    return 0 < path.stat().st_size < expected


def _is_hidden(path: Path) -> bool:
    """Something that is no file stands in its place, or in its log's."""
    beside = (path.with_name(path.name + suffix) for suffix in ("", "-wal", "-shm"))
    return any(os.path.lexists(file) and not file.is_file() for file in beside)
