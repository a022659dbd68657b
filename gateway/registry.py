"""The daemon's database: which tenants there are, what the operator wants of them, their wrapped keys."""

import sqlite3
from dataclasses import dataclass, fields, replace
from functools import partial
from pathlib import Path
from typing import Any, Literal

import trio
from sqlite_utils import Database

from comptoir.gateway.keys import open_number, seal_number, unwrap, wrap
from comptoir.gateway.registry_schema import prepare, set_master_id, sweep, wrong

# Only `comptoir init` and a starting daemon ever meet.
BUSY_LIMIT = 5.0

Wanted = Literal["active", "paused"]


# Fields that a column of another name keeps.
_COLUMNS = {"number": "sealed_number"}
# The fields of a tenant that is not parked.
NOT_PARKED: dict[str, None] = {"parked_reason": None, "parked_detail": None, "parked_at": None}


class NumberTaken(Exception):
    """The number is linked for another tenant already: `tenant`."""

    def __init__(self, tenant: str) -> None:
        super().__init__(f"this number is already linked as tenant {tenant}: `comptoir unlink {tenant}` first")
        self.tenant = tenant


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
    next_wrapped_key: bytes | None = None
    """The data key of version `key_version + 1`, while everything is being encrypted with it."""
    generation: int = 0
    """The newest generation of its vault that is known to be on disk."""

    @property
    def linked(self) -> bool:
        return self.lab is not None


class Registry:
    """Synchronous and used by one thread at a time. Every change is on disk when its method returns.

    Tenants' own numbers are sealed under the master key. Opening raises RegistryWrong, and KeysWrong where the
    registry belongs to another master key.
    """

    def __init__(self, path: Path, master_key: bytes) -> None:
        self.master_key = master_key
        try:
            connection = sqlite3.connect(path, timeout=BUSY_LIMIT, check_same_thread=False)
        except sqlite3.Error as error:
            raise wrong(path, error) from None
        try:
            path.chmod(0o600)
            self._database = Database(connection)
            self._tenants = self._database.table("tenants")
            prepare(connection, path, master_key)
        except sqlite3.Error as error:
            connection.close()
            raise wrong(path, error) from None
        except BaseException:
            connection.close()
            raise

    def close(self) -> None:
        self._database.close()

    def __len__(self) -> int:
        return int(self._tenants.count)

    def tenants(self) -> list[Tenant]:
        """By name."""
        return [self._tenant(row) for row in self._tenants.rows_where(order_by="name")]

    def find(self, name: str) -> Tenant | None:
        rows = self._tenants.rows_where("name = ?", [name])
        return next((self._tenant(row) for row in rows), None)

    def add(self, tenant: Tenant) -> None:
        """Raises sqlite3.IntegrityError where the name is taken."""
        self._tenants.insert(self._row(tenant))

    def change(self, tenant: Tenant, **changes: Any) -> Tenant:
        """Store some fields of a tenant and return it as it is now."""
        changed = replace(tenant, **changes)
        row = self._row(changed)
        columns = [_COLUMNS.get(field, field) for field in changes]
        self._tenants.update(tenant.name, {column: row[column] for column in columns})
        return changed

    def change_number(self, tenant: Tenant, number: str, lab: bool) -> Tenant:
        """Store of what number the session is, and of what server. Raises NumberTaken."""
        for other in self.tenants():
            if (other.number, other.lab) == (number, lab) and other.name != tenant.name:
                raise NumberTaken(other.name)
        return self.change(tenant, number=number, lab=lab)

    def note_generations(self, generations: dict[str, int]) -> None:
        """Store what generation each tenant's vault has reached; a tenant that is gone is passed over."""
        with self._database.conn:
            rows = [(generation, name) for name, generation in generations.items()]
            self._database.conn.executemany("UPDATE tenants SET generation = ? WHERE name = ?", rows)

    def remove(self, name: str) -> None:
        self._tenants.delete(name)

    def change_master_key(self, new: bytes) -> list[Tenant]:
        """Wrap and seal everything anew, in one transaction; the tenants as they are then, by name.

        Afterwards the old key opens nothing in the file. Raises KeysWrong where a row does not open, or sqlite3.Error,
        and then nothing has changed.
        """
        with self._database.conn:
            self._database.execute("BEGIN IMMEDIATE")
            for row in list(self._tenants.rows):
                self._tenants.update(row["name"], _rewrapped(row, self.master_key, new))
            set_master_id(self._database.conn, new)
            changed = [tenant_of(row, new) for row in self._tenants.rows_where(order_by="name")]
        self.master_key = new
        sweep(self._database.conn)
        return changed

    def _row(self, tenant: Tenant) -> dict[str, Any]:
        row = {field.name: getattr(tenant, field.name) for field in fields(Tenant)}
        number = row.pop("number")
        return row | {
            "sealed_number": None if number is None else seal_number(self.master_key, number, tenant.name),
            "lab": None if tenant.lab is None else int(tenant.lab),
        }

    def _tenant(self, row: dict[str, Any]) -> Tenant:
        return tenant_of(row, self.master_key)


class AsyncRegistry:
    """The registry for trio: one call at a time, on a thread, because each waits for the disk."""

    def __init__(self, registry: Registry) -> None:
        self.master_key = registry.master_key
        """What the data keys are wrapped by now."""
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

    async def note_generations(self, generations: dict[str, int]) -> None:
        await trio.to_thread.run_sync(self._registry.note_generations, generations, limiter=self._one_at_a_time)

    async def change_master_key(self, new: bytes) -> list[Tenant]:
        """`master_key` changes in the very step in which this returns: the caller changes what it keeps of it then."""
        changed = await trio.to_thread.run_sync(self._registry.change_master_key, new, limiter=self._one_at_a_time)
        self.master_key = new
        return changed

    async def remove(self, name: str) -> None:
        await trio.to_thread.run_sync(self._registry.remove, name, limiter=self._one_at_a_time)


def tenant_of(row: dict[str, Any], master_key: bytes | None) -> Tenant:
    """Without the master key the number stays unknown. Raises KeysWrong."""
    sealed = row["sealed_number"]
    others = {name: value for name, value in row.items() if name != "sealed_number"}
    number = None if sealed is None or master_key is None else open_number(master_key, sealed, row["name"])
    return Tenant(**others | {"number": number, "lab": None if row["lab"] is None else bool(row["lab"])})


def _rewrapped(row: dict[str, Any], old: bytes, new: bytes) -> dict[str, Any]:
    name, version = row["name"], row["key_version"]
    following, sealed = row["next_wrapped_key"], row["sealed_number"]
    return {
        "wrapped_key": wrap(new, unwrap(old, row["wrapped_key"], name, version), name, version),
        "next_wrapped_key": following and wrap(new, unwrap(old, following, name, version + 1), name, version + 1),
        "sealed_number": sealed and seal_number(new, open_number(old, sealed, name), name),
    }
