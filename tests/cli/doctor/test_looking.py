"""The doctor's eyes: files as they lie there, the kernel's texts, and nothing changed by looking."""

import os
import socket
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from comptoir.cli.doctor.looking import installation as looking_installation
from comptoir.cli.doctor.looking import look, service_key
from comptoir.cli.doctor.looking.daemon import look_at_daemon, open_files_limit
from comptoir.cli.doctor.looking.installation import look_at_installation
from comptoir.cli.doctor.looking.machine import available_memory, look_at_machine
from comptoir.gateway.keys import create_master_key, new_key, read_master_key, wrap
from comptoir.gateway.locks import hold
from comptoir.gateway.paths import Paths, find_paths
from comptoir.gateway.registry import Registry, Tenant
from comptoir.gateway.setup import initialise


@pytest.fixture
def paths(tmp_path: Path) -> Paths:
    found = find_paths({"COMPTOIR_HOME": str(tmp_path)})
    initialise(found)
    return found


def add(paths: Paths, *tenants: Tenant) -> None:
    registry = Registry(paths.registry_file, read_master_key(paths.master_key_file))
    for tenant in tenants:
        registry.add(tenant)
    registry.close()


def test_memory_and_files():
    assert available_memory("MemTotal: 9 kB\nMemAvailable:    1024 kB\n") == 1024 * 1024
    assert available_memory("") is None
    limits = "Limit      Soft Limit  Hard Limit  Units\nMax open files  1024      524288      files\n"
    assert open_files_limit(limits) == 1024
    assert open_files_limit(limits.replace("1024 ", "unlimited ")) is None


def test_this_machine(paths):
    machine = look_at_machine(paths.state)
    assert machine.library is None
    assert machine.versions["neonize"] == "0.5.2"
    assert machine.clock.newest > 0


def test_the_look_imports_neither_neonize_nor_a_journal():
    code = "import sys, comptoir.cli.doctor.looking; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-P", "-c", code], capture_output=True, text=True, timeout=60, check=True
    ).stdout.split()
    assert not {"neonize", "sqlcipher3", "comptoir.sessions.journal"} & set(loaded)


