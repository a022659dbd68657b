"""A tenant's folder goes from one key to the next as a whole, wherever the work is cut short."""

import os
import shutil
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest
from journal_rig import KEY as OLD
from journal_rig import heard, open_new, record
from tried_key import opened_by

from comptoir.sessions.journal.database import open_database
from comptoir.sessions.media.sealing import SealBroken
from comptoir.sessions.media.store import Store
from comptoir.sessions.rekeying import steps
from comptoir.sessions.rekeying.files import RotationFiles
from comptoir.sessions.rekeying.spec import RekeyingFailed, RekeySpec
from comptoir.sessions.rekeying.steps import build, commit

NEW = bytes(range(100, 132))
TEXTS = [f"bonjour {number}" for number in range(40)]
CONTENTS = [os.urandom(size) for size in (0, 10, 200_000, 131_072)]
DAMAGED = "ab" * 32


class Killed(BaseException):
    """In place of a kill -9."""


@dataclass(frozen=True)
class Tenant:
    folder: Path
    media: dict[str, bytes]

    @property
    def spec(self) -> RekeySpec:
        return RekeySpec("awa", self.folder, self.folder / "lock", 2, OLD, NEW)

    @property
    def files(self) -> RotationFiles:
        return RotationFiles(self.folder, 2)

    def texts(self, key: bytes, name: str = "tenant.db") -> list[str]:
        db = open_database(self.folder / name, key)
        try:
            return [text for (text,) in db.execute("SELECT text FROM messages ORDER BY id")]
        finally:
            db.close()

    def assert_is_whole_under(self, key: bytes) -> None:
        assert self.texts(key) == TEXTS
        assert self.texts(key, "tenant.db.before-0002-more") == TEXTS[:20]
        store = Store(self.folder / "media", key)
        for name, content in self.media.items():
            assert b"".join(store.read(name)) == content
        other = OLD if key == NEW else NEW
        assert opened_by(other, self.folder) == []

    def go_on(self) -> None:
        """As the next start would."""
        if not self.files.committed:
            build(self.spec, _nobody)
        commit(self.spec, _nobody)
        self.files.forget()


def _nobody(_what: str, _done: int, _total: int) -> None:
    pass


@pytest.fixture(scope="module")
def original(tmp_path_factory):
    """As a killed worker leaves it: with a log of changes that are not in the journal's file yet."""
    folder, lived_in = tmp_path_factory.mktemp("original"), tmp_path_factory.mktemp("lived-in")
    db = open_new(lived_in / "tenant.db")
    for number, text in enumerate(TEXTS):
        if number == 20:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            shutil.copy(lived_in / "tenant.db", folder / "tenant.db.before-0002-more")
        record(db, heard(f"id{number}", text=text))
    for name in ("tenant.db", "tenant.db-wal"):
        shutil.copy(lived_in / name, folder / name)
    assert (folder / "tenant.db-wal").stat().st_size > 0
    db.close()
    store = Store(folder / "media", OLD)
    store.prepare()
    media = {}
    for content in CONTENTS:
        with store.incoming() as incoming:
            incoming.write(content)
            media[name := incoming.finish()] = content
            incoming.keep(name)
    (folder / "media" / DAMAGED).write_bytes(b"no sealed file")
    for leftover in ("tenant.db.before-0003-yet.part", "media/x.part", "rotation-1", "vault.db.damaged-1"):
        shutil.copy(folder / "tenant.db.before-0002-more", folder / leftover)
    return Tenant(folder, media)


@pytest.fixture
def tenant(original, tmp_path):
    folder = tmp_path / "awa"
    shutil.copytree(original.folder, folder)
    return Tenant(folder, original.media)


def test_everything_is_under_the_new_key_and_nothing_under_the_old(tenant):
    told = []
    build(tenant.spec, lambda *progress: told.append(progress))
    commit(tenant.spec, lambda *progress: told.append(progress))
    tenant.files.forget()
    tenant.assert_is_whole_under(NEW)
    assert sorted(file.name for file in tenant.folder.iterdir()) == ["media", "tenant.db", "tenant.db.before-0002-more"]
    assert (tenant.folder / "media" / DAMAGED).read_bytes() == b"no sealed file"
    assert {what for what, _, _ in told} == {"journal", "files"}
    assert all(done <= total for _, done, total in told)


