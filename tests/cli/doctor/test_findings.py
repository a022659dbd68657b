"""Facts in, findings out: a healthy installation, and each way in which it may not be."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from comptoir.cli.doctor.diagnosis import diagnose
from comptoir.cli.doctor.facts import (
    Clock,
    Daemon,
    Facts,
    FileFault,
    Folder,
    Installation,
    Machine,
    Registered,
    Space,
)
from comptoir.cli.doctor.finding import Finding, Level
from comptoir.gateway.policy import PARK_REASONS, what_to_do

MB = 1024 * 1024
NOW = datetime(2026, 11, 21, 7, tzinfo=UTC).timestamp()

MACHINE = Machine(
    comptoir="0.1.0",
    python=(3, 11, 2),
    system="Linux",
    library=None,
    ffmpeg=True,
    swaps=(),
    memory_free=4096 * MB,
    clock=Clock(NOW, NOW - 60, synchronised=True),
)
FOLDERS = tuple(
    Folder(name, Path("/srv") / name, "folder", 0o700, 100) for name in ("config", "keys", "state", "run", "logs")
)
INSTALLATION = Installation(
    uid=0,
    folders=FOLDERS,
    key_file=Path("/srv/keys/master.key"),
    key_trouble=None,
    registry_file=Path("/srv/state/registry.db"),
    registry_trouble=None,
    tenants=(Registered("awa", "+221770000001", linked=True),),
    leftovers=(),
    faults=(),
    settings_changed=NOW - 7200,
    ram=Space(Path("/dev/shm"), 500 * MB, 512 * MB),
    disk=Space(Path("/srv/state"), 5000 * MB, 9000 * MB, 100_000),
)
ROW = {
    "name": "awa",
    "state": "online",
    "reason": None,
    "number": "+221770000001",
    "pid": 12,
    "since": "2026-11-21T06:00:00.000Z",
    "restarts": 0,
    "memory_pss_kb": 24_000,
    "inbox": 0,
    "outbox": 0,
    "uncertain": 0,
    "lost": 0,
    "failed": 0,
    "last_in": None,
    "last_out": None,
    "journal": None,
    "vault": {"generation": 3, "trouble": None, "older_than": None},
    "longest_waiting": {"message": 14, "since": "2026-11-21T06:55:00.000Z", "why": "its turn"},
    "media": {"bytes": 500 * MB, "quota": 1000 * MB, "wanted": 1},
    "pipeline": [{"plugin": "welcome", "state": "running", "faults": 0, "last_fault": ""}],
}
DAEMON = Daemon("answers", lock_pid=11, open_files=1024, version="0.1.0", uptime=3600.0, rows=(ROW,))
HEALTHY = Facts(MACHINE, INSTALLATION, DAEMON)
DOWN = Daemon("absent", open_files=1024)


def machine(**changes):
    return replace(HEALTHY, machine=replace(MACHINE, **changes))


def clock(**changes):
    return machine(clock=replace(MACHINE.clock, **changes))


def installation(**changes):
    return replace(HEALTHY, installation=replace(INSTALLATION, **changes))


def folder(name, **changes):
    folders = tuple(replace(each, **changes) if each.name == name else each for each in FOLDERS)
    return installation(folders=folders)


def daemon(**changes):
    return replace(HEALTHY, daemon=replace(DAEMON, **changes))


def row(**changes):
    return daemon(rows=(ROW | changes,))


def down(state="absent", **changes):
    tenant = replace(INSTALLATION.tenants[0], **changes)
    return replace(installation(tenants=(tenant,)), daemon=replace(DOWN, state=state))


def parked(reason):
    return row(state="parked", reason=reason, detail=None, advice=what_to_do(reason, "awa"))


def bad(findings: list[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.level is not Level.OK]


def test_a_healthy_installation_gets_only_good_words():
    findings = diagnose(HEALTHY)
    assert not bad(findings)
    assert {"python", "neonize", "swap", "disk", "sessions", "open files", "folders", "keys", "comptoir.toml"} < {
        finding.about for finding in findings
    }
    assert "awa: online" in map(str, findings)


FAULTS = {
    "an old Python": (machine(python=(3, 10, 1)), "wrong", "python: 3.10.1", "3.11"),
    "a Python that nobody tried": (machine(python=(3, 14, 0)), "wrong", "python: 3.14.0", "3.13"),
    "another library": (machine(library="neonize 9 is installed"), "wrong", "neonize 9 is installed", "install"),
    "swap": (machine(swaps=("/dev/sda2",)), "warning", "/dev/sda2", "swapoff"),
    "little memory": (machine(memory_free=12 * MB), "wrong", "12 MB free", "larger"),
    "a clock of long ago": (clock(now=NOW - 10**9), "wrong", "over", "timedatectl"),
    "a clock that was set back": (clock(newest=NOW + 3600), "wrong", "written after", "timedatectl"),
    "a clock on its own": (clock(synchronised=False), "warning", "no time server", "timedatectl"),
    "a full disk": (installation(disk=Space(Path("/s"), 3 * MB, 900 * MB)), "wrong", "3 MB free", "delete"),
    "a disk that fills": (installation(disk=Space(Path("/s"), 300 * MB, 900 * MB)), "warning", "300 MB", "delete"),
    "no more files": (installation(disk=Space(Path("/s"), 5000 * MB, 9000 * MB, 7)), "wrong", "7 more files", "del"),
    "a full tmpfs": (installation(ram=Space(Path("/dev/shm"), MB, 64 * MB)), "wrong", "1 of 64 MB", "remount"),
    "no tmpfs": (installation(ram=None), "wrong", "reach the disk in clear", "tmpfs"),
    "few open files": (daemon(open_files=100), "wrong", "100 allowed", "LimitNOFILE"),
    "a missing folder": (folder("state", found="missing"), "wrong", "/srv/state is missing", "comptoir init"),
    "a file for a folder": (folder("keys", found="other"), "wrong", "/srv/keys is no folder", "move it away"),
    "a closed folder": (folder("keys", found="hidden"), "warning", "closed to you", "root"),
    "an open key folder": (folder("keys", mode=0o755), "wrong", "mode 0755", "chmod 700 /srv/keys"),
    "config for everybody to write": (folder("config", mode=0o777), "wrong", "every user", "chmod o-w /srv/config"),
    "another owner": (folder("config", uid=0), "wrong", "user 0", "chown -R 100 /srv/config"),
    "a log of all that plugins print": (installation(log_keeps_prints=True), "warning", "customers wrote", "level"),
    "a log for nobody": (installation(log_lacks_journal=True), "warning", "nothing is logged", "file"),
    "a missing log folder": (folder("logs", found="missing"), "wrong", "nothing is logged", "comptoir init"),
    "no master key": (installation(key_trouble="no master key"), "wrong", "keys: no master key", "no tenant"),
    "a damaged registry": (installation(registry_trouble="not a database"), "wrong", "registry: not a", "registry"),
    "another master key": (
        installation(tenants=(Registered("awa", key_trouble="the master key does not open it"),)),
        "wrong",
        "awa: its data key does not open",
        "master key",
    ),
    "a folder of nobody": (installation(leftovers=(Path("/srv/state/tenants/x"),)), "warning", "no tenant", "move"),
    "too long a path": (installation(socket_trouble="control.sock: too long"), "wrong", "too long", "control.sock"),
    "a mistake in comptoir.toml": (
        installation(faults=(FileFault(None, Path("/srv/comptoir.toml"), 4, "quiet_ms is 1", "at least 200"),)),
        "wrong",
        "comptoir.toml: /srv/comptoir.toml:4: quiet_ms is 1; expected: at least 200",
        "comptoir check",
    ),
    "a mistake in a tenant's file": (
        installation(faults=(FileFault("awa", Path("/srv/tenant.toml"), 7, "country manque", "SN"),)),
        "wrong",
        "awa: /srv/tenant.toml:7: country manque",
        "comptoir reload awa",
    ),
    "settings of after the start": (installation(settings_changed=NOW - 5), "warning", "changed since", "restart"),
    "no daemon": (down(), "wrong", "daemon: does not run", "comptoir daemon"),
    "a stale socket": (down("stale"), "wrong", "left its socket behind", "replaces the socket"),
    "a daemon that hangs": (
        daemon(state="silent", text="timed out", lock_pid=77),
        "wrong",
        "process 77 holds state/, but: timed out",
        "restart",
    ),
    "a daemon of another user": (daemon(state="refused", text="no"), "wrong", "does not let you in", "root"),
    "a daemon of another time": (daemon(state="foreign", text="version 9"), "wrong", "version 9", "restart"),
    "a daemon of before the upgrade": (daemon(version="0.0.9"), "wrong", "runs version 0.0.9", "restart"),
    "what the daemon wants known": (daemon(notices=("mind the gap",)), "warning", "mind the gap", "daemon"),
    "a message that does not leave": (
        row(
            longest_waiting={
                "message": 15,
                "since": "2026-11-21T06:20:00.000Z",
                "why": "463: too many strangers; it is tried again at 2026-11-21T12:00:00.000Z",
            }
        ),
        "warning",
        "message 15 has waited for 40 min to be sent: 463: too many strangers",
        "comptoir messages awa",
    ),
    "files that fill their room": (
        row(media={"bytes": 950 * MB, "quota": 1000 * MB, "wanted": 0}),
        "warning",
        "files take 95 % of their room",
        "quota_mb",
    ),
    "files that nobody can fetch": (
        row(media={"bytes": 0, "quota": 1000 * MB, "wanted": 20}),
        "warning",
        "20 files wait to be fetched",
        "mmg.whatsapp.net",
    ),
    "no link yet": (row(state="new"), "warning", "not linked", "comptoir link awa"),
    "paused": (row(state="paused", inbox=5000), "warning", "paused", "comptoir tenant resume awa"),
    "on its way": (row(state="connecting", since="2026-11-21T06:59:30Z"), "warning", "connecting", "two minutes"),
    "offline": (row(state="offline", reason="connection lost"), "wrong", "offline for 60 min: connection", "network"),
    "logged out with a code": (
        row(state="parked", reason="logged_out", detail="code 406", advice=what_to_do("logged_out", "awa", "code 406")),
        "wrong",
        "parked, logged_out (code 406)",
        "look at the phone first",
    ),
    "stopped": (row(state="stopped", reason="exit code 1"), "wrong", "exit code 1", "comptoir tenant resume awa"),
    "restarted": (row(restarts=1), "warning", "restarted once", "log"),
    "restarted often": (row(restarts=7), "wrong", "restarted 7 times", "log"),
    "silent": (row(inbox=None), "warning", "does not answer", "minute"),
    "a session that is not sealed": (
        row(vault={"generation": 7, "trouble": "the disk is full", "older_than": None}),
        "wrong",
        "the disk is full",
        "make room",
    ),
    "an older vault": (
        row(vault={"generation": 8, "trouble": None, "older_than": 7}),
        "warning",
        "generation 7",
        "who writes to state/",
    ),
    "a journal without a disk": (row(journal="the disk is full"), "wrong", "the disk is full", "free disk space"),
    "a long queue": (row(outbox=1500), "wrong", "1500 messages wait to be sent", "rates"),
    "a queue that grows": (
        daemon(rows=(ROW | {"inbox": 30},), later=(ROW | {"inbox": 42},)),
        "warning",
        "30 messages wait to be answered, and 42",
        "ten minutes",
    ),
    "a crowd": (row(inbox_held="7 chats wait: 240 messages"), "warning", "7 chats wait", "tenant_per_minute"),
    "a flood": (row(flooded=["+221770000001"]), "warning", "at once in 1 chats", "comptoir status awa"),
    "uncertain": (row(uncertain=2), "warning", "2 uncertain", "comptoir messages awa"),
    "lost": (row(lost=3), "warning", "3 messages lost", "write again"),
    "failed": (row(failed=1), "warning", "1 messages could not be sent", "comptoir messages awa"),
    "too many strangers": (
        row(new_chats_held_until="2026-11-21T12:00:00.000Z"),
        "warning",
        "no new chats before 2026-11-21T12:00:00.000Z",
        "answers go on",
    ),
    "a plugin left out": (
        row(pipeline=[{"plugin": "answers", "state": "left out", "faults": 0, "last_fault": "did not start"}]),
        "wrong",
        "the plugin answers is left out: did not start",
        "comptoir reload awa",
    ),
    "a plugin suspended": (
        row(pipeline=[{"plugin": "crm", "state": "suspended", "faults": 5, "last_fault": "KeyError in x"}]),
        "wrong",
        "the plugin crm is suspended",
        "comptoir reload awa",
    ),
    "a plugin that fails": (
        row(pipeline=[{"plugin": "answers", "state": "running", "faults": 4, "last_fault": "KeyError in x"}]),
        "warning",
        "the plugin answers failed 4 times",
        "KeyError",
    ),
} | {f"parked, {reason}": (parked(reason), "wrong", f"parked, {reason}", "→ ") for reason in PARK_REASONS}


@pytest.mark.parametrize(("facts", "level", "what", "help"), FAULTS.values(), ids=FAULTS)
def test_one_fault_makes_one_finding(facts, level, what, help):
    found = bad(diagnose(facts))
    assert [finding.level for finding in found] == [level]
    line = str(found[0])
    assert what in line
    assert help in line
    assert "\n" not in line


def test_before_init_there_is_one_thing_to_do():
    folders = tuple(replace(each, found="missing") for each in FOLDERS)
    facts = replace(installation(folders=folders, key_trouble="no master key", disk=None), daemon=DOWN)
    first, second = bad(diagnose(facts))
    assert str(first) == "folders: nothing in /srv/state → `comptoir init` makes it all"
    assert second.about == "daemon"


def test_what_is_closed_to_us_is_not_called_wrong():
    folders = tuple(replace(each, found="hidden") for each in FOLDERS)
    facts = installation(
        folders=folders,
        key_trouble="Permission denied",
        registry_trouble="Permission denied",
        faults=(FileFault(None, Path("/srv/config/comptoir.toml"), 1, "cannot be read", "a readable file"),),
    )
    assert {finding.level for finding in bad(diagnose(facts))} == {Level.WARNING}
    assert not {"keys", "registry", "comptoir.toml"} & {finding.about for finding in diagnose(facts)}


def test_queues_that_shrink_or_are_short_are_ordinary_life():
    assert not bad(diagnose(daemon(rows=(ROW | {"inbox": 30},), later=(ROW | {"inbox": 12},))))
    assert not bad(diagnose(daemon(rows=(ROW | {"inbox": 5},), later=(ROW | {"inbox": 9},))))


@pytest.mark.parametrize(
    ("tenant", "level", "words"),
    [
        ({}, Level.OK, "linked"),
        ({"linked": False}, Level.WARNING, "comptoir link awa"),
        ({"paused": True}, Level.WARNING, "paused"),
        ({"parked": "banned", "detail": "ends in 7200 s", "advice": "locked: wait"}, Level.WRONG, "ends in 7200 s"),
    ],
)
def test_without_a_daemon_the_registry_tells(tenant, level, words):
    findings = diagnose(down(**tenant))
    [found] = [finding for finding in findings if finding.about == "awa"]
    assert found.level is level
    assert words in str(found)


def test_only_the_tenant_asked_about():
    keys = tuple(Registered(name, linked=True, key_trouble="no") for name in ("awa", "mairie"))
    facts = replace(installation(tenants=keys), daemon=DOWN, tenant="mairie")
    assert {finding.about for finding in diagnose(facts)} & {"awa", "mairie"} == {"mairie"}
