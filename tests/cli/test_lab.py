"""`comptoir lab …`; how its people talk with a tenant is tested through the whole."""

import io
import json
import socket
import subprocess

import pytest
from terminal import read_line

from comptoir.cli.lab import find_code, find_pairing_code
from comptoir.cli.lab_faults import read_options

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
        ["fault", "drop", "+221770000001"],
        ["do", "people"],
    ],
)
def test_no_lab(comptoir, arguments):
    ended = comptoir("lab", *arguments)
    assert ended.code == 69
    assert "comptoir lab serve" in ended.err
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize("option", ["times", "=1", ""])
def test_an_option_of_a_fault_is_a_key_and_a_value(comptoir, option):
    ended = comptoir("lab", "fault", "drop", "+221770000001", option)
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert "KEY=VALUE was expected" in ended.err


def test_values_mean_what_they_say():
    options = ["a=1", "b=true", "c=null", "d=0.5", "e=+221770000001", "f=Bonjour", 'g=["x"]', "h=x=y"]
    assert read_options(options) == {
        "a": 1, "b": True, "c": None, "d": 0.5, "e": "+221770000001", "f": "Bonjour", "g": '["x"]', "h": "x=y",
    }  # fmt: skip


def test_faults_and_commands_are_ordered(comptoir, start, tmp_path, monkeypatch):
    shop, awa = "+221770000001", "+221780000001"
    lab = start("lab", "serve", str(tmp_path / "lab"), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    monkeypatch.setenv("COMPTOIR_LAB", read_line(lab.stdout).decode().strip())
    assert json.loads(comptoir("lab", "do", "phone", f"number={shop}").out)["role"] == "phone"
    assert comptoir("lab", "fault", "refuse-sends", shop, "error=429", "times=2").code == 0
    assert comptoir("lab", "do", "bot", f"number={awa}", 'texts=["Reçu"]', "limit=1").code == 0
    assert comptoir("lab", "say", shop, awa, "Bonjour").code == 0
    heard = start("lab", "heard", shop, "--json", "--follow", stdout=subprocess.PIPE)
    assert json.loads(read_line(heard.stdout))["text"] == "Reçu"
    refused = comptoir("lab", "fault", "flood", shop)
    assert refused.code == 1
    assert "unknown fault 'flood'" in refused.err


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


@pytest.mark.parametrize(
    ("arguments", "error"),
    [
        ([], "nothing to say"),
        (["--place", "ici"], "no place"),
        (["--place", "1,2", "--card", "+221780000002"], "one thing"),
        (["--file", "/nowhere.jpg"], "no such file"),
    ],
)
def test_what_cannot_be_said(comptoir, arguments, error):
    ended = comptoir("lab", "say", "+221780000001", "+221770000001", *arguments)
    assert (ended.code, error in ended.err) == (2, True)


def test_every_kind_is_said_and_heard_from_the_shell(comptoir, start, tmp_path, monkeypatch):
    awa, moussa = "+221780000001", "+221780000002"
    lab = start("lab", "serve", str(tmp_path / "lab"), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    monkeypatch.setenv("COMPTOIR_LAB", read_line(lab.stdout).decode().strip())
    photo = tmp_path / "pagne.jpg"
    photo.write_bytes(b"\xff\xd8 orange")

    def say(sender, to, *arguments):
        ended = comptoir("lab", "say", sender, to, *arguments)
        assert ended.code == 0, ended.err
        return ended.out.strip()

    comptoir("lab", "say", moussa, moussa, "me voici")
    text = say(awa, moussa, "bonjour")
    image = say(awa, moussa, "le bleu", "--file", str(photo))
    say(awa, moussa, "--file", str(photo), "--kind", "voice", "--once")
    say(awa, moussa, "--place", "14.69,-17.44,Marché Sandaga")
    say(awa, moussa, "Fatou", "--card", "+221780000009")
    poll = say(awa, moussa, "Riz ou mil ?", "--option", "riz", "--option", "mil")
    say(awa, moussa, "mil", "--vote", poll)
    say(awa, moussa, "👍", "--react", text)
    say(awa, moussa, "bonsoir", "--edit", text)
    say(awa, moussa, "celui-ci", "--quote", image)
    say(awa, moussa, "--delete", text)
    say(awa, moussa, "--timer", "86400")
    following = start("lab", "heard", moussa, "--follow", "--save", str(tmp_path / "files"), stdout=subprocess.PIPE)
    lines = [read_line(following.stdout).decode().strip().removeprefix(f"{awa}: ") for _ in range(12)]
    assert lines == [
        "bonjour",
        f"[image, 9 bytes] le bleu → {tmp_path}/files/{image}.jpg",
        lines[2],
        "[place 14.69, -17.44 Marché Sandaga]",
        "[card: Fatou]",
        "[poll: Riz ou mil ? riz / mil]",
        f"[votes in {poll}: mil]",
        f"[reaction of {text}] 👍",
        f"[edit of {text}] bonsoir",
        "[to: le bleu] celui-ci",
        f"[deletion of {text}]",
        "[messages disappear after 86400 s]",
    ]
    assert lines[2].startswith("[voice, 9 bytes, to be seen once] → ")
    assert (tmp_path / "files" / f"{image}.jpg").read_bytes() == photo.read_bytes()
    assert "not known here" in comptoir("lab", "say", awa, moussa, "et lui ?", "--quote", "AC00").err


def test_a_port_that_is_taken_and_a_folder_that_cannot_be_are_told_in_one_line(comptoir, tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = comptoir("lab", "serve", str(tmp_path / "lab"), "--port", port)
    assert (ended.code, ended.err.count("\n")) == (1, 1)
    assert f"127.0.0.1:{port}: somebody listens there already" in ended.err
    (tmp_path / "file").touch()
    ended = comptoir("lab", "serve", str(tmp_path / "file" / "lab"))
    assert (ended.code, ended.err.count("\n")) == (1, 1)
    assert str(tmp_path / "file") in ended.err
