"""Input that nobody expects, from customers, operators and strangers at the socket: kept as it is, or refused."""

import json
from collections.abc import AsyncIterator

import crowd
import judge
import pytest
import rig
import trio

from comptoir.sessions.protocol import MAX_LINE, ErrorCode, Params, RpcError

CUSTOMER = "+221771000001"
TEXTS = {
    "64 KiB": "é" * 32_768,
    "right to left": "\u202bمرحبا، هل أنتم مفتوحون؟ \u2067שלום\u2069 123\u202c",
    "emoji": "👩🏾\u200d🍳🇸🇳 1️⃣ \ufe0f",
    "NUL and control characters": "a\0b\x01\x07\x08\x1b[2J\x1b]0;x\x07\x7f\x85\u2028c",
    "line ends": "\r\nune\rdeux\n\n\ttrois ",
    "blank": "   ",
    "outside Unicode's assigned": "\U0010ffff\ufdd0\ufffe",
    "combining": "e\u0301\u0302\u0303" * 100,
    "like markup": '[bold]{"jsonrpc": "2.0"}[/] %s $(reboot) `x` \'; DROP TABLE messages; --',
}


@pytest.fixture
async def here() -> AsyncIterator[rig.Rig]:
    async with rig.open_rig() as here:
        await here.add_shop("chez-awa", "+221770000001", crowd.config("chez-awa"))
        yield here


@pytest.mark.shows(
    under="kinds",
    what="text",
    received="kept and answered, up to 64 KiB, whatever characters it holds",
    sent="unchanged, up to 64 KiB",
)
async def test_texts_pass_unchanged_both_ways(here: rig.Rig) -> None:
    shop, customer = here.shops["chez-awa"], here.lab.customer(CUSTOMER)
    for text in TEXTS.values():
        await customer.say(shop.number, text)
    await customer.say(shop.number, "")
    await judge.settle(here, shop)
    inbound = [row["text"] for row in await here.messages(shop.name)]
    assert inbound == [*TEXTS.values(), ""]
    for text in TEXTS.values():
        await here.call("send", tenant=shop.name, to=CUSTOMER, text=text)
    await judge.settle(here, shop)
    outbound = [row["text"] for row in await here.messages(shop.name) if row["direction"] == "out"]
    assert outbound == list(TEXTS.values())
    assert [item.text for item in customer.heard()] == list(TEXTS.values())
    assert await judge.disagreements(here, shop) == []


@pytest.mark.shows(
    under="kinds", what="a kind that this version does not know", received="journaled as `unknown`; it stops nothing"
)
async def test_kinds_without_a_name_are_journaled_as_such_and_stop_nothing(here: rig.Rig) -> None:
    shop, customer = here.shops["chez-awa"], here.lab.customer(CUSTOMER)
    await customer.say_unknown(shop.number)
    await customer.ask_poll(shop.number, "Riz ou mil ?", ("riz", "mil"))
    first = await customer.say(shop.number, "Bonjour, menu svp ?")
    # An edit that comes sooner is answered instead.
    await customer.wait_heard(1)
    await customer.react(shop.number, first, "👍🏾")
    await customer.edit(shop.number, first, "Bonjour, horaire svp ?")
    await judge.settle(here, shop)
    rows = [row for row in await here.messages(shop.name) if row["direction"] == "in"]
    assert [(row["kind"], row["state"]) for row in rows] == [
        ("unknown", "done"),
        ("poll", "done"),
        ("text", "done"),
        ("reaction", "done"),
        ("edit", "done"),
    ]
    assert [item.text for item in customer.heard()] == [crowd.answer(shop, "menu")]


NONSENSE = {
    "not JSON": b"GET / HTTP/1.1\r\n",
    "bytes": b"\xff\xfe\x00\x80\n",
    "no object": b"[1, 2, 3]\n",
    "no method": b'{"jsonrpc": "2.0", "id": 1}\n',
    "deep": b"[" * 50_000 + b"\n",
    "a huge number": b'{"jsonrpc": "2.0", "id": 1, "method": "message", "params": {"id": 1' + b"0" * 5_000 + b"}}\n",
    "too long": b'"' + b"x" * (MAX_LINE + 10) + b'"\n',
    "no hello": b'{"jsonrpc": "2.0", "id": 1, "method": "status", "params": {}}\n',
    "half a line": b'{"jsonrpc": "2.0", "id": 1, "meth',
}


@pytest.mark.shows(
    under="configuration",
    what="nonsense at the control socket",
    happens="refused in one line each; nobody else notices",
)
async def test_nonsense_at_the_socket_disturbs_nobody(here: rig.Rig) -> None:
    shop = here.shops["chez-awa"]
    conversations = crowd.gather(here, [shop], customers=20)
    answers: dict[str, bytes] = {}
    async with trio.open_nursery() as nursery:
        for conversation in conversations:
            nursery.start_soon(conversation.talk)
        for name, line in NONSENSE.items():
            nursery.start_soon(_shout, here, name, line, answers)
    assert {each.customer.number: each.heard for each in conversations if each.heard != each.expected} == {}
    assert await judge.disagreements(here, shop) == []
    refused = {name: json.loads(answer.splitlines()[0])["error"] for name, answer in answers.items() if answer}
    assert refused.keys() >= NONSENSE.keys() - {"half a line"}
    assert all("\n" not in error["message"] for error in refused.values())


