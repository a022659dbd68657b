"""The files for systemd: what systemd itself says of them, and what they promise."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from comptoir.cli.doctor.looking import service_key
from comptoir.gateway import daemon
from comptoir.gateway.supervisor import STOP_WITHIN
from comptoir.gateway.vault.running import STOP_LIMIT

UNITS = Path(__file__).parents[1] / "systemd"
SERVICE = UNITS / "comptoir.service"
PROGRAM = "/opt/comptoir/bin/comptoir"
LEAST = "20"
"""Tenths of what `systemd-analyze security` counts as exposure, 0 to 10."""


def needs(program: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(shutil.which(program) is None, reason=f"{program} is not there: install systemd")


def ask(*command: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def settings(file: Path = SERVICE) -> dict[str, list[str]]:
    """What a unit sets, by the setting's name."""
    found: dict[str, list[str]] = {}
    for name, value in re.findall(r"^(\w+)=(.*)$", file.read_text(), re.MULTILINE):
        found.setdefault(name, []).append(value)
    return found


def installed(folder: Path) -> Path:
    """The unit as it is on a machine that has the program."""
    unit = folder / "comptoir.service"
    unit.write_text(SERVICE.read_text().replace(PROGRAM, shutil.which("true") or "/bin/true"))
    return unit


@needs("systemd-analyze")
def test_systemd_finds_no_fault(tmp_path: Path) -> None:
    said = ask("systemd-analyze", "verify", "--man=no", installed(tmp_path))
    assert (said.returncode, said.stdout, said.stderr) == (0, "", "")


@needs("systemd-analyze")
def test_systemd_finds_a_fault_where_there_is_one(tmp_path: Path) -> None:
    unit = installed(tmp_path)
    unit.write_text(unit.read_text().replace("KillMode=mixed", "KillMode=gently"))
    assert "gently" in ask("systemd-analyze", "verify", "--man=no", unit).stderr


@needs("systemd-analyze")
def test_it_may_do_little(tmp_path: Path) -> None:
    command = ("systemd-analyze", "security", "--offline=true", f"--threshold={LEAST}", "--no-pager")
    said = ask(*command, installed(tmp_path))
    assert said.returncode == 0, said.stdout[-300:]
    opened = installed(tmp_path)
    opened.write_text(
        re.sub(r"(?m)^(SystemCallFilter|CapabilityBoundingSet|Protect\w+|Private\w+)=.*$", "", opened.read_text())
    )
    assert ask(*command, opened).returncode != 0


@needs("systemd-sysusers")
@needs("systemd-tmpfiles")
def test_user_and_folders_are_made(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    made = ask("systemd-sysusers", f"--root={tmp_path}", UNITS / "comptoir.sysusers")
    if made.returncode and "Permission denied" in made.stderr + made.stdout:
        pytest.skip("only root can make users")
    assert made.returncode == 0, made.stderr
    assert "comptoir:" in (tmp_path / "etc/passwd").read_text()
    made = ask("systemd-tmpfiles", "--create", f"--root={tmp_path}", UNITS / "comptoir.tmpfiles")
    assert made.returncode == 0, made.stderr
    folders = {name: f"{(tmp_path / name).stat().st_mode & 0o7777:o}" for name in FOLDERS}
    assert folders == FOLDERS


FOLDERS = {
    "etc/comptoir": "750",
    "etc/credstore.encrypted": "700",
    "var/lib/comptoir": "700",
    "var/log/comptoir": "750",
    "run/comptoir": "750",
}


def test_a_stop_has_the_time_that_the_daemon_may_take() -> None:
    (limit,) = settings()["TimeoutStopSec"]
    # Every worker's last sends, then the vault's last seals, and ending them all; twice, for a busy machine.
    assert int(limit) >= 2 * (STOP_WITHIN + STOP_LIMIT)


def test_a_wrong_file_is_not_tried_again() -> None:
    assert settings()["RestartPreventExitStatus"] == [str(daemon.EXIT_CONFIG)]


def test_the_credentials_are_those_that_daemon_and_doctor_look_for() -> None:
    assert settings()["LoadCredentialEncrypted"] == [
        f"master.key:{service_key.SEALED.name}",
        f"master.key.next:{service_key.SEALED.name}.next",
    ]


@pytest.mark.parametrize("name", ["ProtectProc", "ProcSubset", "PrivateUsers", "PrivateNetwork", "RemoveIPC"])
def test_what_would_blind_the_daemon_is_left_alone(name: str) -> None:
    assert name not in settings()
