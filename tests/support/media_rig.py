"""Files in tests: made up, sent and fetched through the daemon, and looked for in clear on the disk."""

import hashlib
import os
import resource
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import trio
from rig import Rig

from comptoir.sessions.descriptors import Descriptor
from comptoir.sessions.protocol import Params

JPEG = b"\xff\xd8\xff\xe0"
PNG = b"\x89PNG\r\n\x1a\n"
PDF = b"%PDF-1.7\n"


def content(size: int, seed: int, head: bytes = b"") -> bytes:
    """As many bytes as asked, the same for the same seed, and no two blocks alike."""
    blocks = range(size // 32 + 1)
    body = b"".join(hashlib.sha256(f"{seed}/{block}".encode()).digest() for block in blocks)
    return (head + body)[:size]


async def send_file(here: Rig, shop: str, to: str, file: Path, **params: Any) -> Params:
    """`send` with an open file; the queued message."""
    descriptor = Descriptor(os.open(file, os.O_RDONLY))
    try:
        answer: Params = await here.call("send", tenant=shop, to=to, file=descriptor, name=file.name, **params)
    finally:
        descriptor.close()
    return answer


async def get_file(here: Rig, shop: str, id: int) -> bytes:
    """`media.get` into a file of our own; what it holds."""
    with tempfile.TemporaryFile() as file:
        out = Descriptor(os.dup(file.fileno()))
        try:
            await here.call("media.get", tenant=shop, id=id, out=out)
        finally:
            out.close()
        file.seek(0)
        return await trio.to_thread.run_sync(file.read)


async def until(holds: Callable[[], object], within: float = 20.0) -> None:
    """For what tells nobody, such as a file that grows."""
    with trio.fail_after(within):
        while not holds():  # noqa: ASYNC110
            await trio.sleep(0.02)


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    """As on a full disk: a write that goes further is refused by the kernel."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def found_in_clear(folder: Path, *planted: bytes) -> list[str]:
    """Files below `folder` that hold one of these."""
    return [
        f"{file.relative_to(folder)} holds {needle[:20]!r}"
        for file in folder.rglob("*")
        if file.is_file() and not file.is_symlink()
        for data in (file.read_bytes(),)
        for needle in planted
        if needle in data
    ]
