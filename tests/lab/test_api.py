import json
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import trio
from neonize_client import neonize

from comptoir.lab import Lab, commands, open_lab
from comptoir.lab.api import CONNECTIONS_AT_MOST, LINE_LIMIT, serve_api
from comptoir.lab.client import LabClient, LabError, LabUnreachable
from comptoir.lab.commands import FAULTS
from comptoir.lab.faults import Faults
from comptoir.lab.serve import write_description

AWA, SHOP = "+221770000001", "+225070000003"


class Api:
    """A lab with its API; `call` and `collect` talk to it through the blocking client, on a thread."""

    def __init__(self, lab: Lab, port: int) -> None:
        self.lab = lab
        self.port = port
        self.description = write_description(lab, port)

    async def call(self, method: str, *arguments: Any, **options: Any) -> Any:
        return await trio.to_thread.run_sync(partial(self._call, method, *arguments, **options))

    async def stream(self) -> trio.SocketStream:
        return await trio.open_tcp_stream("127.0.0.1", self.port)

    def _call(self, method: str, *arguments: Any, **options: Any) -> Any:
        with LabClient(self.description, timeout=10) as client:
            result = getattr(client, method)(*arguments, **options)
            return result if isinstance(result, (dict, str, Path)) else list(result)


@pytest.fixture
async def api(tmp_path: Path, nursery: trio.Nursery) -> AsyncIterator[Api]:
    async with open_lab(tmp_path) as lab:
        yield Api(lab, await nursery.start(serve_api, lab))


async def exchange(stream: trio.SocketStream, line: bytes) -> dict[str, Any]:
    await stream.send_all(line + b"\n")
    return await answer(stream)


async def answer(stream: trio.SocketStream) -> dict[str, Any]:
    buffer = b""
    with trio.fail_after(5):
        while not buffer.endswith(b"\n"):
            buffer += await stream.receive_some()
    return dict(json.loads(buffer))


async def test_people_are_added_and_talk(api: Api) -> None:
    shop = await api.call("add_phone", SHOP, "Chez Awa")
    await api.call("add_customer", AWA, "Awa")

    id = await api.call("say", AWA, SHOP, "Bonjour", as_lid=True)
    await api.lab.phone(SHOP).wait_heard(1)

    assert (shop["number"], shop["name"], shop["role"], shop["companions"]) == (SHOP, "Chez Awa", "phone", [])
    (heard,) = await api.call("heard", SHOP)
    assert (heard["id"], heard["sender"], heard["text"], heard["by_lid"]) == (id, AWA, "Bonjour", True)
    assert await api.call("heard", SHOP, after=1) == []
    (entry,) = await api.call("ledger", sender=AWA)
    assert (entry["id"], entry["opened"][0]["text"]) == (id, "Bonjour")
    people = (await api.call("call", "people"))["people"]
    assert [person["number"] for person in people] == [SHOP, AWA]


async def test_a_request_that_comes_while_items_are_streamed_is_served_next(api: Api) -> None:
    api.lab.customer(AWA)
    async with await api.stream() as stream:
        heard = json.dumps({"command": "heard", "number": AWA}).encode() + b"\n"
        await stream.send_all((heard + b'{"command": "clock"}\n') * 20)
        reply = b""
        with trio.fail_after(10):
            while reply.count(b"\n") < 40:
                reply += await stream.receive_some()
    answers = [json.loads(line) for line in reply.splitlines()]
    assert [list(answer["result"]) for answer in answers] == [[], ["offset", "now_ms"]] * 20


async def test_following_tells_what_comes(api: Api) -> None:
    awa = api.lab.customer(AWA)
    await awa.say(api.lab.phone(SHOP).number, "un")
    await api.lab.phone(SHOP).wait_heard(1)
    async with await api.stream() as stream:
        first = await exchange(stream, json.dumps({"command": "heard", "number": SHOP, "follow": True}).encode())
        await awa.say(SHOP, "deux")
        second = await answer(stream)

    assert [line["item"]["text"] for line in (first, second)] == ["un", "deux"]


