"""Where everything lies: under `COMPTOIR_HOME`, in systemd's folders, the system's, or a user's (XDG)."""

import os
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

MAX_SOCKET_PATH = 107
SYSTEM_STATE = Path("/var/lib/comptoir")
SHARED_MEMORY = Path("/dev/shm")
TENANT_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,31}")
# What the kernel calls file systems that never reach a disk.
RAM_FILE_SYSTEMS = frozenset({"tmpfs", "ramfs"})


class PathsWrong(Exception):
    """The folders cannot be used as they are; the text says what to change."""


def is_tenant_name(name: str) -> bool:
    """A tenant's name is also a folder's: nothing else may pass where a path is made of it."""
    return TENANT_NAME.fullmatch(name) is not None


@dataclass(frozen=True, slots=True)
class Paths:
    """The folders of one installation. Nothing is made or read until a method says so."""

    config: Path
    keys: Path
    state: Path
    run: Path
    log: Path
    credentials: Path | None = None
    """systemd's `LoadCredential` folder, read-only."""

    @property
    def settings_file(self) -> Path:
        return self.config / "comptoir.toml"

    @property
    def secrets(self) -> Path:
        """Keys of outside services, a file each; the operator makes it."""
        return self.config / "secrets"

    @property
    def master_key_file(self) -> Path:
        return self.keys / "master.key"

    @property
    def registry_file(self) -> Path:
        return self.state / "registry.db"

    @property
    def identity_file(self) -> Path:
        """What tells this installation from every other one, also from one that was here before."""
        return self.state / "id"

    @property
    def daemon_lock(self) -> Path:
        return self.state / "daemon.lock"

    @property
    def control_socket(self) -> Path:
        return self.run / "control.sock"

    @property
    def tenants_config(self) -> Path:
        """Each tenant's own files, in a folder of its name."""
        return self.config / "tenants"

    def tenant_config(self, name: str) -> Path:
        return self.tenants_config / name

    def tenant_state(self, name: str) -> Path:
        return self.state / "tenants" / name

    def tenant_log(self, name: str) -> Path:
        return self.log / f"{name}.log"

    def check_socket_path(self) -> None:
        """Raises PathsWrong where the kernel could not bind the control socket."""
        length = len(os.fsencode(self.control_socket))
        if length > MAX_SOCKET_PATH:
            raise PathsWrong(
                f"{self.control_socket}: a socket's path may have {MAX_SOCKET_PATH} bytes, this one has "
                f"{length}: choose a shorter COMPTOIR_HOME"
            )

    def make(self) -> list[Path]:
        """Make the folders that are missing, closed to others; which were. Raises PathsWrong, OSError."""
        self.check_socket_path()
        closed = (
            self.config,
            self.tenants_config,
            self.keys,
            self.state,
            self.state / "tenants",
        )
        wanted = [folder for folder in (*closed, self.log, self.run) if not folder.is_dir()]
        for folder in closed:
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # A shop matters more than its log: where there is no room for one, the daemon's says so.
        with suppress(OSError):
            self.log.mkdir(parents=True, exist_ok=True, mode=0o700)
        self.run.mkdir(parents=True, exist_ok=True)
        if self.run in wanted:
            # Whatever the umask: its group may be let in to the control socket.
            self.run.chmod(0o750)
        # The operator may have opened config/ and run/ to others; nobody may open these.
        for folder in (self.keys, self.state):
            folder.chmod(0o700)
        return [folder for folder in wanted if folder.is_dir()]


def find_paths(environ: Mapping[str, str] = os.environ, uid: int | None = None) -> Paths:
    """The folders for this process. Raises PathsWrong for a relative `COMPTOIR_HOME`."""
    uid = os.geteuid() if uid is None else uid
    credentials = Path(environ["CREDENTIALS_DIRECTORY"]) if "CREDENTIALS_DIRECTORY" in environ else None
    if home := environ.get("COMPTOIR_HOME"):
        root = Path(home)
        if not root.is_absolute():
            raise PathsWrong(f"COMPTOIR_HOME={home}: expected an absolute path")
        return Paths(root / "config", root / "keys", root / "state", root / "run", root / "state/logs", credentials)
    if "STATE_DIRECTORY" in environ or uid == 0 or _owned_by(SYSTEM_STATE, uid):
        return _system_paths(environ, credentials)
    return _user_paths(environ, uid, credentials)


def _system_paths(environ: Mapping[str, str], credentials: Path | None) -> Paths:
    def folder(variable: str, default: str) -> Path:
        # systemd joins several folders with colons; ours is the first.
        return Path(environ.get(variable, default).split(":")[0])

    config = folder("CONFIGURATION_DIRECTORY", "/etc/comptoir")
    return Paths(
        config,
        config / "keys",
        folder("STATE_DIRECTORY", str(SYSTEM_STATE)),
        folder("RUNTIME_DIRECTORY", "/run/comptoir"),
        folder("LOGS_DIRECTORY", "/var/log/comptoir"),
        credentials,
    )


def _user_paths(environ: Mapping[str, str], uid: int, credentials: Path | None) -> Paths:
    home = Path(environ.get("HOME") or "/")

    def folder(variable: str, default: Path) -> Path:
        # The XDG specification says to ignore relative values.
        value = Path(environ.get(variable, ""))
        return (value if value.is_absolute() else default) / "comptoir"

    state = folder("XDG_STATE_HOME", home / ".local/state")
    return Paths(
        folder("XDG_CONFIG_HOME", home / ".config"),
        folder("XDG_DATA_HOME", home / ".local/share") / "keys",
        state,
        folder("XDG_RUNTIME_DIR", Path(f"/run/user/{uid}")),
        state / "logs",
        credentials,
    )


def _owned_by(path: Path, uid: int) -> bool:
    try:
        return path.stat().st_uid == uid
    except OSError:
        return False
