"""`comptoir doctor` as people and scripts meet it."""

import os
import stat

import pytest

from comptoir.cli.doctor.looking import daemon as looking
from comptoir.plugins.templates import write_template

ROW = {
    "name": "chez-awa",
    "state": "online",
    "reason": None,
    "number": "+221771234567",
    "since": "2026-11-21T06:00:00.000Z",
    "restarts": 0,
    "inbox": 0,
    "outbox": 0,
    "pipeline": [],
}


@pytest.fixture
def version(comptoir):
    return comptoir("--version").out.split()[1]


@pytest.fixture
def answering(comptoir, control, home, version):
    """A daemon of this version with one tenant, whose row a test may change."""
    assert comptoir("init").code == 0
    folder = home / "config/tenants/chez-awa"
    folder.mkdir()
    write_template("restaurant", folder, {"name": "chez-awa"})
    row = dict(ROW)
    about = {"version": version, "pid": os.getpid(), "uptime": 1.0, "lab": False, "notices": []}

    def status(tenant=None):
        if tenant not in (None, "chez-awa"):
            control.refuse(3, f"no tenant {tenant!r}")
        return {"daemon": about, "tenants": [row]}

    control.answers["status"] = status
    return row


def test_all_is_well(comptoir, answering):
    ended = comptoir("doctor", "chez-awa")
    assert (ended.code, ended.err) == (0, "")
    assert "✓ chez-awa: online\n" in ended.out
    assert "✗" not in ended.out
    assert "\x1b" not in ended.out


def test_something_is_wrong(comptoir, answering):
    answering |= {"state": "parked", "reason": "logged_out", "advice": "it is out: link again"}
    ended = comptoir("doctor")
    assert ended.code == 1
    assert "✗ chez-awa: parked, logged_out: it is out → link again\n" in ended.out
    assert ended.err.count("\n") == 1
    assert "1 thing is wrong" in ended.err


def test_for_scripts(comptoir, answering):
    answering |= {"restarts": 9}
    ended = comptoir("doctor", "--json")
    assert ended.code == 1
    [wrong] = [finding for finding in ended.json["findings"] if finding["level"] == "wrong"]
    assert wrong["about"] == "chez-awa"
    assert set(wrong) == {"level", "about", "what", "why", "mend", "file", "line"}


def test_a_wrong_file_is_named_with_its_line(comptoir, home):
    comptoir("init")
    (home / "config/comptoir.toml").write_text("version = 1\n\n[outbox]\nquiet_ms = 1\n")
    ended = comptoir("doctor")
    assert ended.code == 1
    assert f"✗ comptoir.toml: {home}/config/comptoir.toml:4: " in ended.out
    [fault] = [finding for finding in comptoir("doctor", "--json").json["findings"] if finding["file"]]
    assert (fault["file"], fault["line"]) == (f"{home}/config/comptoir.toml", 4)


def test_without_a_daemon(comptoir, home):
    comptoir("init")
    ended = comptoir("doctor")
    assert ended.code == 1
    assert "✗ daemon: does not run" in ended.out
    assert "✓ keys:" in ended.out


def test_queues_are_looked_at_twice(comptoir, answering, control, monkeypatch):
    monkeypatch.setattr(looking, "SECOND_LOOK_AFTER", 0)
    lengths = iter([30, 40])
    first = control.answers["status"]

    def status(tenant=None):
        answering["inbox"] = next(lengths)
        return first(tenant)

    control.answers["status"] = status
    assert "30 messages wait to be answered, and 40 a moment later" in comptoir("doctor").out


@pytest.mark.parametrize("running", [True, False])
def test_a_tenant_that_is_not_there(comptoir, home, request, running):
    if running:
        request.getfixturevalue("answering")
    else:
        comptoir("init")
    ended = comptoir("doctor", "mairie")
    assert ended.code == 3
    assert "mairie" in ended.err
    assert comptoir("doctor", "../x").code == 2


def test_a_report_on_stdout_or_in_a_file(comptoir, answering, tmp_path):
    file = tmp_path / "report.txt"
    for arguments in (["--report"], ["chez-awa", "--report"], ["--report", "--", "chez-awa"]):
        ended = comptoir("doctor", *arguments)
        assert ended.code == 0
        assert ended.out.startswith("Report of `comptoir doctor --report`")
    written = comptoir("doctor", "--report", str(file))
    assert written.code == 0
    assert str(file) in written.out
    assert "== Tenants ==\nchez-awa: online, number +22177***67" in file.read_text()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert comptoir("doctor", f"--report={file}").code == 0
    assert comptoir("doctor", "--report", str(tmp_path / "no/report.txt")).code == 1
    assert comptoir("doctor", "--report", "--json").code == 2


def test_a_report_is_written_whatever_is_wrong(comptoir, home):
    ended = comptoir("doctor", "--report")
    assert ended.code == 0
    assert "wrong  folders: nothing in state → `comptoir init` makes it all" in ended.out
