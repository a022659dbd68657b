"""What may be sent from where, and what becomes of it when disk or room are full."""

import os
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trio
from journal_rig import KEY, OWN, heard, message, record
from media_rig import files_of_at_most, until

from comptoir.plugins.api import FileKind, FileToSend, ReceivedFile
from comptoir.plugins.shop.model import CatalogueChange
from comptoir.sessions.journal import catalogue_changes, fetches, linkings, quota
from comptoir.sessions.journal.database import Connection
from comptoir.sessions.journal.journal import JournalUnavailable, open_journal
from comptoir.sessions.journal.media import FileRefused
from comptoir.sessions.media import taking
from comptoir.sessions.media.giving import NotHere
from comptoir.sessions.media.keeper import SEALING, MediaKeeper
from comptoir.sessions.spec import MediaLimits, WorkerSpec

JPEG = b"\xff\xd8\xff\xe0" + bytes(100)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "config"
    (folder / "images").mkdir(parents=True)
    (folder / "images" / "menu.jpg").write_bytes(JPEG)
    (tmp_path / "secret.key").write_bytes(b"secret")
    (folder / "out").symlink_to(tmp_path / "secret.key")
    (folder / "loop").symlink_to(folder / "loop")
    os.mkfifo(folder / "pipe")
    (folder / "empty").touch()
    with (folder / "large").open("wb") as large:
        large.truncate(1_000_001)
    return folder


@pytest.fixture
async def keeper(tmp_path: Path, folder: Path) -> AsyncIterator[MediaKeeper]:
    state = tmp_path / "state"
    state.mkdir()
    spec = WorkerSpec("awa", folder, state, tmp_path, KEY, media=MediaLimits(1_500_000, 1_000_000))
    async with open_journal(state / "tenant.db", KEY) as journal, trio.open_nursery() as nursery:
        keeper = MediaKeeper(journal, spec, config=lambda: None, on_queued=lambda: None)
        nursery.start_soon(keeper.run)
        yield keeper
        nursery.cancel_scope.cancel()


async def test_the_picture_of_a_product_that_the_owner_added_is_sent_again(keeper: MediaKeeper) -> None:
    """And no other picture that somebody sent."""
    taken = await keeper.take(FileToSend(Path("images/menu.jpg")))
    added = CatalogueChange("thiof", "added", 3500, None, datetime.now(UTC), "owner", "Thiof", "message:1")

    def journal(db: Connection) -> None:
        linkings.begin_session(db, OWN.number or "", lab=True, now=0)
        for id in ("theirs", "another"):
            picture = replace(heard(id), kind="image", content=ReceivedFile("image/jpeg", len(JPEG)))
            fetches.mark_kept(db, message(record(db, picture)), taken.file, taken.size, 0)
        catalogue_changes.add(db, added, 1, 0)

    await keeper._journal.write(journal)
    assert await keeper.take(FileToSend(kind="image", message=1)) == taken
    with pytest.raises(FileRefused, match="message 2: only pictures of products"):
        await keeper.take(FileToSend(message=2))
    assert await keeper._journal.read(quota.pinned) == len(JPEG)
    await keeper._journal.write(lambda db: catalogue_changes.end(db, "thiof", "added", 0))
    with pytest.raises(FileRefused, match="message 1: only pictures of products"):
        await keeper.take(FileToSend(message=1))


