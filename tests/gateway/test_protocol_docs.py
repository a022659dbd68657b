"""docs/control-protocol.md says what the daemon does: read from the page and from the code, and compared."""

import ast
import re
from pathlib import Path
from typing import get_args

import pytest

from comptoir.gateway import client, events, shown
from comptoir.gateway.control import chat_methods, connection, key_methods, methods, order_methods, server
from comptoir.gateway.control.table import table_of
from comptoir.gateway.events import EventHub
from comptoir.sessions.descriptors import Descriptor
from comptoir.sessions.journal.states import State
from comptoir.sessions.protocol import MAX_LINE, ErrorCode

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs/control-protocol.md").read_text()
KINDS = {"string": str, "integer": int, "number": float, "object": dict, "descriptor": Descriptor}


def sections(chapter):
    """The `### name` parts of a `## chapter`, by name."""
    text = re.split(r"(?m)^## ", PAGE)
    body = next(part for part in text if part.startswith(f"{chapter}\n"))
    parts = re.split(r"(?m)^### `(.+?)`\n", body)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def rows(text):
    """The cells of a section's tables, without their heads."""
    found = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")
    ]
    return [row for row in found if row[0].startswith(("`", "-", "1", "3", "4", "7")) and not row[0].startswith("--")]


@pytest.fixture(scope="module")
def table():
    others = (
        chat_methods.ChatMethods(None),
        order_methods.OrderMethods(None),
        key_methods.KeyMethods(None, None),
    )
    tables = (table_of(handlers) for handlers in (methods.Methods(None, EventHub(), "0", lab=False), *others))
    return {name: method for table in tables for name, method in table.items()}


def test_the_page_has_every_method_and_no_other(table):
    assert set(sections("Methods")) == set(table)


def test_parameters_are_those_of_the_page(table):
    for name, text in sections("Methods").items():
        documented = {row[0].strip("`"): (KINDS[row[1].split(":")[0]], not row[2]) for row in rows(text)}
        actual = {
            parameter.name: (parameter.kinds[0], parameter.required) for parameter in table[name].parameters.values()
        }
        assert documented == actual, name


def test_defaults_are_those_of_the_page(table):
    spoken = {row[0].strip("`"): row[2].strip("`") for text in sections("Methods").values() for row in rows(text)}
    assert spoken["template"] == "empty"
    assert spoken["limit"] == "50"
    assert spoken["timeout"] == "60"
    hints = {name: method.handler.__kwdefaults__ for name, method in table.items()}
    assert hints["tenant.add"]["template"] == "empty"
    assert hints["messages"]["limit"] == 50
    assert hints["message.wait"]["timeout"] == 60


def test_streams(table):
    assert {method.notification for method in table.values()} - {None} == set(sections("Notifications"))
    for name, method in table.items():
        assert (f"treams `{method.notification}`" in sections("Methods")[name]) == (method.notification is not None)


def test_error_codes():
    text = PAGE.split("## Errors")[1].split("## Methods")[0]
    assert {int(row[0]): row[1] for row in rows(text)} == {int(code): code.name for code in ErrorCode}


def test_limits():
    text = PAGE.split("## Limits")[1].split("## Errors")[0]
    values = {
        row.split("|")[1].strip(): int(re.sub(r"\D", "", row.split("|")[2])) for row in text.splitlines()[4:] if row
    }
    assert values == {
        "length of a line, both ways": MAX_LINE,
        "time for a line that has begun": connection.PARTIAL_LINE_LIMIT,
        "connections": server.MAX_CONNECTIONS,
        "refusals under way": server.MAX_REFUSALS,
        "length of an `id`": shown.MAX_SHOWN,
        "calls in flight on a connection": connection.MAX_CALLS,
        "streams on a connection": 1,
        "time for a client to take an answer": connection.WRITE_LIMIT,
        "events that wait for a follower": events.BUFFER,
        "messages in a page": methods.MAX_PAGE,
        "`timeout` of `message.wait`": methods.MAX_WAIT,
        "calls of `message.wait` in a tenant": methods.MAX_WAITS,
    }
    assert client.PROTOCOL_VERSION == methods.PROTOCOL_VERSION


# What names no kind by a constant: the states of messages, and what a function is given.
BY_STATE = set(get_args(State)) - {"lost", "queued", "sending", "received", "skipped"}
NOTES = re.compile(r"(partial\(event_log\.add, |event_log\.add\(|_note\()")
GIVEN = {"unreadable", "put_off", "new_chats_held"}


def test_a_workers_events():
    noted = BY_STATE | GIVEN
    for file in (ROOT / "sessions").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and NOTES.match(ast.unparse(node)):
                noted |= kinds_in(node)
    chapter = re.split(r"(?m)^## ", PAGE)
    text = next(part for part in chapter if part.startswith("Events of a worker\n"))
    told = {kind for row in rows(text) for kind in re.findall(r"`(\w+)`", row[0])}
    assert noted == told


def kinds_in(call):
    """Of an event that is noted: its kind, where it is a constant."""
    given = [*call.args, *(keyword.value for keyword in call.keywords if keyword.arg == "kind")]
    return {value.value for value in given if isinstance(value, ast.Constant) and isinstance(value.value, str)}


def test_the_daemons_own_events():
    published = {"following"}
    for file in (ROOT / "gateway").rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "publish":
                published |= {
                    argument.value
                    for argument in node.args
                    if isinstance(argument, ast.Constant) and isinstance(argument.value, str)
                }
    assert published == {row[0].strip("`") for row in rows(sections("Notifications")["event"])}
