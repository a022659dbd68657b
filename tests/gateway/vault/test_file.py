"""The vault's file, and what somebody who can write to it may try."""

import os
import shutil
import sqlite3
from contextlib import closing

import pytest

from comptoir.gateway.vault.errors import VaultDamaged, VaultFailed
from comptoir.gateway.vault.file import open_vault
from comptoir.gateway.vault.pages import image_of
from comptoir.gateway.vault.sealing import Seal

PAGE = 4_096
SEAL = Seal(bytes(32), "awa")
PAGES = 8


def image(*fills, size=PAGE):
    """A database's form is all that counts: the first page begins as SQLite's does."""
    pages = [fill if isinstance(fill, bytes) else bytes([fill]) * size for fill in fills]
    head = b"SQLite format 3\0" + (1 if size == 65_536 else size).to_bytes(2, "big")
    pages[0] = head + pages[0][len(head) :]
    return image_of(b"".join(pages))


NOISE = [os.urandom(PAGE) for _ in range(PAGES)]
FIRST = image(*NOISE)
# Two pages are others, and one is new.
SECOND = image(*NOISE[:3], 33, NOISE[4], 55, *NOISE[6:], 8)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "vault.db"


def opened(path, seal=SEAL, version=1):
    return open_vault(path, seal, version)


def filled(path, *images, seal=SEAL):
    """A vault that has seen these states, one after the other."""
    with closing(opened(path, seal)) as vault:
        for one in images:
            vault.seal(one, 0)


def read(path, seal=SEAL):
    with closing(opened(path, seal)) as vault:
        return vault.read(), vault.generation


@pytest.mark.parametrize(
    "states",
    [
        [FIRST],
        [FIRST, SECOND],
        [SECOND, FIRST],
        [FIRST, image(9)],
        [FIRST, image(1, 2, size=65_536), image(3, size=512)],
    ],
    ids=["one", "more pages", "fewer pages", "far fewer pages", "other page sizes"],
)
def test_the_last_state_comes_back(path, states):
    filled(path, *states)
    assert read(path) == (states[-1], len(states))


def test_a_new_vault_is_empty(path):
    assert read(path) == (None, 0)
    assert path.stat().st_mode & 0o777 == 0o600


def test_none_is_made_where_not_asked_for(path):
    assert open_vault(path, SEAL, 1, make=False) is None
    assert not path.exists()


def test_what_has_not_changed_is_no_generation(path):
    with closing(opened(path)) as vault:
        assert [vault.seal(one, 0) for one in (FIRST, FIRST, SECOND, SECOND)] == [1, None, 2, None]


def test_only_what_differs_is_written(path):
    with closing(opened(path)) as vault:
        vault.seal(FIRST, 0)
        vault.seal(SECOND, 0)
    assert generations(path) == [1, 1, 1, 2, 1, 2, 1, 1, 2]


def test_a_generation_comes_after_all_that_are_known(path):
    with closing(opened(path)) as vault:
        assert vault.seal(FIRST, 0, least=41) == 42
        assert vault.seal(SECOND, 0, least=7) == 43


def test_another_process_goes_on_where_the_first_was(path):
    filled(path, FIRST)
    with closing(opened(path)) as vault:
        assert vault.seal(FIRST, 0) is None
        assert vault.seal(SECOND, 0) == 2
    assert generations(path) == [1, 1, 1, 2, 1, 2, 1, 1, 2]


def test_a_disk_that_is_full_leaves_the_last_generation(path):
    with closing(opened(path)) as vault:
        vault.seal(FIRST, 0)
        vault._db.execute("PRAGMA max_page_count = 1")
        noise = image(*(os.urandom(PAGE) for _ in range(2_000)))
        with pytest.raises(VaultFailed) as failed:
            vault.seal(noise, 0)
        assert failed.value.full
        assert vault.generation == 1
        assert vault.read() == FIRST
        vault._db.execute("PRAGMA max_page_count = 1000000")
        assert vault.seal(noise, 0) == 2
    assert read(path) == (noise, 2)


def test_a_file_that_was_replaced_shows(path, tmp_path):
    with closing(opened(path)) as vault:
        assert not vault.replaced
        shutil.copy(path, path.with_name("copy"))
        path.with_name("copy").replace(path)
        assert vault.replaced


def test_a_file_whose_content_was_replaced_shows(path):
    filled(path, FIRST)
    content = path.read_bytes()
    with closing(opened(path)) as vault:
        for one in (SECOND, FIRST):
            vault.seal(one, 0)
            assert not vault.replaced
        vault.tidy()
        assert not vault.replaced
        path.write_bytes(content)
        assert vault.replaced
        path.unlink()
        assert vault.replaced


