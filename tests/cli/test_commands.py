"""Each command against a control server that speaks the same lines as the daemon."""

import pytest

MESSAGE = {
    "id": 42,
    "chat": "+221771234567",
    "direction": "out",
    "kind": "text",
    "text": "Bonjour",
    "time": "2026-11-21T13:00:00.123Z",
    "state": "delivered",
    "by": "operator",
}
ROW = {
    "name": "chez-awa",
    "state": "online",
    "reason": None,
    "number": "+221771234567",
    "pid": 12,
    "since": "2026-11-21T07:00:00.123Z",
    "restarts": 0,
    "memory_pss_kb": 25_600,
    "inbox": 3,
    "outbox": 4,
    "last_in": None,
    "last_out": None,
    "pipeline": [
        {"plugin": "optout", "state": "ready", "faults": 0, "last_fault": None},
        {"plugin": "answers", "state": "ready", "faults": 2, "last_fault": "too slow"},
    ],
}
DAEMON = {
    "version": "0.1.0",
    "pid": 11,
    "uptime": 65.0,
    "lab": False,
    "notices": ["credentials lie in memory only"],
}


# --- what scripts rely on


def test_the_daemon_does_not_answer(comptoir):
    ended = comptoir("status")
    assert ended.code == 69
    assert "comptoir daemon" in ended.err
    assert ended.err.count("\n") == 1


@pytest.mark.parametrize(
    ("code", "exit_code"), [(1, 1), (3, 3), (4, 4), (75, 75), (-32602, 2), (-32601, 1), (-32603, 1), (999, 1)]
)
def test_the_daemons_refusals_are_exit_codes(comptoir, control, code, exit_code):
    control.answers["tenant.pause"] = lambda tenant: control.refuse(code, "no such tenant: see comptoir tenant list")
    ended = comptoir("tenant", "pause", "chez-awa")
    assert ended.code == exit_code
    assert ended.err == "comptoir: no such tenant: see comptoir tenant list\n"
    assert ended.out == ""


def test_a_refusal_cannot_act_on_the_terminal(comptoir, control):
    control.answers["tenant.pause"] = lambda tenant: control.refuse(1, "WhatsApp says \x1b[2J\nand more")
    assert comptoir("tenant", "pause", "chez-awa").err == r"comptoir: WhatsApp says \x1b[2J\nand more" + "\n"


def test_faults_of_configuration_files_begin_with_the_file(comptoir, control):
    lines = "/c/tenant.toml:3: pays inconnu ; attendu : SN\n/c/tenant.toml:9: plugin inconnu ; attendu : welcome"
    control.answers["reload"] = lambda tenant: control.refuse(78, lines)
    ended = comptoir("reload", "chez-awa")
    assert ended.code == 78
    assert ended.err == lines + "\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["statsu"],
        ["status", "--jsno"],
        ["tenant"],
        ["send", "chez-awa"],
        ["messages", "chez-awa", "--limit", "0"],
        ["send", "chez-awa", "+221771234567", "Bonjour", "--wait", "eaten"],
    ],
)
def test_wrong_usage_is_one_line_and_code_2(comptoir, arguments):
    ended = comptoir(*arguments)
    assert ended.code == 2
    assert ended.err.count("\n") == 1
    assert "--help" in ended.err


# --- tenants


def test_tenant_add(comptoir, control):
    control.answers["tenant.add"] = lambda **_: {
        "tenant": "chez-awa",
        "config": "/etc/comptoir/tenants/chez-awa",
    }
    ended = comptoir("tenant", "add", "chez-awa", "--template", "restaurant", "--owner", "00221 77 123 45 67")
    assert ended.code == 0
    assert control.asked("tenant.add") == {
        "tenant": "chez-awa",
        "template": "restaurant",
        "owner": "+221771234567",
    }
    assert "/etc/comptoir/tenants/chez-awa/tenant.toml" in ended.out
    assert "comptoir link chez-awa" in ended.out
    assert "stays as it is" not in ended.out


