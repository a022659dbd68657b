"""Files of bounded size, whatever the disk does."""

import os
from pathlib import Path

import pytest

from comptoir.gateway.log_file import LogFile, older_logs, remove_log


def fill(path: Path, keep: int, lines: int = 1_000) -> dict[str, int]:
    log = LogFile(path, 2_000, keep)
    for number in range(lines):
        log.write(f"line {number}")
    log.close()
    return {file.name: file.stat().st_size for file in path.parent.iterdir()}


@pytest.mark.parametrize("keep", [0, 1, 2])
def test_the_log_is_bounded_and_keeps_as_many_older_ones_as_wanted(tmp_path: Path, keep: int) -> None:
    sizes = fill(tmp_path / "awa.log", keep)
    assert sizes.keys() == {"awa.log", *(f"awa.log.{number}" for number in range(1, keep + 1))}
    assert max(sizes.values()) < 2_100
    assert "line 999" in (tmp_path / "awa.log").read_text()


def test_the_first_of_the_older_ones_is_the_newest(tmp_path: Path) -> None:
    fill(tmp_path / "awa.log", 2)
    newest = [(tmp_path / f"awa.log{end}").read_text().splitlines()[0] for end in ("", ".1", ".2")]
    assert newest == sorted(newest, key=lambda line: -int(line.split()[1]))


def test_fewer_are_kept_from_the_next_rotation_on(tmp_path: Path) -> None:
    fill(tmp_path / "awa.log", 3)
    assert older_logs(tmp_path / "awa.log") == [1, 2, 3]
    fill(tmp_path / "awa.log", 1)
    assert older_logs(tmp_path / "awa.log") == [1]


def test_a_log_is_removed_with_all_its_older_ones_and_no_other_tenants(tmp_path: Path) -> None:
    fill(tmp_path / "awa.log", 3)
    (tmp_path / "awa-2.log").write_text("stays")
    (tmp_path / "awa.log.txt").write_text("stays")
    remove_log(tmp_path / "awa.log")
    remove_log(tmp_path / "awa.log")
    assert {file.name for file in tmp_path.iterdir()} == {"awa-2.log", "awa.log.txt"}


def test_a_full_disk_stops_nobody(tmp_path: Path) -> None:
    log = LogFile(tmp_path / "awa.log", 100, 1)
    os.close(log._file)
    log._file = os.open("/dev/full", os.O_WRONLY)
    log.write("nobody reads this")


def test_a_rotation_that_fails_keeps_to_its_own_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    log = LogFile(tmp_path / "awa.log", 100, 1)
    monkeypatch.setattr(log, "_open", lambda: os.open("/nowhere/at/all", os.O_RDONLY))
    log.write("x" * 200)
    other = os.open(tmp_path / "registry.db", os.O_RDWR | os.O_CREAT)
    for _ in range(3):
        log.write("y" * 200)
    os.close(other)
    assert (tmp_path / "registry.db").read_bytes() == b""
