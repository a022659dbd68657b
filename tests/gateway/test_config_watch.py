"""Saves in the tenants' folders are seen soon, once, and for the right tenant; with real notifications."""

import os
import shutil
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest
import trio

from comptoir.gateway import arriving, config_watch
from comptoir.gateway.arriving import Arriving
from comptoir.gateway.config_watch import ConfigWatch
from comptoir.gateway.tenant_files import MAX_FOLDERS, survey, tenant_of
from comptoir.sessions.protocol import ErrorCode, RpcError

WITHIN = 5.0
"""Seconds: a second is promised, of a machine that has nothing else to do."""


class Reloads:
    """What the watch asks for, and what becomes of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.doing: Callable[[str], Awaitable[None]] | None = None
        self._grown = trio.Event()

    async def reload(self, name: str) -> None:
        self.asked.append(name)
        self._grown.set()
        self._grown = trio.Event()
        if self.doing:
            await self.doing(name)

    async def wait(self, *names: str) -> None:
        """Until exactly these were asked for since the last time, in any order."""
        with trio.fail_after(WITHIN):
            while len(self.asked) < len(names):
                await self._grown.wait()
        assert sorted(self.asked) == sorted(names)
        self.asked.clear()


@asynccontextmanager
async def watching(root: Path) -> AsyncIterator[Reloads]:
    reloads = Reloads()
    watch = ConfigWatch(root, reloads.reload)
    await watch.begin()
    async with trio.open_nursery() as nursery:
        nursery.start_soon(watch.run)
        yield reloads
        nursery.cancel_scope.cancel()


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    # Here nobody types.
    monkeypatch.setattr(config_watch, "QUIET", 0.03)
    for name in ("awa", "binta"):
        (tmp_path / "tenants" / name).mkdir(parents=True)
        (tmp_path / "tenants" / name / "tenant.toml").write_text("version = 1\n")
    return tmp_path / "tenants"


async def test_each_way_to_save_is_seen_once(root: Path, tmp_path: Path) -> None:
    file = root / "awa" / "tenant.toml"
    async with watching(root) as reloads:
        # In its place; as vim does; as most do; and what came before the watch stood.
        file.write_text("version = 2\n")
        await reloads.wait("awa")
        file.rename(root / "awa" / "tenant.toml~")
        (root / "awa" / "4913").touch()
        (root / "awa" / "4913").unlink()
        file.write_text("version = 3\n")
        (root / "awa" / "tenant.toml~").unlink()
        await reloads.wait("awa")
        (root / "binta" / ".tenant.toml.swp").write_text("a swap file")
        (root / "awa" / "tenant.toml.tmp").write_text("version = 4\n")
        (root / "awa" / "tenant.toml.tmp").replace(file)
        await reloads.wait("awa")
        # A folder, and a file in it before anybody could watch that.
        (root / "awa" / "wording").mkdir()
        (root / "awa" / "wording" / "fr.toml").write_text("")
        await reloads.wait("awa")
        (root / "awa" / "wording" / "fr.toml").write_text("[welcome]\n")
        await reloads.wait("awa")
        shutil.rmtree(root / "awa" / "wording")
        await reloads.wait("awa")


async def test_tenants_come_and_go_and_may_be_links(root: Path, tmp_path: Path) -> None:
    for version in ("v1", "v2"):
        shutil.copytree(root / "awa", tmp_path / version)
    async with watching(root) as reloads:
        shutil.rmtree(root / "binta")
        await reloads.wait("binta")
        shutil.copytree(root / "awa", root / "binta")
        await reloads.wait("binta")
        (root / "binta" / "tenant.toml").write_text("version = 2\n")
        await reloads.wait("binta")
        (root / "linked").symlink_to(tmp_path / "v1")
        await reloads.wait("linked")
        (tmp_path / "v1" / "tenant.toml").write_text("version = 2\n")
        await reloads.wait("linked")
        # As those who deploy do.
        (root / ".next").symlink_to(tmp_path / "v2")
        (root / ".next").replace(root / "linked")
        await reloads.wait("linked")
        (tmp_path / "v2" / "tenant.toml").write_text("version = 3\n")
        await reloads.wait("linked")


async def test_a_burst_of_saves_is_one_and_what_comes_meanwhile_another(root: Path) -> None:
    file = root / "awa" / "tenant.toml"
    began, go_on = trio.Event(), trio.Event()

    async def slowly(_name: str) -> None:
        began.set()
        await go_on.wait()

    async with watching(root) as reloads:
        reloads.doing = slowly
        for version in range(20):
            file.write_text(f"version = {version}\n")
        await began.wait()
        file.write_text("version = 99\n")
        # Another tenant does not wait for it.
        (root / "binta" / "tenant.toml").write_text("version = 2\n")
        await reloads.wait("awa", "binta")
        go_on.set()
        await reloads.wait("awa")


async def test_a_worker_that_cannot_answer_is_asked_again_and_no_fault_ends_the_watch(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(config_watch, "AGAIN", 0.01)
    file = root / "awa" / "tenant.toml"
    raising: list[Exception] = [
        RpcError(ErrorCode.NOT_NOW, "no worker answers"),
        RpcError(ErrorCode.CONFIG_WRONG, "line 1"),
        ZeroDivisionError("a fault of ours"),
    ]

    async def fail(_name: str) -> None:
        if raising:
            raise raising.pop(0)

    async with watching(root) as reloads:
        reloads.doing = fail
        file.write_text("version = 2\n")
        await reloads.wait("awa", "awa")
        file.write_text("version = 3\n")
        await reloads.wait("awa")
        file.write_text("version = 4\n")
        await reloads.wait("awa")
        assert not raising


async def test_without_notifications_the_folders_are_looked_at(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(*_args: object, **_settings: object) -> AbstractAsyncContextManager[None]:
        raise OSError(24, "inotify instance limit reached")

    monkeypatch.setattr(config_watch, "awatch", none)
    monkeypatch.setattr(config_watch, "POLL", 0.05)
    async with watching(root) as reloads:
        (root / "awa" / "tenant.toml").write_text("version = 2\n")
        await reloads.wait("awa")
        shutil.rmtree(root)
        await reloads.wait("awa", "binta")
        (root / "awa").mkdir(parents=True)
        await reloads.wait("awa")


def test_only_what_a_tenant_means_to_keep_counts(root: Path) -> None:
    assert tenant_of(root / "awa" / "knowledge" / "menu.md", root) == "awa"
    assert tenant_of(root / "awa" / ".git" / "index", root) is None
    assert tenant_of(root, root) is None
    assert tenant_of(root.parent / "elsewhere", root) is None


def test_links_in_a_tenants_folder_lead_nowhere_and_its_folders_are_counted(root: Path, tmp_path: Path) -> None:
    (tmp_path / "far" / "away").mkdir(parents=True)
    (root / "awa" / "out").symlink_to(tmp_path / "far")
    before = survey(root)
    assert before.folders == {root, root / "awa", root / "binta"}
    (tmp_path / "far" / "away" / "file").touch()
    assert survey(root) == before
    for number in range(2 * MAX_FOLDERS):
        (root / "awa" / str(number)).mkdir()
    assert len(survey(root).folders) == 2 + MAX_FOLDERS
    assert survey(root).looks["binta"] == before.looks["binta"]
    os.utime(root / "binta" / "tenant.toml", ns=(1, 1))
    assert survey(root).looks["binta"] != before.looks["binta"]


@pytest.mark.parametrize("is_told", [True, False], ids=["the system says who writes", "only its size says so"])
async def test_what_is_still_being_written_is_waited_for(
    root: Path, monkeypatch: pytest.MonkeyPatch, is_told: bool
) -> None:
    if not is_told:
        monkeypatch.setattr(arriving, "is_open_for_writing", lambda _path: None)
        monkeypatch.setattr(arriving, "STILL", 0.5)
    async with watching(root) as reloads:
        with (root / "awa" / "catalogue.csv").open("w") as upload:
            for piece in ("nom;prix\nPoulet;35", "00\nMaf", "é;2"):
                upload.write(piece)
                upload.flush()
                await trio.sleep(0.2)
                assert reloads.asked == [], "half of it"
            if is_told:
                await trio.sleep(config_watch.AT_MOST)
                assert reloads.asked == [], "it is held open, though nothing comes for a while"
        await reloads.wait("awa")
        # Only its name counts.
        with (root / "awa" / "poulet.jpg").open("wb") as upload:
            upload.write(b"\xff")
            upload.flush()
            await reloads.wait("awa")


async def test_what_is_written_for_ever_keeps_out_nothing_for_ever(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(config_watch, "ARRIVES_WITHIN", 0.2)
    async with watching(root) as reloads:
        with (root / "awa" / "notes.txt").open("w") as notes:
            notes.write("…")
            notes.flush()
            await reloads.wait("awa")


def test_a_file_that_was_left_open_long_ago_is_there(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with (root / "awa" / "catalogue.csv").open("w") as left_open:
        left_open.write("nom;prix\n")
        left_open.flush()
        assert Arriving(root / "awa").look() == [root / "awa" / "catalogue.csv"]
        monkeypatch.setattr(arriving, "FRESH", 0.0)
        assert Arriving(root / "awa").look() == []