def test_tenant_add_where_there_is_a_file_already(comptoir, control):
    control.answers["tenant.add"] = lambda **_: {"tenant": "awa", "config": "/etc/awa", "kept": True}
    ended = comptoir("tenant", "add", "awa", "--template", "restaurant")
    assert ended.code == 0
    assert "/etc/awa/tenant.toml was there already and stays as it is: no template" in ended.out


@pytest.mark.parametrize("name", ["Chez Awa", "-awa", "é", "a" * 33, "../etc"])
def test_a_wrong_new_name_says_what_was_expected(comptoir, control, name):
    ended = comptoir("tenant", "add", "--", name)
    assert ended.code == 2
    assert "expected small letters" in ended.err
    assert control.calls == []


def test_tenant_list_and_show(comptoir, control):
    control.answers["tenant.list"] = lambda: {"tenants": [{"name": "chez-awa", "state": "parked", "number": None}]}
    control.answers["tenant.show"] = lambda tenant: ROW | {"country": "SN"}
    assert comptoir("tenant", "list", "--json").json == [{"name": "chez-awa", "state": "parked", "number": None}]
    assert "chez-awa" in comptoir("tenant", "list").out
    assert comptoir("tenant", "show", "chez-awa", "--json").json["country"] == "SN"
    assert "optout (ready), answers (ready, 2 faults, the last: too slow)" in comptoir("tenant", "show", "chez-awa").out


@pytest.mark.parametrize("order", ["pause", "resume"])
def test_orders_name_the_tenant(comptoir, control, order):
    control.answers[f"tenant.{order}"] = lambda tenant: {}
    assert comptoir("tenant", order, "chez-awa").code == 0
    assert control.asked(f"tenant.{order}") == {"tenant": "chez-awa"}


def test_unlink(comptoir, control):
    control.answers["unlink"] = lambda tenant: {"logged_out": True}
    assert "chez-awa" in comptoir("unlink", "chez-awa").out


def test_remove_without_anybody_to_ask_needs_yes(comptoir, control):
    ended = comptoir("tenant", "remove", "chez-awa")
    assert ended.code == 2
    assert "--yes" in ended.err
    assert control.calls == []
    control.answers["tenant.remove"] = lambda tenant: {}
    assert comptoir("tenant", "remove", "chez-awa", "--yes").code == 0
    assert control.asked("tenant.remove") == {"tenant": "chez-awa"}


# --- messages


def test_send_prints_the_id(comptoir, control):
    control.answers["send"] = lambda **_: {"id": 42, "state": "queued"}
    ended = comptoir("send", "chez-awa", "+221 77 123 45 67", "Bonjour, ça va ?")
    assert (ended.code, ended.out) == (0, "42\n")
    assert control.asked("send") == {"tenant": "chez-awa", "to": "+221771234567", "text": "Bonjour, ça va ?"}


def test_who_wrote_stop_is_named_and_written_to_all_the_same(comptoir, control):
    control.answers["send"] = lambda **_: {"id": 42, "state": "queued", "opted_out": True}
    ended = comptoir("send", "chez-awa", "+221771234567", "Votre commande est prête")
    assert (ended.code, ended.out) == (0, "42\n")
    assert "+221771234567 wrote STOP" in ended.err


def test_a_local_number_is_read_with_the_tenants_country(comptoir, control):
    control.answers["tenant.show"] = lambda tenant: {"country": "CI"}
    control.answers["send"] = lambda **_: {"id": 1, "state": "queued"}
    assert comptoir("send", "chez-awa", "07 08 09 10 11", "Bonjour", "--client-key", "k1").code == 0
    assert control.asked("send")["to"] == "+2250708091011"
    assert control.asked("send")["client_key"] == "k1"


def test_a_wrong_number_is_not_sent_to(comptoir, control):
    ended = comptoir("send", "chez-awa", "+22177", "Bonjour")
    assert ended.code == 2
    assert "expected" in ended.err
    assert control.calls == []


@pytest.mark.parametrize("text", ["", "  \n", "\udc9b"])
def test_a_text_that_cannot_be_sent(comptoir, control, text):
    assert comptoir("send", "chez-awa", "+221771234567", text).code == 2
    assert control.calls == []


