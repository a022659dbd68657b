import os
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace

import pytest

from comptoir.gateway.vault.beside import copy_aside, keep_aside
from comptoir.gateway.vault.errors import VaultDamaged, VaultFailed
from comptoir.gateway.vault.file import open_vault
from comptoir.gateway.vault.orders import DataKey
from comptoir.gateway.vault.pages import image_of
from comptoir.gateway.vault.restoring import open_kept, restore
from comptoir.gateway.vault.sealing import Seal


def lose_memory(kept, session):
    session.close()
    shutil.rmtree(kept.session_dir)
    kept.session_dir.mkdir()


def count(path, table):
    with closing(sqlite3.connect(path)) as db:
        return db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]


def test_what_was_sealed_comes_back_without_ratchets(kept, session, seal):
    generation = seal()
    lose_memory(kept, session)
    manifest = restore(kept)
    assert manifest is not None
    assert manifest.generation == generation
    assert kept.session.stat().st_mode & 0o777 == 0o600
    assert kept.restored_marker.read_text() == f"{generation}\n"
    assert sorted(file.name for file in kept.session_dir.iterdir()) == ["restored", "session.db"]
    assert count(kept.session, "whatsmeow_sessions") == 0
    assert count(kept.session, "whatsmeow_identity_keys") == 20


def test_what_is_in_memory_is_never_replaced(kept, session, seal):
    seal()
    session.meet(99)
    with pytest.raises(VaultFailed, match="newer"):
        restore(kept)
    assert session.count("whatsmeow_sessions") == 21
    assert not kept.restored_marker.exists()


def test_without_a_vault_there_is_nothing_to_restore(kept):
    assert restore(kept) is None
    assert list(kept.session_dir.iterdir()) == []
    assert not kept.vault.exists()


def test_the_log_of_an_old_file_is_not_taken_for_the_new_ones(kept, session, seal):
    seal()
    session.meet(99)
    old = {name: (kept.session_dir / name).read_bytes() for name in ("session.db-wal", "session.db-shm")}
    lose_memory(kept, session)
    for name, content in old.items():
        (kept.session_dir / name).write_bytes(content)
    (kept.session_dir / "session.db.part").write_bytes(b"cut short")
    (kept.session_dir / "session.db.part-wal").write_bytes(old["session.db-wal"])
    assert restore(kept) is not None
    assert count(kept.session, "whatsmeow_identity_keys") == 20
    assert count(kept.session, "whatsmeow_sessions") == 0


def test_a_vault_that_does_not_open_leaves_memory_empty(kept, session, seal):
    seal()
    lose_memory(kept, session)
    with pytest.raises(VaultDamaged):
        restore(replace(kept, data_key=DataKey(1, bytes(32))))
    with pytest.raises(VaultDamaged):
        restore(replace(kept, tenant="bintou"))
    assert list(kept.session_dir.iterdir()) == []
    assert restore(kept) is not None


@pytest.mark.parametrize("size", [0, 1, 5_000])
def test_a_vault_that_was_cut_down(kept, session, seal, size):
    seal()
    lose_memory(kept, session)
    with kept.vault.open("r+b") as file:
        file.truncate(size)
    with pytest.raises(VaultDamaged):
        restore(kept)
    assert not kept.session.exists()


@pytest.mark.parametrize("name", ["vault.db", "vault.db-wal"])
@pytest.mark.parametrize("kind", ["folder", "link"])
def test_what_is_no_file_is_damage_and_not_a_passing_fault(kept, session, seal, name, kind):
    """Trying again for ever would leave a shop's journal out of reach."""
    seal()
    lose_memory(kept, session)
    path = kept.vault.with_name(name)
    path.unlink(missing_ok=True)
    if kind == "folder":
        path.mkdir()
    else:
        path.symlink_to("nowhere")
    with pytest.raises(VaultDamaged):
        restore(kept)
    keep_aside(kept.vault)
    assert not os.path.lexists(path)


def test_looking_at_a_vault_that_was_cut_down_leaves_it_as_it_is(kept, session, seal):
    seal()
    lose_memory(kept, session)
    kept.vault.write_bytes(b"")
    with pytest.raises(VaultDamaged, match="nothing in it"):
        restore(kept)
    assert [file.name for file in kept.vault.parent.iterdir()] == ["vault.db"]
    assert kept.vault.read_bytes() == b""


def test_what_was_sealed_and_is_no_session(kept, tmp_path):
    path = tmp_path / "strange.db"
    with closing(sqlite3.connect(path)) as db:
        db.execute("CREATE TABLE a (b)")
    with closing(open_kept(kept)) as vault:
        vault.seal(image_of(path.read_bytes()), 0)
    with pytest.raises(VaultDamaged, match="no session"):
        restore(kept)
    assert not kept.session.exists()


def test_a_damaged_vault_is_kept(kept):
    kept.vault.write_bytes(b"damaged")
    first = copy_aside(kept.vault)
    assert first.read_bytes() == kept.vault.read_bytes() == b"damaged"
    # One copy is enough, however often it is tried.
    assert copy_aside(kept.vault) == first
    kept.vault.with_name("vault.db-wal").write_bytes(b"its log")
    moved = keep_aside(kept.vault)
    assert not kept.vault.exists()
    assert moved.read_bytes() == b"damaged"
    assert moved.with_name(f"{moved.name}-wal").read_bytes() == b"its log"


def test_a_vault_names_the_key_it_is_under(kept, session, seal):
    seal()
    with closing(open_vault(kept.vault, Seal(kept.data_key.key, "awa"), 1)) as vault:
        assert vault.manifest.key_version == 1