async def test_a_file_of_the_tenants_folder_is_sealed(keeper: MediaKeeper, folder: Path) -> None:
    taken = await keeper.take(FileToSend(Path("images/menu.jpg")))
    assert (taken.kind, taken.mime, taken.size, taken.name) == ("image", "image/jpeg", len(JPEG), "")
    assert b"".join(keeper.store.read(taken.file)) == JPEG
    named = await keeper.take(FileToSend(folder / "images/menu.jpg", "document", "../La carte\x1b.jpg"))
    assert (named.file, named.kind, named.name) == (taken.file, "document", "La carte.jpg")


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("../secret.key", "not in the tenant's folder"),
        ("out", "not in the tenant's folder"),
        ("/etc/passwd", "not in the tenant's folder"),
        ("missing.jpg", "No such file"),
        ("loop", "leads nowhere|Too many levels"),
        ("nul\0", "leads nowhere"),
        ("images", "a folder cannot be sent"),
        ("pipe", "not a regular file"),
        ("empty", "the file is empty"),
        ("large", "1.0 MB are too large: at most 1.0 MB"),
    ],
)
async def test_what_is_not_taken_is_refused_in_words(keeper: MediaKeeper, path: str, words: str) -> None:
    with pytest.raises(FileRefused, match=words) as refused:
        await keeper.take(FileToSend(Path(path)))
    assert path in str(refused.value)
    assert list(keeper.store.folder.glob("*")) == []


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("menu.jpg", "voice", "Ogg Opus was expected as voice, and it is image/jpeg"),
        ("menu.jpg", "video", "a film was expected as video, and it is image/jpeg"),
        ("menu.jpg", "sticker", "WebP was expected as sticker, and it is image/jpeg"),
        ("bare.webp", "sticker", "WebP was expected as sticker, and it is application/octet-stream"),
        ("bare.ogg", "voice", "Ogg Opus was expected as voice, and it is application/octet-stream"),
    ],
)
async def test_what_the_apps_would_show_broken_is_refused(
    keeper: MediaKeeper, folder: Path, name: str, kind: FileKind, words: str
) -> None:
    (folder / name).write_bytes(JPEG if name == "menu.jpg" else b"OggS" + bytes(100))
    with pytest.raises(FileRefused, match=words):
        await keeper.take(FileToSend(Path(name), kind))
    assert list(keeper.store.folder.glob("*")) == []
    (folder / "voice").write_bytes(b"OggS" + bytes(24) + b"OpusHead" + bytes(100))
    (folder / "video").write_bytes(b"\0\0\0\x18ftypmp42" + bytes(100))
    (folder / "sticker").write_bytes(b"RIFF\0\0\0\0WEBPVP8 " + bytes(100))
    assert (await keeper.take(FileToSend(Path(kind), kind))).kind == kind


async def test_a_link_that_is_put_into_the_path_meanwhile_leads_nowhere(
    keeper: MediaKeeper, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    menu, real_open = folder / "images" / "menu.jpg", os.open

    def late(path: Path, flags: int, *more: int) -> int:
        if path == menu and menu.is_file():
            menu.unlink()
            menu.symlink_to(folder.parent / "secret.key")
        return real_open(path, flags, *more)

    monkeypatch.setattr(taking.os, "open", late)
    with pytest.raises(FileRefused, match="not in the tenant's folder"):
        await keeper.take(FileToSend(Path("images/menu.jpg")))


async def test_who_gives_up_in_the_queue_leaves_no_descriptor(keeper: MediaKeeper, folder: Path) -> None:
    busy = FileToSend(Path("images/menu.jpg"))
    await keeper.take(busy)
    before = sorted(Path("/proc/self/fd").iterdir())
    for borrower in range(SEALING):
        keeper.sealing.acquire_on_behalf_of_nowait(borrower)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(keeper.take, busy)
        await until(lambda: keeper.sealing.statistics().tasks_waiting)
        nursery.cancel_scope.cancel()
    assert sorted(Path("/proc/self/fd").iterdir()) == before


async def test_a_full_disk_is_no_fault_of_the_file(keeper: MediaKeeper, folder: Path) -> None:
    (folder / "long").write_bytes(bytes(900_000))
    await keeper.take(FileToSend(Path("images/menu.jpg")))
    with files_of_at_most(500_000), pytest.raises(JournalUnavailable, match="free some space"):
        await keeper.take(FileToSend(Path("long")))
    assert len(list(keeper.store.folder.glob("*"))) == 1


async def test_what_finds_no_room_beside_what_waits_is_not_taken(
    keeper: MediaKeeper, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quota, "pinned", lambda _db: 1_499_950)
    with pytest.raises(FileRefused, match="the room for files is used up"):
        await keeper.take(FileToSend(Path("images/menu.jpg")))


async def test_what_can_never_fit_is_not_said_to_wait_for_room(keeper: MediaKeeper, folder: Path) -> None:
    keeper.limits = replace(keeper.limits, quota=100)
    with pytest.raises(FileRefused, match=r"larger than all the room for files.*quota_mb") as refused:
        await keeper.take(FileToSend(Path("images/menu.jpg")))
    assert "wait" not in str(refused.value)


async def test_a_message_without_a_file_has_none_to_load(keeper: MediaKeeper) -> None:
    with pytest.raises(NotHere, match="message 7 holds no file"):
        await keeper.load(7)