@pytest.mark.parametrize("text", ["مرحبا، كم السعر؟", "é" * 40_000, "ligne\nligne\n", "\x1b[2J"])
def test_any_other_text_arrives_unchanged(comptoir, control, text):
    control.answers["send"] = lambda **_: {"id": 1, "state": "queued"}
    assert comptoir("send", "chez-awa", "+221771234567", text).code == 0
    assert control.asked("send")["text"] == text


def test_a_text_of_more_than_a_line_of_the_protocol(comptoir, control):
    ended = comptoir("send", "chez-awa", "+221771234567", "x" * 600_000)
    assert ended.code == 2
    assert ended.err.count("\n") == 1
    assert control.calls == []


def test_send_waits_for_a_state(comptoir, control):
    control.answers["send"] = lambda **_: {"id": 42, "state": "queued"}
    control.answers["message.wait"] = lambda **_: MESSAGE
    arguments = ["send", "chez-awa", "+221771234567", "Bonjour", "--wait", "delivered", "--timeout", "5"]
    assert comptoir(*arguments).out == "42\n"
    assert control.asked("message.wait") == {
        "tenant": "chez-awa",
        "id": 42,
        "state": "delivered",
        "timeout": 5.0,
    }
    assert comptoir(*arguments, "--json").json == MESSAGE


@pytest.mark.parametrize(("data", "printed"), [(None, {"id": 42, "state": "queued"}), (MESSAGE, MESSAGE)])
def test_a_wait_in_vain_still_tells_the_message(comptoir, control, data, printed):
    control.answers["send"] = lambda **_: {"id": 42, "state": "queued"}
    control.answers["message.wait"] = lambda **_: control.refuse(75, "message 42 is queued after 5 s", data)
    arguments = ["send", "chez-awa", "+221771234567", "Bonjour", "--wait", "read"]
    ended = comptoir(*arguments, "--json")
    assert ended.code == 75
    assert ended.json == printed
    assert comptoir(*arguments).out == "42\n"


def test_messages_come_in_pages_newest_last(comptoir, control):
    rows = [MESSAGE | {"id": id} for id in range(1, 521)]

    def page(tenant, limit, before=None):
        older = [row for row in rows if before is None or row["id"] < before]
        shown = older[-limit:]
        return {"messages": shown, "next": shown[0]["id"] if len(shown) < len(older) else None}

    control.answers["messages"] = page
    assert [row["id"] for row in comptoir("messages", "chez-awa", "--limit", "500", "--json").json] == list(
        range(21, 521)
    )
    assert len(comptoir("messages", "chez-awa", "--limit", "9999", "--json").json) == 520
    assert len(comptoir("messages", "chez-awa").out.splitlines()) == 51


def test_messages_are_shown_with_local_time_and_without_their_escapes(comptoir, control):
    rows = [
        MESSAGE
        | {
            "direction": "in",
            "state": "done",
            "by": "customer",
            "text": "\x1b[2J\x1b]0;x\x07ligne 1\nligne 2",
        },
        MESSAGE | {"id": 43, "text": "D'accord"},
        MESSAGE | {"id": 44, "direction": "in", "kind": "image", "text": "", "state": "received", "by": "customer"},
        MESSAGE | {"id": 45, "chat": "group:12036301", "direction": "in", "state": "done", "sender": "+221771234568"},
    ]
    control.answers["messages"] = lambda **_: {"messages": rows, "next": None}
    out = comptoir("messages", "chez-awa").out
    assert "\x1b" not in out
    assert "\x07" not in out
    lines = out.splitlines()
    assert "21 November 2026" in lines[0]
    assert lines[1] == r"14:00:00 #42 +221 77 123 45 67 → \x1b[2J\x1b]0;x\x07ligne 1"
    assert lines[2].strip() == "ligne 2"
    assert lines[3] == "14:00:00 #43 +221 77 123 45 67 ← D'accord  delivered, operator"
    assert "[image]" in lines[4]
    assert lines[5] == "14:00:00 #45 group:12036301 → +221 77 123 45 68: Bonjour"


