import base64
import errno
import os
from pathlib import Path

import pytest

from comptoir.gateway.keys import (
    KeysWrong,
    create_master_key,
    load_master_key,
    master_key_path,
    new_key,
    read_master_key,
    unwrap,
    wrap,
)
from comptoir.gateway.paths import Paths, find_paths

MASTER = bytes(range(32))


def test_a_wrapped_key_opens_for_its_tenant_and_version_only():
    key = new_key()
    wrapped = wrap(MASTER, key, "awa", 1)
    assert key not in wrapped
    assert unwrap(MASTER, wrapped, "awa", 1) == key
    for master, blob, tenant, version in [
        (bytes(32), wrapped, "awa", 1),
        (MASTER, wrapped, "bintou", 1),
        (MASTER, wrapped, "awa", 2),
        (MASTER, wrapped[:-1] + bytes([wrapped[-1] ^ 1]), "awa", 1),
        (MASTER, b"", "awa", 1),
    ]:
        with pytest.raises(KeysWrong, match="restore it from the backup"):
            unwrap(master, blob, tenant, version)


def test_the_same_key_is_never_wrapped_alike():
    assert wrap(MASTER, MASTER, "awa", 1) != wrap(MASTER, MASTER, "awa", 1)


def test_a_master_key_is_made_once(tmp_path):
    file = tmp_path / "master.key"
    create_master_key(file)
    assert file.stat().st_mode & 0o777 == 0o600
    first = read_master_key(file)
    with pytest.raises(FileExistsError):
        create_master_key(file)
    assert read_master_key(file) == first


def test_a_master_key_is_there_as_a_whole_or_not_at_all(tmp_path, monkeypatch):
    def full(descriptor):
        assert not (tmp_path / "master.key").exists()
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        with pytest.raises(OSError, match="No space"):
            create_master_key(tmp_path / "master.key")
    assert list(tmp_path.iterdir()) == []
    create_master_key(tmp_path / "master.key")
    assert [file.name for file in tmp_path.iterdir()] == ["master.key"]


@pytest.mark.parametrize("text", [b"", b"secret", base64.b64encode(bytes(31)), base64.b64encode(bytes(33))])
def test_what_is_no_master_key(tmp_path, text):
    file = tmp_path / "master.key"
    file.write_bytes(text)
    file.chmod(0o600)
    with pytest.raises(KeysWrong, match=r"expected 32 bytes in base64: restore it .* `comptoir init`"):
        read_master_key(file)


def test_a_key_that_others_may_read_is_refused(tmp_path):
    file = tmp_path / "master.key"
    create_master_key(file)
    file.chmod(0o640)
    with pytest.raises(KeysWrong, match="chmod 600"):
        read_master_key(file)


def test_a_missing_key_names_the_command(tmp_path):
    with pytest.raises(KeysWrong, match="comptoir init"):
        read_master_key(tmp_path / "master.key")


@pytest.mark.parametrize("make", [os.mkdir, os.mkfifo])
def test_what_is_no_file(tmp_path, make):
    make(tmp_path / "master.key")
    with pytest.raises(KeysWrong, match="not a file"):
        read_master_key(tmp_path / "master.key")


def test_systemds_credential_comes_first(tmp_path):
    def paths(credentials):
        return Paths(tmp_path, tmp_path / "keys", tmp_path, tmp_path, tmp_path, credentials)

    assert master_key_path(paths(tmp_path)) == tmp_path / "keys/master.key"
    create_master_key(tmp_path / "master.key")
    assert master_key_path(paths(tmp_path)) == tmp_path / "master.key"
    assert master_key_path(paths(None)) == tmp_path / "keys/master.key"
    # An ACL for the service's user shows in the group's bits.
    (tmp_path / "master.key").chmod(0o440)
    assert len(load_master_key(paths(tmp_path))) == 32
    (tmp_path / "master.key").chmod(0o404)
    with pytest.raises(KeysWrong, match="others may read"):
        load_master_key(paths(tmp_path))


def test_a_folder_of_credentials_that_is_closed_holds_none(tmp_path, monkeypatch):
    def closed(path, **_):
        raise PermissionError(13, "Permission denied", str(path))

    paths = find_paths({"COMPTOIR_HOME": str(tmp_path), "CREDENTIALS_DIRECTORY": str(tmp_path / "credentials")})
    monkeypatch.setattr(Path, "exists", closed)
    assert master_key_path(paths) == paths.master_key_file