def test_a_look_changes_nothing(paths, tmp_path):
    add(paths, Tenant("awa", 1, b"wrapped"))

    def everything():
        return {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*")}

    before = everything()
    look(paths)
    assert everything() == before


def test_a_new_installation(paths):
    installation = look_at_installation(paths)
    assert {folder.found for folder in installation.folders} == {"folder"}
    assert installation.key_trouble is None
    assert installation.registry_trouble is None
    assert installation.tenants == ()
    assert installation.ram
    assert installation.disk


def test_before_anything_was_made(tmp_path):
    installation = look_at_installation(find_paths({"COMPTOIR_HOME": str(tmp_path / "new")}))
    assert {folder.found for folder in installation.folders} == {"missing"}
    assert "no master key" in installation.key_trouble
    assert not (tmp_path / "new").exists()


def test_an_open_master_key(paths):
    paths.master_key_file.chmod(0o644)
    assert "chmod 600" in look_at_installation(paths).key_trouble


def test_tenants_and_whether_their_keys_open(paths):
    master = read_master_key(paths.master_key_file)
    fits = Tenant("awa", 1, wrap(master, new_key(), "awa", 1), lab=True, number="+221770000001")
    add(paths, fits, Tenant("mairie", 1, bytes(60), wanted="paused", parked_reason="banned", parked_detail="2 h"))
    awa, mairie = look_at_installation(paths).tenants
    assert (awa.linked, awa.key_trouble, awa.parked) == (True, None, None)
    assert mairie.key_trouble.startswith("the master key does not open")
    assert (mairie.paused, mairie.parked, mairie.detail) == (True, "banned", "2 h")
    assert "comptoir tenant resume mairie" in mairie.advice


def test_faults_of_all_files_or_of_one_tenants(paths):
    add(paths, Tenant("awa", 1, b"k"), Tenant("mairie", 1, b"k"))
    paths.settings_file.write_text("version = 1\n[outbox]\nquiet_ms = 1\n")
    for name in ("awa", "mairie"):
        paths.tenant_config(name).mkdir()
        (paths.tenant_config(name) / "tenant.toml").write_text("version = 2\n")
    assert {fault.tenant for fault in look_at_installation(paths).faults} == {None, "awa", "mairie"}
    one = look_at_installation(paths, "awa").faults
    assert {fault.tenant for fault in one} == {None, "awa"}
    assert one[0].line == 3


def test_a_registry_that_is_gone(paths):
    (paths.state / "tenants/awa").mkdir()
    looked = look_at_installation(paths)
    assert "restore it from a backup" in looked.registry_trouble
    assert looked.leftovers == ()


def test_leftovers_and_a_damaged_registry(paths):
    add(paths)
    (paths.state / "tenants/old").mkdir()
    assert look_at_installation(paths).leftovers == (paths.state / "tenants/old",)
    paths.registry_file.write_bytes(b"not a database, whoever looks at it and however often")
    damaged = look_at_installation(paths)
    assert "not a database" in damaged.registry_trouble
    # Whose the folders are cannot be known then.
    assert damaged.leftovers == ()


def test_who_may_not_look_inside(paths, monkeypatch):
    monkeypatch.setattr(os, "access", lambda path, mode: path != paths.keys)
    hidden = [folder.name for folder in look_at_installation(paths).folders if folder.found == "hidden"]
    assert hidden == ["keys"]


def test_nobody_at_the_socket(paths):
    assert look_at_daemon(paths).state == "absent"
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(paths.control_socket))
    listener.close()
    assert look_at_daemon(paths).state == "stale"
    lock = hold(paths.daemon_lock)
    try:
        silent = look_at_daemon(paths)
    finally:
        os.close(lock)
    assert (silent.state, silent.lock_pid) == ("silent", os.getpid())


def test_somebody_who_listens_and_never_answers(paths, monkeypatch):
    monkeypatch.setattr("comptoir.cli.doctor.looking.daemon.ANSWER_LIMIT", 0.1)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(paths.control_socket))
    listener.listen()
    lock = hold(paths.daemon_lock)
    try:
        assert look_at_daemon(paths).state == "silent"
    finally:
        os.close(lock)
        listener.close()


@pytest.fixture
def service(tmp_path, monkeypatch):
    """The folders of a service, whose master key is a credential."""
    paths = replace(find_paths({"COMPTOIR_HOME": str(tmp_path)}), config=tmp_path / "config")
    monkeypatch.setattr(service_key, "SYSTEM_CONFIG", paths.config)
    monkeypatch.setattr(service_key, "GIVEN", tmp_path / "given")
    monkeypatch.setattr(service_key, "SEALED", tmp_path / "sealed")
    return paths


def test_the_key_of_a_service_that_runs_is_the_one_it_was_given(service, tmp_path):
    (tmp_path / "given").mkdir()
    create_master_key(tmp_path / "given/master.key")
    seen = look_at_installation(service)
    assert (seen.key_file, seen.key_trouble) == (tmp_path / "given/master.key", None)


def test_the_key_of_a_service_that_rests_lies_encrypted(service, tmp_path):
    assert "no master key" in look_at_installation(service).key_trouble
    (tmp_path / "sealed").write_text("")
    seen = look_at_installation(service)
    assert (seen.key_file, seen.key_trouble) == (tmp_path / "sealed", None)


def test_where_the_log_goes_is_seen(paths, tmp_path, monkeypatch):
    seen = look_at_installation(paths)
    assert (seen.log_keeps_prints, seen.log_lacks_journal) == (False, False)
    paths.settings_file.write_text('version = 1\n[log]\nto = "journal"\nlevel = "debug"\n')
    monkeypatch.setattr(looking_installation, "JOURNAL_SOCKET", tmp_path / "none")
    seen = look_at_installation(paths)
    assert (seen.log_keeps_prints, seen.log_lacks_journal) == (True, True)
