import threading
import time
from dataclasses import replace

import pytest
import trio
from media_rig import content

from comptoir.lab import Lab, attachments
from comptoir.sessions.media.decrypting import Decrypter
from comptoir.sessions.media.fetching import Download, Fetched, Limits, NotFetched, hosts_for, target_of
from comptoir.sessions.media.reference import Reference
from comptoir.sessions.spec import LabServer

LIMITS = Limits(largest=1_000_000, connect=2.0, idle=0.4, total=3.0)
ANY = Reference("/v/t62/x?ccb=1&oh=2", "", bytes(32), bytes(32), b"\xfb" * 32, 10, attachments.IMAGE, "image")


@pytest.mark.parametrize(
    ("url", "hosts"),
    [
        ("https://mmg.whatsapp.net/v/x", ("mmg.whatsapp.net",)),
        ("https://media-cdg4-1.cdn.whatsapp.net/v/x", ("media-cdg4-1.cdn.whatsapp.net", "mmg.whatsapp.net")),
        ("", ("mmg.whatsapp.net",)),
        # A stranger's address is never gone to.
        ("https://evil.example/v/x", ("mmg.whatsapp.net",)),
        ("https://whatsapp.net.evil.example/v/x", ("mmg.whatsapp.net",)),
        ("https://evilwhatsapp.net/v/x", ("mmg.whatsapp.net",)),
        ("https://mmg.whatsapp.net@evil.example/v/x", ("mmg.whatsapp.net",)),
        ("https://evil.example#.whatsapp.net/", ("mmg.whatsapp.net",)),
        ("https://evil.example\\.whatsapp.net/", ("mmg.whatsapp.net",)),
        ("https://127.0.0.1/.whatsapp.net", ("mmg.whatsapp.net",)),
        ("http://media.whatsapp.net/v/x", ("mmg.whatsapp.net",)),
        ("https://media.whatsapp.net:22/v/x", ("mmg.whatsapp.net",)),
        ("https://media.whatsapp.net:port/v/x", ("mmg.whatsapp.net",)),
        ("https://m\u00e9dia.whatsapp.net/v/x", ("mmg.whatsapp.net",)),
        ("https://[::1/v", ("mmg.whatsapp.net",)),
    ],
)
def test_only_whatsapps_hosts_are_asked(url: str, hosts: tuple[str, ...]) -> None:
    assert hosts_for(replace(ANY, url=url)) == hosts


def test_the_target_is_the_direct_path_with_hash_and_kind() -> None:
    digest = "-_v7" * 10 + "-_s%3D"
    assert target_of(ANY) == f"/v/t62/x?ccb=1&oh=2&hash={digest}&mms-type=image&__wa-mms="


@pytest.mark.parametrize("path", ["", "v/x", "https://evil.example/", "/" + "a" * 3000])
def test_a_path_that_is_none_is_not_asked_for(path: str) -> None:
    assert target_of(replace(ANY, direct_path=path)) is None


def test_nothing_in_a_path_ends_the_request_line() -> None:
    target = target_of(replace(ANY, direct_path="/v/x HTTP/1.1\r\nHost: evil\r\n\r\n?"))
    assert target is not None
    assert target.isascii()
    assert not set(target) & set(" \r\n")


def placed(lab: Lab, plaintext: bytes) -> Reference:
    sealed = attachments.seal(plaintext, attachments.IMAGE)
    path = lab.server.media.put(sealed.body, "image")
    facts = (sealed.media_key, sealed.sha256, sealed.encrypted_sha256, sealed.length)
    return Reference(path, "", *facts, attachments.IMAGE, "image")


def server_of(lab: Lab) -> LabServer:
    description = lab.describe()
    return LabServer(description["proxy"], description["ca_file"], bytes.fromhex(description["root_key"]))


async def fetched(lab: Lab, reference: Reference, limits: Limits = LIMITS) -> tuple[Fetched | NotFetched, bytes]:
    out = bytearray()
    download = Download(reference, "mmg.whatsapp.net", limits, server_of(lab))
    return await trio.to_thread.run_sync(download.run, out.extend), bytes(out)


