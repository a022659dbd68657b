"""The daemon's database: which tenants there are, what the operator wants of them, their wrapped keys."""

import sqlite3
from contextlib import closing
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import trio
from sqlite_utils import Database

SCHEMA_VERSION = 1
# Only `comptoir init` and a starting daemon ever meet.
BUSY_LIMIT = 5.0

Wanted = Literal["active", "paused"]


# The fields of a tenant that is not parked.
NOT_PARKED: dict[str, None] = {"parked_reason": None, "parked_detail": None, "parked_at": None}


class NumberTaken(Exception):
    """The number is linked for another tenant already: `tenant`."""

    def __init__(self, tenant: str) -> None:
        super().__init__(f"this number is already linked as tenant {tenant}: `comptoir unlink {tenant}` first")
        self.tenant = tenant


class RegistryWrong(Exception):
    """The file is not a registry that this version understands."""


@dataclass(frozen=True, slots=True)
class Tenant:
    """A row of the registry. Times are integer milliseconds UTC."""

    name: str
    created_at: int
    wrapped_key: bytes
    key_version: int = 1
    wanted: Wanted = "active"
    parked_reason: str | None = None
    parked_detail: str | None = None
    """What the server said with it, such as until when a number is banned."""
    parked_at: int | None = None
    number: str | None = None
    """The linked number, `+E164`."""
    lab: bool | None = None
    """Whether the session was linked in the lab; None while there is no session."""

    @property
    def linked(self) -> bool:
        return self.lab is not None


class Registry:
    """Synchronous and used by one thread at a time. Every change is on disk when its method returns."""

    def __init__(self, path: Path) -> None:
        try:
            connection = sqlite3.connect(path, timeout=BUSY_LIMIT, check_same_thread=False)
        except sqlite3.Error as error:
            raise _wrong(path, error) from None
        try:
            path.chmod(0o600)
            self._database = Database(connection)
            self._tenants = self._database.table("tenants")
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            self._migrate(path)
        except sqlite3.Error as error:
            connection.close()
            raise _wrong(path, error) from None
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        self._database.close()

    def __len__(self) -> int:
        return int(self._tenants.count)

    def tenants(self) -> list[Tenant]:
        """By name."""
        return [_tenant(row) for row in self._tenants.rows_where(order_by="name")]

    def find(self, name: str) -> Tenant | None:
        rows = self._tenants.rows_where("name = ?", [name])
        return next((_tenant(row) for row in rows), None)

    def add(self, tenant: Tenant) -> None:
        """Raises sqlite3.IntegrityError where the name is taken."""
        self._tenants.insert(_row(tenant))

    def change(self, tenant: Tenant, **changes: Any) -> Tenant:
        """Store some fields of a tenant and return it as it is now."""
        changed = replace(tenant, **changes)
        row = _row(changed)
        self._tenants.update(tenant.name, {field: row[field] for field in changes})
        return changed

    def change_number(self, tenant: Tenant, number: str, lab: bool) -> Tenant:
        """Store of what number the session is, and of what server. Raises NumberTaken."""
        taken = "number = ? AND lab = ? AND name != ?"
        for other in self._tenants.rows_where(taken, [number, int(lab), tenant.name]):
            raise NumberTaken(other["name"])
        return self.change(tenant, number=number, lab=lab)

    def remove(self, name: str) -> None:
        self._tenants.delete(name)

    def _migrate(self, path: Path) -> None:
        # One transaction from the look to the version: killed in between, or begun twice, it must not be half done.
        with self._database.conn:
            self._database.execute("BEGIN IMMEDIATE")
            version = self._database.execute("PRAGMA user_version").fetchone()[0]
            if version > SCHEMA_VERSION:
                raise RegistryWrong(
                    f"{path}: written by a newer comptoir (schema {version}, expected at most {SCHEMA_VERSION}): "
                    "upgrade comptoir again"
                )
            if version < SCHEMA_VERSION:
                self._create()

    def _create(self) -> None:
        self._tenants.create(
            {
                "name": str,
                "created_at": int,
                "wanted": str,
                "parked_reason": str,
                "parked_detail": str,
                "parked_at": int,
                "wrapped_key": bytes,
                "key_version": int,
                "number": str,
                "lab": int,
            },
            pk="name",
            not_null={"created_at", "wanted", "wrapped_key", "key_version"},
            strict=True,
        )
        self._database.execute(f"PRAGMA user_version = {SCHEMA_VERSION}")