async def test_a_follower_who_hangs_up_makes_room(api: Api) -> None:
    api.lab.phone(SHOP)
    request = json.dumps({"command": "heard", "number": SHOP, "follow": True}).encode() + b"\n"

    for _ in range(CONNECTIONS_AT_MOST + 8):
        stream = await api.stream()
        await stream.send_all(request)
        await stream.aclose()

    with trio.fail_after(5):
        while True:
            async with await api.stream() as stream:
                if "result" in await exchange(stream, b'{"command": "clock"}'):
                    break


async def test_scanning_and_unlinking(api: Api, tmp_path: Path) -> None:
    async with neonize(api.lab, tmp_path / "session.db") as client:
        code = (await client.wait("qr"))["code"]

        linked = await api.call("scan", code, SHOP)
        await client.wait("connected")
        removed = await api.call("unlink", SHOP)
        await client.wait("logged_out")

    assert linked == {"device": "225070000003:1@s.whatsapp.net"}
    assert removed == {"removed": ["225070000003:1@s.whatsapp.net"]}


async def test_a_pairing_code_is_typed(api: Api, tmp_path: Path) -> None:
    async with neonize(api.lab, tmp_path / "session.db") as client:
        await client.wait("qr")
        code = await client.do("pair_phone", number=SHOP)

        linked = await api.call("enter_code", code, SHOP, "Chez Awa")
        await client.wait("connected")

    assert linked == {"device": "225070000003:1@s.whatsapp.net"}
    assert api.lab.phone(SHOP).account.name == "Chez Awa"


async def test_a_fault_strikes(api: Api, tmp_path: Path) -> None:
    async with neonize(api.lab, tmp_path / "session.db") as client:
        await api.lab.phone(SHOP).scan((await client.wait("qr"))["code"])
        await client.wait("connected")

        await api.call("fault", "ban", SHOP, code=101, expire=600)

        ban = await client.wait("ban")
        assert ban["expire"] == 600


def test_every_fault_can_be_ordered() -> None:
    ordered = {order.__name__ for order in FAULTS.values()}
    there = {name for name, thing in vars(Faults).items() if callable(thing) and name[0] != "_"}

    # `standing` is for the server's own use.
    assert there - ordered == {"standing"}


def test_the_readme_names_every_command_and_fault() -> None:
    readme = Path(commands.__file__).with_name("README.md").read_text()
    named = set(re.findall(r"`([a-z-]+)`", readme))

    assert commands.COMMANDS.keys() | FAULTS.keys() <= named


async def test_every_kind_is_posted_heard_and_saved_from_outside(api: Api, tmp_path: Path) -> None:
    photo, folder = tmp_path / "pagne.jpg", tmp_path / "saved"
    photo.write_bytes(b"orange")
    folder.mkdir()
    await api.call("add_phone", SHOP)

    id = await api.call("post", AWA, SHOP, {"kind": "image", "path": str(photo), "caption": "en bleu ?"}, secret=True)
    await api.call("say", AWA, SHOP, "celui-ci", quote=id, expires_in=60)

    image, answer = await api.call("heard", SHOP)
    assert (image["id"], image["text"], image["secret"]) == (id, "en bleu ?", True)
    assert (image["content"]["kind"], image["content"]["file"]["size"]) == ("image", 6)
    assert (answer["content"]["quote"]["id"], answer["content"]["expires_in"]) == (id, 60)
    assert (await api.call("save", SHOP, id, folder)).read_bytes() == b"orange"
    photo.unlink()
    for call, error in [
        (("post", AWA, SHOP, {"kind": "image", "path": str(photo)}), "No such file"),
        (("post", AWA, SHOP, {"kind": "poll"}), "Poll: question"),
        (("say", AWA, SHOP, "allô"), "quote"),
        (("save", SHOP, answer["id"], folder), "no message"),
        (("save", SHOP, id, tmp_path / "nowhere"), "nowhere: there is no such folder"),
    ]:
        with pytest.raises(LabError, match=error):
            await api.call(*call, **({"quote": 5} if call[0] == "say" else {}))
    api.lab.server.media.remove(image["content"]["file"]["encrypted_sha256"])
    with pytest.raises(LabError, match="nothing at"):
        await api.call("save", SHOP, id, folder)