async def test_a_file_is_fetched_through_the_proxy_and_checked(lab: Lab) -> None:
    plaintext = content(200_001, 1)
    assert await fetched(lab, placed(lab, plaintext)) == (Fetched(), plaintext)


@pytest.mark.parametrize(
    ("status", "reason", "final"),
    [(404, "gone", True), (410, "gone", True), (403, "refused", False), (500, "server", False), (429, "server", False)],
)
async def test_what_a_host_answers(lab: Lab, status: int, reason: str, final: bool) -> None:
    lab.faults.media.fail_downloads(None, status)
    outcome, out = await fetched(lab, placed(lab, b"x" * 1000))
    assert isinstance(outcome, NotFetched)
    assert (outcome.reason, outcome.final, out) == (reason, final, b"")


@pytest.mark.parametrize("after_bytes", [0, 20_000])
async def test_a_host_that_hangs_is_not_waited_for(lab: Lab, after_bytes: int) -> None:
    lab.faults.media.hang_downloads(None, after_bytes=after_bytes)
    started = time.monotonic()
    outcome, _ = await fetched(lab, placed(lab, content(100_000, 2)))
    assert outcome == NotFetched("network", "the host does not answer")
    assert time.monotonic() - started < 2


async def test_a_host_that_drips_is_not_waited_for_either(lab: Lab) -> None:
    lab.faults.media.slow_downloads(None, 50_000)
    reference = placed(lab, content(400_000, 3))
    started = time.monotonic()
    outcome, _ = await fetched(lab, reference, replace(LIMITS, total=1.0, slowest=10**9))
    assert outcome == NotFetched("network", "not done within 1 s")
    assert time.monotonic() - started < 3


async def test_a_connection_that_is_cut_is_no_file(lab: Lab) -> None:
    lab.faults.media.cut_downloads(None)
    outcome, _ = await fetched(lab, placed(lab, content(100_000, 4)))
    assert isinstance(outcome, NotFetched)
    assert outcome.reason == "network"


async def test_other_bytes_are_no_file(lab: Lab) -> None:
    lab.faults.media.alter_downloads(None)
    outcome, _ = await fetched(lab, placed(lab, content(100_000, 5)))
    assert outcome == NotFetched("content", "the host's file has another hash than the message says")


async def test_a_file_that_is_larger_than_it_says_is_not_taken(lab: Lab) -> None:
    reference = replace(placed(lab, content(300_000, 6)), size=10)
    outcome, out = await fetched(lab, reference, replace(LIMITS, largest=100_000))
    assert isinstance(outcome, NotFetched)
    assert (outcome.reason, len(out)) == ("too_large", 0)


async def test_a_host_that_shows_another_certificate_is_not_spoken_to(lab: Lab) -> None:
    reference = placed(lab, b"x")
    download = Download(reference, "media.example.whatsapp.net.evil.example", LIMITS, server_of(lab))
    outcome = await trio.to_thread.run_sync(download.run, bytearray().extend)
    assert isinstance(outcome, NotFetched)
    assert "certificate" in outcome.detail.lower()


async def test_an_abort_ends_a_download_at_once(lab: Lab) -> None:
    lab.faults.media.hang_downloads(None, after_bytes=20_000)
    begun = threading.Event()
    download = Download(placed(lab, content(100_000, 7)), "mmg.whatsapp.net", replace(LIMITS, idle=60), server_of(lab))
    async with trio.open_nursery() as nursery:
        nursery.start_soon(trio.to_thread.run_sync, download.run, lambda _: begun.set())
        await trio.to_thread.run_sync(begun.wait, 5.0)
        download.abort()
        nursery.cancel_scope.deadline = trio.current_time() + 2
    assert not nursery.cancel_scope.cancelled_caught


class Endless:
    """An answer that does not say how long it is, and never ends."""

    length = None

    def __init__(self) -> None:
        self.given = 0

    def read1(self, most: int) -> bytes:
        self.given += most
        return bytes(most)


def test_an_answer_without_an_end_is_not_taken() -> None:
    endless = Endless()
    outcome = Download(ANY, "", LIMITS)._receive(endless, Decrypter(ANY, lambda _: None))
    assert isinstance(outcome, NotFetched)
    assert outcome.reason == "too_large"
    assert endless.given < LIMITS.largest + 200_000
