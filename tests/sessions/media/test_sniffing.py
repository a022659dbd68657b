import struct

import pytest

from comptoir.plugins.api import FileKind
from comptoir.sessions.media.sniffing import Looks, lacking, pixels_of, seconds_of, sniff


def mp4(brand: bytes, seconds: int = 0) -> bytes:
    header = struct.pack(">I4s4sI", 16, b"ftyp", brand, 0)
    return header + struct.pack(">I4sIIIII", 108, b"mvhd", 0, 0, 0, 1000, seconds * 1000) + bytes(80)


def ogg(samples: int) -> bytes:
    first = b"OggS" + bytes(24) + b"OpusHead" + bytes(60)
    return first + b"OggS" + struct.pack("<BBq", 0, 4, samples) + bytes(14)


def webp(width: int, height: int) -> bytes:
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + bytes(4) + b"WEBPVP8X" + bytes(8) + size


@pytest.mark.parametrize(
    ("head", "name", "kind", "mime"),
    [
        (b"\xff\xd8\xff\xe0" + bytes(20), "", "image", "image/jpeg"),
        (b"\x89PNG\r\n\x1a\n", "x.txt", "image", "image/png"),
        (b"GIF89a", "x.gif", "document", "image/gif"),
        (b"%PDF-1.7", "", "document", "application/pdf"),
        (b"ID3\x04", "", "audio", "audio/mpeg"),
        (b"\xff\xfb\x90", "", "audio", "audio/mpeg"),
        (ogg(1), "", "voice", "audio/ogg; codecs=opus"),
        (b"OggS" + bytes(200), "x.ogg", "document", "audio/ogg"),
        (mp4(b"isom"), "", "video", "video/mp4"),
        (mp4(b"M4A "), "", "audio", "audio/mp4"),
        (mp4(b"qt  "), "x.mov", "document", "video/quicktime"),
        (webp(512, 512), "", "sticker", "image/webp"),
        (webp(800, 600), "", "document", "image/webp"),
        (b"Bonjour", "lettre.txt", "document", "text/plain"),
        (b"PK\x03\x04", "prix.xlsx", "document", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (b"\x1f\x8b", "archive.tar.gz", "document", "application/octet-stream"),
        (b"", "", "document", "application/octet-stream"),
    ],
)
def test_a_file_is_what_its_bytes_say(head: bytes, name: str, kind: FileKind, mime: str) -> None:
    assert sniff(head, name) == Looks(kind, mime)


@pytest.mark.parametrize(
    ("head", "name", "kind", "wrong"),
    [
        (b"\xff\xd8\xff", "", "image", None),
        (b"\xff\xd8\xff", "", "document", None),
        (b"\xff\xd8\xff", "film.mp4", "video", ("a film", "image/jpeg")),
        # Of what has many forms the name may tell, but of no voice note and no sticker.
        (b"????", "film.mov", "video", None),
        (b"????", "son.wav", "audio", None),
        (b"????", "note.opus", "voice", ("Ogg Opus", "application/octet-stream")),
        (b"????", "chat.webp", "sticker", ("WebP", "application/octet-stream")),
        (ogg(1), "", "voice", None),
        (webp(100, 100), "", "sticker", None),
    ],
)
def test_a_file_is_sent_as_no_kind_that_it_is_not(
    head: bytes, name: str, kind: FileKind, wrong: tuple[str, str] | None
) -> None:
    assert lacking(head, name, kind) == wrong


JPEG = b"\xff\xd8\xff\xe1\x00\x08Exif\x00\x00\xff\xdb\x00\x04\x00\x00\xff\xc2\x00\x0b\x08\x02\x58\x03\x20" + bytes(9)
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + struct.pack(">II", 640, 480)


def test_how_large_a_picture_is() -> None:
    assert pixels_of(JPEG) == (800, 600)
    assert pixels_of(PNG) == (640, 480)
    assert pixels_of(webp(512, 256)) == (512, 256)
    for cut in (JPEG[:20], PNG[:20], b"\xff\xd8\xff", b"", b"%PDF"):
        assert pixels_of(cut) == (0, 0)


def test_how_long_a_recording_lasts() -> None:
    assert seconds_of(mp4(b"isom", 95), b"", "video/mp4") == 95
    # Phones write the header behind the pictures.
    assert seconds_of(b"", mp4(b"isom", 7), "audio/mp4") == 7
    assert seconds_of(b"", ogg(48_000 * 12), "audio/ogg; codecs=opus") == 12
    assert seconds_of(mp4(b"isom", 95), b"", "application/pdf") == 0


@pytest.mark.parametrize("part", [b"mvhd", b"OggS", b"xxOggS\x00\x00", mp4(b"isom")[:20], bytes(100)])
@pytest.mark.parametrize("mime", ["video/mp4", "audio/ogg; codecs=opus"])
def test_cut_headers_tell_nothing(part: bytes, mime: str) -> None:
    assert seconds_of(part, part, mime) == 0


@pytest.mark.parametrize(
    ("head", "mime"),
    [
        (b"OggS\x00\x04" + (2**62).to_bytes(8, "little"), "audio/ogg; codecs=opus"),
        (b"mvhd\x01" + bytes(19) + struct.pack(">IQ", 1, 2**64 - 1) + bytes(20), "video/mp4"),
    ],
)
def test_a_length_that_nothing_has_is_none(head: bytes, mime: str) -> None:
    # Neither the journal nor a message could hold it.
    assert seconds_of(head, head, mime) == 0
