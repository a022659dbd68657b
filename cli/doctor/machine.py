"""What the machine gives: Python, the client library, memory, disk, files, clock."""

from collections.abc import Iterator
from datetime import UTC, datetime

from comptoir.cli.doctor.facts import Clock, Facts, Machine, Space
from comptoir.cli.doctor.finding import Finding, ok, warning, wrong

MIB = 1024 * 1024
PYTHONS = ((3, 11), (3, 14))
"""From the first to below the second."""

LEAST_DISK, SCARCE_DISK = 100 * MIB, 1024 * MIB
LEAST_RAM = 8 * MIB
RAM_PER_TENANT = 8 * MIB
"""A session database with a thousand customers has 5 MB, and may double for a moment."""
MEMORY_PER_TENANT = 32 * MIB
SCARCE_FILES = 1_000

DAEMON_FILES, FILES_PER_TENANT = 96, 8
"""What the daemon opens for itself (32 connections among it) and for each tenant, with room."""

FIRST_RELEASE = datetime(2026, 6, 1, tzinfo=UTC).timestamp()
SKEW = 300.0


def findings(facts: Facts) -> Iterator[Finding]:
    machine, installation = facts.machine, facts.installation
    tenants = max(len(installation.tenants), len(facts.daemon.rows))
    yield _python(machine)
    yield _library(machine)
    yield _ffmpeg(machine)
    yield _clock(machine.clock)
    yield from _swap(machine)
    yield from _memory(machine, tenants)
    if installation.disk:
        yield _disk(installation.disk)
    if installation.ram:
        yield _ram(installation.ram, tenants)
    if facts.daemon.open_files is not None:
        yield _open_files(facts.daemon.open_files, tenants)


def _python(machine: Machine) -> Finding:
    version = ".".join(map(str, machine.python))
    if PYTHONS[0] <= machine.python[:2] < PYTHONS[1]:
        return ok("python", version)
    return wrong("python", version, "comptoir runs on 3.11, 3.12 and 3.13", "install it again with one of these")


def _library(machine: Machine) -> Finding:
    if machine.library is None:
        return ok("neonize", f"{machine.versions.get('neonize', 'the pinned version')}, as its wheel ships it")
    return wrong("neonize", machine.library, "no tenant can connect", "`./run install`, or pip install comptoir again")


def _ffmpeg(machine: Machine) -> Finding:
    lost = "files are sent as they are, without previews; a voice note must be Ogg Opus already"
    return ok("ffmpeg", f"{'there' if machine.ffmpeg else 'not there'}, and not used: {lost}")


def _clock(clock: Clock) -> Finding:
    shown = f"{datetime.fromtimestamp(clock.now, UTC):%Y-%m-%d %H:%M} UTC"
    harm = "messages would count as old or as yet to come, and certificates as invalid"
    mend = "set it by a time server: `timedatectl set-ntp true`"
    if clock.now < FIRST_RELEASE:
        return wrong("clock", f"it says {shown}, which is over", harm, mend)
    if clock.newest - clock.now > SKEW:
        return wrong("clock", f"it says {shown}, but state/ was written after that", harm, mend)
    if clock.synchronised is False:
        return warning(
            "clock", f"it says {shown}, but no time server corrects it", harm + " once it is hours off", mend
        )
    return ok("clock", shown)


def _swap(machine: Machine) -> Iterator[Finding]:
    if machine.swaps:
        why = "sessions' credentials lie in memory in clear, and swapping writes memory to the disk"
        mend = "`swapoff -a` and out of /etc/fstab, or encrypt it, or use zram"
        yield warning("swap", f"on ({', '.join(machine.swaps)})", why, mend)
    else:
        yield ok("swap", "off")


def _memory(machine: Machine, tenants: int) -> Iterator[Finding]:
    if machine.memory_free is None:
        return
    need = (tenants + 1) * MEMORY_PER_TENANT
    shown = f"{machine.memory_free // MIB} MB free"
    if machine.memory_free < MEMORY_PER_TENANT:
        mend = "stop other programs, or take a larger machine"
        yield wrong("memory", shown, "the system is about to kill processes", mend)
    elif machine.memory_free < need // 4:
        yield warning("memory", shown, f"each tenant takes about {MEMORY_PER_TENANT // MIB} MB", "add no more tenants")
    else:
        yield ok("memory", shown)


def _disk(disk: Space) -> Finding:
    shown = f"{disk.free // MIB} MB free for {disk.path}"
    mend = "delete what is not needed, or move state/ to a larger disk"
    if disk.free < LEAST_DISK:
        return wrong("disk", shown, "a full disk stops every journal: nothing is received or sent any more", mend)
    if disk.files_free is not None and disk.files_free < SCARCE_FILES:
        return wrong("disk", f"{disk.files_free} more files fit for {disk.path}", "then nothing can be written", mend)
    if disk.free < SCARCE_DISK:
        return warning("disk", shown, "a full disk stops every journal", mend)
    return ok("disk", shown)


def _ram(ram: Space, tenants: int) -> Finding:
    shown = f"{ram.free // MIB} of {ram.size // MIB} MB free in {ram.path}"
    mend = f"mount -o remount,size={max(64, (tenants + 8) * 8)}M {ram.path} (Docker: --shm-size)"
    if ram.free < LEAST_RAM:
        return wrong("sessions", shown, "sessions that cannot write their keys lose messages", mend)
    if ram.free < tenants * RAM_PER_TENANT:
        return warning("sessions", shown, f"{tenants} tenants with many customers may need more", mend)
    return ok("sessions", f"in memory; {shown}")


def _open_files(limit: int, tenants: int) -> Finding:
    need = DAEMON_FILES + FILES_PER_TENANT * tenants
    if limit >= need:
        return ok("open files", f"{limit} allowed")
    why = f"{tenants} tenants may need {need}: then no worker starts and no command is answered"
    return wrong("open files", f"{limit} allowed", why, "LimitNOFILE=65536 in the unit, or `ulimit -n 65536` before")