def peek(path: Path) -> list[Tenant]:
    """The tenants, by name, read without changing or making a file, for who only looks.

    Raises RegistryWrong where it is none that this version understands, or cannot be read.
    """
    # Without a log of changes nobody has it open, and then nothing may be made beside it.
    alone = not path.with_name(f"{path.name}-wal").exists()
    uri = f"{path.absolute().as_uri()}?mode=ro{'&immutable=1' if alone else ''}"
    try:
        with closing(sqlite3.connect(uri, uri=True)) as connection:
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version != SCHEMA_VERSION:
                help = (
                    "upgrade comptoir" if version > SCHEMA_VERSION else "the daemon brings it up to date at its start"
                )
                raise RegistryWrong(f"{path}: has schema {version}, expected {SCHEMA_VERSION}: {help}")
            table = Database(connection).table("tenants")
            return [_tenant(row) for row in table.rows_where(order_by="name")]
    except sqlite3.Error as error:
        raise _wrong(path, error) from None


def _wrong(path: Path, error: sqlite3.Error) -> RegistryWrong:
    """A backup is advised only where the file itself is damaged: it would undo what tenants did since."""
    # The lowest byte is the primary code; the rest goes into detail.
    match getattr(error, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_CORRUPT | sqlite3.SQLITE_NOTADB | sqlite3.SQLITE_ERROR:
            help = "expected comptoir's registry; restore it from a backup"
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            help = "another process writes to it; try again when that has ended"
        case sqlite3.SQLITE_FULL:
            help = "make room on its disk"
        case _:
            help = "the file may be sound; check its folder, its owner and its disk"
    return RegistryWrong(f"{path}: {error}: {help}")


class AsyncRegistry:
    """The registry for trio: one call at a time, on a thread, because each waits for the disk."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._one_at_a_time = trio.CapacityLimiter(1)

    async def tenants(self) -> list[Tenant]:
        return await trio.to_thread.run_sync(self._registry.tenants, limiter=self._one_at_a_time)

    async def add(self, tenant: Tenant) -> None:
        await trio.to_thread.run_sync(self._registry.add, tenant, limiter=self._one_at_a_time)

    async def change(self, tenant: Tenant, **changes: Any) -> Tenant:
        call = partial(self._registry.change, tenant, **changes)
        return await trio.to_thread.run_sync(call, limiter=self._one_at_a_time)

    async def change_number(self, tenant: Tenant, number: str, lab: bool) -> Tenant:
        call = partial(self._registry.change_number, tenant, number, lab)
        return await trio.to_thread.run_sync(call, limiter=self._one_at_a_time)

    async def remove(self, name: str) -> None:
        await trio.to_thread.run_sync(self._registry.remove, name, limiter=self._one_at_a_time)


def _row(tenant: Tenant) -> dict[str, Any]:
    return {
        "name": tenant.name,
        "created_at": tenant.created_at,
        "wanted": tenant.wanted,
        "parked_reason": tenant.parked_reason,
        "parked_detail": tenant.parked_detail,
        "parked_at": tenant.parked_at,
        "wrapped_key": tenant.wrapped_key,
        "key_version": tenant.key_version,
        "number": tenant.number,
        "lab": None if tenant.lab is None else int(tenant.lab),
    }


def _tenant(row: dict[str, Any]) -> Tenant:
    return Tenant(**{**row, "lab": None if row["lab"] is None else bool(row["lab"])})
