"""The media host over HTTPS: pieces, parts, big files, and what goes wrong on order."""

import base64
import hashlib
import json
import random
import resource
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import h11
import pytest
import trio
from neonize_client import ClientError, NeonizeClient, link, neonize, until
from wire_client import tunnel

from comptoir.lab import Lab, media, open_lab
from comptoir.lab.attachments import FileDamaged
from comptoir.lab.kinds import File
from comptoir.lab.kinds.files import FileGone
from comptoir.lab.media_faults import MediaFaults

HOST = "mmg.whatsapp.net"
SHOP, CUSTOMER = "+221770000001", "+221770000101"
BODY = random.Random(7).randbytes(600_000)
MEGABYTE = 1 << 20


class Https:
    """A client of the media host on one connection."""

    def __init__(self, stream: trio.abc.Stream) -> None:
        self._stream = stream
        self._http = h11.Connection(h11.CLIENT)
        self.body = bytearray()
        self.status = 0

    async def ask(self, method: str, target: str, body: bytes = b"", **headers: str) -> tuple[int, bytes]:
        """The status and the body; what came of it before an error stays in `body`."""
        if self._http.our_state is h11.DONE:
            self._http.start_next_cycle()
        self.body, self.status = bytearray(), 0
        head = h11.Request(
            method=method, target=target, headers=[("Host", HOST), ("Content-Length", str(len(body))), *headers.items()]
        )
        for event in (head, h11.Data(data=body), h11.EndOfMessage()):
            await self._stream.send_all(self._http.send(event) or b"")
        with trio.fail_after(10):
            while not isinstance(event := await self._event(), h11.EndOfMessage):
                if isinstance(event, h11.Response):
                    self.status = event.status_code
                elif isinstance(event, h11.Data):
                    self.body += event.data
        return self.status, bytes(self.body)

    async def _event(self) -> Any:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            self._http.receive_data(bytes(await self._stream.receive_some(65_536)))
        return event


@asynccontextmanager
async def https(lab: Lab) -> AsyncIterator[Https]:
    async with tunnel(lab, HOST) as stream:
        yield Https(stream)


async def upload(http: Https, number: str = "221770000001", body: bytes = BODY) -> str:
    token = base64.urlsafe_b64encode(hashlib.sha256(body).digest()).decode()
    status, answer = await http.ask("POST", f"/mms/image/{token}?auth=lab-{number}&token={token}", body)
    assert status == 200
    return str(json.loads(answer)["direct_path"])


@pytest.fixture
def faults(lab: Lab) -> MediaFaults:
    lab.phone(SHOP)
    lab.customer(CUSTOMER)
    return lab.faults.media


@pytest.mark.parametrize(
    ("wanted", "status", "expected"),
    [
        ("bytes=0-", 206, BODY),
        ("bytes=500000-", 206, BODY[500_000:]),
        ("bytes=10-19", 206, BODY[10:20]),
        ("bytes=599999-700000", 206, BODY[-1:]),
        ("bytes=600000-", 416, b""),
        ("lines=1-2", 200, BODY),
    ],
)
async def test_a_part_of_a_file_is_served(
    lab: Lab, faults: MediaFaults, wanted: str, status: int, expected: bytes
) -> None:
    async with https(lab) as http:
        path = await upload(http)
        assert await http.ask("GET", path, Range=wanted) == (status, expected)


async def test_a_host_that_fails_is_well_again_after_so_many_times(lab: Lab, faults: MediaFaults) -> None:
    async with https(lab) as http:
        path = await upload(http)
        faults.fail_downloads(SHOP, times=2)
        faults.fail_downloads(None, status=429)
        statuses = [(await http.ask("GET", path))[0] for _ in range(4)]
        assert statuses == [500, 500, 429, 200]
        assert [each.outcome for each in faults.seen("download")] == ["500", "500", "429", "200"]
        assert faults.seen("download")[-1].bytes == len(BODY)


