"""What the tenants say of their messages, and beside it what their journals know that nobody is shown."""

from dataclasses import dataclass

from chaos.world import World
from comptoir.gateway.keys import read_master_key, unwrap
from comptoir.gateway.registry import Registry
from comptoir.sessions.journal.database import open_database
from comptoir.sessions.protocol import Params


@dataclass(frozen=True, slots=True)
class Row:
    """A message as `messages` shows it, with WhatsApp's id, what caused it, and how often it was tried."""

    shown: Params
    whatsapp_id: str | None
    cause: str
    attempts: int
    key: str | None

    def __getattr__(self, name: str) -> object:
        return self.shown.get(name)

    def __str__(self) -> str:
        return f"{self.shown} {self.whatsapp_id} {self.cause} {self.attempts}"


@dataclass(frozen=True, slots=True)
class Journal:
    rows: tuple[Row, ...]
    events: frozenset[tuple[int | None, str]]
    """Message and kind."""


def read_journals(world: World, shown: dict[str, list[Params]]) -> dict[str, Journal]:
    """`shown` is the history of each shop; the daemon must have been stopped since."""
    master = read_master_key(world.paths.master_key_file)
    registry = Registry(world.paths.registry_file, master)
    journals = {}
    for tenant in registry.tenants():
        key = unwrap(master, tenant.wrapped_key, tenant.name, tenant.key_version)
        db = open_database(world.paths.tenant_state(tenant.name) / "tenant.db", key)
        (sound,) = db.execute("PRAGMA integrity_check").fetchone()
        if sound != "ok":
            world.blame(f"{tenant.name}: the journal is damaged: {sound}")
        hidden = {
            id: more
            for id, *more in db.execute(
                """SELECT id, whatsapp_id, coalesce(cause, ''), coalesce(attempts, 0), client_key
                    FROM messages LEFT JOIN outbox ON outbox.message = id"""
            )
        }
        if len(hidden) != len(shown[tenant.name]):
            world.blame(f"{tenant.name}: {len(hidden)} messages journaled, {len(shown[tenant.name])} shown")
        events = frozenset(db.execute("SELECT message, kind FROM events"))
        journals[tenant.name] = Journal(tuple(Row(row, *hidden[row["id"]]) for row in shown[tenant.name]), events)
        db.close()
    registry.close()
    return journals