async def _shout(here: rig.Rig, name: str, line: bytes, answers: dict[str, bytes]) -> None:
    """Say one thing, and leave a moment after the answer or when the daemon has had enough."""
    answers[name] = b""
    async with await trio.open_unix_socket(str(here.home / "run" / "control.sock")) as stream:
        try:
            await stream.send_all(line)
            with trio.move_on_after(2):
                answers[name] = await stream.receive_some()
        except trio.BrokenResourceError:
            return


WRONG: tuple[tuple[str, Params, ErrorCode, str], ...] = (
    # What is asked, how it is refused, and what the refusal must mention.
    ("status", {"tenant": "chez-ava"}, ErrorCode.NOT_FOUND, "chez-awa"),
    ("tenant.add", {"tenant": "../etc"}, ErrorCode.INVALID_PARAMS, "a-z, 0-9"),
    ("tenant.add", {"tenant": "chez-awa"}, ErrorCode.FAILED, "already"),
    ("tenant.add", {"tenant": "x", "template": "bank"}, ErrorCode.INVALID_PARAMS, "restaurant"),
    ("tenant.add", {"tenant": "x", "owner": "77"}, ErrorCode.INVALID_PARAMS, "+221"),
    ("send", {"tenant": "chez-awa", "to": "77 123", "text": "x"}, ErrorCode.INVALID_PARAMS, "+E164"),
    ("send", {"tenant": "chez-awa", "to": "+22177x", "text": "x"}, ErrorCode.INVALID_PARAMS, "+E164"),
    ("send", {"tenant": "chez-awa", "to": "+1", "text": "x"}, ErrorCode.INVALID_PARAMS, "+E164"),
    ("send", {"tenant": "chez-awa", "to": "+" + "2" * 40, "text": "x"}, ErrorCode.INVALID_PARAMS, "+E164"),
    ("send", {"tenant": "chez-awa", "to": "lid:", "text": "x"}, ErrorCode.INVALID_PARAMS, "+E164"),
    ("send", {"tenant": "chez-awa", "to": CUSTOMER, "text": ""}, ErrorCode.INVALID_PARAMS, "text"),
    ("send", {"tenant": "chez-awa", "to": CUSTOMER, "text": "x" * 65_537}, ErrorCode.INVALID_PARAMS, "65536"),
    ("send", {"tenant": "chez-awa", "to": CUSTOMER, "text": "\ud83d"}, ErrorCode.INVALID_PARAMS, "Unicode"),
    ("messages", {"tenant": "chez-awa", "chat": "+221779999999"}, ErrorCode.NOT_FOUND, "no chat"),
    ("messages", {"tenant": "chez-awa", "limit": 0}, ErrorCode.INVALID_PARAMS, "limit"),
    ("messages", {"tenant": "chez-awa", "before": 2**70}, ErrorCode.INVALID_PARAMS, "before"),
    ("message", {"tenant": "chez-awa", "id": 10**6}, ErrorCode.NOT_FOUND, "no message"),
    ("message", {"tenant": "chez-awa", "id": 2**70}, ErrorCode.INVALID_PARAMS, "id"),
    ("message.wait", {"tenant": "chez-awa", "id": 1, "state": "gone"}, ErrorCode.INVALID_PARAMS, "state"),
    ("try", {"tenant": "chez-awa", "text": "x", "from_": "moi"}, ErrorCode.INVALID_PARAMS, "from"),
    ("reboot", {}, ErrorCode.METHOD_NOT_FOUND, "reboot"),
    ("status", {"tenants": "x"}, ErrorCode.INVALID_PARAMS, "tenants"),
    ("status", {"tenant": 7}, ErrorCode.INVALID_PARAMS, "tenant"),
)


@pytest.mark.shows(
    under="configuration",
    what="a command with a wrong name, number or text",
    happens="refused in one line that says what was expected",
)
async def test_wrong_names_and_numbers_are_refused_in_one_line(here: rig.Rig) -> None:
    wrong = [await _refusal(here, method, params, code, says) for method, params, code, says in WRONG]
    assert "\n".join(filter(None, wrong)) == ""
    assert (await here.status("chez-awa"))["restarts"] == 0
    assert [row["name"] for row in (await here.call("tenant.list"))["tenants"]] == ["chez-awa"]


async def _refusal(here: rig.Rig, method: str, params: Params, code: int, says: str) -> str:
    """What is wrong with the refusal of a call, or nothing."""
    called = f"{method} {str(params)[:80]}"
    try:
        answer = await here.call(method, within=10, **params)
    except RpcError as error:
        right = error.code == code and says in str(error) and "\n" not in str(error)
        return "" if right else f"{called}: {error.code} {error}"
    except trio.TooSlowError:
        return f"{called}: no answer"
    return f"{called}: taken, {answer}"
