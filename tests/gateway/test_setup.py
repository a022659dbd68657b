import pytest

from comptoir.gateway import setup
from comptoir.gateway.keys import KeysWrong, create_master_key, read_master_key
from comptoir.gateway.paths import find_paths
from comptoir.gateway.registry import Registry, Tenant
from comptoir.gateway.registry_schema import RegistryWrong
from comptoir.gateway.settings import Settings, load_settings
from comptoir.gateway.setup import initialise


def test_init_is_safe_to_repeat(home):
    paths = find_paths({"COMPTOIR_HOME": str(home)})
    made = initialise(paths)
    assert any("master.key" in line for line in made)
    key = read_master_key(paths.master_key_file)
    paths.settings_file.write_text("version = 1\n# mine\n")
    assert initialise(paths) == []
    assert read_master_key(paths.master_key_file) == key
    assert "mine" in paths.settings_file.read_text()


def test_the_identity_is_kept_and_private(paths):
    identity = paths.identity_file.read_bytes()
    initialise(paths)
    assert paths.identity_file.read_bytes() == identity
    assert paths.identity_file.stat().st_mode & 0o777 == 0o600


def test_the_settings_it_writes_are_the_defaults(paths):
    assert load_settings(paths.settings_file) == Settings()


def test_no_second_master_key_where_tenants_are_locked_with_the_first(paths):
    registry = Registry(paths.registry_file, read_master_key(paths.master_key_file))
    registry.add(Tenant("awa", 1, b"wrapped"))
    registry.close()
    paths.master_key_file.unlink()
    with pytest.raises(KeysWrong, match="restore the master key"):
        initialise(paths)
    assert not paths.master_key_file.exists()


def test_no_new_registry_over_data_whose_keys_were_in_the_old_one(paths):
    Registry(paths.registry_file, read_master_key(paths.master_key_file)).close()
    (paths.state / "tenants/awa").mkdir()
    initialise(paths)
    paths.registry_file.unlink()
    with pytest.raises(RegistryWrong, match=r"the keys of what lies in .* \(awa\): restore it"):
        initialise(paths)
    assert not paths.registry_file.exists()


def test_a_new_master_key_where_nothing_is_locked(paths):
    Registry(paths.registry_file, read_master_key(paths.master_key_file)).close()
    paths.master_key_file.unlink()
    initialise(paths)
    assert paths.master_key_file.exists()


def test_a_master_key_that_another_process_makes_meanwhile(home, monkeypatch):
    paths = find_paths({"COMPTOIR_HOME": str(home)})

    def too_late(path):
        create_master_key(path)
        create_master_key(path)

    monkeypatch.setattr(setup, "create_master_key", too_late)
    assert not any("master.key" in line for line in initialise(paths))
    read_master_key(paths.master_key_file)