TRACE = {
    "skipped": None,
    "steps": [
        {"plugin": "optout", "decision": "continue", "effects": [], "fault": "", "ms": 0},
        {"plugin": "slow", "decision": "late", "effects": [], "fault": "20 s are over", "ms": 20_000},
        {
            "plugin": "answers",
            "decision": "stop",
            "effects": [
                {"effect": "reply", "text": "De 9 h à 18 h.\nÀ bientôt\x1b[2J"},
                {"effect": "put", "key": "asked", "value": 3, "shared": False},
            ],
            "fault": "",
            "ms": 1,
        },
        {"plugin": "handover", "decision": "not reached", "effects": [], "fault": "", "ms": 0},
    ],
    "replies": ["De 9 h à 18 h.\nÀ bientôt\x1b[2J"],
}


def test_try_asks_for_the_sender_too(comptoir, control):
    control.answers["try"] = lambda **_: TRACE
    ended = comptoir("try", "chez-awa", "Bonjour", "--from", "+221771234567", "--json")
    assert ended.json == TRACE
    assert control.asked("try") == {"tenant": "chez-awa", "text": "Bonjour", "from": "+221771234567"}


def test_try_shows_each_decision_and_the_answer(comptoir, control):
    control.answers["try"] = lambda **_: TRACE
    lines = [line.split() for line in comptoir("try", "chez-awa", "Vous ouvrez quand ?").out.splitlines()]
    assert [line[0] for line in lines[:4]] == ["optout", "slow", "answers", "handover"]
    assert lines[1][-2:] == ["(20.0", "s)"]
    assert lines[2][1] == "répond,"
    assert lines[3][1:3] == ["pas", "consulté"]
    assert lines[5:] == [["De", "9", "h", "à", "18", "h."], ["À", r"bientôt\x1b[2J"]]


def test_try_imagines_other_kinds_too(comptoir, control):
    control.answers["try"] = lambda **_: TRACE
    assert comptoir("try", "chez-awa", "--kind", "voice", "--at", "2026-12-25 10:00").code == 0
    assert control.asked("try") == {"tenant": "chez-awa", "text": "", "kind": "voice", "at": "2026-12-25 10:00"}


def test_try_says_when_nothing_would_be_answered(comptoir, control):
    control.answers["try"] = lambda **_: {"skipped": "silenced", "steps": [], "replies": []}
    out = comptoir("try", "chez-awa", "Bonjour").out
    assert "silence" in out
    assert "aucune réponse" in out


# --- watching


def test_status_in_json_is_as_the_daemon_says(comptoir, control):
    report = {"daemon": DAEMON, "tenants": [ROW]}
    control.answers["status"] = lambda: report
    assert comptoir("status", "--json").json == report


def test_status_is_a_plain_table_in_a_pipe(comptoir, control):
    parked = ROW | {
        "name": "mairie",
        "state": "parked",
        "reason": "logged_out\x1b[2J",
        "advice": "link again",
    }
    control.answers["status"] = lambda **_: {"daemon": DAEMON, "tenants": [ROW, parked]}
    out = comptoir("status").out
    assert "\x1b" not in out
    assert "LAB" not in out
    assert "credentials lie in memory only" in out
    [line] = [line for line in out.splitlines() if line.startswith("chez-awa")]
    assert line.split()[:6] == ["chez-awa", "online", "+221", "77", "123", "45"]
    assert r"mairie: parked: logged_out\x1b[2J · link again" in out


def test_status_says_lab_in_plain_sight(comptoir, control):
    control.answers["status"] = lambda **_: {"daemon": DAEMON | {"lab": True}, "tenants": []}
    out = comptoir("status").out
    assert "LAB" in out.splitlines()[0]
    assert "comptoir tenant add" in out


def test_events_follow(comptoir, control):
    happened = [
        {"time": "2026-11-21T07:00:00.123Z", "tenant": "chez-awa", "kind": "following"},
        {"time": "2026-11-21T07:00:01.123Z", "tenant": "chez-awa", "kind": "stale", "text": "\x9b2J il y a"},
    ]

    def follow(**_):
        yield from happened
        return {}

    control.answers["events"] = follow
    assert comptoir("events").out == '08:00:01  chez-awa  stale  text="\\x9b2J il y a"\n'
    assert comptoir("events", "chez-awa", "--json").lines == happened
    assert control.calls[1] == ("events", {"tenant": "chez-awa"})
