import sqlite3
from pathlib import Path

import pytest

from comptoir.gateway import registry as registry_module
from comptoir.gateway import registry_schema
from comptoir.gateway.keys import KeysWrong, new_key, unwrap, wrap
from comptoir.gateway.peeking import peek
from comptoir.gateway.registry import Registry, Tenant

MASTER, OTHER = bytes(range(32)), bytes(32)
NUMBER = "+221770000001"
# As the first release made it.
SCHEMA_1 = """
CREATE TABLE tenants (
   name TEXT PRIMARY KEY,
   created_at INTEGER NOT NULL,
   wanted TEXT NOT NULL,
   parked_reason TEXT,
   parked_detail TEXT,
   parked_at INTEGER,
   wrapped_key BLOB NOT NULL,
   key_version INTEGER NOT NULL,
   number TEXT,
   lab INTEGER
) STRICT
"""


class Killed(BaseException):
    """In place of a kill -9."""


@pytest.fixture
def file(tmp_path):
    return tmp_path / "registry.db"


@pytest.fixture
def old(file):
    """A registry of the first release, whose pages have seen many numbers."""
    db = sqlite3.connect(file)
    db.execute("PRAGMA journal_mode = WAL")
    db.execute(SCHEMA_1)
    for index in range(200):
        name = f"shop-{index}"
        db.execute(
            "INSERT INTO tenants VALUES (?, 5, 'paused', 'banned', '2 h', 7, ?, 1, ?, 1)",
            (name, wrap(MASTER, new_key(), name, 1), f"+2217700{index:05}"),
        )
    db.execute("DELETE FROM tenants WHERE name NOT IN ('shop-1', 'shop-2')")
    db.execute("UPDATE tenants SET number = ? WHERE name = 'shop-1'", (NUMBER,))
    db.execute("UPDATE tenants SET number = NULL, lab = NULL WHERE name = 'shop-2'")
    db.execute("PRAGMA user_version = 1")
    db.commit()
    db.close()
    return file


def everything(file):
    return b"".join(found.read_bytes() for found in sorted(file.parent.iterdir()))


def test_an_older_registry_is_brought_up_to_date(old):
    registry = Registry(old, MASTER)
    one, two = registry.tenants()
    key = unwrap(MASTER, one.wrapped_key, "shop-1", 1)
    registry.close()
    assert len(key) == 32
    assert one == Tenant("shop-1", 5, one.wrapped_key, 1, "paused", "banned", "2 h", 7, NUMBER, lab=True)
    assert (two.number, two.lab, two.generation, two.next_wrapped_key) == (None, None, 0, None)
    registry = Registry(old, MASTER)
    assert registry.tenants() == [one, two]
    registry.close()


def test_no_number_stays_in_clear(old):
    assert b"22177" in everything(old)
    registry = Registry(old, MASTER)
    assert b"22177" not in everything(old)
    registry.change(registry.tenants()[0], number="+221779999999")
    assert b"22177" not in everything(old)
    registry.close()
    assert b"22177" not in everything(old)


def test_a_sweep_that_was_cut_short_is_done_at_the_next_start(old, monkeypatch):
    def killed(_db):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(registry_schema, "sweep", killed)
        with pytest.raises(Killed):
            Registry(old, MASTER)
    Registry(old, MASTER).close()
    assert b"22177" not in everything(old)


def test_a_migration_that_was_cut_short_has_not_happened(old, monkeypatch):
    def killed(_db, _master):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(registry_schema, "set_master_id", killed)
        with pytest.raises(Killed):
            Registry(old, MASTER)
    registry = Registry(old, MASTER)
    assert registry.tenants()[0].number == NUMBER
    registry.close()


@pytest.mark.parametrize("schema", [1, 2])
def test_a_registry_of_another_master_key_stays_as_it_is(old, schema):
    if schema == 2:
        Registry(old, MASTER).close()
    before = everything(old)
    with pytest.raises(KeysWrong, match="nothing was changed"):
        Registry(old, OTHER)
    assert everything(old) == before


def test_one_damaged_key_does_not_lock_out_the_others(old):
    db = sqlite3.connect(old)
    db.execute("UPDATE tenants SET wrapped_key = x'00' WHERE name = 'shop-1'")
    db.commit()
    db.close()
    registry = Registry(old, MASTER)
    assert len(registry.tenants()) == 2
    registry.close()


