import os

import pytest

from comptoir.gateway.model_keys import troubles, with_keys
from comptoir.gateway.model_settings import ModelSetting
from comptoir.gateway.paths import Paths
from comptoir.sessions.spec import ModelSpec

SPEC = ModelSpec("main", "openai", "small")


@pytest.fixture
def paths(tmp_path):
    made = Paths(*(tmp_path / name for name in ("config", "keys", "state", "run", "log", "credentials")))
    for folder in (made.secrets, made.credentials):
        folder.mkdir(parents=True)
    return made


def found(paths, key):
    (spec,) = with_keys([ModelSetting(SPEC, key)], paths)
    return spec


def write(path, content=b"sk-word\n", mode=0o600):
    path.write_bytes(content)
    path.chmod(mode)


def test_a_key_comes_from_a_closed_file_or_from_systemd(paths):
    write(paths.secrets / "main.key")
    write(paths.credentials / "main", b"sk-other")
    assert found(paths, "file:main.key").key == "sk-word"
    assert found(paths, "credential:main").key == "sk-other"
    assert found(paths, "") == SPEC


def test_no_key_is_shown(paths):
    write(paths.secrets / "main.key")
    spec = found(paths, "file:main.key")
    assert "sk-word" not in repr(spec)
    assert "main.key" not in repr(ModelSetting(SPEC, "file:main.key"))


@pytest.mark.parametrize(
    ("content", "mode", "why"),
    [
        (b"sk-word", 0o640, "open to others"),
        (b"sk-word", 0o604, "open to others"),
        (b"", 0o600, "no key"),
        (b"two words", 0o600, "no key"),
        (b"\xff\xfe", 0o600, "no key"),
        (b"x" * 5_000, 0o600, "no key"),
    ],
)
def test_a_file_that_is_no_key_costs_the_model_and_not_the_shop(paths, content, mode, why):
    write(paths.secrets / "main.key", content, mode)
    spec = found(paths, "file:main.key")
    assert why in spec.wrong
    assert not spec.key
    assert "sk-word" not in spec.wrong


def test_what_is_not_there_or_leads_elsewhere(paths, tmp_path):
    write(tmp_path / "elsewhere")
    (paths.secrets / "link").symlink_to(tmp_path / "elsewhere")
    os.mkfifo(paths.secrets / "pipe", 0o600)
    assert "cannot be read" in found(paths, "file:link").wrong
    assert "cannot be read" in found(paths, "file:missing").wrong
    assert "open to others" in found(paths, "file:pipe").wrong
    assert "cannot be read" in found(paths, "credential:missing").wrong


def test_whoever_starts_the_daemon_is_told(paths, monkeypatch):
    write(paths.secrets / "main.key", mode=0o644)
    models = [ModelSetting(SPEC, "file:main.key"), ModelSetting(SPEC)]
    (closed,) = troubles(models, paths)
    assert "[models.main]" in closed
    assert "open to others" in closed
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    assert sum('pip install "comptoir[openai]"' in told for told in troubles(models, paths)) == 2
