"""Files on their way to the media host and back, in threads and never whole in memory."""

from __future__ import annotations

import hashlib
import io
import mimetypes
from collections.abc import Iterable
from contextlib import AbstractContextManager
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

import trio

from comptoir.lab import attachments
from comptoir.lab.attachments import FileDamaged, FileFacts
from comptoir.lab.kinds.building import Placed
from comptoir.lab.kinds.contents import File, FileKind, Lie
from comptoir.lab.kinds.shown import ShownFile
from comptoir.lab.media import Media, url_of

INFOS: dict[FileKind, bytes] = {
    "image": attachments.IMAGE,
    "sticker": attachments.IMAGE,
    "video": attachments.VIDEO,
    "audio": attachments.AUDIO,
    "voice": attachments.AUDIO,
    "document": attachments.DOCUMENT,
}
_FOLDERS = {"sticker": "image", "voice": "audio"}


class FileGone(LookupError):
    """The media host has a file no more."""


async def place(media: Media, file: File, accounts: Iterable[str]) -> Placed:
    """Encrypt a file and put it on the media host. Raises OSError for a path that cannot be read."""
    draft = media.draft()
    try:
        facts = await trio.to_thread.run_sync(_seal, file, draft)
        path = media.adopt(draft, facts.encrypted_sha256, _FOLDERS.get(file.kind, file.kind), accounts)
    finally:
        draft.unlink(missing_ok=True)
    return Placed(_misstated(facts, file.broken), path, url_of(path))


async def fetch(media: Media, file: ShownFile) -> bytes:
    """The file's bytes, checked as an app checks them. Raises FileGone, FileDamaged."""
    plaintext = io.BytesIO()
    await trio.to_thread.run_sync(_open, _found(media, file), plaintext, file)
    return plaintext.getvalue()


async def save(media: Media, file: ShownFile, folder: Path, id: str) -> Path:
    """`fetch` into a new file of a folder; returns its path. A document keeps its name if that is free."""
    source, draft = _found(media, file), folder / f".{id}.part"
    try:
        await trio.to_thread.run_sync(_save, source, draft, file)
        return draft.rename(_free(folder, file, id))
    finally:
        draft.unlink(missing_ok=True)


def _seal(file: File, draft: Path) -> FileFacts:
    with _source(file.data) as source, draft.open("wb") as target:
        facts = attachments.seal_stream(source, target, INFOS[file.kind])
    if file.broken != "mac":
        return facts
    body = draft.read_bytes()
    body = body[:-1] + bytes([body[-1] ^ 1])
    draft.write_bytes(body)
    return replace(facts, encrypted_sha256=hashlib.sha256(body).digest())


def _source(data: bytes | Path) -> AbstractContextManager[BinaryIO]:
    return data.open("rb") if isinstance(data, Path) else io.BytesIO(data)


def _misstated(facts: FileFacts, lie: Lie) -> FileFacts:
    match lie:
        case "sha256":
            return replace(facts, sha256=bytes(32))
        case "encrypted_sha256":
            return replace(facts, encrypted_sha256=bytes(32))
        case "length":
            return replace(facts, length=facts.length + 1)
        case _:
            return facts


def _found(media: Media, file: ShownFile) -> Path:
    kept = media.find(file.direct_path)
    if kept is None:
        raise FileGone(
            f"the media host has nothing at {file.direct_path!r}: it was deleted, or pushed out by newer files"
        )
    return kept.path


def _open(path: Path, target: BinaryIO, file: ShownFile) -> None:
    with path.open("rb") as source:
        found = attachments.unseal_stream(source, target, INFOS[file.kind], bytes.fromhex(file.media_key))
    said = FileFacts(found.media_key, bytes.fromhex(file.sha256), bytes.fromhex(file.encrypted_sha256), file.size)
    wrong = [name for name in ("encrypted_sha256", "sha256", "length") if getattr(found, name) != getattr(said, name)]
    if wrong:
        raise FileDamaged(f"the file does not fit its message: {', '.join(wrong)} differs")


def _save(path: Path, draft: Path, file: ShownFile) -> None:
    with draft.open("wb") as target:
        _open(path, target, file)


def _free(folder: Path, file: ShownFile, id: str) -> Path:
    """A sender's name for a file is a stranger's word: nothing of it but its last part counts."""
    name = file.name.replace("\\", "/").rpartition("/")[2].lstrip(".")
    if name and "\0" not in name and not (folder / name).exists():
        return folder / name
    suffix = Path(name).suffix or mimetypes.guess_extension(file.mime.partition(";")[0].strip()) or ""
    return folder / f"{id}{suffix}"
