"""The machine of the power cuts drops what was not synced, and nothing else."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from powercut import intercept
from powercut.cut import Dropped, drop_unsynced

from comptoir.sessions.journal.database import open_database

SUPPORT = Path(__file__).parents[1] / "support"

COMMIT = """
import os, sys
from powercut import intercept
intercept.install()
from comptoir.sessions.journal.database import open_database
from pathlib import Path
db = open_database(Path(sys.argv[1]) / "some.db", bytes(32))
db.execute("CREATE TABLE said (text)")
db.execute("INSERT INTO said VALUES ('synced')")
db.execute(f"PRAGMA synchronous = {sys.argv[2]}")
db.execute("INSERT INTO said VALUES ('last')")
os.kill(os.getpid(), 9)
"""

FILES = """
import os, sys
from pathlib import Path
from powercut import intercept
intercept.install()
root = Path(sys.argv[1])
with (root / "log").open("wb") as file:
    file.write(b"synced ")
    file.flush()
    os.fsync(file.fileno())
    file.write(b"and not")
for name in ("kept", "renamed"):
    with (root / f"{name}.part").open("wb") as file:
        file.write(name.encode())
        file.flush()
        os.fsync(file.fileno())
(root / "renamed").write_bytes(b"older")
with (root / "renamed").open("rb+") as file:
    os.fsync(file.fileno())
(root / "kept.part").rename(root / "kept")
folder = os.open(root, os.O_RDONLY)
os.fsync(folder)
(root / "renamed.part").rename(root / "renamed")
os.kill(os.getpid(), 9)
"""


def run_till_killed(code: str, record: Path, root: Path, *arguments: str) -> None:
    path = os.pathsep.join(filter(None, (str(SUPPORT), os.environ.get("PYTHONPATH"))))
    environment = os.environ | {"PYTHONPATH": path, intercept.FOLDER: str(record), intercept.ROOTS: str(root)}
    ended = subprocess.run([sys.executable, "-c", code, str(root), *arguments], env=environment, check=False)
    assert ended.returncode == -signal.SIGKILL


def folders(tmp_path: Path) -> tuple[Path, Path]:
    record, root = tmp_path / "record", tmp_path / "root"
    record.mkdir()
    root.mkdir()
    return record, root


@pytest.mark.parametrize(("synchronous", "survivors"), [("FULL", ["synced", "last"]), ("OFF", ["synced"])])
def test_a_commit_lasts_that_was_synced(tmp_path: Path, synchronous: str, survivors: list[str]) -> None:
    record, root = folders(tmp_path)
    run_till_killed(COMMIT, record, root, synchronous)
    drop_unsynced(record, [root])
    db = open_database(root / "some.db", bytes(32))
    assert [text for (text,) in db.execute("SELECT text FROM said")] == survivors
    db.close()


def test_files_and_names_last_that_were_synced(tmp_path: Path) -> None:
    record, root = folders(tmp_path)
    run_till_killed(FILES, record, root)
    assert drop_unsynced(record, [root]) == Dropped(writes=1, changes_of_names=1)
    assert {file.name: file.read_bytes() for file in root.iterdir()} == {
        "log": b"synced ",
        "kept": b"kept",
        "renamed.part": b"renamed",
        "renamed": b"older",
    }
