"""`orders`, `order`, and what `check` shows of the owner's changes: for people and scripts."""

from typing import Any

import pytest

from comptoir.cli.by_chat import change_line

ORDER: dict[str, Any] = {
    "number": 12,
    "chat": "+221771234567",
    "customer": "Awa\x1b[2J Diop",
    "items": [{"sku": "poulet", "name": "Poulet braisé", "quantity": 2, "unit_price": 3500, "amount": 7000}],
    "fee": 1000,
    "total": 8000,
    "currency": "XOF",
    "state": "confirmed",
    "payment": "to_check",
    "delivery": "delivery",
    "zone": "Médina",
    "address": "rue 22",
    "location": None,
    "time": None,
    "note": None,
    "version": 3,
    "created": "2026-11-21T13:00:00.123Z",
    "changed": "2026-11-21T13:00:00.123Z",
    "history": [{"state": "new", "by": "customer", "time": "2026-11-21T13:00:00.123Z"}],
}


def test_a_line_an_order(comptoir, control):
    control.answers["orders"] = lambda **_: {"orders": [ORDER]}
    ended = comptoir("orders", "chez-awa", "--state", "confirmed")
    assert (ended.code, ended.err) == (0, "")
    head, line = ended.out.splitlines()
    assert head.split() == ["No.", "State", "Total", "Paid", "Customer", "Chat", "Ordered", "Items"]
    assert line.split()[:2] == ["12", "confirmed"]
    for shown in ("8\u202f000\u202fF", "to check", "2 Poulet braisé", "+221 77 123 45 67"):
        assert shown in line
    assert "\x1b" not in ended.out
    assert control.asked("orders") == {"tenant": "chez-awa", "state": "confirmed"}


def test_for_scripts(comptoir, control):
    older = ORDER | {"number": 11}

    def page(before=None, **_):
        return {"orders": [older]} if before == 12 else {"orders": [ORDER], "next": 12}

    control.answers["orders"] = page
    ended = comptoir("orders", "chez-awa", "--json")
    assert (ended.json, ended.err) == ([ORDER, older], "")
    ended = comptoir("orders", "chez-awa", "--json", "--limit", "1")
    assert ended.json == [ORDER]
    assert "there are more than these 1" in ended.err
    control.answers["order"] = lambda **_: ORDER
    assert comptoir("order", "chez-awa", "12", "--json").json == ORDER
    assert control.asked("order") == {"tenant": "chez-awa", "number": 12}


def test_one_order_is_shown_whole(comptoir, control):
    control.answers["order"] = lambda **_: ORDER
    out = comptoir("order", "chez-awa", "12").out
    for shown in ("Médina", "rue 22", "7\u202f000\u202fF", "1\u202f000\u202fF", "8\u202f000\u202fF", "customer"):
        assert shown in out


def test_an_order_is_moved_on(comptoir, control):
    control.answers["order.set"] = lambda **_: ORDER | {"state": "ready"}
    assert comptoir("order", "chez-awa", "12", "--set", "ready", "--json").json["state"] == "ready"
    assert control.asked("order.set") == {"tenant": "chez-awa", "number": 12, "state": "ready"}


@pytest.mark.parametrize(("code", "ends"), [(3, 3), (1, 1)])
def test_what_cannot_be_is_said(comptoir, control, code, ends):
    control.answers["order.set"] = lambda **_: control.refuse(code, "order 12 is delivered: that is its end")
    ended = comptoir("order", "chez-awa", "12", "--set", "ready")
    assert (ended.code, ended.err) == (ends, "comptoir: order 12 is delivered: that is its end\n")
    assert comptoir("order", "chez-awa", "12", "--set", "prête").code == 2
    assert comptoir("orders", "chez-awa", "--state", "prête").code == 2


def test_what_the_owner_changed_by_chat_is_one_line():
    change = {"sku": "poulet", "field": "price", "value": 3500, "was": 3000, "name": None, "by": "owner"}
    change["time"] = "2026-11-21T13:00:00.123Z"
    assert change_line(change).startswith("poulet: price 3500 by chat, 3000 in the file (owner, 2026-11-2")
    stock = change_line(change | {"field": "stock", "value": None, "was": 12})
    assert stock.startswith("poulet: stock not counted by chat, 12 in the file")
    assert "no longer sold" in change_line(change | {"field": "hidden", "value": True})
    added = change_line(change | {"field": "added", "name": "Thiof\x1b[2J", "was": None})
    assert "Thiof\\x1b[2J, price 3500, added by chat" in added
