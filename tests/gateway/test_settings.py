import re
from pathlib import Path

import pytest

from comptoir.gateway.model_settings import preloads
from comptoir.gateway.settings import DEFAULT_TEXT, Settings, SettingsWrong, load_settings, parse_settings
from comptoir.sessions.spec import FAST_RATES, InboundLimits, MediaLimits, ModelSpec, Rates

FILE = Path("/srv/config/comptoir.toml")


def faults(text):
    with pytest.raises(SettingsWrong) as wrong:
        parse_settings(text, FILE)
    return str(wrong.value).splitlines()


def test_the_commented_file_shows_the_defaults():
    assert parse_settings(DEFAULT_TEXT, FILE) == Settings()
    shown = re.sub(r"(?m)^# (\w+ = \S+)", r"\1", DEFAULT_TEXT)
    assert shown.count("\n#") < DEFAULT_TEXT.count("\n#")
    assert parse_settings(shown, FILE) == Settings()


def test_no_file_means_the_defaults(tmp_path):
    assert load_settings(tmp_path / "comptoir.toml") == Settings()


def test_what_is_set_counts():
    text = "version = 1\n[outbox]\nanswers_per_minute = 10\ntyping = false\n"
    settings = parse_settings(text + "[daemon]\noffline_seconds = 5\n[lab]\nfast = true\n", FILE)
    assert settings.rates == Rates(answers_per_minute=10, typing=False)
    assert settings.offline_seconds == 5
    assert parse_settings("version = 1\n[media]\nquota_mb = 5\n", FILE).media == MediaLimits(quota=5_000_000)
    assert settings.rates_in(lab=False) == settings.rates
    assert settings.rates_in(lab=True) == FAST_RATES


def test_a_fast_lab_limits_what_comes_in_only_where_it_is_written():
    fast = "version = 1\n[lab]\nfast = true\n"
    settings = parse_settings(fast, FILE)
    assert settings.inbound_in(lab=False) == InboundLimits(20, 240)
    assert settings.inbound_in(lab=True) == InboundLimits(None, None)
    written = parse_settings(fast + "[inbound]\ncustomer_per_minute = 20\n", FILE)
    assert written.inbound_in(lab=True) == InboundLimits(20, None)
    assert parse_settings("version = 1\n[inbound]\ntenant_per_minute = 9\n", FILE).inbound_in(lab=True) == (
        InboundLimits(20, 9)
    )


MODEL = 'version = 1\n[models.main]\nkind = "openai"\nmodel = "small"\n'


def test_a_model_that_tenants_may_name():
    text = MODEL + 'url = "http://127.0.0.1:11434/v1/"\nkey = "file:main.key"\nprice_out = 2.5\ntenant_cost = 3.0\n'
    (model,) = parse_settings(text, FILE).models
    assert model.spec == ModelSpec(
        "main", "openai", "small", "http://127.0.0.1:11434/v1", price_out=2.5, tenant_cost=3.0
    )
    assert model.key == "file:main.key"
    assert preloads((model, model)) == ("comptoir.sessions.models.openai",)
    assert parse_settings("version = 1\n", FILE).models == ()


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('key = "sk-proj-abcdef"', "file:NAME"),
        ('key = "file:../../keys/master.key"', "file:NAME"),
        ('url = "http://example.com/v1"', "https://"),
        ('url = "https://me:secret-word@example.com"', "https://"),
        ('url = "http://["', "https://"),
        ("price_in = -1.0", "at least 0"),
        ("chat_tokens = 1.5", "a whole number"),
    ],
)
def test_what_is_wrong_with_a_model_is_said_without_its_key(line, expected):
    (fault,) = faults(MODEL + line + "\n")
    assert fault.startswith(f"{FILE}:5: ")
    assert expected in fault
    assert "abcdef" not in fault
    assert "secret-word" not in fault


def test_every_fault_at_once_with_its_line():
    found = faults("version = 1\n\n[outbox]\nanswers_per_minut = 30\nquiet_ms = 50\ntyping = 'yes'\n[rest]\n")
    assert [line.split(": ")[0] for line in found] == [f"{FILE}:{number}" for number in (4, 5, 6, 7)]
    assert "answers_per_minut" in found[0]
    assert "at least 200" in found[1]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("version = 2\n", 1),
        ("\n\nversion = 1\n[outbox\n", 4),
        ("version = 1\n[lab]\nfast = 1\n", 3),
        ("version = 1\n[media]\nlargest_mb = 0\n", 3),
        ("version = 1\n[inbound]\ncustomer_per_minute = 0\n", 3),
    ],
)
def test_one_fault(text, line):
    assert faults(text)[0].startswith(f"{FILE}:{line}: ")


def test_what_is_not_text(tmp_path):
    file = tmp_path / "comptoir.toml"
    file.write_bytes(b"version = \xff")
    with pytest.raises(SettingsWrong, match="UTF-8"):
        load_settings(file)
