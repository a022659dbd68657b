"""`comptoir keys rotate` as a person and as a script reads it."""

import json
import signal
import subprocess

PROGRESS = [
    {"tenant": "awa", "what": "journal", "done": 512, "total": 2048},
    {"tenant": "awa", "what": "journal", "done": 2048, "total": 2048},
    {"tenant": "awa", "what": "files", "done": 3, "total": 3},
]
ROTATED = {"tenant": "awa", "version": 2, "pause_ms": 1234}


def rotating(tenant):
    for progress in PROGRESS:
        yield progress | {"tenant": tenant}
    return ROTATED | {"tenant": tenant}


def test_one_tenant(comptoir, control):
    control.answers["keys.rotate"] = rotating
    ended = comptoir("keys", "rotate", "awa")
    assert ended.code == 0
    assert ended.out == (
        "awa has a new key, version 2, and rested for 1.2 s; the old key opens nothing but old backups\n"
    )
    assert control.asked("keys.rotate") == {"tenant": "awa"}


def test_as_json_every_step_is_a_line(comptoir, control):
    control.answers["keys.rotate"] = rotating
    lines = [json.loads(line) for line in comptoir("keys", "rotate", "awa", "--json").out.splitlines()]
    assert lines == [{"event": "progress"} | row for row in PROGRESS] + [{"event": "rotated"} | ROTATED]


def test_bars_for_a_person(control, start, window):
    control.answers["keys.rotate"] = rotating
    command = start("keys", "rotate", "awa", env={"TERM": "xterm-256color", "COLORTERM": ""}, **window.streams)
    window.wait(lambda: "awa has a new key, version 2" in window.text)
    assert command.wait(10) == 0
    assert "journal" not in window.text


def test_bars_while_it_lasts(control, start, window):
    def hang(tenant):
        yield PROGRESS[0]
        control.gone.wait(20)

    control.answers["keys.rotate"] = hang
    start("keys", "rotate", "awa", env={"TERM": "xterm-256color", "COLORTERM": ""}, **window.streams)
    window.wait(lambda: "awa: journal" in window.text and "━" in window.text)


def test_all_tenants_one_after_another_whatever_becomes_of_one(comptoir, control):
    def rotate(tenant):
        if tenant == "bintou":
            control.refuse(75, "bintou is being linked: end that attempt first")
        return rotating(tenant)

    control.answers["keys.rotate"] = rotate
    control.answers["tenant.list"] = lambda: {"tenants": [{"name": name} for name in ("awa", "bintou", "coumba")]}
    ended = comptoir("keys", "rotate")
    assert [params["tenant"] for called, params in control.calls if called == "keys.rotate"] == [
        "awa",
        "bintou",
        "coumba",
    ]
    assert ended.code == 75
    assert ended.out.count("has a new key") == 2
    assert "bintou is being linked" in ended.err
    assert "1 of 3 tenants have their old key" in ended.err


def test_no_tenant_at_all(comptoir, control):
    control.answers["tenant.list"] = lambda: {"tenants": []}
    ended = comptoir("keys", "rotate")
    assert (ended.code, ended.out) == (0, "")


def test_the_daemons_refusal_is_the_exit_code(comptoir, control):
    for code in (1, 3, 75):
        control.answers["keys.rotate"] = lambda tenant, code=code: control.refuse(code, f"not {tenant}: do this")
        ended = comptoir("keys", "rotate", "awa")
        assert (ended.code, ended.out, ended.err) == (code, "", "comptoir: not awa: do this\n")


def test_the_master_key(comptoir, control):
    moved = {"key": "/etc/comptoir/keys/master.key", "old": "/etc/comptoir/keys/master.key.old-x", "tenants": 3}
    moved["credential"] = False
    control.answers["keys.rotate_master"] = lambda: moved
    ended = comptoir("keys", "rotate", "--master")
    assert ended.code == 0
    assert "copy /etc/comptoir/keys/master.key to a safe place" in ended.out
    assert "/etc/comptoir/keys/master.key.old-x opens backups of state/ made before now" in ended.out
    assert json.loads(comptoir("keys", "rotate", "--master", "--json").out) == {"event": "master_rotated"} | moved


def test_a_master_key_of_systemds_is_the_operators_to_put_in_its_place(comptoir, control):
    moved = {"key": "/run/credentials/comptoir.service/master.key.next", "old": None, "tenants": 3}
    moved["credential"] = True
    control.answers["keys.rotate_master"] = lambda: moved
    assert (
        "must be on paper: encrypt it as master.key and remove master.key.next"
        in comptoir("keys", "rotate", "--master").out
    )
    moved["credential"] = False
    assert "when the daemon is started the next time" in comptoir("keys", "rotate", "--master").out


def test_a_tenant_has_no_master_key(comptoir):
    ended = comptoir("keys", "rotate", "awa", "--master")
    assert ended.code == 2
    assert "leave NAME out" in ended.err


def test_ctrl_c_leaves_the_rotation_to_the_daemon(control, start):
    def hang(tenant):
        yield PROGRESS[0] | {"tenant": tenant}
        control.gone.wait(20)

    control.answers["keys.rotate"] = hang
    command = start("keys", "rotate", "awa", "--json", stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    assert command.stdout.readline()
    command.send_signal(signal.SIGINT)
    assert command.wait(10) == 130
    assert b"awa: its new key comes all the same" in command.stderr.read()