async def test_the_media_host_fails_on_order_for_one_or_for_all(api: Api) -> None:
    await api.call("add_phone", SHOP)

    await api.call("fault", "hang-downloads", SHOP, after_bytes=10)
    await api.call("fault", "fail-uploads", "", status=507, times=2)

    faults = api.lab.faults.media
    hanging, failing = faults.strike("download", {"225070000003"})[0], faults.strike("upload", {"1"})[0]
    assert hanging is not None
    assert failing is not None
    assert (hanging.what, hanging.after_bytes, failing.status) == ("hang", 10, 507)
    await api.call("fault", "lift-media", "")
    assert faults.strike("upload", {"1"})[0] is None
    with pytest.raises(LabError, match="no account"):
        await api.call("fault", "cut-downloads", "+221779999999")


async def test_the_clock_is_read_and_set(api: Api) -> None:
    await api.call("clock", -21_600)

    assert api.lab.clock.offset == -21_600
    assert (await api.call("clock"))["offset"] == -21_600


async def test_typing_and_reading(api: Api) -> None:
    awa, phone = api.lab.customer(AWA), api.lab.phone(SHOP)
    id = await awa.say(SHOP, "un")
    await phone.wait_heard(1)

    await api.call("call", "typing", sender=AWA, to=SHOP)

    assert await api.call("call", "read", number=SHOP) == {"ids": [id]}


@pytest.mark.parametrize(
    ("line", "error"),
    [
        (b"no json", "a request was expected"),
        (b"[]", "a request was expected"),
        (b"{}", "a request was expected"),
        (b'{"command": "dance"}', "unknown command 'dance'; there are "),
        (b'{"command": 7}', "unknown command 7"),
        (b'{"command": "say", "sender": "1"}', "say: missing a required argument: 'to'"),
        (b'{"command": "heard", "number": 5}', "heard: number is 5, str was expected"),
        (b'{"command": "heard", "number": "+33612345678"}', "nobody in this lab has the number +33612345678"),
        (b'{"command": "phone", "number": "12"}', "not a phone number"),
        (b'{"command": "scan", "qr": "hello", "number": "+225070000003"}', "a link code was expected"),
        (b'{"command": "enter-code", "code": "1234", "number": "+225070000003"}', "no pairing code"),
        (b'{"command": "enter-code", "code": "ABCD1234", "number": "+225070000003"}', "no connected client"),
        (
            b'{"command": "fault", "name": "flood", "number": "1"}',
            "unknown fault 'flood'; there are alter",
        ),
        (b'{"command": "fault", "name": "drop", "number": "1", "x": 1}', "fault drop:"),
        (b'{"command": "unlink", "number": "+221770000001"}', "is a customer"),
        (b'{"command": "say", "sender": "+221770000001", "to": "+1", "text": "", "x": true}', "x is unknown"),
        (b'{"command": "say", "sender": "+221770000001", "to": "+1", "text": ""}', "nobody in this lab"),
    ],
)
async def test_a_bad_request_is_answered_and_the_connection_goes_on(api: Api, line: bytes, error: str) -> None:
    api.lab.customer(AWA)
    async with await api.stream() as stream:
        refused = await exchange(stream, line)

        assert error in refused["error"]
        assert "result" in await exchange(stream, b'{"command": "clock"}')


