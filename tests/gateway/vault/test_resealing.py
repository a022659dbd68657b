from contextlib import closing
from dataclasses import replace

import pytest

from comptoir.gateway.vault import resealing
from comptoir.gateway.vault.errors import VaultDamaged
from comptoir.gateway.vault.orders import DataKey
from comptoir.gateway.vault.resealing import new_vault, seal_anew, switch, take_back
from comptoir.gateway.vault.restoring import open_kept

NEW = DataKey(2, bytes([7]) * 32)


def read(kept):
    with closing(open_kept(kept)) as vault:
        return vault.read(), vault.generation


def files(kept):
    return sorted(file.name for file in kept.vault.parent.iterdir())


def test_a_vault_goes_from_one_key_to_another(kept, session, seal):
    generation = seal()
    before = read(kept)
    assert seal_anew(kept.vault, "awa", kept.data_key, NEW) == generation
    # Nothing has happened yet to who comes back to the old key.
    assert read(kept) == before
    switch(kept.vault)
    assert files(kept) == ["vault.db"]
    assert read(replace(kept, data_key=NEW)) == before
    with pytest.raises(VaultDamaged):
        read(kept)


def test_all_may_be_repeated(kept, session, seal):
    seal()
    before = read(kept)
    for _ in range(2):
        seal_anew(kept.vault, "awa", kept.data_key, NEW)
    for _ in range(2):
        switch(kept.vault)
        # Interrupted before the registry knew: begun again, nothing is left to do.
        assert seal_anew(kept.vault, "awa", kept.data_key, NEW) == before[1]
        assert files(kept) == ["vault.db"]
    assert read(replace(kept, data_key=NEW)) == before


def test_what_was_half_made_is_made_anew(kept, session, seal):
    seal()
    new_vault(kept.vault).write_bytes(b"half a vault")
    new_vault(kept.vault).with_name("vault.db.new-wal").write_bytes(b"and its log")
    seal_anew(kept.vault, "awa", kept.data_key, NEW)
    switch(kept.vault)
    assert read(replace(kept, data_key=NEW))[0] is not None


def test_it_can_be_taken_back(kept, session, seal):
    seal()
    before = read(kept)
    seal_anew(kept.vault, "awa", kept.data_key, NEW)
    take_back(kept.vault)
    switch(kept.vault)
    assert files(kept) == ["vault.db"]
    assert read(kept) == before


def test_the_log_of_the_old_vault_is_not_taken_for_the_new_ones(kept, session, seal):
    seal()
    seal_anew(kept.vault, "awa", kept.data_key, NEW)
    # As a kill leaves it.
    kept.vault.with_name("vault.db-wal").write_bytes(b"frames of the old one")
    switch(kept.vault)
    assert files(kept) == ["vault.db"]
    assert read(replace(kept, data_key=NEW))[0] is not None


def test_without_a_vault_there_is_nothing_to_do(kept):
    assert seal_anew(kept.vault, "awa", kept.data_key, NEW) is None
    switch(kept.vault)
    take_back(kept.vault)
    assert files(kept) == []


def test_a_vault_of_neither_key(kept, session, seal):
    seal()
    with pytest.raises(VaultDamaged):
        seal_anew(kept.vault, "awa", DataKey(1, bytes(32)), resealing.DataKey(2, bytes([1]) * 32))
    assert files(kept) == ["vault.db"]
