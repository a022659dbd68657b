from pathlib import Path

import pytest
from media_rig import files_of_at_most

from comptoir.sessions.media.sealing import SealBroken
from comptoir.sessions.media.store import Store

KEY = bytes(range(32))


@pytest.fixture
def store(tmp_path: Path) -> Store:
    store = Store(tmp_path / "media", KEY)
    assert store.prepare() == set()
    return store


def kept(store: Store, data: bytes) -> str:
    with store.incoming() as incoming:
        incoming.write(data)
        name = incoming.finish()
        incoming.keep(name)
    return name


def test_the_same_content_lies_there_once_and_nobody_else_may_look(store: Store, tmp_path: Path) -> None:
    name = kept(store, b"picture")
    assert kept(store, b"picture") == name
    assert [file.name for file in (tmp_path / "media").iterdir()] == [name]
    assert (tmp_path / "media").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "media" / name).stat().st_mode & 0o777 == 0o600
    assert b"".join(store.read(name)) == b"picture"


def test_a_file_that_was_not_finished_leaves_nothing(store: Store, tmp_path: Path) -> None:
    with store.incoming() as incoming:
        incoming.write(b"half")
    assert list((tmp_path / "media").iterdir()) == []


def test_what_a_crash_left_is_cleared_and_whole_files_stay(store: Store, tmp_path: Path) -> None:
    name = kept(store, b"picture")
    (tmp_path / "media" / "abc.part").write_bytes(b"half")
    assert Store(tmp_path / "media", KEY).prepare() == {name}
    assert [file.name for file in (tmp_path / "media").iterdir()] == [name]


def test_a_full_disk_keeps_nothing_half(store: Store, tmp_path: Path) -> None:
    with files_of_at_most(300_000), pytest.raises(OSError, match="too large"):
        kept(store, bytes(1_000_000))
    assert list((tmp_path / "media").iterdir()) == []


def test_an_abandoned_file_takes_no_more(store: Store) -> None:
    with store.incoming() as incoming:
        incoming.abandon()
        with pytest.raises(ValueError, match="abandoned"):
            incoming.write(b"late")


def test_two_files_that_changed_places_do_not_open(store: Store, tmp_path: Path) -> None:
    one, two = kept(store, b"one"), kept(store, b"two")
    folder = tmp_path / "media"
    (folder / one).rename(folder / "x")
    (folder / two).rename(folder / one)
    with pytest.raises(SealBroken):
        list(store.read(one))


@pytest.mark.parametrize("name", ["../tenant.db", "", "A" * 64, "0" * 63, "0" * 64 + "/x"])
def test_nothing_else_is_ever_read(store: Store, name: str) -> None:
    with pytest.raises(ValueError, match="no name"):
        list(store.read(name))


def test_removing_twice_is_no_error(store: Store) -> None:
    name = kept(store, b"picture")
    store.remove(name)
    store.remove(name)
    with pytest.raises(FileNotFoundError):
        list(store.read(name))
