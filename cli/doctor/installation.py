"""Folders, keys, registry and configuration files, as they lie on the disk."""

from collections.abc import Iterator

from comptoir.cli.doctor.facts import Facts, FileFault, Folder, Installation
from comptoir.cli.doctor.finding import Finding, Level, ok, warning, wrong

CLOSED = ("keys", "state")
"""Nobody else may look into these; config/, run/ and logs/ the operator may have opened."""


def findings(facts: Facts) -> Iterator[Finding]:
    installation = facts.installation
    if nothing_there(installation):
        yield wrong("folders", f"nothing in {_folder(installation, 'state').path}", "", "`comptoir init` makes it all")
        return
    yield from _folders(installation)
    if installation.socket_trouble:
        yield wrong("folders", installation.socket_trouble)
    yield from _keys(facts)
    if installation.ram is None:
        why = "sessions' credentials would reach the disk in clear, so the daemon refuses to start"
        yield wrong("sessions", "neither run/ nor /dev/shm is in memory", why, "mount a tmpfs on one of them")
    yield from _configuration(facts)
    yield from _log(installation)
    for folder in installation.leftovers:
        why = "no tenant's key opens it, and a tenant of that name cannot be added"
        yield warning("registry", f"{folder} belongs to no tenant", why, "move it away, or delete it")


def _log(installation: Installation) -> Iterator[Finding]:
    if installation.log_keeps_prints:
        why = "what plugins print is kept, too, and may repeat what customers wrote"
        yield warning("log", "level is debug", why, "leave `level` out of [log] in comptoir.toml; restart the daemon")
    if installation.log_lacks_journal:
        mend = '`to = "file"` in [log] of comptoir.toml; restart the daemon'
        yield warning("log", "the system's journal is not there", "nothing is logged of any tenant", mend)


def nothing_there(installation: Installation) -> bool:
    """Before `comptoir init`."""
    return all(folder.found == "missing" for folder in installation.folders if folder.name != "run")


def _folder(installation: Installation, name: str) -> Folder:
    return next(folder for folder in installation.folders if folder.name == name)


def _folders(installation: Installation) -> Iterator[Finding]:
    owner = _folder(installation, "state").uid
    faults = [fault for folder in installation.folders for fault in _faults_of(folder, owner, installation.uid)]
    yield from faults
    if not faults:
        yield ok("folders", f"{len(installation.folders)}, closed to others, all of one owner")


def _without(folder: Folder) -> str:
    return "nothing is logged of any tenant" if folder.name == "logs" else "the daemon cannot start"


def _faults_of(folder: Folder, owner: int, us: int) -> Iterator[Finding]:
    path = folder.path
    if folder.found == "missing":
        # What is in memory comes and goes with the machine; the daemon makes it.
        if folder.name != "run":
            yield wrong("folders", f"{path} is missing", _without(folder), "`comptoir init`")
        return
    if folder.found == "hidden":
        yield warning("folders", f"{path} is closed to you", "what is in it was not checked", "run this as root")
        return
    if folder.found == "other":
        yield wrong("folders", f"{path} is no folder", _without(folder), "move it away, then `comptoir init`")
        return
    if folder.uid != owner:
        why = f"it belongs to user {folder.uid}, state/ to user {owner}: the daemon cannot be both"
        yield wrong("folders", f"{path} has another owner", why, f"chown -R {owner} {path}")
    if folder.name in CLOSED and folder.mode & 0o077:
        why = "other users can read what keys and registry hold"
        yield wrong("folders", f"{path} has mode {folder.mode:04o}", why, f"chmod 700 {path}")
    elif folder.mode & 0o002:
        why = "every user of this machine can change what is in it"
        yield wrong("folders", f"{path} has mode {folder.mode:04o}", why, f"chmod o-w {path}")


def _seen(installation: Installation, name: str) -> bool:
    """Whether what lies in a folder could be looked at: what is closed to us is not wrong for that."""
    return _folder(installation, name).found != "hidden"


def _keys(facts: Facts) -> Iterator[Finding]:
    installation = facts.installation
    if not _seen(installation, "keys"):
        pass  # said of the folder
    elif installation.key_trouble:
        yield wrong("keys", installation.key_trouble, "without it no tenant's journal opens")
    else:
        yield ok("keys", f"the master key is there, and only its owner may read it ({installation.key_file})")
    if installation.registry_trouble and _seen(installation, "state"):
        yield wrong("registry", installation.registry_trouble)
    for tenant in installation.tenants:
        if tenant.key_trouble and facts.tenant in (None, tenant.name):
            yield wrong(tenant.name, "its data key does not open", tenant.key_trouble)


def _configuration(facts: Facts) -> Iterator[Finding]:
    faults = facts.installation.faults
    if not _seen(facts.installation, "config"):
        return
    yield from map(_fault, faults)
    if not any(fault.tenant is None for fault in faults):
        yield ok("comptoir.toml", "no fault" if facts.installation.settings_changed else "not there: all at defaults")
    now = facts.machine.clock.now
    newer = now - facts.daemon.uptime < facts.installation.settings_changed <= now
    if facts.daemon.state == "answers" and newer:
        why = "the daemon reads it only when it starts"
        yield warning(
            "comptoir.toml", "changed since the daemon started", why, "restart the daemon; no message is lost"
        )


def _fault(fault: FileFault) -> Finding:
    if fault.tenant is None:
        why, mend = "the daemon will not start with it", "correct the line, then `comptoir check`"
    else:
        why = "the last right version stays in use; where there never was one, nothing is answered"
        mend = f"correct the line, then `comptoir reload {fault.tenant}`"
    what = f"{fault.what}; expected: {fault.expected}"
    return Finding(Level.WRONG, fault.tenant or "comptoir.toml", what, why, mend, str(fault.file), fault.line)
