"""Which swap areas let memory reach a disk in clear."""

import logging
import os
from pathlib import Path

import pytest

from comptoir.gateway import swap
from comptoir.gateway.swap import areas_in, open_swaps, warn_of_swap

HEAD = "Filename\t\t\t\tType\t\tSize\t\tUsed\t\tPriority\n"


@pytest.fixture
def machine(tmp_path: Path) -> Path:
    """A folder for the table of swap areas, and for what the kernel tells of devices."""
    (tmp_path / "sys/dev/block").mkdir(parents=True)
    (tmp_path / "area").write_text("")
    return tmp_path


def look(machine: Path, *areas: Path) -> tuple[str, ...]:
    lines = "".join(f"{area} file 1048572 0 -2\n" for area in areas)
    (machine / "swaps").write_text(HEAD + lines)
    return open_swaps(machine / "swaps", machine / "sys")


def device(machine: Path, area: Path) -> Path:
    """What the kernel tells of the device below."""
    number = area.stat().st_dev
    return machine / f"sys/dev/block/{os.major(number)}:{os.minor(number)}"


def dm(folder: Path, uuid: str) -> Path:
    (folder / "dm").mkdir(parents=True)
    (folder / "dm/uuid").write_text(f"{uuid}\n")
    return folder


def test_names_are_read_as_the_kernel_writes_them() -> None:
    assert areas_in(f"{HEAD}/dev/sda2 partition 1 0 -2\n/my\\040swap file 1 0 -3\n") == ["/dev/sda2", "/my swap"]
    assert areas_in(HEAD) == areas_in("") == []


def test_a_plain_one_is_open(machine: Path) -> None:
    assert look(machine, machine / "area", Path("/dev/gone")) == (str(machine / "area"), "/dev/gone")


def test_an_encrypted_one_is_not_nor_a_volume_on_encrypted_ones(machine: Path) -> None:
    folder = dm(device(machine, machine / "area"), "LVM-abc")
    (folder / "slaves").mkdir()
    for name in ("dm-1", "dm-2"):
        (folder / "slaves" / name).symlink_to(dm(machine / name, "CRYPT-LUKS2-abc"))
    assert look(machine, machine / "area") == ()
    (machine / "dm-2/dm/uuid").write_text("LVM-def\n")
    assert look(machine, machine / "area") == (str(machine / "area"),)


@pytest.mark.parametrize(("backing", "is_open"), [("none\n", False), (None, False), ("/dev/sda3\n", True)])
def test_compressed_memory_is_not_unless_a_disk_is_behind_it(machine: Path, backing: str | None, is_open: bool) -> None:
    (machine / "sys/block/zram0").mkdir(parents=True)
    if backing:
        (machine / "sys/block/zram0/backing_dev").write_text(backing)
    assert bool(look(machine, Path("/dev/zram0"))) == is_open


def test_no_table_is_no_swap(machine: Path) -> None:
    assert open_swaps(machine / "missing") == ()


def test_the_daemon_warns(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    monkeypatch.setattr(swap, "open_swaps", tuple)
    warn_of_swap()
    assert caplog.records == []
    monkeypatch.setattr(swap, "open_swaps", lambda: ("/dev/sda2",))
    with caplog.at_level(logging.WARNING):
        warn_of_swap()
    assert "/dev/sda2" in caplog.text
