"""Reading outside, from a server on loopback that an exception in the rule lets through."""

import ssl
import time
from collections.abc import Callable

import pytest
import trio
import web_server
from web_server import Answer, Asked

from comptoir.lab.certificates import make_ca, make_leaf
from comptoir.plugins.api import OutsideFailed
from comptoir.sessions.outside import exchange
from comptoir.sessions.outside.exchange import MAX_BODY, REDIRECTS, Outside


def loopback(address: str) -> bool:
    return address == "127.0.0.1"


def always(status: int, body: bytes = b"", **headers: str) -> Callable[[Asked], Answer]:
    return lambda _: (status, headers, body)


async def test_what_a_server_answers_is_read_whole():
    async with web_server.serving(always(200, b"Prix : 500 F", Etag="x")) as web:
        answer = await Outside(loopback).fetch(web.url("/prix?q=thé#ici"), {"X-Key": "k", "Host": "evil"})
    assert (answer.status, answer.text, answer.headers["etag"]) == (200, "Prix : 500 F", "x")
    (asked,) = web.asked
    assert (asked.method, asked.path, asked.headers["x-key"]) == ("GET", "/prix?q=th%C3%A9", "k")
    assert asked.headers["host"] == f"127.0.0.1:{web.port}"
    assert asked.headers["accept-encoding"] == "identity"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "2130706433", "0x7f.1", "[::1]", "[::ffff:127.0.0.1]", "0"])
async def test_no_way_leads_to_this_machine(host):
    async with web_server.serving(always(200)) as web:
        with pytest.raises(OutsideFailed, match="not a public address"):
            await Outside().fetch(web.url("/secret", host), {})
    assert web.asked == []


async def test_what_a_name_led_to_when_it_was_checked_is_what_is_asked(monkeypatch):
    """A name that leads elsewhere the second time is not looked up a second time."""
    looked_up = []

    async def getaddrinfo(host: str, port: int, **_: object) -> list[tuple]:
        looked_up.append(host)
        return [(2, 1, 6, "", ("10.0.0.1" if len(looked_up) > 1 else "127.0.0.1", port))]

    async with web_server.serving(always(200, b"here")) as web:
        monkeypatch.setattr(trio.socket, "getaddrinfo", getaddrinfo)
        answer = await Outside(loopback).fetch(web.url("/", "shop.example"), {})
    assert (answer.body, looked_up) == (b"here", ["shop.example"])
    assert web.asked[0].headers["host"] == f"shop.example:{web.port}"


async def test_redirects_are_followed_three_times_and_each_is_checked():
    def countdown(asked: Asked) -> Answer:
        left = int(asked.path[1:])
        return (302, {"Location": f"/{left - 1}"}, b"") if left else (200, {}, b"end")

    async with web_server.serving(countdown) as web:
        outside = Outside(loopback)
        assert (await outside.fetch(web.url(f"/{REDIRECTS}"), {})).body == b"end"
        with pytest.raises(OutsideFailed, match="more than 3 redirects"):
            await outside.fetch(web.url(f"/{REDIRECTS + 1}"), {})
    inside = always(302, Location="http://169.254.169.254/latest/meta-data")
    async with web_server.serving(inside) as web:
        with pytest.raises(OutsideFailed, match=r"^169\.254\.169\.254: not a public address"):
            await Outside(loopback).fetch(web.url("/"), {})
    async with web_server.serving(always(302, Location="file:///etc/passwd")) as web:
        with pytest.raises(OutsideFailed, match="http"):
            await Outside(loopback).fetch(web.url("/"), {})


async def test_a_key_is_not_told_to_whom_a_redirect_names():
    async with (
        web_server.serving(always(200)) as other,
        web_server.serving(always(307, Location=other.url("/"))) as web,
    ):
        await Outside(loopback).fetch(web.url("/"), {"Authorization": "Bearer s", "X-Other": "o"})
    assert web.asked[0].headers["authorization"] == "Bearer s"
    assert "authorization" not in other.asked[0].headers
    assert other.asked[0].headers["x-other"] == "o"


async def test_more_than_a_million_bytes_are_refused():
    async with web_server.serving(always(200, b"x" * MAX_BODY)) as web:
        assert len((await Outside(loopback).fetch(web.url("/"), {})).body) == MAX_BODY
    async with web_server.serving(always(200, b"x" * (MAX_BODY + 1))) as web:
        with pytest.raises(OutsideFailed, match="larger than 1,000,000 bytes"):
            await Outside(loopback).fetch(web.url("/"), {})


async def test_a_server_that_does_not_answer_is_waited_for_no_longer_than_said(monkeypatch):
    monkeypatch.setattr(exchange, "SECONDS", 0.2)
    async with web_server.serving(lambda _: None) as web:
        with pytest.raises(OutsideFailed, match=r"^127\.0\.0\.1: no answer within 0\.2 s$"):
            await Outside(loopback).fetch(web.url("/?key=secret"), {})


@pytest.mark.parametrize(
    "url",
    [
        "ftp://shop.example/",
        "file:///etc/passwd",
        "shop.example",
        "http://",
        "http://a:b@shop.example/",
        "http://[",
        "http://shop.example:99999/",
        "http://" + "x" * 300 + ".example/",
        "",
    ],
)
async def test_what_is_no_url_of_the_web_is_refused_in_words(url):
    with pytest.raises(OutsideFailed) as refused:
        await Outside(loopback).fetch(url, {})
    assert "a:b" not in str(refused.value)


async def test_headers_that_cannot_be_sent_are_refused_in_words():
    async with web_server.serving(always(200)) as web:
        for headers in ({"X": "é"}, {"X\r\nY": "z"}, {"X": "a\r\nY: b"}):
            with pytest.raises(OutsideFailed):
                await Outside(loopback).fetch(web.url("/"), headers)
    assert web.asked == []


async def test_a_certificate_must_be_the_servers_by_name(tmp_path):
    authority = make_ca(int(time.time()))
    leaf = make_leaf(authority, int(time.time()), ("localhost",))
    (tmp_path / "cert.pem").write_bytes(leaf.certificate)
    (tmp_path / "key.pem").write_bytes(leaf.key)
    theirs = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    theirs.load_cert_chain(tmp_path / "cert.pem", tmp_path / "key.pem")

    def trusting() -> ssl.SSLContext:
        return ssl.create_default_context(cadata=authority.certificate.decode())

    async with web_server.serving(always(200, b"here"), theirs) as web:
        trusted = Outside(loopback, trusting)
        assert (await trusted.fetch(web.url("/", "localhost", "https"), {})).body == b"here"
        with pytest.raises(OutsideFailed, match="certificate is not valid"):
            await trusted.fetch(web.url("/", "127.0.0.1", "https"), {})
        with pytest.raises(OutsideFailed, match="certificate is not valid"):
            await Outside(loopback).fetch(web.url("/", "localhost", "https"), {})
    assert len(web.asked) == 1
