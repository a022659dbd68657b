"""The lab's door: loopback only, a proxy for every host, and media hosts behind it."""

import base64
import hashlib
import json
import socket
from pathlib import Path

import pytest
import trio
from wire_client import tunnel

from comptoir.lab import Lab, LabInUse, front, open_lab

MEDIA = "mmg.whatsapp.net"


async def raw(lab: Lab, data: bytes) -> bytes:
    """All that the lab answers to these bytes, until it closes."""
    async with await trio.open_tcp_stream("127.0.0.1", lab.address.port) as stream:
        await stream.send_all(data)
        answer = b""
        with trio.fail_after(5):
            async for chunk in stream:
                answer += chunk
        return answer


async def request(stream: trio.abc.Stream, method: str, target: str, body: bytes = b"") -> tuple[int, bytes]:
    head = f"{method} {target} HTTP/1.1\r\nHost: {MEDIA}\r\nContent-Length: {len(body)}\r\n\r\n"
    await stream.send_all(head.encode() + body)
    answer = b""
    with trio.fail_after(5):
        while b"\r\n\r\n" not in answer:
            answer += await stream.receive_some()
        head, _, rest = answer.decode("latin-1").partition("\r\n\r\n")
        headers = dict(line.lower().split(": ", 1) for line in head.split("\r\n")[1:])
        content = rest.encode("latin-1")
        while len(content) < int(headers["content-length"]):
            content += bytes(await stream.receive_some())
    return int(head.split(" ")[1]), content


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.10", "::", "127.0.0.2"])
async def test_it_listens_on_loopback_and_refuses_everything_else(tmp_path: Path, host: str) -> None:
    with pytest.raises(ValueError, match=r"127\.0\.0\.1 only"):
        async with open_lab(tmp_path, host=host):
            pytest.fail("it must not open")


async def test_it_is_bound_to_the_loopback_address(lab: Lab) -> None:
    ports = [line.split()[1:4] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    listening = [local for local, _, state in ports if state == "0A" and local.endswith(f":{lab.address.port:04X}")]
    assert listening == [f"0100007F:{lab.address.port:04X}"]


@pytest.mark.parametrize(
    "data",
    [b"GET / HTTP/1.1\r\nHost: x\r\n\r\n", b"POST /mms HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"],
    ids=["GET", "POST"],
)
async def test_the_proxy_takes_connect_only(lab: Lab, data: bytes) -> None:
    assert (await raw(lab, data)).startswith(b"HTTP/1.1 405")


@pytest.mark.parametrize(
    "data",
    [b"\x16\x03\x01 not HTTP\r\n\r\n", b"CONNECT " + b"x" * 40_000 + b"\r\n", b"\r\n\r\n"],
    ids=["TLS", "endless", "empty"],
)
async def test_what_is_no_http_is_cut_off(lab: Lab, data: bytes) -> None:
    assert await raw(lab, data) == b""


async def test_who_says_nothing_is_sent_away(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "GREETING_SECONDS", 0.05)
    assert await raw(lab, b"") == b""


async def test_connections_are_bounded(lab: Lab, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(front, "CONNECTIONS", 2)
    async with tunnel(lab, MEDIA) as first, tunnel(lab, MEDIA) as second:
        assert await raw(lab, b"CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n") == b""
        for stream in (first, second):
            assert (await request(stream, "GET", "/v/image/none?ccb=1"))[0] == 404


async def test_a_file_is_uploaded_downloaded_and_deleted(lab: Lab) -> None:
    body = bytes(range(256)) * 2_000
    token = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).decode()
    async with tunnel(lab, MEDIA) as stream:
        status, answer = await request(stream, "POST", f"/mms/image/{token}?auth=lab&token={token}", body)
        assert status == 200
        direct_path = json.loads(answer)["direct_path"]
        assert "?" in direct_path
        assert json.loads(answer)["url"] == f"https://{MEDIA}{direct_path}"
        download = f"{direct_path}&hash={token}&mms-type=image&__wa-mms="
        assert await request(stream, "GET", download) == (200, body)
        assert (await request(stream, "DELETE", f"/mms/image/{token}?token={token}"))[0] == 200
        assert (await request(stream, "GET", download))[0] == 404
        assert (await request(stream, "DELETE", f"/mms/image/{token}?token={token}"))[0] == 404


async def test_an_upload_under_a_wrong_hash_is_refused(lab: Lab) -> None:
    async with tunnel(lab, MEDIA) as stream:
        assert (await request(stream, "POST", "/mms/image/AAAA?auth=lab", b"body"))[0] == 400
        assert (await request(stream, "PUT", "/mms/image/AAAA"))[0] == 405


async def test_the_chat_host_wants_a_websocket(lab: Lab) -> None:
    async with tunnel(lab, "web.whatsapp.com") as stream:
        await stream.send_all(b"GET /ws/chat HTTP/1.1\r\nHost: web.whatsapp.com\r\n\r\n")
        with pytest.raises((trio.BrokenResourceError, AssertionError)):
            assert await stream.receive_some(), "it just closes"


async def test_one_lab_a_folder(lab: Lab) -> None:
    with pytest.raises(LabInUse, match="folder of its own"):
        async with open_lab(lab.folder):
            pytest.fail("it must not open")


async def test_a_port_that_is_taken_is_said_so_when_it_was_asked_for(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ExceptionGroup) as raised:
            async with open_lab(tmp_path, port):
                pytest.fail("it must not open")
        assert raised.group_contains(OSError, depth=None)


async def test_the_description_is_written_whole(lab: Lab, tmp_path: Path) -> None:
    lab.write_description(tmp_path / "lab.json")
    described = json.loads((tmp_path / "lab.json").read_text())
    assert described == lab.describe()
    assert sorted(described) == ["ca_file", "proxy", "root_key"]
    assert len(bytes.fromhex(described["root_key"])) == 32
