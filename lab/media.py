"""What lies on the media host: encrypted files by the hash of their bytes, on disk and bounded."""

from __future__ import annotations

import hashlib
import secrets
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

HOST = "mmg.whatsapp.net"
AUTH_PREFIX = "lab-"
"""Before the number of the account in the `auth` that its clients upload with."""
BYTES_KEPT = 1 << 30

_DRAFT = "draft-"


@dataclass(frozen=True, slots=True)
class Kept:
    """One file of the host."""

    path: Path
    size: int
    accounts: frozenset[str]
    """The numbers, digits only, of those who may be expected to fetch it; nobody is kept from it."""


class Media:
    """The files of one lab, which outlive it. The oldest go when the host is full."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        folder.mkdir(mode=0o700, exist_ok=True)
        self._files: OrderedDict[str, Kept] = OrderedDict()
        self._bytes = 0
        for path in sorted(folder.iterdir(), key=lambda path: path.stat().st_mtime):
            if path.name.startswith(_DRAFT):
                path.unlink()
            else:
                self._index(Kept(path, path.stat().st_size, frozenset()))

    def put(self, data: bytes, kind: str = "md-msg-hist") -> str:
        """Keep a small file; returns its direct path."""
        draft = self.draft()
        draft.write_bytes(data)
        return self.adopt(draft, hashlib.sha256(data).digest(), kind)

    def draft(self) -> Path:
        """A path for a file that is being written; `adopt` makes it one of the host's, else it is the caller's."""
        return self._folder / f"{_DRAFT}{secrets.token_hex(8)}"

    def adopt(self, draft: Path, sha256: bytes, kind: str, accounts: Iterable[str] = ()) -> str:
        """Keep a draft whose bytes have this hash; returns its direct path."""
        name = sha256.hex()
        self.remove(name)
        path = draft.rename(self._folder / name)
        self._index(Kept(path, path.stat().st_size, frozenset(accounts)))
        while self._bytes > BYTES_KEPT and len(self._files) > 1:
            self.remove(next(iter(self._files)))
        # Clients append "&hash=…" to a direct path: it must hold a question mark.
        return f"/v/{kind}/{name}?ccb=1"

    def find(self, target: str) -> Kept | None:
        """The file behind a direct path or a URL."""
        return self._files.get(urlsplit(target).path.rpartition("/")[2])

    def remove(self, name: str) -> bool:
        """Forget a file by the hex of its hash; whoever reads it at the moment reads on."""
        kept = self._files.pop(name, None)
        if kept is None:
            return False
        self._bytes -= kept.size
        kept.path.unlink(missing_ok=True)
        return True

    def __len__(self) -> int:
        """How many files there are."""
        return len(self._files)

    def _index(self, kept: Kept) -> None:
        self._files[kept.path.name] = kept
        self._bytes += kept.size


def url_of(direct_path: str) -> str:
    return f"https://{HOST}{direct_path}"
