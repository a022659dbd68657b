"""`comptoir lab …`; how its people talk with a tenant is tested through the whole."""

import io
import json
import subprocess

import pytest
from terminal import read_line

from comptoir.cli.lab import find_code, find_pairing_code

CODE = "https://wa.me/settings/linked_devices#2@Zm9v,QUJD=,REVG=,R0hJ=,1"


@pytest.mark.parametrize(
    "line",
    [
        CODE,
        f"code {CODE} (60 s)\n",
        json.dumps({"event": "qr", "code": CODE, "expires_in": 60}) + "\n",
        f'  "{CODE}"',
    ],
)
def test_a_code_is_found_in_whatever_link_prints(line):
    assert find_code(["waiting\n", line, "code https://example.org/#later"]) == CODE


def test_an_older_code_is_only_its_fields():
    assert find_code(["2@Zm9v,QUJD=,REVG=,R0hJ=,1\n"]) == "2@Zm9v,QUJD=,REVG=,R0hJ=,1"


@pytest.mark.parametrize(
    "line",
    ["pairing code ABCD-1234 (160 s)\n", '{"event": "pairing_code", "code": "ABCD-1234", "expires_in": 160}\n'],
)
def test_a_pairing_code_is_found_in_whatever_link_prints(line):
    assert find_pairing_code(["failed expired\n", line, "pairing code WXYZ-9876 (160 s)\n"]) == "ABCD-1234"


def test_nothing_to_scan(comptoir):
    ended = comptoir("lab", "scan", "+221770000001", "bonjour")
    assert ended.code == 2
    assert "comptoir link" in ended.err


def test_nothing_to_type(comptoir, monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO("failed expired\n"))
    ended = comptoir("lab", "enter-code", "+221770000001")
    assert ended.code == 2
    assert "comptoir link NAME --code NUMBER" in ended.err


@pytest.mark.parametrize(
    "arguments",
    [
        ["scan", "+221770000001", CODE],
        ["enter-code", "+221770000001", "ABCD-1234"],
        ["say", "+221780000001", "+221770000001", "Bonjour"],
        ["heard", "+221780000001"],
        ["group", "Tontine", "+221770000001", "+221780000001"],
        ["post-status", "+221780000001", "Bonjour", "--to", "+221770000001"],
        ["channel", "Promos", "+221770000001"],
        ["publish", "channel:120363900000000001", "Bonjour"],
        ["call", "+221780000001", "+221770000001"],
    ],
)
def test_no_lab(comptoir, arguments):
    ended = comptoir("lab", *arguments)
    assert ended.code == 69
    assert "comptoir lab serve" in ended.err
    assert ended.err.count("\n") == 1


def test_many_people_and_calls(comptoir, start, tmp_path, monkeypatch):
    shop, awa, moussa = "+221770000001", "+221780000001", "+221780000002"
    lab = start("lab", "serve", str(tmp_path / "lab"), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    monkeypatch.setenv("COMPTOIR_LAB", read_line(lab.stdout).decode().strip())

    group = comptoir("lab", "group", "Tontine", shop, awa, moussa).out.strip()
    assert comptoir("lab", "say", awa, group, "Bonjour à tous").code == 0
    assert comptoir("lab", "post-status", awa, "En vacances", "--to", moussa).code == 0
    channel = comptoir("lab", "channel", "Promos", moussa).out.strip()
    assert comptoir("lab", "publish", channel, "Moins 20 %").code == 0
    following = start("lab", "heard", moussa, "--json", "--follow", stdout=subprocess.PIPE)
    heard = [json.loads(read_line(following.stdout)) for _ in range(3)]
    assert [(item["chat"], item["text"]) for item in heard] == [
        (group, "Bonjour à tous"),
        ("status", "En vacances"),
        (channel, "Moins 20 %"),
    ]
    assert comptoir("lab", "call", awa, moussa, "--seconds", "0").out == "missed\n"
    refused = comptoir("lab", "say", awa, "group:1", "allô ?")
    assert (refused.code, "no group in this lab" in refused.err) == (1, True)
