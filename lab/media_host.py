"""The media host as clients meet it over HTTP (whatsmeow, upload.go and download.go), with the faults on order."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import trio

from comptoir.lab.http import HttpPeer, Request, Response
from comptoir.lab.media import AUTH_PREFIX, Kept, Media, url_of
from comptoir.lab.media_faults import MediaFaults, Order

IDLE_SECONDS = 60.0
PART_BYTES = 1 << 18

_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


class Hung(Exception):
    """A fault ended the connection: nothing more may be said on it."""


@dataclass(frozen=True, slots=True)
class Part:
    """The bytes of a file that were asked for: from `start` up to, not including, `end`."""

    start: int
    end: int
    whole: bool


class MediaHost:
    def __init__(self, media: Media, faults: MediaFaults) -> None:
        self._media = media
        self._faults = faults

    async def serve(self, peer: HttpPeer) -> None:
        """Answer requests one after the other until the client leaves or says nothing for a minute."""
        while True:
            with trio.fail_after(IDLE_SECONDS):
                request = await peer.receive()
            if request is None:
                return
            try:
                await self._answer(peer, request)
            except Hung:
                return

    async def _answer(self, peer: HttpPeer, request: Request) -> None:
        match request.method:
            case "GET":
                await self._download(peer, request)
            case "POST":
                await self._upload(peer, request)
            case "DELETE":
                removed = self._media.remove(_name_of_token(request.target))
                await peer.send(Response(200 if removed else 404))
            case _:
                await peer.send(Response(405))

    # Downloads.

    async def _download(self, peer: HttpPeer, request: Request) -> None:
        kept = self._media.find(request.target)
        if kept is None:
            self._faults.note("download", request.target, (), 404, 0)
            await peer.send(Response(404))
            return
        order, lifted = self._faults.strike("download", kept.accounts)
        part = _part(request.headers.get("range", ""), kept.size)
        if part is None:
            await peer.send(Response(416, headers={"Content-Range": f"bytes */{kept.size}"}))
        elif order is not None and order.what == "fail":
            self._faults.note("download", request.target, kept.accounts, order.status, 0)
            await peer.send(Response(order.status))
        else:
            await self._send_file(peer, request, kept, part, order, lifted)

    async def _send_file(  # noqa: PLR0913, PLR0917  (one download)
        self, peer: HttpPeer, request: Request, kept: Kept, part: Part, order: Order | None, lifted: trio.Event
    ) -> None:
        status, length = 200 if part.whole else 206, part.end - part.start
        stop, rate = _stop(order, length), order.bytes_per_second if order is not None else 0.0
        wanted = length if stop is None else stop
        outcome = order.what if order is not None else status
        self._faults.note("download", request.target, kept.accounts, outcome, wanted)
        if stop != 0 or (order is not None and order.what == "cut"):
            headers = {"Accept-Ranges": "bytes", "Content-Type": "application/octet-stream"}
            if not part.whole:
                headers["Content-Range"] = f"bytes {part.start}-{part.end - 1}/{kept.size}"
            await peer.start(status, length, headers)
        async with aclosing(_read(kept.path, part.start, wanted, _piece(rate))) as pieces:
            async for data in pieces:
                if rate:
                    await trio.sleep(len(data) / rate)
                await peer.send_part(_altered(data) if order is not None and order.what == "alter" else data)
        if stop is not None:
            await self._fall_silent(peer, order, lifted)
        await peer.finish()

    async def _fall_silent(self, peer: HttpPeer, order: Order | None, lifted: trio.Event) -> None:
        """Wait until the client has had enough, or the fault is lifted; a cut ends at once. Raises Hung."""
        if order is not None and order.what == "hang":
            async with trio.open_nursery() as nursery:
                nursery.start_soon(_then_cancel, lifted, nursery.cancel_scope)
                await peer.gone()
                nursery.cancel_scope.cancel()
        raise Hung

    # Uploads.

    async def _upload(self, peer: HttpPeer, request: Request) -> None:
        parts = urlsplit(request.target)
        number = parse_qs(parts.query).get("auth", [""])[0].removeprefix(AUTH_PREFIX)
        accounts = {number} if number else set[str]()
        order, lifted = self._faults.strike("upload", accounts)
        draft = self._media.draft()
        try:
            size, sha256 = await _write(peer, draft)
            outcome = order.what if order is not None and order.what == "hang" else 0
            response = Response(order.status or 500) if order else self._kept(parts.path, draft, sha256, accounts)
            self._faults.note("upload", parts.path, accounts, outcome or response.status, size)
            if outcome:
                await self._fall_silent(peer, order, lifted)
            await peer.send(response)
        finally:
            draft.unlink(missing_ok=True)

    def _kept(self, path: str, draft: Path, sha256: bytes, accounts: set[str]) -> Response:
        """The draft as one of the host's files, if it is what its path says."""
        parts = path.split("/")
        if len(parts) != 4 or _name_of_token(path) != sha256.hex():
            return Response(400, b"POST /mms/TYPE/HASH was expected, HASH being that of the body\n")
        direct_path = self._media.adopt(draft, sha256, parts[2], accounts)
        answer = {"url": url_of(direct_path), "direct_path": direct_path}
        return Response(200, json.dumps(answer).encode(), {"Content-Type": "application/json"})