async def test_a_line_without_end_is_cut_off(api: Api) -> None:
    sent = 0
    with trio.fail_after(5), suppress(trio.BrokenResourceError):
        async with await api.stream() as stream:
            while True:
                await stream.send_all(b"x" * 65_536)
                sent += 65_536

    # What the two sockets buffer comes on top.
    assert LINE_LIMIT <= sent < 16 * LINE_LIMIT


async def test_the_client_raises_what_the_lab_refuses(api: Api) -> None:
    with pytest.raises(LabError, match="nobody in this lab"):
        await api.call("heard", AWA)


@pytest.mark.parametrize("body", [None, "no json", "{}", '{"api": "127.0.0.1:1"}', '{"api": 5}'])
def test_a_client_without_a_lab_says_what_to_start(tmp_path: Path, body: str | None) -> None:
    description = tmp_path / "lab.json"
    if body is not None:
        description.write_text(body)

    with pytest.raises(LabUnreachable, match=str(description)):
        LabClient(description)


def test_the_client_is_imported_cheaply() -> None:
    heavy = {"trio", "neonize", "cryptography", "google"}
    program = f"import sys, comptoir.lab.client; print([name for name in sys.modules if name in {heavy}])"

    printed = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=30)

    assert printed.stdout.strip() == "[]"


async def test_serving_until_told_to_stop(tmp_path: Path) -> None:
    program = f"from pathlib import Path; from comptoir.lab.serve import serve; serve(Path({str(tmp_path)!r}))"
    process = await trio.lowlevel.open_process([sys.executable, "-c", program], stdout=subprocess.PIPE)
    assert process.stdout is not None
    try:
        with trio.fail_after(20):
            description = Path((await process.stdout.receive_some()).decode().rstrip("\n"))
            told = json.loads(description.read_text())
            with LabClient(description, timeout=10) as client:
                phone = await trio.to_thread.run_sync(client.add_phone, SHOP)
            process.send_signal(signal.SIGTERM)
            code = await process.wait()
    finally:
        process.kill()

    assert set(told) == {"proxy", "ca_file", "root_key", "api"}
    assert (phone["number"], code, description.exists()) == (SHOP, 0, False)


async def test_bad_luck_is_ordered_over_the_line(api: Api) -> None:
    phone, customer = api.lab.phone(SHOP), api.lab.customer(AWA)
    before = customer.cipher.identity.registration_id
    await api.call("call", "reinstall", number=AWA)
    assert customer.cipher.identity.registration_id != before
    await api.call("call", "deafen", number=AWA, times=2)
    await api.call("call", "automatic", number=SHOP, greeting="Bienvenue", after=0)
    await api.call("call", "bot", number=AWA, texts='["Reçu"]', limit=1, after=0)
    await api.call("say", AWA, SHOP, "bonjour")
    # It asks twice for the greeting, reads it, and answers it like a machine.
    assert [item.text for item in await phone.wait_heard(2)] == ["bonjour", "Reçu"]
    [greeting] = [entry for entry in api.lab.ledger.entries(to=AWA) if entry.text == "Bienvenue"]
    assert len(greeting.receipts_of("retry")) == 2
    await api.call("call", "ask-again", number=AWA, id=greeting.id)
    await customer.wait_heard(2)
    await api.call("call", "block", number=SHOP, other=AWA)
    await api.call("say", AWA, SHOP, "allô ?")
    await api.call("call", "unblock", number=SHOP, other=AWA)
    for command in ("say-garbled", "say-unavailable", "say-with-lost-prekey"):
        await api.call("call", command, sender=AWA, to=SHOP, text=command)
    assert [item.text for item in (await phone.wait_heard(5))[2:]] == [
        "say-garbled",
        "say-unavailable",
        "say-with-lost-prekey",
    ]
    with pytest.raises(LabError, match="is no shop's phone"):
        await api.call("call", "automatic", number=AWA, greeting="Bienvenue")
    with pytest.raises(LabError, match="again or failures was expected"):
        await api.call("call", "say-garbled", sender=AWA, to=SHOP, text="x", often=3)
