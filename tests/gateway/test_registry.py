import sqlite3

import pytest

from comptoir.gateway import registry as registry_module
from comptoir.gateway import registry_schema
from comptoir.gateway.peeking import peek
from comptoir.gateway.registry import AsyncRegistry, Registry, Tenant
from comptoir.gateway.registry_schema import RegistryWrong

MASTER = bytes(range(32))
AWA = Tenant("awa", 1_700_000_000_000, b"wrapped")


def test_a_tenant_survives_a_restart(tmp_path):
    registry = Registry(tmp_path / "registry.db", MASTER)
    registry.add(AWA)
    changed = registry.change(AWA, wanted="paused", number="+221770000001", lab=False, parked_reason="banned")
    registry.close()
    registry = Registry(tmp_path / "registry.db", MASTER)
    assert registry.tenants() == [changed]
    assert registry.find("awa") == changed
    assert changed.linked
    assert not AWA.linked
    registry.close()


def test_fields_that_did_not_change_are_left_alone(tmp_path):
    registry = Registry(tmp_path / "registry.db", MASTER)
    registry.add(AWA)
    registry.change(AWA, number="+221770000001")
    # AWA still has no number here: a stale copy must not undo it.
    registry.change(AWA, wanted="paused")
    found = registry.find("awa")
    assert found is not None
    assert (found.number, found.wanted) == ("+221770000001", "paused")
    registry.close()


def test_names_are_taken_once_and_free_after_removal(tmp_path):
    registry = Registry(tmp_path / "registry.db", MASTER)
    registry.add(AWA)
    with pytest.raises(sqlite3.IntegrityError):
        registry.add(AWA)
    registry.remove("awa")
    assert len(registry) == 0
    registry.add(AWA)
    registry.close()


def test_tenants_come_by_name(tmp_path):
    registry = Registry(tmp_path / "registry.db", MASTER)
    for name in ("c", "a", "b"):
        registry.add(Tenant(name, 1, b"k"))
    assert [tenant.name for tenant in registry.tenants()] == ["a", "b", "c"]
    registry.close()


def test_a_newer_registry_is_refused(tmp_path):
    file = tmp_path / "registry.db"
    Registry(file, MASTER).close()
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(RegistryWrong, match=r"newer comptoir \(schema 99"):
        Registry(file, MASTER)


def test_what_is_no_registry(tmp_path):
    file = tmp_path / "registry.db"
    file.write_text("somebody else's notes, and long enough to be taken for a database" * 10)
    with pytest.raises(RegistryWrong, match="restore it from a backup"):
        Registry(file, MASTER)


def test_a_creation_that_was_cut_short_is_repeated(tmp_path, monkeypatch):
    class Killed(BaseException):
        pass

    def killed(_db, _master):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(registry_schema, "set_master_id", killed)
        with pytest.raises(Killed):
            Registry(tmp_path / "registry.db", MASTER)
    registry = Registry(tmp_path / "registry.db", MASTER)
    assert registry.tenants() == []
    registry.close()


def test_a_backup_is_advised_for_damage_only(tmp_path, monkeypatch):
    file = tmp_path / "registry.db"
    Registry(file, MASTER).close()
    monkeypatch.setattr(registry_module, "BUSY_LIMIT", 0.05)
    other = sqlite3.connect(file)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(RegistryWrong, match="another process writes to it"):
        Registry(file, MASTER)
    other.close()
    with pytest.raises(RegistryWrong, match="check its folder"):
        Registry(tmp_path / "missing/registry.db", MASTER)


def test_the_file_is_closed_to_others(tmp_path):
    Registry(tmp_path / "registry.db", MASTER).close()
    assert (tmp_path / "registry.db").stat().st_mode & 0o777 == 0o600


async def test_from_trio(tmp_path):
    registry = Registry(tmp_path / "registry.db", MASTER)
    shared = AsyncRegistry(registry)
    await shared.add(AWA)
    assert await shared.tenants() == [AWA]
    assert (await shared.change(AWA, lab=True)).linked
    await shared.remove("awa")
    assert await shared.tenants() == []
    registry.close()


async def test_generations_are_noted_together(tmp_path):
    registry = Registry(tmp_path / "registry.db", MASTER)
    shared = AsyncRegistry(registry)
    for name in ("awa", "bintou"):
        await shared.add(Tenant(name, 1, b"k"))
    await shared.note_generations({"awa": 7, "bintou": 9, "gone": 3})
    assert [tenant.generation for tenant in await shared.tenants()] == [7, 9]
    registry.close()


@pytest.mark.parametrize("open_elsewhere", [False, True])
def test_a_peek_changes_nothing(tmp_path, open_elsewhere):
    registry = Registry(tmp_path / "registry.db", MASTER)
    registry.add(AWA)
    if not open_elsewhere:
        registry.close()
    before = {file.name: file.read_bytes() for file in tmp_path.iterdir() if file.suffix != ".db-shm"}
    assert peek(tmp_path / "registry.db") == [AWA]
    assert {file.name: file.read_bytes() for file in tmp_path.iterdir() if file.suffix != ".db-shm"} == before
    assert len(before) == 1 + open_elsewhere
    registry.close()


def test_a_peek_at_what_is_no_registry(tmp_path):
    file = tmp_path / "registry.db"
    with pytest.raises(RegistryWrong, match="unable to open"):
        peek(file)
    assert not file.exists()
    file.write_bytes(b"no database at all, but long enough to be looked at as one")
    with pytest.raises(RegistryWrong, match="not a database"):
        peek(file)
    file.unlink()
    connection = sqlite3.connect(file)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(RegistryWrong, match="upgrade"):
        peek(file)
