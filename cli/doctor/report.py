"""The report that goes along with a question: versions, states, counters, findings, the logs' last lines, redacted."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from comptoir.cli.doctor.facts import Facts, Registered, Row
from comptoir.cli.doctor.finding import Finding
from comptoir.cli.doctor.redaction import cut, log_line
from comptoir.sessions.redaction import unquoted

HEAD = """\
Report of `comptoir doctor --report`, made {made}.
Left out: all that customers and shops wrote, whole phone numbers, keys. The tenants' names are in it.
Read it before you send it to anybody.
"""
LINES_SHOWN = 60
COUNTERS = (
    *("pid", "since", "restarts", "memory_pss_kb"),
    *("inbox", "outbox", "uncertain", "lost", "failed", "last_in", "last_out"),
)


@dataclass(frozen=True, slots=True)
class LogTail:
    """The end of a tenant's log as it lies on the disk."""

    tenant: str
    lines: tuple[str, ...]


def report_text(facts: Facts, findings: Iterable[Finding], logs: Iterable[LogTail], folders: Mapping[str, str]) -> str:
    """`folders`: names for paths that need not be known, by path."""
    made = datetime.fromtimestamp(facts.machine.clock.now, UTC)
    sections = (
        ("Versions", _versions(facts)),
        ("Machine", _machine(facts)),
        ("Findings", (_finding(finding, folders) for finding in findings)),
        ("Daemon", _daemon(facts)),
        ("Tenants", _tenants(facts)),
        *((f"Log of {log.tenant}", _log(log.lines)) for log in logs),
    )
    parts = [HEAD.format(made=f"{made:%Y-%m-%dT%H:%M:%SZ}")]
    for title, lines in sections:
        # Whatever a line was made of, nothing passes here uncut.
        parts += [f"\n== {cut(title)} ==\n", *(f"{cut(_shortened(line, folders))}\n" for line in lines)]
    return "".join(parts)


def _versions(facts: Facts) -> Iterator[str]:
    machine = facts.machine
    yield f"comptoir {machine.comptoir}, daemon {facts.daemon.version or facts.daemon.state}"
    yield f"python {'.'.join(map(str, machine.python))}"
    yield machine.system
    yield from (f"{name} {version}" for name, version in machine.versions.items())


def _machine(facts: Facts) -> Iterator[str]:
    machine, installation = facts.machine, facts.installation
    yield f"memory free: {_megabytes(machine.memory_free)}; swap areas not encrypted: {len(machine.swaps)}"
    for name, space in (("disk of state/", installation.disk), ("memory of the sessions", installation.ram)):
        yield f"{name}: " + (f"{_megabytes(space.free)} free of {_megabytes(space.size)}" if space else "none")
    yield f"open files: {facts.daemon.open_files}; ffmpeg: {machine.ffmpeg}"
    yield f"clock follows a time server: {machine.clock.synchronised}"


def _finding(finding: Finding, folders: Mapping[str, str]) -> str:
    line = str(_without_quotes(finding))
    return f"{finding.level}  {_shortened(line, folders)}"


def _without_quotes(finding: Finding) -> Finding:
    return Finding(
        finding.level,
        finding.about,
        unquoted(finding.what),
        unquoted(finding.why),
        finding.mend,
        finding.file,
        finding.line,
    )


def _daemon(facts: Facts) -> Iterator[str]:
    daemon = facts.daemon
    yield f"{daemon.state}, lab: {daemon.lab}, up {round(daemon.uptime)} s, process {daemon.lock_pid or 'unknown'}"
    if daemon.text:
        yield unquoted(daemon.text)


def _tenants(facts: Facts) -> Iterator[str]:
    if facts.daemon.state == "answers":
        for row in facts.daemon.rows:
            yield from _row(row)
    else:
        yield from (_registered(tenant) for tenant in facts.installation.tenants if _asked(facts, tenant.name))


def _asked(facts: Facts, name: str) -> bool:
    return facts.tenant in (None, name)


def _row(row: Row) -> Iterator[str]:
    yield f"{row['name']}: {row['state']}, number {row.get('number')}, reason {_free(row.get('reason'))}"
    if row.get("detail"):
        yield f"  detail {_free(row['detail'])}"
    yield "  " + " ".join(f"{key}={row.get(key)}" for key in COUNTERS)
    if isinstance(files := row.get("media"), dict):
        yield f"  files {_size(files.get('bytes'))} of {_size(files.get('quota'))}, {files.get('wanted')} wanted"
    if row.get("journal"):
        yield f"  journal {_free(row['journal'])}"
    for plugin in row.get("pipeline") or ():
        yield f"  plugin {_plugin(plugin)}"


def _plugin(plugin: Any) -> str:
    if not isinstance(plugin, dict):
        return str(plugin)
    last = f", the last: {_kind_of_fault(str(plugin['last_fault']))}" if plugin.get("last_fault") else ""
    return f"{plugin.get('plugin')}: {plugin.get('state')}, {plugin.get('faults')} faults{last}"


def _kind_of_fault(text: str) -> str:
    # The words of a plugin's error may quote what a customer or a shop wrote.
    return unquoted(text.partition(": ")[0])


def _registered(tenant: Registered) -> str:
    linked = "linked" if tenant.linked else "not linked"
    return f"{tenant.name}: {linked}, paused {tenant.paused}, parked {tenant.parked}, detail {_free(tenant.detail)}"


def _free(text: object) -> str:
    return "none" if text is None else unquoted(str(text)).replace("\n", " / ")


def _log(lines: Sequence[str]) -> Iterator[str]:
    told = [told for line in lines if (told := log_line(line)) is not None]
    yield f"({len(lines)} lines read, {len(lines) - len(told)} left out, the last {min(len(told), LINES_SHOWN)} here)"
    yield from told[-LINES_SHOWN:]


def _shortened(line: str, folders: Mapping[str, str]) -> str:
    for path, name in folders.items():
        line = line.replace(path, name)
    return line


def _size(size: object) -> str:
    # In full it would look like somebody's number.
    return f"{size / 1_000_000:.1f} MB" if isinstance(size, int) else "unknown"


def _megabytes(size: int | None) -> str:
    return "unknown" if size is None else f"{size // (1024 * 1024)} MB"