def test_without_tenants_it_takes_any_master_key(file):
    Registry(file, MASTER).close()
    registry = Registry(file, OTHER)
    registry.add(Tenant("awa", 1, wrap(OTHER, new_key(), "awa", 1)))
    registry.close()
    with pytest.raises(KeysWrong):
        Registry(file, MASTER)


def test_a_new_master_key_opens_everything_and_the_old_one_nothing(file):
    registry = Registry(file, MASTER)
    data, following = new_key(), new_key()
    registry.add(
        Tenant(
            "awa", 1, wrap(MASTER, data, "awa", 3), 3, number=NUMBER, next_wrapped_key=wrap(MASTER, following, "awa", 4)
        )
    )
    registry.add(Tenant("bintou", 1, wrap(MASTER, data, "bintou", 1)))
    [before, _] = registry.tenants()
    registry.change_master_key(OTHER)
    assert registry.master_key == OTHER
    [awa, bintou] = registry.tenants()
    assert unwrap(OTHER, awa.wrapped_key, "awa", 3) == unwrap(OTHER, bintou.wrapped_key, "bintou", 1) == data
    assert unwrap(OTHER, awa.next_wrapped_key, "awa", 4) == following
    assert awa.number == NUMBER
    for replaced in (before.wrapped_key, before.next_wrapped_key):
        assert replaced not in everything(file)
    registry.close()
    with pytest.raises(KeysWrong):
        Registry(file, MASTER)


def test_a_sweep_that_the_disk_refuses_is_left_to_the_next_start(file, monkeypatch):
    monkeypatch.setattr(registry_module, "BUSY_LIMIT", 0.05)
    registry = Registry(file, MASTER)
    registry.add(Tenant("awa", 1, wrap(MASTER, new_key(), "awa", 1)))
    [before] = registry.tenants()
    other = sqlite3.connect(file, isolation_level=None)

    def refused(db):
        # As on a full disk, it cannot write.
        other.execute("BEGIN IMMEDIATE")
        registry_schema.sweep(db)

    with monkeypatch.context() as patched:
        patched.setattr(registry_module, "sweep", refused)
        [changed] = registry.change_master_key(OTHER)
    other.close()
    assert registry.tenants() == [changed]
    assert unwrap(OTHER, changed.wrapped_key, "awa", 1)
    registry.close()
    Registry(file, OTHER).close()
    assert before.wrapped_key not in everything(file)
    db = sqlite3.connect(file)
    assert db.execute("SELECT value FROM meta WHERE name = 'swept'").fetchone() == (b"\x01",)
    db.close()


def test_a_rewrapping_that_fails_leaves_all_as_it_was(file):
    registry = Registry(file, MASTER)
    registry.add(Tenant("awa", 1, wrap(MASTER, new_key(), "awa", 1)))
    registry.add(Tenant("bintou", 1, bytes(60)))
    before = registry.tenants()
    with pytest.raises(KeysWrong, match="bintou"):
        registry.change_master_key(OTHER)
    assert registry.master_key == MASTER
    assert registry.tenants() == before
    registry.close()
    Registry(file, MASTER).close()


def test_who_only_looks_sees_numbers_with_the_key_alone(file):
    registry = Registry(file, MASTER)
    registry.add(Tenant("awa", 1, wrap(MASTER, new_key(), "awa", 1), number=NUMBER))
    registry.close()
    assert [tenant.number for tenant in peek(file, MASTER)] == [NUMBER]
    assert [tenant.number for tenant in peek(file)] == [None]
    assert [tenant.number for tenant in peek(file, OTHER)] == [None]


def test_a_start_that_changes_nothing_writes_nothing(file):
    """A full disk keeps no daemon from starting."""
    Registry(file, MASTER).close()
    watching = sqlite3.connect(file)
    seen = watching.execute("PRAGMA data_version").fetchone()
    Registry(file, MASTER).close()
    assert watching.execute("PRAGMA data_version").fetchone() == seen
    watching.close()


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        (sqlite3.SQLITE_FULL, "make room on its disk"),
        # What SQLite says first where a disk has no room at all.
        (sqlite3.SQLITE_IOERR_SHMSIZE, "make room on its disk"),
        (sqlite3.SQLITE_IOERR_WRITE, "check its folder, its owner and its disk"),
        (sqlite3.SQLITE_CORRUPT, "restore it from a backup"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, "another process writes to it"),
    ],
)
def test_the_advice_fits_what_sqlite_says(code, advice):
    error = sqlite3.OperationalError("it does not go")
    error.sqlite_errorcode = code
    assert advice in str(registry_schema.wrong(Path("registry.db"), error))
