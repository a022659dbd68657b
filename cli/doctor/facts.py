"""What the doctor knows before it judges: plain values, looked up elsewhere. Sizes are bytes, times seconds UTC."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

Row = Mapping[str, Any]
"""A tenant's row in the daemon's `status`."""


@dataclass(frozen=True, slots=True)
class Space:
    """A file system's room for us."""

    path: Path
    free: int
    size: int
    files_free: int | None = None
    """How many more files it takes; None where it has no limit."""


@dataclass(frozen=True, slots=True)
class Clock:
    now: float
    newest: float
    """The youngest change of a file in state/; 0 where there is none."""
    synchronised: bool | None
    """Whether the kernel's clock follows a time server; None where it does not say."""


@dataclass(frozen=True, slots=True)
class Machine:
    comptoir: str
    python: tuple[int, int, int]
    system: str
    """Kernel, architecture and C library, for people."""
    library: str | None
    """What is wrong with the installed neonize, or None."""
    ffmpeg: bool
    swaps: tuple[str, ...]
    """Swap areas through which memory may reach a disk in clear."""
    memory_free: int | None
    clock: Clock
    versions: Mapping[str, str] = field(default_factory=dict)
    """Of the libraries that matter."""


@dataclass(frozen=True, slots=True)
class Folder:
    """One of the installation's folders, as it was found."""

    name: str
    path: Path
    found: Literal["folder", "missing", "hidden", "other"]
    """`hidden`: not for us to see; `other`: no folder."""
    mode: int = 0
    uid: int = 0


@dataclass(frozen=True, slots=True)
class FileFault:
    """A mistake in a configuration file."""

    tenant: str | None
    """None for comptoir.toml."""
    file: Path
    line: int
    what: str
    expected: str


@dataclass(frozen=True, slots=True)
class Registered:
    """A tenant as the registry has it."""

    name: str
    number: str | None = None
    linked: bool = False
    paused: bool = False
    parked: str | None = None
    detail: str | None = None
    advice: str = ""
    """What to do about being parked."""
    key_trouble: str | None = None
    """Why its data key cannot be opened, or None."""


@dataclass(frozen=True, slots=True)
class Installation:
    uid: int
    """Who looks."""
    folders: tuple[Folder, ...]
    key_file: Path
    key_trouble: str | None
    registry_file: Path
    registry_trouble: str | None
    """None as well before the first start, when there is no registry yet."""
    tenants: tuple[Registered, ...]
    leftovers: tuple[Path, ...]
    """Folders in state/tenants/ that belong to no tenant."""
    faults: tuple[FileFault, ...]
    settings_changed: float
    """When comptoir.toml was last written; 0 where there is none."""
    ram: Space | None
    """Where session databases lie; None where no file system in memory was found."""
    disk: Space | None
    socket_trouble: str | None = None
    """Why the control socket's path cannot be used, or None."""
    log_keeps_prints: bool = False
    """Whatever plugins print is logged."""
    log_lacks_journal: bool = False
    """Logs go to the system's journal, and there is none."""


DaemonState = Literal["answers", "absent", "stale", "silent", "refused", "foreign"]


@dataclass(frozen=True, slots=True)
class Daemon:
    """What came of asking the daemon.

    `absent`: nobody holds the lock on state/; `stale`: neither, but its socket is still there; `silent`: it runs
    and does not answer; `refused`: it answers, but not us; `foreign`: it speaks another version of the protocol.
    """

    state: DaemonState
    text: str = ""
    """Its own words, or the system's, where it does not answer."""
    lock_pid: int = 0
    """The process that holds the lock on state/, or 0."""
    open_files: int | None = None
    """How many files it may have open, or a daemon started from here might."""
    version: str = ""
    lab: bool = False
    uptime: float = 0.0
    notices: tuple[str, ...] = ()
    rows: tuple[Row, ...] = ()
    later: tuple[Row, ...] = ()
    """The rows a moment later, where queues were worth a second look."""


@dataclass(frozen=True, slots=True)
class Facts:
    machine: Machine
    installation: Installation
    daemon: Daemon
    tenant: str | None = None
    """Only this one is asked about; None for all."""
