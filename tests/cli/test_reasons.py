"""Where something is refused or held up, the command line says why and until when."""

import io

from rich.console import Console

from comptoir.cli.render.messages import print_messages
from comptoir.cli.render.status import status_report, tenant_details
from comptoir.cli.render.text import local_time

DAEMON = {"version": "0.1.0", "pid": 1, "uptime": 5.0, "lab": False, "notices": []}
ROW = {"name": "awa", "state": "online", "reason": None, "number": "+221770000001", "new_chats_held_until": None}
UNTIL = "2026-11-21T12:00:00.000Z"


def shown(what):
    console = Console(file=io.StringIO(), width=300)
    console.print(what(console))
    return console.file.getvalue()


def test_new_chats_that_are_held_are_told_of_below_the_table():
    assert "no new chats" not in shown(lambda console: status_report(console, {"daemon": DAEMON, "tenants": [ROW]}))
    held = ROW | {"new_chats_held_until": UNTIL}
    line = shown(lambda console: status_report(console, {"daemon": DAEMON, "tenants": [held]})).splitlines()[-1]
    assert line.startswith("awa: no new chats before 2026-11-21 ")
    assert "Answers go on" in line
    assert "2026-11-21 " in shown(lambda _: tenant_details({"new_chats_held_until": UNTIL}))


def test_floods_and_crowds_are_told_of_below_the_table():
    why = "7 chats wait: 240 messages were taken in a minute"
    busy = ROW | {"inbox_held": why, "flooded": ["+221771234567"]}
    lines = shown(lambda console: status_report(console, {"daemon": DAEMON, "tenants": [busy]})).splitlines()
    assert lines[-2:] == [f"awa: {why}", "awa: too many messages at once, not answered one by one: +221 77 123 45 67"]


def test_the_owners_own_pause_is_told_of_below_the_table():
    paused = ROW | {"owner_paused": UNTIL}
    line = shown(lambda console: status_report(console, {"daemon": DAEMON, "tenants": [paused]})).splitlines()[-1]
    assert line.startswith(
        f"awa: customers get no answer: the owner wrote `pause` on {local_time(UNTIL):%Y-%m-%d %H:%M}"
    )
    assert f"{local_time(UNTIL):%Y-%m-%d %H:%M}" in shown(lambda _: tenant_details({"owner_paused": UNTIL}))


def test_a_parked_tenant_says_what_the_server_said():
    detail = f"code 104: the same message to too many people; it ends {UNTIL}"
    parked = ROW | {"state": "parked", "reason": "banned", "detail": detail, "advice": "wait for the end"}
    line = shown(lambda console: status_report(console, {"daemon": DAEMON, "tenants": [parked]})).splitlines()[-1]
    begin, end = detail.removesuffix(UNTIL), "wait for the end"
    assert line == f"awa: parked: banned · {begin}{local_time(UNTIL):%Y-%m-%d %H:%M} · {end}"


def test_a_message_that_was_not_sent_says_why():
    console = Console(file=io.StringIO(), width=300)
    row = {"id": 7, "chat": "+221770000002", "direction": "out", "kind": "text", "text": "Bonjour", "time": UNTIL}
    console.file.truncate(0)
    why = f"429: WhatsApp asks for fewer messages at a time; it is tried again at {UNTIL}"
    print_messages(console, [row | {"state": "queued", "by": "operator", "error": why}])
    assert f"tried again at {local_time(UNTIL):%Y-%m-%d %H:%M})" in console.file.getvalue()
    why = "404: this number is not on WhatsApp: check it, or ask them for the right one"
    print_messages(console, [row | {"state": "failed", "by": "operator", "error": why}])
    assert f"Bonjour  failed, operator ({why})" in console.file.getvalue()


def test_status_says_how_many_wait_for_a_person(comptoir, control):
    rows = [ROW, ROW | {"name": "moussa", "pending": 2}]
    control.answers["status"] = lambda **_: {"daemon": DAEMON, "tenants": rows}
    shown = comptoir("status").out
    assert "2 waiting for a person: `comptoir chats moussa --state pending`" in shown
    assert shown.count("waiting for a person") == 1