async def _read(path: Path, start: int, length: int, piece: int) -> AsyncGenerator[bytes, None]:
    """So many bytes of a file, or fewer where it ends, `piece` by piece."""
    async with await trio.open_file(path, "rb") as file:
        await file.seek(start)
        while length > 0 and (data := await file.read(min(length, piece))):
            length -= len(data)
            yield data


def _piece(bytes_per_second: float) -> int:
    """How much goes at once: of a slow file ten pieces a second."""
    return min(max(int(bytes_per_second / 10), 1), PART_BYTES) if bytes_per_second else PART_BYTES


async def _write(peer: HttpPeer, path: Path) -> tuple[int, bytes]:
    """Write a request's body to a file; returns its length and its SHA-256. Raises trio.TooSlowError."""
    digest, size, buffer = hashlib.sha256(), 0, bytearray()
    async with await trio.open_file(path, "wb") as file, aclosing(peer.body()) as pieces:
        while True:
            with trio.fail_after(IDLE_SECONDS):
                data = await anext(pieces, b"")
            buffer += data
            if buffer and (not data or len(buffer) >= PART_BYTES):
                digest.update(buffer)
                size += len(buffer)
                await file.write(bytes(buffer))
                buffer.clear()
            if not data:
                return size, digest.digest()


async def _then_cancel(event: trio.Event, scope: trio.CancelScope) -> None:
    await event.wait()
    scope.cancel()


def _stop(order: Order | None, length: int) -> int | None:
    """After how many bytes of the body the host falls silent; None for never."""
    if order is None or order.what not in {"hang", "cut"}:
        return None
    return min(length // 2 if order.after_bytes is None else order.after_bytes, length)


def _part(wanted: str, size: int) -> Part | None:
    """What a Range header asks of a file; all of it without one, None where it has no such bytes."""
    match = _RANGE.fullmatch(wanted)
    if match is None:
        return Part(0, size, whole=True)
    start, end = int(match[1]), int(match[2]) + 1 if match[2] else size
    return Part(start, min(end, size), whole=False) if start < min(end, size) else None


def _altered(data: bytes) -> bytes:
    return bytes(255 - byte for byte in data[:16]) + data[16:]


def _name_of_token(target: str) -> str:
    """Uploads and deletions name a file by the URL-safe base64 of its hash."""
    try:
        return base64.urlsafe_b64decode(urlsplit(target).path.rpartition("/")[2].replace("%3D", "=")).hex()
    except (binascii.Error, ValueError):
        return ""
