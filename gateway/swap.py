"""Whether memory may reach a disk in clear: sessions' credentials lie in memory."""

import logging
import os
import re
from pathlib import Path

logger = logging.getLogger(__name__)

SWAPS = Path("/proc/swaps")
SYS = Path("/sys")


def open_swaps(table: Path = SWAPS, sys: Path = SYS) -> tuple[str, ...]:
    """Swap areas that are neither compressed memory nor encrypted; none where the kernel does not tell."""
    return tuple(area for area in areas_in(_read(table)) if not _is_closed(Path(area), sys))


def warn_of_swap() -> None:
    if areas := open_swaps():
        logger.warning("swap is on and not encrypted (%s): credentials in memory may reach the disk", ", ".join(areas))


def areas_in(table: str) -> list[str]:
    """Names from the text of /proc/swaps; a blank in one stands there as `\\040`."""
    names = [line.split()[0] for line in table.splitlines()[1:] if line.strip()]
    return [re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), name) for name in names]


def _is_closed(area: Path, sys: Path) -> bool:
    if area.name.startswith("zram"):
        # With a device behind it, zram writes there what it holds, in clear.
        backing = _read(sys / "block" / area.name / "backing_dev").strip()
        return backing in ("", "none")
    device = _device_of(area)
    return device is not None and _is_encrypted(sys / "dev/block" / device)


def _device_of(area: Path) -> str | None:
    """`MAJOR:MINOR` of the device that it is, or of the one that the file lies on."""
    try:
        found = area.stat()
    except OSError:
        return None
    device = found.st_rdev or found.st_dev
    return f"{os.major(device)}:{os.minor(device)}"


def _is_encrypted(device: Path) -> bool:
    """By dm-crypt, at whatever depth: a logical volume may lie on encrypted ones."""
    if _read(device / "dm/uuid").startswith("CRYPT-"):
        return True
    try:
        below = sorted((device / "slaves").iterdir())
    except OSError:
        return False
    return bool(below) and all(_is_encrypted(slave.resolve()) for slave in below)


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
