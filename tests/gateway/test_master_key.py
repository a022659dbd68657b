"""The master key: which one is the registry's, and what happens where it is another one or none."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from comptoir.gateway import master_key
from comptoir.gateway.keys import KeysWrong, create_master_key, new_key, read_master_key, unwrap, wrap
from comptoir.gateway.master_key import find_master_key, following_key, settle_master_key
from comptoir.gateway.registry import Registry, Tenant

STANDIN = [sys.executable, "-P", str(Path(__file__).parent / "standin_daemon.py")]


class Killed(BaseException):
    """In place of a kill -9."""


@pytest.fixture
def data_key(paths):
    """Of a tenant that is in the registry, with something on disk."""
    master, key = read_master_key(paths.master_key_file), new_key()
    registry = Registry(paths.registry_file, master)
    registry.add(Tenant("awa", 1, wrap(master, key, "awa", 1), number="+221770000001", lab=False))
    registry.close()
    paths.tenant_state("awa").mkdir()
    (paths.tenant_state("awa") / "tenant.db").write_bytes(b"journal")
    return key


def opens(paths, key):
    """Whether the master key that the daemon would take opens the tenant's."""
    registry = Registry(paths.registry_file, find_master_key(paths)[1])
    [tenant] = registry.tenants()
    registry.close()
    return tenant.number == "+221770000001" and unwrap(registry.master_key, tenant.wrapped_key, "awa", 1) == key


def rotate(paths):
    """As `rotate_master` does; the file that is kept."""
    registry = Registry(paths.registry_file, find_master_key(paths)[1])
    try:
        registry.change_master_key(following_key(paths))
    finally:
        registry.close()
    return settle_master_key(paths)


def as_credential(paths):
    """The same installation with its key from systemd."""
    folder = paths.state.parent / "credentials"
    folder.mkdir()
    paths.master_key_file.rename(folder / "master.key")
    return replace(paths, credentials=folder)


def start(home):
    return subprocess.run(
        STANDIN,
        env=os.environ | {"COMPTOIR_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def everything(home):
    files = [file for file in home.rglob("*") if file.is_file()]
    return {str(file): (file.read_bytes(), file.stat().st_mtime_ns, file.stat().st_mode) for file in files}


@pytest.mark.parametrize("how", ["another", "missing", "no key"])
def test_the_daemon_refuses_a_wrong_master_key_and_touches_nothing(home, paths, data_key, how):
    paths.master_key_file.unlink()
    if how == "another":
        create_master_key(paths.master_key_file)
    if how == "no key":
        paths.master_key_file.write_text("changeme")
        paths.master_key_file.chmod(0o600)
    (paths.state / "daemon.lock").touch()
    before = everything(home)
    ended = start(home)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    expected = {
        "another": "put back the keys/ that belongs to it",
        "missing": "restore the master key from its backup",
        "no key": "expected 32 bytes in base64",
    }
    assert expected[how] in ended.stderr
    assert everything(home) == before


def test_a_rotation_leaves_the_old_key_beside_the_new_one(paths, data_key):
    old = paths.master_key_file.read_bytes()
    kept = rotate(paths)
    assert kept is not None
    assert kept.read_bytes() == old
    assert kept.name.startswith("master.key.old-")
    assert kept.stat().st_mode & 0o777 == paths.master_key_file.stat().st_mode & 0o777 == 0o600
    assert paths.master_key_file.read_bytes() != old
    assert sorted(paths.keys.iterdir()) == sorted([paths.master_key_file, kept])
    assert opens(paths, data_key)


@pytest.mark.parametrize("step", ["create_master_key", "settle", "link", "replace", "fsync_folder"])
def test_a_rotation_that_was_cut_short_anywhere(paths, data_key, monkeypatch, step):
    def killed(*_args):
        raise Killed

    with monkeypatch.context() as patched:
        match step:
            case "link":
                patched.setattr(os, "link", _only_for("old-", os.link, killed))
            case "replace":
                patched.setattr(Path, "replace", killed)
            case "settle":
                patched.setattr(Registry, "change_master_key", killed)
            case _:
                patched.setattr(master_key, step, killed)
        with pytest.raises(Killed):
            rotate(paths)
    assert opens(paths, data_key)
    # At the next start.
    settle_master_key(paths)
    assert opens(paths, data_key)
    assert find_master_key(paths)[0] == paths.master_key_file
    rotate(paths)
    assert opens(paths, data_key)
    assert not (paths.keys / "master.key.next").exists()


def _only_for(part, function, instead):
    return lambda *paths: instead() if part in str(paths[-1]) else function(*paths)


def test_an_older_registry_names_the_key_that_opens_it(paths, data_key):
    older = paths.registry_file.read_bytes()
    kept = rotate(paths)
    paths.registry_file.write_bytes(older)
    with pytest.raises(KeysWrong, match=f"{kept} opens it"):
        find_master_key(paths)


def test_a_rotation_without_tenants(paths):
    Registry(paths.registry_file, read_master_key(paths.master_key_file)).close()
    old = paths.master_key_file.read_bytes()
    assert rotate(paths) is not None
    assert paths.master_key_file.read_bytes() != old
    Registry(paths.registry_file, read_master_key(paths.master_key_file)).close()


def test_a_credential_is_the_operators_to_replace(paths, data_key):
    ours = as_credential(paths)
    assert opens(ours, data_key)
    with pytest.raises(KeysWrong, match=r"systemd-creds encrypt --name=master\.key\.next"):
        rotate(ours)
    create_master_key(ours.credentials / "master.key.next")
    before = sorted(file.read_bytes() for file in ours.credentials.iterdir())
    assert rotate(ours) is None
    # Both are there until the operator has taken the old one out; the daemon takes the one that fits.
    assert find_master_key(ours)[0] == ours.credentials / "master.key.next"
    assert opens(ours, data_key)
    with pytest.raises(KeysWrong, match="is the master key already"):
        rotate(ours)
    assert sorted(file.read_bytes() for file in ours.credentials.iterdir()) == before
    (ours.credentials / "master.key.next").replace(ours.credentials / "master.key")
    assert opens(ours, data_key)
