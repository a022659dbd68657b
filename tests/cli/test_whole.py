"""The command line against the real daemon, neonize and the lab, each started as people start them."""

import subprocess
from pathlib import Path

import pytest
from terminal import read_line

SHOP, CUSTOMER = "+221770000001", "+221780000001"
STARTS = 30


@pytest.fixture
def whole(comptoir, start, home, monkeypatch):
    """A lab and a daemon that sends everything there."""
    monkeypatch.setenv("COMPTOIR_HOME", str(home))
    assert comptoir("init").code == 0
    with (home / "config/comptoir.toml").open("a") as settings:
        settings.write("fast = true\n")
    lab = start("lab", "serve", str(home / "lab"), stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    monkeypatch.setenv("COMPTOIR_LAB", read_line(lab.stdout).decode().strip())
    daemon = start("daemon", stderr=subprocess.PIPE)
    while read_line(daemon.stderr) != b"ready\n":
        pass
    yield daemon
    daemon.terminate()
    assert daemon.wait(15) == 0
    assert b"Traceback" not in daemon.stderr.read()


def test_from_the_code_on_screen_to_the_answer(whole, comptoir, home, start, window):
    comptoir("tenant", "add", "chez-awa", "--template", "restaurant")
    file = home / "config/tenants/chez-awa/tenant.toml"
    always = file.read_text().replace('["11:30-23:00"]', '["00:00-24:00"]')
    file.write_text(always.replace("[hours]", '[hours]\nmonday = ["00:00-24:00"]'))
    assert b"\0-P\0-m\0comptoir.gateway\0" in Path(f"/proc/{whole.pid}/cmdline").read_bytes()
    assert comptoir("tenant", "add", "chez-awa").code == 1
    assert comptoir("send", "chez-awa", CUSTOMER, "Bonjour").code == 75

    # What a phone's camera sees is what is scanned.
    link = start("link", "chez-awa", env={"TERM": "xterm-256color", "COLORTERM": ""}, **window.streams)
    window.wait(window.codes, STARTS)
    assert comptoir("lab", "scan", SHOP, window.codes()[0], "--name", "Chez Awa").code == 0
    window.wait(lambda: "is linked to" in window.text, STARTS)
    assert link.wait(10) == 0

    follower = start("events", "chez-awa", "--json", stdout=subprocess.PIPE)
    read_line(follower.stdout)
    assert comptoir("lab", "say", CUSTOMER, SHOP, "Vous livrez ? 🍗").code == 0
    heard = start("lab", "heard", CUSTOMER, "--follow", stdout=subprocess.PIPE)
    read_line(heard.stdout)  # the welcome
    assert b"Nous livrons" in read_line(heard.stdout)
    assert b'"received"' in read_line(follower.stdout)

    sent = comptoir("send", "chez-awa", "78 000 00 01", "Votre commande est prête.", "--wait", "delivered")
    assert sent.code == 0
    rows = comptoir("messages", "chez-awa", "--chat", CUSTOMER, "--json").json
    assert [(row["direction"], row["by"]) for row in rows] == [
        ("in", "customer"),
        ("out", "plugin:welcome"),
        ("out", "plugin:clerk"),
        ("out", "operator"),
    ]
    assert rows[0]["text"] == "Vous livrez ? 🍗"
    assert rows[3]["id"] == int(sent.out)
    assert "Votre commande est prête." in comptoir("messages", "chez-awa").out

    status = comptoir("status", "chez-awa", "--json").json
    assert status["daemon"]["lab"] is True
    assert (status["tenants"][0]["state"], status["tenants"][0]["number"]) == ("online", SHOP)
    assert "LAB" in comptoir("status").out
    assert "Le client reçoit" in comptoir("try", "chez-awa", "Vous êtes où ?").out

    assert comptoir("unlink", "chez-awa").code == 0
    assert comptoir("messages", "chez-awa", "--json").json == rows
    assert comptoir("tenant", "remove", "chez-awa", "--yes").code == 0
    assert comptoir("status", "chez-awa").code == 3


def test_a_script_links_through_a_pipe(whole, comptoir, start):
    comptoir("tenant", "add", "mairie", "--template", "office")
    link = start("link", "mairie", "--json", stdout=subprocess.PIPE)
    scan = start("lab", "scan", SHOP, stdin=link.stdout, stdout=subprocess.DEVNULL)
    link.stdout.close()
    assert link.wait(STARTS) == 0
    assert scan.wait(10) == 0
    assert comptoir("tenant", "show", "mairie", "--json").json["number"] == SHOP


def test_a_shop_is_linked_by_the_code_that_its_owner_is_told(whole, comptoir, start):
    comptoir("tenant", "add", "mairie", "--template", "office")
    link = start("link", "mairie", "--code", "77 000 00 01", stdout=subprocess.PIPE)
    code = read_line(link.stdout, STARTS).decode().split()[2]
    wrong = ("1" if code[0] != "1" else "2") + code[1:]
    ended = comptoir("lab", "enter-code", SHOP, wrong)
    assert ended.code == 1
    assert "not the code" in ended.err
    assert comptoir("lab", "enter-code", SHOP, code, "--name", "Mairie").code == 0
    assert link.wait(STARTS) == 0
    assert comptoir("tenant", "show", "mairie", "--json").json["number"] == SHOP


def test_a_wrong_file_keeps_the_old_pipeline_and_says_where(whole, comptoir, home):
    comptoir("tenant", "add", "chez-awa", "--template", "restaurant")
    assert comptoir("try", "chez-awa", "Vous êtes où ?").code == 0
    file = home / "config/tenants/chez-awa/tenant.toml"
    file.write_text(file.read_text() + "\nversion =\n")
    ended = comptoir("reload", "chez-awa")
    assert ended.code == 78
    assert ended.err.startswith(f"{file}:")
    assert comptoir("try", "chez-awa", "Vous êtes où ?").code == 0


def test_files_go_out_and_come_back_through_the_commands(whole, comptoir, start, tmp_path):
    comptoir("tenant", "add", "chez-awa", "--template", "empty")
    link = start("link", "chez-awa", "--json", stdout=subprocess.PIPE)
    scan = start("lab", "scan", SHOP, stdin=link.stdout, stdout=subprocess.DEVNULL)
    link.stdout.close()
    assert (link.wait(STARTS), scan.wait(10)) == (0, 0)
    comptoir("lab", "say", CUSTOMER, SHOP, "Bonjour")

    menu = tmp_path / "menu.pdf"
    menu.write_bytes(b"%PDF-1.7\n" + bytes(range(256)) * 1000)
    sent = comptoir(
        "send", "chez-awa", CUSTOMER, "--file", str(menu), "--caption", "Le menu", "--wait", "delivered", "--json"
    )
    assert (sent.code, sent.json["kind"], sent.json["text"], sent.json["state"]) == (
        0,
        "document",
        "Le menu",
        "delivered",
    )
    assert sent.json["media"] == {
        "mime": "application/pdf",
        "name": "menu.pdf",
        "size": menu.stat().st_size,
        "state": "kept",
        "error": None,
    }
    got = tmp_path / "got.pdf"
    assert comptoir("media", "get", "chez-awa", str(sent.json["id"]), "--out", str(got)).code == 0
    assert got.read_bytes() == menu.read_bytes()
    again = comptoir("media", "get", "chez-awa", str(sent.json["id"]), "--out", str(got))
    assert (again.code, "is there already" in again.err) == (1, True)
    piped = start("media", "get", "chez-awa", str(sent.json["id"]), "--out", "-", stdout=subprocess.PIPE)
    assert piped.stdout.read() == menu.read_bytes()
    assert piped.wait(10) == 0
    assert comptoir("media", "get", "chez-awa", "999").code == 3
    (bonjour,) = [row for row in comptoir("messages", "chez-awa", "--json").json if row["text"] == "Bonjour"]
    nothing = comptoir("media", "get", "chez-awa", str(bonjour["id"]))
    assert (nothing.code, "holds no file" in nothing.err) == (1, True)
    # What cannot have a text says so before anything is queued.
    voice = tmp_path / "voice.ogg"
    voice.write_bytes(b"OggS" + bytes(24) + b"OpusHead" + bytes(100))
    refused = comptoir("send", "chez-awa", CUSTOMER, "Écoutez", "--file", str(voice))
    assert (refused.code, "takes no text" in refused.err) == (2, True)
    large = tmp_path / "large.bin"
    with large.open("wb") as file:
        file.truncate(101_000_000)
    refused = comptoir("send", "chez-awa", CUSTOMER, "--file", str(large))
    assert (refused.code, "at most 100.0 MB" in refused.err) == (1, True)
