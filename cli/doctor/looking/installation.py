"""Looks at an installation's files: nothing is made, locked or changed, whether a daemon runs or not."""

import logging
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from comptoir.cli.doctor.facts import FileFault, Folder, Installation, Registered, Space
from comptoir.cli.doctor.looking.machine import space
from comptoir.cli.doctor.looking.service_key import sealed_key, with_service_key
from comptoir.gateway.keys import KeysWrong, load_master_key, master_key_path, unwrap
from comptoir.gateway.log_format import LogSettings
from comptoir.gateway.master_key import find_master_key
from comptoir.gateway.paths import RAM_FILE_SYSTEMS, SHARED_MEMORY, Paths, PathsWrong
from comptoir.gateway.peeking import peek
from comptoir.gateway.policy import what_to_do
from comptoir.gateway.registry import Tenant
from comptoir.gateway.registry_schema import RegistryWrong
from comptoir.gateway.session_dirs import file_system
from comptoir.gateway.settings import SettingsWrong, load_settings
from comptoir.gateway.setup import registry_lost
from comptoir.gateway.system_journal import JOURNAL_SOCKET
from comptoir.plugins.checking import load_tenant
from comptoir.plugins.faults import ConfigWrong, Fault


def look_at_installation(paths: Paths, only: str | None = None) -> Installation:
    """`only`: leave the files of all other tenants unread."""
    paths = with_service_key(paths)
    key, key_trouble = _master_key(paths)
    key_file = master_key_path(paths)
    if key is None and not key_file.exists() and (sealed := sealed_key(paths)):
        # Only systemd opens it: what it locks cannot be looked at while the service rests.
        key_file, key_trouble = sealed, None
    rows, registry_trouble = _registry(paths, key)
    names = [row.name for row in rows] if rows or registry_trouble is None else _folders_of_tenants(paths)
    log = _log_settings(paths)
    return Installation(
        uid=os.geteuid(),
        folders=tuple(_folder(name, path) for name, path in _places(paths)),
        key_file=key_file,
        key_trouble=key_trouble,
        registry_file=paths.registry_file,
        registry_trouble=registry_trouble,
        tenants=tuple(_registered(row, key) for row in rows),
        leftovers=_leftovers(paths, names) if registry_trouble is None else (),
        faults=tuple(_settings_faults(paths)) + tuple(_tenants_faults(paths, [only] if only else names)),
        settings_changed=_written(paths.settings_file),
        ram=_ram(paths),
        disk=_space(paths.state),
        socket_trouble=_socket_trouble(paths),
        log_keeps_prints=log.level <= logging.DEBUG,
        log_lacks_journal=log.to == "journal" and not JOURNAL_SOCKET.exists(),
    )


def _places(paths: Paths) -> list[tuple[str, Path]]:
    return [
        ("config", paths.config),
        ("keys", paths.keys),
        ("state", paths.state),
        ("run", paths.run),
        ("logs", paths.log),
    ]


def _folder(name: str, path: Path) -> Folder:
    try:
        found = path.stat()
    except PermissionError:
        return Folder(name, path, "hidden")
    except OSError:
        return Folder(name, path, "missing")
    mode, uid = stat.S_IMODE(found.st_mode), found.st_uid
    if not stat.S_ISDIR(found.st_mode):
        return Folder(name, path, "other", mode, uid)
    return Folder(name, path, "folder" if os.access(path, os.R_OK | os.X_OK) else "hidden", mode, uid)


def _master_key(paths: Paths) -> tuple[bytes | None, str | None]:
    try:
        return find_master_key(paths)[1], None
    except (KeysWrong, OSError) as error:
        return None, str(error)
    except RegistryWrong:
        # Which says enough of itself: the key may be sound.
        return _usual_master_key(paths)


def _usual_master_key(paths: Paths) -> tuple[bytes | None, str | None]:
    try:
        return load_master_key(paths), None
    except (KeysWrong, OSError) as error:
        return None, str(error)


def _registry(paths: Paths, key: bytes | None) -> tuple[list[Tenant], str | None]:
    """Before the first start there is none, and nothing wrong with that."""
    try:
        if not paths.registry_file.exists():
            lost = registry_lost(paths)
            return [], str(lost) if lost else None
        return peek(paths.registry_file, key), None
    except (RegistryWrong, OSError) as error:
        return [], str(error)


def _registered(row: Tenant, master: bytes | None) -> Registered:
    return Registered(
        name=row.name,
        number=row.number,
        linked=row.linked,
        paused=row.wanted == "paused",
        parked=row.parked_reason,
        detail=row.parked_detail,
        advice=what_to_do(row.parked_reason, row.name, row.parked_detail) if row.parked_reason else "",
        key_trouble=_key_trouble(row, master) if master else None,
    )


def _key_trouble(row: Tenant, master: bytes) -> str | None:
    try:
        unwrap(master, row.wrapped_key, row.name, row.key_version)
    except KeysWrong as error:
        return str(error).removeprefix(f"{row.name}: ")
    return None


def _folders_of_tenants(paths: Paths) -> list[str]:
    return _names_in(paths.config / "tenants")


def _leftovers(paths: Paths, names: list[str]) -> tuple[Path, ...]:
    folder = paths.state / "tenants"
    return tuple(folder / name for name in _names_in(folder) if name not in names)


def _names_in(folder: Path) -> list[str]:
    try:
        return sorted(entry.name for entry in folder.iterdir() if entry.is_dir())
    except OSError:
        return []


def _log_settings(paths: Paths) -> LogSettings:
    try:
        return load_settings(paths.settings_file).log
    except SettingsWrong:
        return LogSettings()


def _settings_faults(paths: Paths) -> Iterable[FileFault]:
    try:
        load_settings(paths.settings_file)
    except SettingsWrong as wrong:
        return [_fault(None, fault) for fault in wrong.faults]
    return []


def _tenants_faults(paths: Paths, names: Iterable[str]) -> Iterable[FileFault]:
    for name in names:
        try:
            load_tenant(paths.tenant_config(name))
        except ConfigWrong as wrong:
            yield from (_fault(name, fault) for fault in wrong.faults)


def _fault(tenant: str | None, fault: Fault) -> FileFault:
    return FileFault(tenant, fault.file, fault.line, fault.what, fault.expected)


def _written(file: Path) -> float:
    try:
        return file.stat().st_mtime
    except OSError:
        return 0.0


def _ram(paths: Paths) -> Space | None:
    """Where the daemon puts session databases: run/ where that is in memory, else shared memory."""
    for folder in (paths.run, SHARED_MEMORY):
        try:
            if file_system(folder) in RAM_FILE_SYSTEMS:
                return space(folder)
        except OSError:
            continue
    return None


def _space(path: Path) -> Space | None:
    try:
        return space(path)
    except OSError:
        return None


def _socket_trouble(paths: Paths) -> str | None:
    try:
        paths.check_socket_path()
    except PathsWrong as error:
        return str(error)
    return None
