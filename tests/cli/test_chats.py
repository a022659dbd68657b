"""`chats` and `chat`: what people and scripts see, and what each option asks of the daemon."""

from typing import Any

import pytest

ROW: dict[str, Any] = {
    "chat": "+221771234567",
    "name": "Awa",
    "number": 12,
    "state": "pending",
    "agent": None,
    "since": "2026-11-21T13:00:00.123Z",
    "reason": "demande une personne",
    "handed_over": True,
    "held": "waits for a person",
    "held_until": None,
    "last_in": "2026-11-21T13:00:00.123Z",
    "last_out": None,
    "last_words": "\x1b[2Jil y a quelqu'un ?",
}


def test_a_line_a_conversation(comptoir, control):
    given = ROW | {"number": 7, "state": "open", "agent": "Fatou", "name": "Moussa", "chat": "+221771234568"}
    silent = ROW | {"number": None, "state": None, "since": None, "held": "paused", "chat": "lid:5001"}
    control.answers["chats"] = lambda **_: {"chats": [ROW, given, silent], "more": False}
    ended = comptoir("chats", "chez-awa")
    assert (ended.code, ended.err) == (0, "")
    head, *lines = [line.split() for line in ended.out.splitlines()]
    assert head == ["No.", "Chat", "Name", "State", "With", "Since", "Last", "words"]
    assert [line[0] for line in lines] == ["12", "7", "lid:5001"]
    assert "+221 77 123 45 67" in ended.out
    assert "Fatou" in lines[1]
    assert "paused" in lines[2]
    assert "\x1b" not in ended.out
    assert control.asked("chats") == {"tenant": "chez-awa"}


def test_for_scripts(comptoir, control):
    control.answers["chats"] = lambda **_: {"chats": [ROW], "more": True}
    ended = comptoir("chats", "chez-awa", "--state", "pending", "--json")
    assert ended.json == [ROW]
    assert ended.err == "comptoir: there are more than these 1: name a state, or one chat\n"
    assert control.asked("chats") == {"tenant": "chez-awa", "state": "pending"}


def test_none(comptoir, control):
    control.answers["chats"] = lambda **_: {"chats": [], "more": False}
    assert comptoir("chats", "chez-awa").out == "No such conversation.\n"
    assert comptoir("chats", "chez-awa", "--state", "waiting").code == 2


@pytest.mark.parametrize(
    ("options", "method", "more"),
    [
        (["--assign", "Fatou"], "chat.assign", {"agent": "Fatou"}),
        (["--pause"], "chat.pause", {}),
        (["--resume"], "chat.resume", {}),
        (["--close"], "chat.close", {}),
    ],
)
def test_one_option_is_one_order(comptoir, control, options, method, more):
    control.answers["tenant.show"] = lambda tenant: {"country": "SN"}
    control.answers[method] = lambda **_: ROW
    ended = comptoir("chat", "chez-awa", "77 123 45 67", *options, "--json")
    assert ended.json == ROW
    assert control.asked(method) == {"tenant": "chez-awa", "chat": "+221771234567"} | more


def test_two_options_are_one_too_many(comptoir, control):
    ended = comptoir("chat", "chez-awa", "+221771234567", "--pause", "--close")
    assert ended.code == 2
    assert ended.err.count("\n") == 1
    assert control.calls == []


def test_no_option_shows_the_chat(comptoir, control):
    control.answers["chats"] = lambda **_: {"chats": [ROW], "more": False}
    ended = comptoir("chat", "chez-awa", "+221771234567")
    assert control.asked("chats") == {"tenant": "chez-awa", "chat": "+221771234567"}
    shown = {line.split("  ")[0].strip(): line.strip() for line in ended.out.splitlines()}
    assert shown["since"].endswith("2026-11-21 14:00:00")
    assert shown["held"].endswith("waits for a person")
    assert shown["agent"].endswith("-")
    assert "\x1b" not in ended.out


def test_what_nobody_knows_is_code_3(comptoir, control):
    control.answers["chat.assign"] = lambda **_: control.refuse(3, "no agent Ibou: tenant.toml knows owner, Fatou")
    ended = comptoir("chat", "chez-awa", "+221771234567", "--assign", "Ibou")
    assert (ended.code, ended.out) == (3, "")
    assert "knows owner, Fatou" in ended.err