def test_until_the_commit_nothing_has_changed(tenant):
    build(tenant.spec, _nobody)
    assert not tenant.files.committed
    tenant.files.take_back()
    assert tenant.texts(OLD) == TEXTS
    store = Store(tenant.folder / "media", OLD)
    assert all(b"".join(store.read(name)) == content for name, content in tenant.media.items())
    assert opened_by(NEW, tenant.folder) == []


def test_without_room_nothing_is_begun(tenant, monkeypatch):
    before = sorted(tenant.folder.iterdir())
    monkeypatch.setattr(steps, "MARGIN", 1 << 60)
    with pytest.raises(RekeyingFailed, match=r"needs .* MB of room"):
        build(tenant.spec, _nobody)
    (tenant.folder / "rotation-1").touch()
    assert sorted(tenant.folder.iterdir()) == before


def test_a_journal_of_another_key_is_refused(tenant):
    shutil.copy(tenant.folder / "media" / DAMAGED, tenant.folder / "tenant.db")
    (tenant.folder / "tenant.db-wal").unlink()
    with pytest.raises(RekeyingFailed, match="does not open with this tenant's data key"):
        build(tenant.spec, _nobody)


def test_a_tenant_without_journal_or_files(tmp_path):
    tenant = Tenant(tmp_path, {})
    tenant.go_on()
    assert list(tmp_path.iterdir()) == []


def test_a_torn_header_is_written_again(tenant):
    build(tenant.spec, _nobody)
    tenant.files.unfinished_headers.rename(tenant.files.headers)
    name = max(tenant.media, key=lambda name: len(tenant.media[name]))
    with (tenant.folder / "media" / name).open("r+b") as file:
        file.write(os.urandom(40))
    with pytest.raises(SealBroken):
        b"".join(Store(tenant.folder / "media", OLD).read(name))
    tenant.go_on()
    tenant.assert_is_whole_under(NEW)


STEPS = [(os, "fsync"), (os, "fdatasync"), (os, "pwrite"), (Path, "rename"), (Path, "unlink"), (Path, "touch")]


class Axe:
    """Falls at the `at`-th of all the steps that change the disk: before it, or right after it."""

    def __init__(self, monkeypatch, at: int, *, after: bool) -> None:
        self.seen = 0
        for owner, name in STEPS:
            monkeypatch.setattr(owner, name, self._fell(getattr(owner, name), at, after=after))

    def _fell(self, step, at, *, after):
        def stepped(*args, **kwargs):
            self.seen += 1
            if self.seen == at and not after:
                raise Killed
            result = step(*args, **kwargs)
            if self.seen == at:
                raise Killed
            return result

        return stepped


@pytest.mark.parametrize("after", [False, True])
def test_cut_short_at_every_step_and_gone_on_with(original, tmp_path, monkeypatch, after):
    at, ended = 0, False
    while not ended:
        at += 1
        folder = tmp_path / str(at)
        shutil.copytree(original.folder, folder)
        tenant = Tenant(folder, original.media)
        with monkeypatch.context() as patched:
            axe = Axe(patched, at, after=after)
            with suppress(Killed):
                tenant.go_on()
            ended = axe.seen < at
        if not tenant.files.committed and tenant.files.unfinished_headers.exists():
            # As long as there is a way back it leads to where all was.
            back = Tenant(tmp_path / "back", original.media)
            shutil.copytree(folder, back.folder)
            back.files.take_back()
            assert back.texts(OLD) == TEXTS
            shutil.rmtree(back.folder)
        # Whether the registry has noted the end is the daemon's to know.
        if tenant.files.committed or opened_by(OLD, folder):
            tenant.go_on()
        tenant.assert_is_whole_under(NEW)
        shutil.rmtree(folder)
    assert at > 20
