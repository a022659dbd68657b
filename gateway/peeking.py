"""Reading the registry without changing or making a file, for who only looks."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlite_utils import Database

from comptoir.gateway.keys import master_key_id
from comptoir.gateway.registry import Tenant, tenant_of
from comptoir.gateway.registry_schema import SCHEMA_VERSION, RegistryWrong, fits, master_id_of, version_of, wrong


def peek(path: Path, master_key: bytes | None = None) -> list[Tenant]:
    """The tenants, by name; without the master key that it belongs to, without their numbers.

    Raises RegistryWrong where it is none that this version understands, or cannot be read.
    """
    with _opened(path) as connection:
        if (version := version_of(connection, path)) != SCHEMA_VERSION:
            raise RegistryWrong(
                f"{path}: has schema {version}, expected {SCHEMA_VERSION}: the daemon brings it up to date at its start"
            )
        if master_key is not None and not fits(connection, version, master_key):
            master_key = None
        rows = Database(connection).table("tenants").rows_where(order_by="name")
        return [tenant_of(row, master_key) for row in rows]


def belongs_to(path: Path, master_key: bytes) -> bool:
    """Whether this master key, of several, is the registry's. Raises RegistryWrong."""
    with _opened(path) as connection:
        return fits(connection, version_of(connection, path), master_key)


def is_marked_with(path: Path, master_key: bytes) -> bool:
    """Whether the registry names this very key. Raises RegistryWrong."""
    with _opened(path) as connection:
        return version_of(connection, path) >= 2 and master_id_of(connection) == master_key_id(master_key)


def is_empty(path: Path) -> bool:
    """Whether there is no tenant. Raises RegistryWrong."""
    with _opened(path) as connection:
        return version_of(connection, path) == 0 or not connection.execute("SELECT 1 FROM tenants").fetchone()


@contextmanager
def _opened(path: Path) -> Iterator[sqlite3.Connection]:
    # Without a log of changes nobody has it open, and then nothing may be made beside it.
    alone = not path.with_name(f"{path.name}-wal").exists()
    uri = f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if alone else ''}"
    try:
        connection = sqlite3.connect(uri, uri=True)
        try:
            yield connection
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise wrong(path, error) from None