async def test_a_fault_strikes_the_account_that_it_was_ordered_for(lab: Lab, faults: MediaFaults) -> None:
    lab.phone("+221770000002")
    faults.fail_downloads(SHOP)
    async with https(lab) as http:
        other = await upload(http, "221770000002")
        assert (await http.ask("GET", other))[0] == 200
        assert (await http.ask("GET", await upload(http, body=b"x" * 99)))[0] == 500
    with pytest.raises(ValueError, match="no account"):
        faults.fail_downloads("+221779999999")
    with pytest.raises(ValueError, match="at least 1"):
        faults.fail_downloads(SHOP, times=0)


@pytest.mark.parametrize(("after", "came"), [(0, 0), (1_000, 1_000), (None, len(BODY) // 2)])
async def test_a_download_is_cut(lab: Lab, faults: MediaFaults, after: int | None, came: int) -> None:
    async with https(lab) as http:
        path = await upload(http)
        faults.cut_downloads(SHOP, after_bytes=after)
        with pytest.raises((trio.BrokenResourceError, h11.RemoteProtocolError)):
            await http.ask("GET", path)
        assert (http.status, bytes(http.body)) == (200, BODY[:came])


async def test_other_bytes_are_served_once(lab: Lab, faults: MediaFaults) -> None:
    async with https(lab) as http:
        path = await upload(http)
        faults.alter_downloads(SHOP)
        status, body = await http.ask("GET", path)
        assert (status, len(body)) == (200, len(BODY))
        assert body != BODY
        assert await http.ask("GET", path) == (200, BODY)


@pytest.mark.parametrize(("after", "status"), [(0, 0), (1_000, 200)])
async def test_a_download_that_hangs_hangs_until_it_is_lifted(
    lab: Lab, faults: MediaFaults, after: int, status: int, nursery: trio.Nursery
) -> None:
    ended = trio.Event()

    async def ask() -> None:
        with pytest.raises((trio.BrokenResourceError, h11.RemoteProtocolError)):
            await http.ask("GET", path)
        ended.set()

    async with https(lab) as http:
        path = await upload(http)
        faults.hang_downloads(SHOP, times=None, after_bytes=after)
        nursery.start_soon(ask)
        await until(lambda: len(http.body) == after)
        async with https(lab) as another:
            with trio.move_on_after(0.2) as patience:
                await another.ask("GET", path)
            assert patience.cancelled_caught, "until lifted means every time"
        assert len(faults.seen("download")) == 2
        assert not ended.is_set()
        faults.lift(SHOP)
        await ended.wait()
    assert http.status == status
    async with https(lab) as again:
        assert await again.ask("GET", path) == (200, BODY)


async def test_a_slow_download_takes_its_time_and_comes_whole(lab: Lab, faults: MediaFaults) -> None:
    async with https(lab) as http:
        path = await upload(http)
        faults.slow_downloads(SHOP, bytes_per_second=2_000_000)
        started = trio.current_time()
        assert await http.ask("GET", path) == (200, BODY)
        assert trio.current_time() - started >= 0.3


async def test_an_upload_fails_or_hangs_and_leaves_nothing(lab: Lab, faults: MediaFaults) -> None:
    faults.fail_uploads(SHOP, status=503)
    async with https(lab) as http:
        with pytest.raises(AssertionError, match="503"):
            await upload(http)
        faults.hang_uploads(SHOP)
        with trio.move_on_after(0.2) as patience:
            await upload(http)
        assert patience.cancelled_caught
    async with https(lab) as http:
        await until(lambda: [each.outcome for each in faults.seen("upload")] == ["503", "hang"])
        assert len(lab.server.media) == 0
        assert await http.ask("GET", await upload(http)) == (200, BODY)
    assert [path.name for path in (lab.folder / "media").iterdir()] == [hashlib.sha256(BODY).hexdigest()]


async def test_the_host_keeps_its_files_over_a_restart_and_not_more_than_it_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(media, "BYTES_KEPT", 2 * len(BODY))
    async with open_lab(tmp_path) as lab, https(lab) as http:
        first = await upload(http)
        (tmp_path / "media" / "draft-of-a-kill").write_bytes(b"half")
    async with open_lab(tmp_path) as lab, https(lab) as http:
        assert await http.ask("GET", first) == (200, BODY)
        assert len(lab.server.media) == 1
        await upload(http, body=b"a" * 600_000)
        assert (await http.ask("GET", first))[0] == 200
        await upload(http, body=b"b" * 600_000)
        assert (await http.ask("GET", first))[0] == 404
    assert len(list((tmp_path / "media").iterdir())) == 2


@pytest.mark.parametrize("lie", ["sha256", "encrypted_sha256", "mac", "length"])
async def test_an_app_refuses_a_file_that_is_not_what_its_message_says(lab: Lab, lie: Any) -> None:
    phone, customer = lab.phone(SHOP), lab.customer(CUSTOMER)
    await customer.post(SHOP, File("image", b"picture", broken=lie))
    [heard] = await phone.wait_heard(1)
    with pytest.raises(FileDamaged, match="MAC" if lie == "mac" else lie):
        await phone.fetch(heard)
    assert heard.content.file is not None
    lab.server.media.remove(heard.content.file.encrypted_sha256 if lie != "encrypted_sha256" else _only_file(lab))
    with pytest.raises(FileGone, match="nothing at"):
        await phone.fetch(heard)


def _only_file(lab: Lab) -> str:
    [path] = (lab.folder / "media").iterdir()
    return path.name


# The unmodified client as it meets all this.


@pytest.fixture
async def client(lab: Lab, tmp_path: Path) -> AsyncIterator[NeonizeClient]:
    async with neonize(lab, tmp_path / "session.db") as client:
        await link(lab, client, SHOP)
        await client.wait("offline_read")
        yield client


async def test_the_client_tries_again_where_a_host_fails_and_not_where_a_hash_is_wrong(
    lab: Lab, client: NeonizeClient
) -> None:
    media_faults = lab.faults.media
    data = random.Random(1).randbytes(50_000)
    id = await lab.customer(CUSTOMER).post(SHOP, File("image", data))
    message = (await client.wait("message", id=id))["bytes"]
    asked: list[int] = []
    for order, error in [
        (media_faults.alter_downloads, "hash"),
        (lambda number: media_faults.fail_downloads(number, status=404), "404"),
    ]:
        order(SHOP)
        with pytest.raises(ClientError, match=error):
            await client.do("download", message=message)
        asked.append(_times(lab, "/v/image/"))
    assert asked == [1, 2]
    media_faults.fail_downloads(SHOP, status=503)
    assert await client.do("download", message=message) == hashlib.sha256(data).hexdigest()


def _times(lab: Lab, folder: str) -> int:
    """How often something of this kind was fetched; the history is, too."""
    return sum(each.path.startswith(folder) for each in lab.faults.media.seen("download"))


async def test_the_client_says_that_an_upload_failed(lab: Lab, client: NeonizeClient, tmp_path: Path) -> None:
    path = tmp_path / "file.pdf"
    path.write_bytes(b"%PDF-1.4")
    lab.faults.media.fail_uploads(SHOP, status=500)
    with pytest.raises(ClientError, match="500"):
        await client.do("upload", path=str(path))
    assert await client.do("upload", path=str(path))


async def test_sixty_megabytes_in_and_out_leave_the_labs_memory_as_it_was(
    lab: Lab, client: NeonizeClient, tmp_path: Path
) -> None:
    big, digest = tmp_path / "big.pdf", hashlib.sha256()
    with big.open("wb") as file:
        for _ in range(60):
            block = random.Random(3).randbytes(MEGABYTE)
            file.write(block)
            digest.update(block)
    customer = lab.customer(CUSTOMER)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    id = await customer.post(SHOP, File("document", big, name="big.pdf"))
    message = (await client.wait("message", id=id))["bytes"]
    assert await client.do("download", message=message, path=str(tmp_path / "copy")) == digest.hexdigest()
    await client.do("send_file", to="221770000101@s.whatsapp.net", kind="document", path=str(big), name="big.pdf")
    [heard] = await customer.wait_heard(1, 20)
    saved = await customer.save(heard, tmp_path)
    assert saved.stat().st_size == 60 * MEGABYTE
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024
    assert grown < 30, "a copy of the file in memory would be 60"
