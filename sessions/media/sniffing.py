"""What a file shows itself to be, by its first bytes and, where they say nothing, by its name. Pure."""

import mimetypes
import struct
from dataclasses import dataclass
from pathlib import PurePath

from comptoir.plugins.api import FileKind

HEAD = 64 * 1024
"""How many of a file's first bytes, and of its last, are looked at."""

# The major brand of an ISO media file (ISO/IEC 14496-12, `ftyp`).
_BRANDS = (
    ("video/mp4", (b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"MSNV")),
    ("video/3gpp", (b"3gp4", b"3gp5", b"3gp6")),
    ("audio/mp4", (b"M4A ", b"M4B ")),
)
# WhatsApp's stickers have this size and no other.
_STICKER = 512
_OPUS_RATE = 48_000
# As far as a message counts.
_MAX_SECONDS = 2**32 - 1
# What a kind must be, in words, and how its type begins; the bytes alone decide of those in _BY_BYTES.
_EXPECTED: dict[FileKind, tuple[str, str]] = {
    "image": ("a picture", "image/"),
    "video": ("a film", "video/"),
    "audio": ("a sound", "audio/"),
    "voice": ("Ogg Opus", "audio/ogg; codecs=opus"),
    "sticker": ("WebP", "image/webp"),
    "document": ("anything", ""),
}
_BY_BYTES = ("voice", "sticker")


@dataclass(frozen=True, slots=True)
class Looks:
    kind: FileKind
    mime: str


# The apps show these as what they are; whatever else is sent goes as a document, which takes everything.
_MARKS = (
    (b"\xff\xd8\xff", Looks("image", "image/jpeg")),
    (b"\x89PNG\r\n\x1a\n", Looks("image", "image/png")),
    (b"ID3", Looks("audio", "audio/mpeg")),
    # MPEG-1 and 2, layer III.
    *((mark, Looks("audio", "audio/mpeg")) for mark in (b"\xff\xfb", b"\xff\xfa", b"\xff\xf3", b"\xff\xf2")),
    *((mark, Looks("audio", "audio/aac")) for mark in (b"\xff\xf1", b"\xff\xf9")),
    (b"#!AMR\n", Looks("audio", "audio/amr")),
    (b"%PDF-", Looks("document", "application/pdf")),
)


def sniff(head: bytes, name: str = "") -> Looks:
    """By the first HEAD bytes."""
    for mark, looks in _MARKS:
        if head.startswith(mark):
            return looks
    if head.startswith(b"OggS") and b"OpusHead" in head[:128]:
        return Looks("voice", "audio/ogg; codecs=opus")
    if head[4:8] == b"ftyp":
        for mime, brands in _BRANDS:
            if head[8:12] in brands:
                return Looks("video" if mime.startswith("video/") else "audio", mime)
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return Looks("sticker" if _webp_size(head) == (_STICKER, _STICKER) else "document", "image/webp")
    return Looks("document", _by_name(name))


def lacking(head: bytes, name: str, kind: FileKind) -> tuple[str, str] | None:
    """What was expected of a file of this kind and what this one is, where the apps would show it broken; else None."""
    expected, mime = _EXPECTED[kind]
    found = sniff(head, "" if kind in _BY_BYTES else name).mime
    return None if found.startswith(mime) else (expected, found)


def seconds_of(head: bytes, tail: bytes, mime: str) -> int:
    """How long a recording lasts, where a few of its bytes tell; else 0, as for a length that nothing has."""
    seconds = _claimed_seconds(head, tail, mime)
    return seconds if seconds <= _MAX_SECONDS else 0


def _claimed_seconds(head: bytes, tail: bytes, mime: str) -> int:
    if mime.startswith("audio/ogg"):
        # The granule position of the last page counts samples.
        last = tail.rfind(b"OggS")
        if 0 <= last <= len(tail) - 14:
            return max(1, round(int(struct.unpack_from("<q", tail, last + 6)[0]) / _OPUS_RATE))
    if mime in ("video/mp4", "video/3gpp", "audio/mp4"):
        return _mp4_seconds(head) or _mp4_seconds(tail)
    return 0


def pixels_of(head: bytes) -> tuple[int, int]:
    """Width and height of a picture, where its first bytes tell; else zeros."""
    if head.startswith(b"\x89PNG") and len(head) >= 24:
        width, height = struct.unpack_from(">II", head, 16)
        return width, height
    if head.startswith(b"RIFF") and head[8:12] == b"WEBP":
        return _webp_size(head) or (0, 0)
    return _jpeg_size(head) if head.startswith(b"\xff\xd8") else (0, 0)


def _jpeg_size(head: bytes) -> tuple[int, int]:
    """From the frame header (ITU T.81, SOF0 to SOF15): the segments before it are passed over by their lengths."""
    at = 2
    while at + 9 <= len(head) and head[at] == 0xFF:
        marker, length = struct.unpack_from(">BH", head, at + 1)
        if 0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            height, width = struct.unpack_from(">HH", head, at + 5)
            return width, height
        at += 2 + length
    return 0, 0


def _mp4_seconds(part: bytes) -> int:
    """From the movie header (ISO/IEC 14496-12, `mvhd`), wherever it begins in this part."""
    start = part.find(b"mvhd")
    if not 0 <= start <= len(part) - 36:
        return 0
    if part[start + 4]:
        scale, length = struct.unpack_from(">IQ", part, start + 24)
    else:
        scale, length = struct.unpack_from(">II", part, start + 16)
    return round(length / scale) if scale else 0


def _webp_size(head: bytes) -> tuple[int, int] | None:
    """Width and height in pixels, in each of the three forms that a WebP file may have."""
    form = head[12:16]
    if form == b"VP8X" and len(head) >= 30:
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if form == b"VP8 " and len(head) >= 30:
        width, height = struct.unpack_from("<HH", head, 26)
        return width & 0x3FFF, height & 0x3FFF
    if form == b"VP8L" and len(head) >= 25:
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return None


def _by_name(name: str) -> str:
    mime, encoding = mimetypes.guess_type(PurePath(name).name)
    # A compressed text is no text.
    return mime if mime and not encoding else "application/octet-stream"
