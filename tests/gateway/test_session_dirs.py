import os
import shutil

import pytest

from comptoir.gateway import session_dirs
from comptoir.gateway.paths import PathsWrong, find_paths
from comptoir.gateway.session_dirs import file_system, forget_session, make_session_dir, sessions_root
from comptoir.gateway.setup import initialise

MOUNTS = """\
22 1 254:0 / / rw,relatime - ext4 /dev/root rw
25 22 0:23 / /dev/shm rw,nosuid shared:4 master:1 - tmpfs tmpfs rw
"""


def test_the_file_system_of_a_folder(tmp_path):
    mounts = tmp_path / "mountinfo"
    device = tmp_path.stat().st_dev
    ours = f"{os.major(device)}:{os.minor(device)}"
    mounts.write_text(MOUNTS.replace("254:0", "999:999").replace("0:23", ours))
    assert file_system(tmp_path, mounts) == "tmpfs"
    mounts.write_text(MOUNTS.replace("254:0", "999:999").replace("0:23", "999:998"))
    assert file_system(tmp_path, mounts) == ""


def test_run_is_used_where_it_is_in_ram(paths, monkeypatch):
    monkeypatch.setattr(session_dirs, "file_system", lambda path: "tmpfs" if path == paths.run else "ext4")
    assert sessions_root(paths) == paths.run / "sessions"


@pytest.fixture
def in_shared_memory(monkeypatch):
    memory = session_dirs.SHARED_MEMORY
    monkeypatch.setattr(session_dirs, "file_system", lambda path: "tmpfs" if path == memory else "ext4")


@pytest.mark.usefixtures("in_shared_memory")
def test_shared_memory_is_found_by_the_identity_of_state(paths, tmp_path):
    root = sessions_root(paths)
    assert root.parent == session_dirs.SHARED_MEMORY
    assert sessions_root(paths) == root
    other = find_paths({"COMPTOIR_HOME": str(tmp_path)})
    initialise(other)
    assert sessions_root(other) != root


@pytest.mark.usefixtures("in_shared_memory")
def test_a_deleted_installations_sessions_are_not_its_successors(paths):
    root = sessions_root(paths)
    # As if a new state/ had got the inode of a deleted one.
    for file in paths.state.glob("*"):
        if file.is_file():
            file.unlink()
    initialise(paths)
    assert sessions_root(paths) != root


@pytest.mark.usefixtures("in_shared_memory")
def test_a_copy_never_meets_the_sessions_of_its_original(paths, tmp_path):
    copy = find_paths({"COMPTOIR_HOME": str(tmp_path)})
    shutil.copytree(paths.state, copy.state)
    copy.make()
    assert copy.identity_file.read_bytes() == paths.identity_file.read_bytes()
    assert sessions_root(copy) != sessions_root(paths)


@pytest.mark.usefixtures("in_shared_memory")
@pytest.mark.parametrize("text", [None, "", "../../etc", "0" * 31, "\n"])
def test_what_is_no_identity_names_no_folder(paths, text):
    paths.identity_file.unlink()
    if text is not None:
        paths.identity_file.write_text(text)
    with pytest.raises(PathsWrong, match="id: "):
        sessions_root(paths)


def test_without_ram_there_is_no_session(paths, monkeypatch):
    monkeypatch.setattr(session_dirs, "file_system", lambda path: "ext4")
    with pytest.raises(PathsWrong, match="tmpfs"):
        sessions_root(paths)


def test_the_folder_is_private(tmp_path):
    folder = make_session_dir(tmp_path / "root", "awa")
    assert folder.stat().st_mode & 0o777 == 0o700
    assert folder.parent.stat().st_mode & 0o777 == 0o700
    assert make_session_dir(tmp_path / "root", "awa") == folder


def test_a_folder_that_another_user_laid_out_is_refused(tmp_path):
    (tmp_path / "theirs").mkdir()
    (tmp_path / "root").symlink_to(tmp_path / "theirs")
    with pytest.raises(PathsWrong, match="link"):
        make_session_dir(tmp_path / "root", "awa")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_a_folder_of_another_owner_is_refused(tmp_path):
    (tmp_path / "root").mkdir()
    os.chown(tmp_path / "root", 65534, 65534)
    with pytest.raises(PathsWrong, match="another user"):
        make_session_dir(tmp_path / "root", "awa")


def test_forgetting_keeps_the_lock(tmp_path):
    for name in ("session.db", "session.db-wal", "lock"):
        (tmp_path / name).write_text("x")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/file").write_text("x")
    forget_session(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["lock"]
    forget_session(tmp_path / "never made")
