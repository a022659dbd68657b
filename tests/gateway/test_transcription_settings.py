"""`[transcription]`: a command or an endpoint, and what is wrong in it."""

from pathlib import Path

import pytest

from comptoir.gateway.paths import Paths
from comptoir.gateway.settings import SettingsWrong, parse_settings
from comptoir.gateway.transcription_settings import TranscriptionSetting
from comptoir.sessions.spec import TranscriptionSpec

FILE = Path("/srv/config/comptoir.toml")
ENDPOINT = 'url = "https://api.example/v1/"\nmodel = "whisper-1"\n'


def parsed(table: str) -> TranscriptionSetting | None:
    return parse_settings(f"version = 1\n[transcription]\n{table}", FILE).transcription


def test_a_command_of_this_machine() -> None:
    setting = parsed(
        'command = ["/opt/whisper/run", "--lang", "fr", "{file}"]\nseconds = 60\nlargest_mb = 2\nat_once = 2\n'
    )
    assert setting == TranscriptionSetting(
        TranscriptionSpec(("/opt/whisper/run", "--lang", "fr", "{file}"), seconds=60, largest=2_000_000), at_once=2
    )
    assert parse_settings("version = 1\n", FILE).transcription is None


def test_an_endpoint_and_its_key(tmp_path: Path) -> None:
    setting = parsed(f'{ENDPOINT}language = "fr"\nkey = "file:speech.key"\n')
    assert setting is not None
    assert setting.spec == TranscriptionSpec(url="https://api.example/v1", model="whisper-1", language="fr")
    paths = Paths(tmp_path / "config", tmp_path / "state", tmp_path / "run", tmp_path / "keys", tmp_path / "logs")
    assert "speech.key cannot be read" in setting.with_key(paths).wrong
    paths.secrets.mkdir(parents=True)
    (paths.secrets / "speech.key").touch(mode=0o600)
    (paths.secrets / "speech.key").write_text("sk-secret\n")
    made = setting.with_key(paths)
    assert (made.key, made.wrong, "sk-secret" in repr(made)) == ("sk-secret", "", False)


@pytest.mark.parametrize(
    ("table", "why"),
    [
        ("", "either command, or url and model"),
        (f'{ENDPOINT}command = ["/bin/cat", "{{file}}"]\n', "either command, or url and model"),
        ('url = "https://api.example/v1"\n', "that endpoint's model"),
        ('url = "http://api.example/v1"\nmodel = "x"\n', "https://"),
        ('command = ["whisper", "{file}"]\n', "the whole path of a program"),
        ('command = ["/bin/cat", "file"]\n', "{file} in one of the arguments"),
        (f'{ENDPOINT}key = "sk-secret"\n', "file:NAME"),
        (f"{ENDPOINT}seconds = 0\n", "1"),
    ],
)
def test_what_cannot_be_is_said_and_no_key_is_quoted(table: str, why: str) -> None:
    with pytest.raises(SettingsWrong) as wrong:
        parsed(table)
    assert why in str(wrong.value)
    assert "sk-secret" not in str(wrong.value)