# --- what does not open


def refuses(path, seal=SEAL):
    with pytest.raises(VaultDamaged) as damaged:
        read(path, seal)
    assert str(path) in str(damaged.value)


@pytest.mark.parametrize("seal", [Seal(bytes(32), "bintou"), Seal(bytes([1]) * 32, "awa")], ids=["tenant", "key"])
def test_a_vault_of_another(path, seal):
    filled(path, FIRST)
    refuses(path, seal)


def test_an_older_vault_opens_as_a_whole(path):
    """That it is older only who knows the newest generation can tell."""
    filled(path, FIRST)
    shutil.copy(path, path.with_name("older"))
    filled(path, SECOND)
    path.with_name("older").replace(path)
    assert read(path) == (FIRST, 1)


@pytest.mark.parametrize("number", range(1, PAGES + 1))
def test_an_older_page_is_found(path, number):
    """Whatever number is put beside it."""
    other = image(*(fill + 100 for fill in range(PAGES)))
    filled(path, FIRST)
    with edit(path) as db:
        (old,) = db.execute("SELECT sealed FROM pages WHERE number = ?", (number,)).fetchone()
    filled(path, other)
    for at in (1, 2):
        with edit(path) as db:
            db.execute("UPDATE pages SET sealed = ?, generation = ? WHERE number = ?", (old, at, number))
        refuses(path)


@pytest.mark.parametrize("one", range(1, PAGES + 1))
def test_swapped_pages_are_found(path, one):
    filled(path, FIRST)
    other = one % PAGES + 1
    with edit(path) as db:
        rows = dict(db.execute("SELECT number, sealed FROM pages").fetchall())
        db.execute("UPDATE pages SET sealed = ? WHERE number = ?", (rows[other], one))
        db.execute("UPDATE pages SET sealed = ? WHERE number = ?", (rows[one], other))
    refuses(path)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM pages WHERE number = 3",
        "DELETE FROM pages WHERE number = 8",
        "DELETE FROM pages",
        "DELETE FROM manifest",
        "INSERT INTO pages SELECT 9, generation, sealed FROM pages WHERE number = 8",
        "UPDATE pages SET number = 99 WHERE number = 8",
        "UPDATE pages SET generation = 0 WHERE number = 2",
        "UPDATE pages SET generation = -1 WHERE number = 2",
        "UPDATE pages SET sealed = x'' WHERE number = 2",
        "UPDATE pages SET sealed = substr(sealed, 2) WHERE number = 2",
        "UPDATE manifest SET sealed = (SELECT sealed FROM pages WHERE number = 1)",
        "UPDATE manifest SET sealed = x'00'",
        "DROP TABLE pages",
    ],
)
def test_what_is_changed_in_it_is_found(path, sql):
    filled(path, FIRST)
    with edit(path) as db:
        db.execute(sql)
    refuses(path)


def test_an_older_manifest_is_found(path):
    filled(path, FIRST)
    with edit(path) as db:
        (old,) = db.execute("SELECT sealed FROM manifest").fetchone()
    filled(path, SECOND)
    with edit(path) as db:
        db.execute("UPDATE manifest SET sealed = ?", (old,))
    refuses(path)


def test_pages_of_another_tenant_are_found(path, tmp_path):
    filled(path, FIRST)
    other = tmp_path / "other.db"
    filled(other, FIRST, seal=Seal(bytes(32), "bintou"))
    with edit(path) as db:
        db.execute("ATTACH ? AS other", (str(other),))
        db.execute("UPDATE pages SET sealed = (SELECT sealed FROM other.pages AS o WHERE o.number = pages.number)")
    refuses(path)


def test_a_truncated_file_is_found(path):
    filled(path, FIRST, SECOND)
    content = path.read_bytes()
    for size in (15, 100, 512, 4_095, *range(4_096, len(content), 1_024)):
        path.write_bytes(content[:size])
        refuses(path)


def test_what_is_no_database_is_found(path):
    path.write_bytes(os.urandom(10_000))
    refuses(path)


def test_a_newer_schema_is_no_damage(path):
    filled(path, FIRST)
    with edit(path) as db:
        db.execute("PRAGMA user_version = 2")
    with pytest.raises(VaultFailed, match="upgrade"):
        opened(path)


def edit(path):
    """A connection that commits and closes."""

    class Edit:
        def __enter__(self):
            self.db = sqlite3.connect(path)
            return self.db

        def __exit__(self, *_):
            self.db.commit()
            self.db.close()

    return Edit()


def generations(path):
    with edit(path) as db:
        return [generation for (generation,) in db.execute("SELECT generation FROM pages ORDER BY number")]
