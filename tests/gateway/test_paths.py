from pathlib import Path

import pytest

from comptoir.gateway.paths import PathsWrong, find_paths, is_tenant_name


def test_everything_under_comptoir_home():
    paths = find_paths({"COMPTOIR_HOME": "/srv/c"}, uid=1000)
    assert (paths.config, paths.keys, paths.state, paths.run) == tuple(
        Path("/srv/c") / name for name in ("config", "keys", "state", "run")
    )
    assert paths.control_socket == Path("/srv/c/run/control.sock")


def test_a_relative_home_is_refused():
    with pytest.raises(PathsWrong, match="absolute"):
        find_paths({"COMPTOIR_HOME": "c"})


def test_systemds_folders():
    paths = find_paths(
        {
            "CONFIGURATION_DIRECTORY": "/etc/comptoir",
            "STATE_DIRECTORY": "/var/lib/comptoir:/var/lib/other",
            "RUNTIME_DIRECTORY": "/run/comptoir",
            "CREDENTIALS_DIRECTORY": "/run/credentials/comptoir.service",
        },
        uid=990,
    )
    assert paths.state == Path("/var/lib/comptoir")
    assert paths.run == Path("/run/comptoir")
    assert paths.credentials == Path("/run/credentials/comptoir.service")


def test_root_uses_the_systems_folders_and_a_user_their_own():
    assert find_paths({}, uid=0).state == Path("/var/lib/comptoir")
    user = find_paths({"HOME": "/home/awa", "XDG_RUNTIME_DIR": "/run/user/7", "XDG_STATE_HOME": "state"}, uid=7)
    assert user.run == Path("/run/user/7/comptoir")
    # Relative values count as not set.
    assert user.state == Path("/home/awa/.local/state/comptoir")
    assert user.keys != user.state
    assert user.state not in user.keys.parents


def test_a_socket_path_that_no_kernel_binds():
    fits = Path("/") / ("x" * (107 - len("//run/control.sock")))
    find_paths({"COMPTOIR_HOME": str(fits)}).check_socket_path()
    with pytest.raises(PathsWrong, match=r"107 bytes, this one has 108.*shorter COMPTOIR_HOME"):
        find_paths({"COMPTOIR_HOME": str(fits) + "x"}).check_socket_path()


def test_folders_are_closed_to_others(paths):
    for folder in (paths.keys, paths.state, paths.state / "tenants", paths.config, paths.log):
        assert folder.stat().st_mode & 0o077 == 0, folder
    assert paths.run.stat().st_mode & 0o777 == 0o750


def test_an_operator_may_open_config_to_others(paths):
    paths.config.chmod(0o755)
    paths.keys.chmod(0o755)
    assert paths.make() == []
    assert paths.config.stat().st_mode & 0o777 == 0o755
    assert paths.keys.stat().st_mode & 0o777 == 0o700


@pytest.mark.parametrize("name", ["a", "chez-awa", "0", "a" * 32])
def test_tenant_names(name):
    assert is_tenant_name(name)


@pytest.mark.parametrize("name", ["", "-a", "A", "a" * 33, "..", "a/b", "a\n", "é", "a b", "a\0"])
def test_what_is_no_tenant_name(name):
    assert not is_tenant_name(name)


def test_a_log_that_has_no_place_stops_nothing(tmp_path):
    paths = find_paths({"COMPTOIR_HOME": str(tmp_path)})
    paths.state.mkdir()
    paths.log.write_text("in the way")
    made = paths.make()
    assert paths.keys in made
    assert paths.log not in made
