"""A database as pages, and what differs between two states of it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import blake2b

MAGIC = b"SQLite format 3\0"
SMALLEST_PAGE = 512
DIGEST_BYTES = 16


class NoDatabase(ValueError):
    """These bytes are no SQLite database."""


@dataclass(frozen=True, slots=True)
class Image:
    """A whole database, as bytes. Pages are numbered from 1."""

    content: bytes
    page_size: int

    @property
    def count(self) -> int:
        return len(self.content) // self.page_size

    def page(self, number: int) -> bytes:
        return self.content[(number - 1) * self.page_size : number * self.page_size]

    def digests(self) -> list[bytes]:
        """Of each page; they never leave this process, and so need no key."""
        return [digest(self.page(number)) for number in range(1, self.count + 1)]


def image_of(content: bytes) -> Image:
    """Raises NoDatabase."""
    if not content.startswith(MAGIC) or len(content) < SMALLEST_PAGE:
        raise NoDatabase("no SQLite database")
    # Two bytes; 1 stands for 65,536 (SQLite's file format, 1.3.2).
    stated = int.from_bytes(content[16:18], "big")
    page_size = 65_536 if stated == 1 else stated
    if page_size < SMALLEST_PAGE or page_size & (page_size - 1) or len(content) % page_size:
        raise NoDatabase(f"a SQLite database of {len(content)} bytes has no pages of {page_size}")
    return Image(content, page_size)


def digest(page: bytes) -> bytes:
    return blake2b(page, digest_size=DIGEST_BYTES).digest()


def changed(before: Sequence[bytes], after: Sequence[bytes]) -> list[int]:
    """The numbers of the pages whose digests differ, and of those that are new."""
    return [number for number, new in enumerate(after, start=1) if number > len(before) or before[number - 1] != new]
